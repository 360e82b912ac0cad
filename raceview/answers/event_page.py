"""Everything about one event: its tick, attempts and rows, what became of it and why, and what lies next to it.

For events of every outcome. Numbers and text as the files have them; nothing is formatted. What cannot be known for
want of a file is None or empty, and `missing` names the file.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from raceview.answers.event_records import (
    Attempt,
    Row,
    Tick,
    attempts_of,
    one_of,
    rows_of,
    tick_of,
    verdict_of,
)
from raceview.answers.neighbours import Neighbour, neighbours, twins
from raceview.errors import UsageError
from raceview.model import Action, Cause, Outcome, Role

if TYPE_CHECKING:
    from raceview.investigation import Investigation


@dataclass(frozen=True, slots=True)
class JudgedRow(Row):
    """A row of the event, why it was written, and what the policy does with it."""

    cause: Cause | None
    ambiguous: bool
    action: Action
    written_price_units: int | None
    """The price that a corrected row gets; None: the source's price and time."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """All of it. Names of files are base names, empty for one that is missing."""

    event: int
    tick: Tick
    attempts: tuple[Attempt, ...]
    rows: tuple[JudgedRow, ...]
    """In file order."""
    outcome: Outcome
    cause: Cause | None
    evidence: str
    decided_by: tuple[int, ...]
    """The two attempts, by number, that show the cause; empty where it is not two attempts that do."""
    margin_ns: int | None
    previous: Neighbour | None
    """How far it is from the telling row, or from the tick where there is no row."""
    next: Neighbour | None
    twins: tuple[str, ...]
    """Ids of other events with the same symbol, time and price; the first few."""
    twin_count: int
    same_id_lines: tuple[int, ...]
    """Lines of other source records with this event_id."""
    files: dict[str, str]
    missing: tuple[str, ...]
    policy: str
    inferred: bool
    """There is no source: the rows were taken for one event, and the tick is the first of them."""

    @property
    def telling_row(self) -> JudgedRow | None:
        """The row that the neighbours are measured from: the first duplicate, else the first row."""
        return _telling(self.rows)


def event_page(inv: Investigation, event: int) -> EventPage:
    """The page of an event, given by the line of its tick. Raises UsageError where that line is no event's."""
    tick = tick_of(inv, event)
    if tick is None:
        raise UsageError(f"no event stands in line {event} of the source")
    attempts = attempts_of(inv, event)
    rows = _judged(inv, event, rows_of(inv, tick, attempts))
    verdict = verdict_of(inv, event)
    telling = _telling(rows)
    place = (tick.time_ns, tick.price_units) if telling is None else (telling.time_ns, telling.price_units)
    previous, following = neighbours(inv, tick, place)
    alike, twin_count = ((), 0) if inv.inferred else twins(inv, tick)
    return EventPage(
        event=event,
        tick=tick,
        attempts=attempts,
        rows=rows,
        outcome=verdict.outcome,
        cause=verdict.cause,
        evidence=verdict.evidence,
        decided_by=tuple(
            attempt.number
            for attempt in attempts
            if attempt.line in (verdict.first_line, verdict.second_line)
        ),
        margin_ns=verdict.margin_ns,
        previous=previous,
        next=following,
        twins=alike,
        twin_count=twin_count,
        same_id_lines=_same_id_lines(inv, event),
        files={file.role: file.name for file in inv.files.present()},
        missing=tuple(role for role in ("ticks", "attempts", "output") if getattr(inv.files, role) is None),
        policy=str(inv.policy),
        inferred=inv.inferred is not None,
    )


def _judged(inv: Investigation, event: int, rows: tuple[Row, ...]) -> tuple[JudgedRow, ...]:
    inv.need("changes")  # they go by the policy, which may be another one by now
    if not rows:
        return ()
    causes = dict(inv.engine.rows(f"SELECT row, cause FROM causes WHERE event = {event}"))
    changed = one_of("row", [row.row for row in rows])
    changes = {
        row: told
        for row, *told in inv.engine.rows(f"SELECT row, action, price_units FROM changes WHERE {changed}")
    }
    judged = []
    for row in rows:
        action, written = changes.get(row.row, (Action.KEPT, None))
        judged.append(
            JudgedRow(
                **{field.name: getattr(row, field.name) for field in fields(row)},
                cause=Cause(cause) if (cause := causes.get(row.row)) else None,
                ambiguous=row.confidence_millionths < inv.threshold_millionths,
                action=Action(action),
                written_price_units=written,
            )
        )
    return tuple(judged)


def _telling(rows: tuple[JudgedRow, ...]) -> JudgedRow | None:
    return next((row for row in rows if row.role is Role.DUPLICATE), rows[0] if rows else None)


def _same_id_lines(inv: Investigation, event: int) -> tuple[int, ...]:
    """Its event_id's first line, and every line that repeats it, but its own."""
    found = inv.engine.rows(f"SELECT line, first FROM tick_repeats WHERE first = {event} OR line = {event}")
    first = next((first for line, first in found if line == event), event)
    if first != event:
        found = inv.engine.rows(f"SELECT line, first FROM tick_repeats WHERE first = {first}")
    return tuple(sorted({first, *(line for line, _ in found)} - {event}))
