"""What the three files hold of one event: its tick, attempts and rows, and what was found of it.

For pages, replays and summaries of single events, which make their own picture of it. An event is the line of its
tick; one that the log alone names is negative: it has attempts, and neither tick nor rows.

A look-up by a number that stands in the query is quick on any bundle; a join with the text of a file reads that text
of every record. So what joins them, the line, is asked for first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from raceview.model import Cause, Outcome, Role

if TYPE_CHECKING:
    from raceview.investigation import Investigation


@dataclass(frozen=True, slots=True)
class Tick:
    """The source event, and the line of the file it stands in."""

    event_id: str
    symbol: str
    timestamp: str
    price: str
    source: str
    time_ns: int
    price_units: int
    line: int
    symbol_id: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of the worker log. `end_ns` is None where the window is open, and `end_time` is empty then."""

    number: int
    worker: str
    start_time: str
    end_time: str
    start_ns: int
    end_ns: int | None
    status: str
    failed: bool
    line: int
    overlaps: tuple[int, ...] = ()
    """The event's other attempts that its window meets, by number."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the output that was linked to the event. Differences are row less tick."""

    row: int
    line: int
    timestamp: str
    price: str
    time_ns: int
    price_units: int
    time_delta_ns: int
    price_delta_units: int
    role: Role
    attempt: int | None
    """The number of the attempt that wrote it; None where that cannot be known."""
    confidence_millionths: int
    suspect: bool
    """A duplicate that may be none: it is kept, whatever the policy."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the event, and why. Evidence is empty where nothing is to be shown."""

    outcome: Outcome = Outcome.UNKNOWN
    cause: Cause | None = None
    evidence: str = ""
    margin_ns: int | None = None
    first_line: int | None = None
    """Of the log: the two attempts that show the cause; None where it is not two attempts that do."""
    second_line: int | None = None


def tick_of(inv: Investigation, event: int) -> Tick | None:
    """The tick of an event; None where that line is no event's."""
    found = inv.engine.rows(
        "SELECT k.event_id, k.symbol, k.timestamp, k.price, k.source, k.time_ns, k.price_units, k.line, t.symbol_id "
        f"FROM ticks_read AS k JOIN ticks AS t ON t.event = k.line WHERE k.line = {event:d}"
    )
    return Tick(*found[0]) if found else None


def attempts_of(inv: Investigation, event: int) -> tuple[Attempt, ...]:
    """The event's attempts, by number."""
    found = inv.engine.rows(
        "SELECT attempt, line, start_ns, end_ns, failed FROM attempts "
        f"WHERE event = {event:d} ORDER BY attempt"
    )
    if not found:
        return ()
    texts = {
        line: told
        for line, *told in inv.engine.rows(
            "SELECT line, worker_id, start_time, end_time, status FROM attempts_read "
            f"WHERE {one_of('line', [line for _, line, *_ in found])}"
        )
    }
    meets = _overlaps(inv, event) if len(found) > 1 else {}
    attempts = []
    for number, line, start_ns, end_ns, failed in found:
        worker, start_time, end_time, status = texts[line]
        overlaps = tuple(sorted(meets.get(number, ())))
        attempts.append(
            Attempt(
                number, worker, start_time, end_time, start_ns, end_ns, status, bool(failed), line, overlaps
            )
        )
    return tuple(attempts)


def rows_of(inv: Investigation, tick: Tick, attempts: Sequence[Attempt]) -> tuple[Row, ...]:
    """The event's rows, in file order. `attempts` are its own: where there is but one, it wrote all of them."""
    event = tick.line
    numbers = {attempt.line: attempt.number for attempt in attempts}
    only = attempts[0].number if len(attempts) == 1 else None
    links = inv.engine.rows(
        f"SELECT row, attempt_line, confidence_millionths FROM links WHERE event = {event} ORDER BY row"
    )
    if not links:
        return ()
    crowd = {
        row: told
        for row, *told in inv.engine.rows(f"SELECT row, place, suspect FROM crowded WHERE event = {event}")
    }
    texts = {
        row: told
        for row, *told in inv.engine.rows(
            "SELECT row, line, timestamp, price, time_ns, price_units FROM outputs_read "
            f"WHERE {one_of('row', [row for row, _, _ in links])}"
        )
    }
    rows = []
    for row, attempt_line, confidence in links:
        line, timestamp, price, time_ns, price_units = texts[row]
        place, suspect = crowd.get(row, (1, 0))
        rows.append(
            Row(
                row=row,
                line=line,
                timestamp=timestamp,
                price=price,
                time_ns=time_ns,
                price_units=price_units,
                time_delta_ns=time_ns - tick.time_ns,
                price_delta_units=price_units - tick.price_units,
                role=Role.ORIGINAL if place == 1 else Role.DUPLICATE,
                attempt=numbers.get(attempt_line, only),
                confidence_millionths=confidence,
                suspect=bool(suspect),
            )
        )
    return tuple(rows)


def verdict_of(inv: Investigation, event: int) -> Verdict:
    """What became of the event; unknown where the ledger does not have it."""
    found = inv.engine.rows(
        "SELECT g.outcome, nullif(d.cause, ''), coalesce(e.evidence, ''), d.margin_ns, d.first_line, d.second_line "
        "FROM ledger AS g LEFT JOIN duplicated AS d ON d.event = g.event "
        f"LEFT JOIN evidence AS e ON e.event = g.event WHERE g.event = {event:d}"
    )
    if not found:
        return Verdict()
    outcome, cause, *rest = found[0]
    return Verdict(Outcome(outcome), Cause(cause) if cause else None, *rest)


def one_of(column: str, numbers: Iterable[int]) -> str:
    """SQL: a column is one of a few numbers. DuckDB looks at each record's other columns for an IN, not for this."""
    return f"({' OR '.join(f'{column} = {number:d}' for number in numbers)})"


def _overlaps(inv: Investigation, event: int) -> dict[int, list[int]]:
    """By number, the attempts that each attempt's window meets."""
    meets: dict[int, list[int]] = {}
    for first, second in inv.engine.rows(
        f"SELECT first, second FROM attempt_pairs WHERE event = {event:d} AND overlap = 1"
    ):
        meets.setdefault(first, []).append(second)
        meets.setdefault(second, []).append(first)
    return meets
