"""What happened to one event, step by step, in the order of the worker log's clocks.

The log says when an attempt starts and ends. When a row was written is not logged, and often not by which attempt:
a row stands at the end of its attempt; where that is not known (`Step.presumed`) rows in file order are taken to the
attempts in the order in which they ended, successful ones first where there are fewer rows than attempts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from enum import StrEnum
from typing import TYPE_CHECKING

from raceview.model import Cause

if TYPE_CHECKING:
    from raceview.investigation import Investigation


class StepKind(StrEnum):
    """What a step is."""

    EMITTED = "emitted by the source"
    CLAIMED = "claimed"
    CLAIMED_WHILE_HELD = "claimed again while held"
    TAKEN_AFTER_TIMEOUT = "taken again after a time-out"
    TAKEN_AFTER_SUCCESS = "taken again after success"
    WRITTEN = "written"
    WRITTEN_AGAIN = "written again"
    RELEASED = "released"
    TIMED_OUT = "timed out"
    WRITTEN_AFTER_TIMEOUT = "written after the time-out"
    NOT_WRITTEN = "nothing written"


@dataclass(frozen=True, slots=True)
class ReplayAttempt:
    """One window. `holders` are the numbers of the earlier attempts that held the event when it started."""

    attempt: int
    worker_id: str
    start_ns: int
    end_ns: int | None
    failed: bool
    line: int
    holders: tuple[int, ...] = ()
    overlaps: bool = False


@dataclass(frozen=True, slots=True)
class ReplayRow:
    """One output row; differences are row less tick. `attempt` is None where it cannot be known."""

    row: int
    line: int
    original: bool
    time_delta_ns: int
    price_delta_units: int
    attempt: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. `timed` is False where the log gives no time: then it stands as late as it can."""

    kind: StepKind
    at_ns: int
    attempt: ReplayAttempt | None = None
    row: ReplayRow | None = None
    timed: bool = True
    presumed: bool = False
    """It is not known that this attempt wrote this row."""
    still_held_by: tuple[int, ...] = ()
    """The other attempts whose windows hold this moment."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The steps of one event, and what they show."""

    event: int
    event_id: str
    symbol: str
    price_units: int
    time_ns: int
    attempts: tuple[ReplayAttempt, ...]
    steps: tuple[Step, ...]
    outcome: str
    cause: Cause | None
    evidence: str


def replay(investigation: Investigation, event: int) -> Replay:
    """The steps of `event`. Raises KeyError where there is none."""
    found = investigation.engine.rows(
        "SELECT k.event_id, k.symbol, t.price_units, t.time_ns, g.outcome, d.cause, e.evidence FROM ticks AS t "
        "JOIN ticks_read AS k ON k.line = t.event LEFT JOIN ledger AS g ON g.event = t.event "
        "LEFT JOIN duplicated AS d ON d.event = t.event "
        f"LEFT JOIN (SELECT event, evidence FROM evidence WHERE event = {event}) AS e ON e.event = t.event "
        f"WHERE t.event = {event}"
    )
    if not found:
        raise KeyError(event)
    event_id, symbol, price_units, time_ns, outcome, cause, evidence = found[0]
    attempts = _attempts(investigation, event)
    rows = _rows(investigation, event, {attempt.line: attempt.attempt for attempt in attempts})
    return Replay(
        event=event,
        event_id=event_id,
        symbol=symbol,
        price_units=price_units,
        time_ns=time_ns,
        attempts=attempts,
        steps=steps(
            time_ns,
            attempts,
            rows,
            output_given=investigation.files.output is not None,
            source_given=investigation.inferred is None,
        ),
        outcome=outcome or "",
        cause=Cause(cause) if cause else None,
        evidence=evidence or "",
    )


def steps(
    time_ns: int,
    attempts: Sequence[ReplayAttempt],
    rows: Sequence[ReplayRow],
    output_given: bool = True,
    source_given: bool = True,
) -> tuple[Step, ...]:
    """Everything that happened, in order. At one instant windows close before others open."""
    last = max([time_ns, *(max(a.start_ns, a.end_ns or 0) for a in attempts)])
    ordered: list[tuple[tuple[int, int, int], Step]] = []
    if source_given:
        ordered.append(((time_ns, -1, 0), Step(StepKind.EMITTED, time_ns)))
    for attempt in attempts:
        claim = Step(_claim(attempt, attempts), attempt.start_ns, attempt, still_held_by=attempt.holders)
        ordered.append(((attempt.start_ns, 1, attempt.attempt), claim))
    first_row = min((row.row for row in rows), default=None)
    for writer, row, presumed in _writers(attempts, rows):
        at_ns = last if writer is None or writer.end_ns is None else writer.end_ns
        failed = writer is not None and writer.failed
        kind = StepKind.WRITTEN if row.row == first_row else StepKind.WRITTEN_AGAIN
        step = Step(
            StepKind.WRITTEN_AFTER_TIMEOUT if failed else kind,
            at_ns,
            writer,
            row,
            timed=False,
            presumed=presumed,
        )
        ordered.append(((at_ns, _phase(writer) + 2 * failed, row.row), step))
    for attempt in attempts:
        at_ns = last if attempt.end_ns is None else attempt.end_ns
        end = Step(
            StepKind.TIMED_OUT if attempt.failed else StepKind.RELEASED,
            at_ns,
            attempt,
            timed=attempt.end_ns is not None,
            still_held_by=_others_at(at_ns, attempt, attempts),
        )
        ordered.append(((at_ns, _phase(attempt) + 1, attempt.attempt), end))
    ordered.sort(key=lambda pair: pair[0])
    told = [step for _, step in ordered]
    if not rows and output_given:
        told.append(Step(StepKind.NOT_WRITTEN, last, timed=False))
    return tuple(told)


def _phase(attempt: ReplayAttempt | None) -> int:
    """Where the end of an attempt stands among the steps of one instant: its claim is at 1."""
    if attempt is None or attempt.end_ns is None:
        return 10
    return 5 if attempt.end_ns == attempt.start_ns else -5


def _claim(attempt: ReplayAttempt, attempts: Sequence[ReplayAttempt]) -> StepKind:
    earlier = [other for other in attempts if other.attempt < attempt.attempt]
    if not earlier:
        return StepKind.CLAIMED
    held = [other for other in earlier if other.attempt in attempt.holders]
    if any(other.end_ns is not None or not other.failed for other in held):
        return StepKind.CLAIMED_WHILE_HELD
    return (
        StepKind.TAKEN_AFTER_TIMEOUT
        if any(other.failed for other in earlier)
        else StepKind.TAKEN_AFTER_SUCCESS
    )


def _others_at(at_ns: int, attempt: ReplayAttempt, attempts: Sequence[ReplayAttempt]) -> tuple[int, ...]:
    return tuple(
        other.attempt
        for other in attempts
        if other is not attempt and other.end_ns is not None and other.start_ns <= at_ns < other.end_ns
    )


def _writers(
    attempts: Sequence[ReplayAttempt], rows: Sequence[ReplayRow]
) -> Iterator[tuple[ReplayAttempt | None, ReplayRow, bool]]:
    """Each row with the attempt at whose end it is shown, and whether that is presumed."""
    by_number = {attempt.attempt: attempt for attempt in attempts}
    known = {row.attempt for row in rows if row.attempt is not None}
    unknown = sum(row.attempt is None for row in rows)
    free = [attempt for attempt in attempts if attempt.attempt not in known] or list(attempts)
    likely = [attempt for attempt in free if not attempt.failed]
    if len(likely) < unknown:
        likely = free
    likely.sort(key=lambda a: (a.end_ns is None, a.end_ns or a.start_ns, a.attempt))
    place = 0
    for row in sorted(rows, key=lambda row: row.row):
        if row.attempt is not None:
            yield by_number[row.attempt], row, False
        elif not likely:
            yield None, row, False
        else:
            yield likely[min(place, len(likely) - 1)], row, len(attempts) > 1
            place += 1


def _attempts(investigation: Investigation, event: int) -> tuple[ReplayAttempt, ...]:
    found = investigation.engine.rows(
        "SELECT a.attempt, r.worker_id, a.start_ns, a.end_ns, a.failed, a.line FROM attempts AS a "
        f"JOIN attempts_read AS r ON r.line = a.line WHERE a.event = {event} ORDER BY a.attempt"
    )
    bare = [
        ReplayAttempt(number, worker, start, end, bool(failed), line)
        for number, worker, start, end, failed, line in found
    ]
    return with_holders(bare)


def with_holders(attempts: Sequence[ReplayAttempt]) -> tuple[ReplayAttempt, ...]:
    """The same attempts, with those that held the event when each started. An open one holds for ever."""
    overlapping = {
        number
        for one in attempts
        for other in attempts
        if one is not other and _overlap(one, other)
        for number in (one.attempt, other.attempt)
    }
    return tuple(
        changed(
            attempt,
            holders=tuple(
                other.attempt
                for other in attempts
                if other.attempt < attempt.attempt and _overlap(other, attempt)
            ),
            overlaps=attempt.attempt in overlapping,
        )
        for attempt in attempts
    )


def _overlap(one: ReplayAttempt, other: ReplayAttempt) -> bool:
    """Whether two windows intersect; an instant meets a window that contains it, an open one whatever follows."""
    first, second = sorted((one, other), key=lambda a: (a.start_ns, a.attempt))
    return first.end_ns is None or second.start_ns < first.end_ns or first.start_ns == second.start_ns


def _rows(investigation: Investigation, event: int, by_line: dict[int, int]) -> list[ReplayRow]:
    found = investigation.engine.rows(
        "SELECT l.row, o.line, coalesce(c.place, 1) = 1, coalesce(d.time_delta_ns, 0), "
        "coalesce(d.price_delta_units, 0), l.attempt_line FROM links AS l "
        "JOIN outputs_read AS o ON o.row = l.row LEFT JOIN deltas AS d ON d.row = l.row "
        f"LEFT JOIN crowded AS c ON c.row = l.row WHERE l.event = {event} ORDER BY l.row"
    )
    only = next(iter(by_line.values())) if len(by_line) == 1 else None
    return [
        ReplayRow(row, line, bool(original), late, off, by_line.get(attempt_line or 0, only))
        for row, line, original, late, off, attempt_line in found
    ]
