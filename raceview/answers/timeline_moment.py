"""What is to be said about one event beside the timeline: its attempts, its rows, the cause and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from raceview.answers.amounts import duration
from raceview.answers.event_words import holds_unless
from raceview.model import Cause, Outcome, Status, words

if TYPE_CHECKING:
    from raceview.investigation import Investigation


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of the worker log."""

    attempt: int
    worker: str
    start_ns: int
    end_ns: int | None
    status: str
    line: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the output, and how far it is off its tick."""

    row: int
    time_ns: int
    place: int
    """1 is the original, more are duplicates."""
    time_delta_ns: int
    price_delta_units: int


@dataclass(frozen=True, slots=True)
class Moment:
    """One event. `symbol` and `price` are as the source writes them, '' where it is not given."""

    event: int
    event_id: str
    symbol: str
    price: str
    time_ns: int | None
    outcome: str
    attempts: tuple[Attempt, ...]
    rows: tuple[Row, ...]
    cause: str
    first_line: int | None
    second_line: int | None
    margin_ns: int | None

    @property
    def reasons(self) -> tuple[str, str]:
        """Why it is as it is, and how far the clocks may be off before that changes; '' where there is nothing."""
        first, second = (self._attempt(line) for line in (self.first_line, self.second_line))
        if self.cause and first and second:
            return _cause(self.cause, first, second), self._margin
        if self.cause:
            return f"{words(self.cause)}: {_counts(len(self.rows), len(self.attempts))}.", ""
        return _OUTCOMES.get(self.outcome, ""), ""

    @property
    def _margin(self) -> str:
        return "" if self.margin_ns is None else holds_unless(self.margin_ns)

    def _attempt(self, line: int | None) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.line == line), None)


def moment(inv: Investigation, event: int) -> Moment | None:
    """The event; None where nothing is known of it. Reads a few relations: meant for a worker thread."""
    attempts = inv.engine.rows(
        "SELECT a.attempt, r.worker_id, a.start_ns, a.end_ns, r.status, a.line, r.event_id FROM attempts AS a "
        f"JOIN attempts_read AS r ON r.line = a.line WHERE a.event = {event:d} ORDER BY a.attempt"
    )
    ticks = inv.engine.rows(f"SELECT event_id, symbol, price, time_ns FROM ticks_read WHERE line = {event:d}")
    if not attempts and not ticks:
        return None
    event_id, symbol, written, time_ns = ticks[0] if ticks else (attempts[0][-1], "", "", None)
    outcomes = inv.engine.rows(f"SELECT outcome FROM ledger WHERE event = {event:d}")
    causes = inv.engine.rows(
        f"SELECT cause, first_line, second_line, margin_ns FROM duplicated WHERE event = {event:d}"
    )
    return Moment(
        event,
        event_id,
        symbol,
        written,
        time_ns,
        outcomes[0][0] if outcomes else str(Outcome.UNKNOWN),
        tuple(Attempt(*attempt[:6]) for attempt in attempts),
        tuple(Row(*row) for row in inv.engine.rows(_rows(event))),
        *(causes[0] if causes else ("", None, None, None)),
    )


def _rows(event: int) -> str:
    return (
        "SELECT o.row, o.time_ns, coalesce(c.place, 1), coalesce(d.time_delta_ns, 0), "
        "coalesce(d.price_delta_units, 0) FROM links AS l "
        "JOIN outputs AS o ON o.row = l.row LEFT JOIN deltas AS d ON d.row = l.row "
        f"LEFT JOIN crowded AS c ON c.row = l.row WHERE l.event = {event:d} ORDER BY o.row"
    )


def _cause(cause: str, first: Attempt, second: Attempt) -> str:
    early = None if first.end_ns is None else first.end_ns - second.start_ns
    both = first.worker if first.worker == second.worker else ""
    name = words(cause)
    match cause:
        case Cause.CONCURRENT_CLAIM | Cause.SELF_OVERLAP:
            taker = f"{both} took it again" if both else f"{second.worker} took it"
            holder = "it" if both else first.worker
            how = (
                f"{duration(early)} before {holder} let go"
                if early is not None
                else f"while {holder} never let go"
            )
            return f"{name}: {taker} {how}."
        case Cause.REDELIVERY:
            return f"{name}: {second.worker} took it again {duration(early or 0)} after {first.worker} had finished it."
        case Cause.ZOMBIE_WRITE:
            late = first if first.status == Status.TIMEOUT else second
            other = second if late is first else first
            return f"{name}: {late.worker} timed out and wrote all the same, as did {other.worker}."
    return f"{name}."


_OUTCOMES: dict[str, str] = {
    Outcome.LOST: "lost: an attempt succeeded, but no row was written.",
    Outcome.ABANDONED: "abandoned: every attempt timed out, and no row was written.",
    Outcome.UNPROCESSED: "unprocessed: no attempt, no row.",
    Outcome.UNACKNOWLEDGED: "unacknowledged: every attempt timed out, yet its row was written.",
    Outcome.UNLOGGED: "unlogged: its row was written, with no attempt in the log.",
    Outcome.ALTERED: "altered: its one row does not hold the values of the source.",
    Outcome.EXACTLY_ONCE: "exactly once.",
}


def _counts(rows: int, attempts: int) -> str:
    return f"{rows} rows for {attempts} attempt{'' if attempts == 1 else 's'}"
