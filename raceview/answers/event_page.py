"""Everything about one event: its tick, attempts and rows, what became of it and why, and what lies next to it.

For events of every outcome. Numbers and text as the files have them; nothing is formatted. What cannot be known for
want of a file is None or empty, and `missing` names the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from raceview.errors import UsageError
from raceview.model import Action, Cause, Outcome, Role

if TYPE_CHECKING:
    from raceview.investigation import Investigation

MOST_TWINS = 5
"""Ids that the page names of events like this one."""


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


@dataclass(frozen=True, slots=True)
class EventAttempt:
    """One line of the worker log. `end_ns` is None where the window is open."""

    number: int
    worker: str
    start_time: str
    end_time: str
    start_ns: int
    end_ns: int | None
    status: str
    failed: bool
    line: int
    overlaps: tuple[int, ...]
    """The event's other attempts that its window meets, by number."""
    retry: bool
    busy: bool
    """Its worker held another attempt at the same time."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One row of the output that was linked to the event."""

    row: int
    line: int
    timestamp: str
    price: str
    time_ns: int
    price_units: int
    time_delta_ns: int
    price_delta_units: int
    role: Role
    cause: Cause | None
    attempt: int | None
    confidence_millionths: int
    ambiguous: bool
    suspect: bool
    """A duplicate that may be none: it is kept, whatever the policy."""
    action: Action
    written_price_units: int | None
    """The price that a corrected row gets; None: the source's price and time."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another event of the symbol, and how far the page's telling row (or tick) is from it."""

    event: int
    event_id: str
    line: int
    time_ns: int
    price_units: int
    time_apart_ns: int
    """Its time less the row's: positive is after the row."""
    price_apart_units: int
    reachable: bool
    """The row could have come from it: differences like this were seen. Otherwise it cannot be meant."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """All of it. Names of files are base names, empty for one that is missing."""

    event: int
    tick: Tick
    attempts: tuple[EventAttempt, ...]
    rows: tuple[EventRow, ...]
    """In file order."""
    outcome: Outcome
    cause: Cause | None
    evidence: str
    decided_by: tuple[int, ...]
    """The two attempts, by number, that show the cause; empty where it is not two attempts that do."""
    margin_ns: int | None
    previous: Neighbour | None
    next: Neighbour | None
    twins: tuple[str, ...]
    """Ids of other events with the same symbol, time and price; at most MOST_TWINS."""
    twin_count: int
    same_id_lines: tuple[int, ...]
    """Lines of other source records with this event_id."""
    files: dict[str, str]
    missing: tuple[str, ...]
    policy: str
    inferred: bool
    """There is no source: the rows were taken for one event, and the tick is the first of them."""

    @property
    def telling_row(self) -> EventRow | None:
        """The row that the neighbours are measured from: the first duplicate, else the first row."""
        return _telling(self.rows)


def event_page(inv: Investigation, event: int) -> EventPage:
    """The page of an event, given by the line of its tick. Raises UsageError where that line is no event's."""
    tick = _tick(inv, event)
    attempts = _attempts(inv, event)
    rows = _rows(inv, event, 1 if len(attempts) == 1 else None)
    outcome, cause, evidence, margin, decisive = _verdict(inv, event)
    telling = _telling(rows)
    place = (tick.time_ns, tick.price_units) if telling is None else (telling.time_ns, telling.price_units)
    previous, following = _neighbours(inv, event, tick, place)
    twins, twin_count = ((), 0) if inv.inferred else _twins(inv, event, tick)
    return EventPage(
        event=event,
        tick=tick,
        attempts=attempts,
        rows=rows,
        outcome=outcome,
        cause=cause,
        evidence=evidence,
        decided_by=tuple(attempt.number for attempt in attempts if attempt.line in decisive),
        margin_ns=margin,
        previous=previous,
        next=following,
        twins=twins,
        twin_count=twin_count,
        same_id_lines=_same_id_lines(inv, event),
        files={file.role: file.name for file in inv.files.present()},
        missing=tuple(role for role in ("ticks", "attempts", "output") if getattr(inv.files, role) is None),
        policy=str(inv.policy),
        inferred=inv.inferred is not None,
    )


def _tick(inv: Investigation, event: int) -> Tick:
    found = inv.engine.rows(
        "SELECT k.event_id, k.symbol, k.timestamp, k.price, k.source, k.time_ns, k.price_units, k.line "
        f"FROM ticks_read AS k JOIN ticks AS t ON t.event = k.line WHERE k.line = {event}"
    )
    if not found:
        raise UsageError(f"no event stands in line {event} of the source")
    return Tick(*found[0])


def _attempts(inv: Investigation, event: int) -> tuple[EventAttempt, ...]:
    meets: dict[int, list[int]] = {}
    for first, second in inv.engine.rows(
        f"SELECT first, second FROM attempt_pairs WHERE event = {event} AND overlap = 1 ORDER BY first, second"
    ):
        meets.setdefault(first, []).append(second)
        meets.setdefault(second, []).append(first)
    found = inv.engine.rows(
        "SELECT a.attempt, r.worker_id, r.start_time, r.end_time, a.start_ns, a.end_ns, r.status, a.failed, a.line, "
        "coalesce(w.retry, 0), coalesce(w.overlaps_worker, 0) "
        "FROM attempts AS a JOIN attempts_read AS r ON r.line = a.line LEFT JOIN windows AS w ON w.line = a.line "
        f"WHERE a.event = {event} ORDER BY a.attempt"
    )
    return tuple(
        EventAttempt(
            number=number,
            worker=worker,
            start_time=start_time,
            end_time=end_time,
            start_ns=start_ns,
            end_ns=end_ns,
            status=status,
            failed=bool(failed),
            line=line,
            overlaps=tuple(sorted(meets.get(number, ()))),
            retry=bool(retry),
            busy=bool(busy),
        )
        for number, worker, start_time, end_time, start_ns, end_ns, status, failed, line, retry, busy in found
    )


def _rows(inv: Investigation, event: int, only_attempt: int | None) -> tuple[EventRow, ...]:
    """`only_attempt` is the one that wrote every row of the event, where there is but one."""
    inv.need("changes")  # they go by the policy, which may be another one by now
    found = inv.engine.rows(
        "SELECT o.row, o.line, o.timestamp, o.price, o.time_ns, o.price_units, "
        "o.time_ns - t.time_ns, o.price_units - t.price_units, c.place, nullif(z.cause, ''), a.attempt, "
        "l.confidence_millionths, coalesce(c.suspect, 0), coalesce(g.action, 'kept'), g.price_units "
        "FROM links AS l JOIN outputs_read AS o ON o.row = l.row JOIN ticks AS t ON t.event = l.event "
        "LEFT JOIN crowded AS c ON c.row = l.row LEFT JOIN causes AS z ON z.row = l.row "
        "LEFT JOIN attempts AS a ON a.line = l.attempt_line LEFT JOIN changes AS g ON g.row = l.row "
        f"WHERE l.event = {event} ORDER BY o.row"
    )
    return tuple(
        EventRow(
            row=row,
            line=line,
            timestamp=timestamp,
            price=price,
            time_ns=time_ns,
            price_units=price_units,
            time_delta_ns=time_delta,
            price_delta_units=price_delta,
            role=Role.DUPLICATE if (place or 1) > 1 else Role.ORIGINAL,
            cause=Cause(cause) if cause else None,
            attempt=only_attempt if attempt is None else attempt,
            confidence_millionths=confidence,
            ambiguous=confidence < inv.threshold_millionths,
            suspect=bool(suspect),
            action=Action(action),
            written_price_units=written,
        )
        for (row, line, timestamp, price, time_ns, price_units, time_delta, price_delta), (
            place,
            cause,
            attempt,
            confidence,
            suspect,
            action,
            written,
        ) in ((told[:8], told[8:]) for told in found)
    )


def _telling(rows: tuple[EventRow, ...]) -> EventRow | None:
    return next((row for row in rows if row.role is Role.DUPLICATE), rows[0] if rows else None)


def _verdict(
    inv: Investigation, event: int
) -> tuple[Outcome, Cause | None, str, int | None, tuple[int | None, ...]]:
    """Outcome, cause, evidence, margin, and the lines of the log that show the cause."""
    ((outcome, cause, evidence, margin, *lines),) = inv.engine.rows(
        "SELECT g.outcome, nullif(d.cause, ''), coalesce(e.evidence, ''), d.margin_ns, d.first_line, d.second_line "
        "FROM ledger AS g "
        "LEFT JOIN duplicated AS d ON d.event = g.event LEFT JOIN evidence AS e ON e.event = g.event "
        f"WHERE g.event = {event}"
    )
    return Outcome(outcome), Cause(cause) if cause else None, evidence, margin, tuple(lines)


def _neighbours(
    inv: Investigation, event: int, tick: Tick, place: tuple[int, int]
) -> tuple[Neighbour | None, Neighbour | None]:
    """The events of the symbol before and after this one, and how far they are from `place` (time, price)."""
    sides = (
        (f"(t.time_ns < {tick.time_ns} OR t.time_ns = {tick.time_ns} AND t.event < {event})", " DESC"),
        (f"(t.time_ns > {tick.time_ns} OR t.time_ns = {tick.time_ns} AND t.event > {event})", ""),
    )
    found = []
    for side, down in sides:
        lines = inv.engine.rows(
            "SELECT t.event, k.event_id, t.time_ns, t.price_units FROM ticks AS t JOIN ticks_read AS k "
            f"ON k.line = t.event WHERE t.symbol_id = (SELECT symbol_id FROM ticks WHERE event = {event}) AND {side} "
            f"ORDER BY t.time_ns{down}, t.event{down} LIMIT 1"
        )
        found.append(_neighbour(inv, lines[0], place) if lines else None)
    return found[0], found[1]


def _neighbour(inv: Investigation, line: tuple[Any, ...], place: tuple[int, int]) -> Neighbour:
    event, event_id, time_ns, price_units = line
    time_apart, price_apart = time_ns - place[0], price_units - place[1]
    return Neighbour(
        event,
        event_id,
        event,
        time_ns,
        price_units,
        time_apart,
        price_apart,
        _reachable(inv, -time_apart, -price_apart),
    )


def _reachable(inv: Investigation, time_delta_ns: int, price_delta_units: int) -> bool:
    """Whether a row may differ from its tick by this much, under the noise and the clock offsets that were fitted."""
    noise = inv.linkage.noise
    if noise is None:
        return time_delta_ns == 0 and price_delta_units == 0
    offsets = {0, *(int(offset) for offset in inv.linkage.offsets_ns)}
    near = any(
        time_delta_ns == offset or noise.time.low <= time_delta_ns - offset <= noise.time.high
        for offset in offsets
    )
    return near and (price_delta_units == 0 or noise.price.low <= price_delta_units <= noise.price.high)


def _twins(inv: Investigation, event: int, tick: Tick) -> tuple[tuple[str, ...], int]:
    found = inv.engine.rows(
        "SELECT k.event_id, count(*) OVER () FROM ticks AS t JOIN ticks_read AS k ON k.line = t.event "
        f"WHERE t.symbol_id = (SELECT symbol_id FROM ticks WHERE event = {event}) AND t.time_ns = {tick.time_ns} "
        f"AND t.price_units = {tick.price_units} AND t.event <> {event} ORDER BY t.event LIMIT {MOST_TWINS}"
    )
    return tuple(event_id for event_id, _ in found), found[0][1] if found else 0


def _same_id_lines(inv: Investigation, event: int) -> tuple[int, ...]:
    found = inv.engine.rows(
        "SELECT o.line FROM ticks_read AS k JOIN ticks_read AS o ON o.event_id = k.event_id AND o.line <> k.line "
        f"WHERE k.line = {event} ORDER BY o.line"
    )
    return tuple(line for (line,) in found)
