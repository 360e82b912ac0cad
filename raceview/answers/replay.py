"""What happened to one event, step by step, in the order of the worker log's clocks.

The log says when an attempt starts and ends. When a row was written is not logged, and often not by which attempt:
a row stands at the end of its attempt; where that is not known (`Step.presumed`) rows in file order are taken to the
attempts in the order in which they ended, successful ones first where there are fewer rows than attempts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from raceview.answers.event_records import Attempt, Row, attempts_of, rows_of, tick_of, verdict_of
from raceview.model import Cause, Outcome

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
class Step:
    """One thing that happened. `timed` is False where the log gives no time: then it stands as late as it can."""

    kind: StepKind
    at_ns: int
    attempt: Attempt | None = None
    row: Row | None = None
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
    attempts: tuple[Attempt, ...]
    steps: tuple[Step, ...]
    outcome: Outcome
    cause: Cause | None
    evidence: str


def replay(investigation: Investigation, event: int) -> Replay:
    """The steps of `event`. Raises KeyError where there is none."""
    tick = tick_of(investigation, event)
    if tick is None:
        raise KeyError(event)
    attempts = attempts_of(investigation, event)
    rows = rows_of(investigation, tick, attempts)
    verdict = verdict_of(investigation, event)
    return Replay(
        event=event,
        event_id=tick.event_id,
        symbol=tick.symbol,
        price_units=tick.price_units,
        time_ns=tick.time_ns,
        attempts=attempts,
        steps=steps(
            tick.time_ns,
            attempts,
            rows,
            output_given=investigation.files.output is not None,
            source_given=investigation.inferred is None,
        ),
        outcome=verdict.outcome,
        cause=verdict.cause,
        evidence=verdict.evidence,
    )


def steps(
    time_ns: int,
    attempts: Sequence[Attempt],
    rows: Sequence[Row],
    output_given: bool = True,
    source_given: bool = True,
) -> tuple[Step, ...]:
    """Everything that happened, in order. At one instant windows close before others open."""
    last = max([time_ns, *(max(a.start_ns, a.end_ns or 0) for a in attempts)])
    ordered: list[tuple[tuple[int, int, int], Step]] = []
    if source_given:
        ordered.append(((time_ns, -1, 0), Step(StepKind.EMITTED, time_ns)))
    for attempt in attempts:
        claim = Step(_claim(attempt, attempts), attempt.start_ns, attempt, still_held_by=_holders(attempt))
        ordered.append(((attempt.start_ns, 1, attempt.number), claim))
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
        ordered.append(((at_ns, _phase(attempt) + 1, attempt.number), end))
    ordered.sort(key=lambda pair: pair[0])
    told = [step for _, step in ordered]
    if not rows and output_given:
        told.append(Step(StepKind.NOT_WRITTEN, last, timed=False))
    return tuple(told)


def _phase(attempt: Attempt | None) -> int:
    """Where the end of an attempt stands among the steps of one instant: its claim is at 1."""
    if attempt is None or attempt.end_ns is None:
        return 10
    return 5 if attempt.end_ns == attempt.start_ns else -5


def _claim(attempt: Attempt, attempts: Sequence[Attempt]) -> StepKind:
    earlier = [other for other in attempts if other.number < attempt.number]
    if not earlier:
        return StepKind.CLAIMED
    held = [other for other in earlier if other.number in _holders(attempt)]
    if any(other.end_ns is not None or not other.failed for other in held):
        return StepKind.CLAIMED_WHILE_HELD
    return (
        StepKind.TAKEN_AFTER_TIMEOUT
        if any(other.failed for other in earlier)
        else StepKind.TAKEN_AFTER_SUCCESS
    )


def _holders(attempt: Attempt) -> tuple[int, ...]:
    """The earlier attempts that held the event when this one started, by number. An open one holds for ever."""
    return tuple(number for number in attempt.overlaps if number < attempt.number)


def _others_at(at_ns: int, attempt: Attempt, attempts: Sequence[Attempt]) -> tuple[int, ...]:
    return tuple(
        other.number
        for other in attempts
        if other is not attempt and other.end_ns is not None and other.start_ns <= at_ns < other.end_ns
    )


def _writers(attempts: Sequence[Attempt], rows: Sequence[Row]) -> Iterator[tuple[Attempt | None, Row, bool]]:
    """Each row with the attempt at whose end it is shown, and whether that is presumed."""
    by_number = {attempt.number: attempt for attempt in attempts}
    known = {row.attempt for row in rows if row.attempt is not None}
    unknown = sum(row.attempt is None for row in rows)
    free = [attempt for attempt in attempts if attempt.number not in known] or list(attempts)
    likely = [attempt for attempt in free if not attempt.failed]
    if len(likely) < unknown:
        likely = free
    likely.sort(key=lambda a: (a.end_ns is None, a.end_ns or a.start_ns, a.number))
    place = 0
    for row in sorted(rows, key=lambda row: row.row):
        if row.attempt is not None:
            yield by_number[row.attempt], row, False
        elif not likely:
            yield None, row, False
        else:
            yield likely[min(place, len(likely) - 1)], row, len(attempts) > 1
            place += 1
