"""What is to be said about one event beside the timeline: its attempts, its rows, the cause and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from raceview.answers.amounts import duration
from raceview.answers.event_records import Attempt, Row, attempts_of, rows_of, tick_of, verdict_of
from raceview.answers.event_words import holds_unless
from raceview.model import Cause, Outcome, counted, words

if TYPE_CHECKING:
    from raceview.investigation import Investigation


@dataclass(frozen=True, slots=True)
class Moment:
    """One event. `symbol` and `price` are as the source writes them, '' where it is not given."""

    event: int
    event_id: str
    symbol: str
    price: str
    time_ns: int | None
    outcome: Outcome
    attempts: tuple[Attempt, ...]
    rows: tuple[Row, ...]
    cause: Cause | None
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
            return (
                f"{words(self.cause)}: {counted(len(self.rows), 'row')} for {counted(len(self.attempts), 'attempt')}.",
                "",
            )
        return _OUTCOMES.get(self.outcome, ""), ""

    @property
    def _margin(self) -> str:
        return "" if self.margin_ns is None else holds_unless(self.margin_ns)

    def _attempt(self, line: int | None) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.line == line), None)


def moment(inv: Investigation, event: int) -> Moment | None:
    """The event; None where nothing is known of it. Reads a few relations: meant for a worker thread."""
    attempts = attempts_of(inv, event)
    tick = tick_of(inv, event)
    if not attempts and not tick:
        return None
    verdict = verdict_of(inv, event)
    return Moment(
        event=event,
        event_id=tick.event_id if tick else _logged_id(inv, attempts[0]),
        symbol=tick.symbol if tick else "",
        price=tick.price if tick else "",
        time_ns=tick.time_ns if tick else None,
        outcome=verdict.outcome,
        attempts=attempts,
        rows=rows_of(inv, tick, attempts) if tick else (),
        cause=verdict.cause,
        first_line=verdict.first_line,
        second_line=verdict.second_line,
        margin_ns=verdict.margin_ns,
    )


def _logged_id(inv: Investigation, attempt: Attempt) -> str:
    """The id that only the log names."""
    ((event_id,),) = inv.engine.rows(f"SELECT event_id FROM attempts_read WHERE line = {attempt.line}")
    return str(event_id)


def _cause(cause: Cause, first: Attempt, second: Attempt) -> str:
    """In short what the evidence says in full (`sql/evidence.sql`); the two must agree."""
    return f"{words(cause)}: {_how(cause, first, second)}."


def _how(cause: Cause, first: Attempt, second: Attempt) -> str:
    one_worker = first.worker == second.worker
    match cause:
        case Cause.CONCURRENT_CLAIM | Cause.SELF_OVERLAP:
            taker = f"{second.worker} took it{' again' if one_worker else ''}"
            holder = "it" if one_worker else first.worker
            if first.end_ns is None:
                return f"{taker} while {holder} never let go"
            if first.end_ns == second.start_ns:  # only an instant can overlap what begins where it ends
                return f"{taker} at the same instant as {holder}"
            return f"{taker} {duration(first.end_ns - second.start_ns)} before {holder} let go"
        case Cause.REDELIVERY:
            after = duration(second.start_ns - (first.end_ns or 0))
            return f"{second.worker} took it again {after} after {first.worker} had finished it"
        case Cause.ZOMBIE_WRITE:
            return _late(first, second)
    return "the worker log does not account for it"


def _late(first: Attempt, second: Attempt) -> str:
    one_worker = first.worker == second.worker
    if first.failed and second.failed:
        who = f"{first.worker} twice" if one_worker else f"{first.worker} and {second.worker}"
        return f"{who} timed out and wrote all the same"
    late, other = (first, second) if first.failed else (second, first)
    also = "its other attempt" if one_worker else other.worker
    return f"{late.worker} timed out and wrote all the same, as did {also}"


_OUTCOMES: dict[Outcome, str] = {
    Outcome.LOST: "lost: an attempt succeeded, but no row was written.",
    Outcome.ABANDONED: "abandoned: every attempt timed out, and no row was written.",
    Outcome.UNPROCESSED: "unprocessed: no attempt, no row.",
    Outcome.UNACKNOWLEDGED: "unacknowledged: every attempt timed out, yet its row was written.",
    Outcome.UNLOGGED: "unlogged: its row was written, with no attempt in the log.",
    Outcome.ALTERED: "altered: its one row does not hold the values of the source.",
    Outcome.EXACTLY_ONCE: "exactly once.",
}
