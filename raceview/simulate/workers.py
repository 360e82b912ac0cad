"""The worker log: who claimed which event, from when to when, how it ended, and what it wrote when.

Nothing here knows values: the rows are made by `rows.py`, the verdicts by `truth.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from raceview.simulate.families import MS
from raceview.simulate.faults import REPEATED, Fault

if TYPE_CHECKING:
    from raceview.simulate.families import Shape
    from raceview.simulate.faults import Plan
    from raceview.simulate.scenario import Scenario

NO_END = -1
"""In place of the end time of an attempt that has none."""

LONGEST_LATE_WRITE = 5 * MS
LONGEST_RETRY_WAIT = 2 * MS
IMMEDIATE_REDELIVERIES = 0.1
LATE_ZOMBIES = 0.5


@dataclass(frozen=True, slots=True)
class Attempts:
    """The lines of the worker log in order: by event, then by claim. Equally long arrays."""

    event: NDArray[np.int32]
    number: NDArray[np.int8]
    """Within the event, from 1, by logged start, then by line."""
    worker: NDArray[np.int8]
    start: NDArray[np.int64]
    """As logged: a skewed worker's by its own clock. The same holds of `end`."""
    end: NDArray[np.int64]
    timed_out: NDArray[np.bool_]
    rows: NDArray[np.int8]
    """How many rows it wrote."""
    written: NDArray[np.int64]
    """When it wrote the first, or would have; by the true clock."""

    def only(self, some: NDArray[np.bool_]) -> Attempts:
        """Some of the lines, as if the others had never been."""
        return Attempts(*(getattr(self, field.name)[some] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class _Repeats:
    """Claims or writes of an event beyond its first, one each, by event and round (from 1)."""

    event: NDArray[np.int64]
    round: NDArray[np.int64]
    kind: NDArray[np.int8]
    inverted: NDArray[np.bool_]
    """Whether a zombie follows a success and times out, instead of following a timeout."""

    @property
    def claims(self) -> NDArray[np.bool_]:
        """Whether it is an attempt of its own."""
        return np.not_equal(self.kind, Fault.DOUBLE_EMIT)


@dataclass(frozen=True, slots=True)
class _Draft:
    """The log while it is filled in, round by round: arrays by line, but `first` and `count` by event."""

    first: NDArray[np.int64]
    count: NDArray[np.int64]
    event: NDArray[np.int32]
    duration: NDArray[np.int64]
    worker: NDArray[np.int8]
    start: NDArray[np.int64]
    timed_out: NDArray[np.bool_]


def make_attempts(scenario: Scenario, rng: np.random.Generator) -> Attempts:
    """Carry the plan out: the whole worker log."""
    shape, plan = scenario.shape, scenario.plan
    repeats = _repeats(shape, plan, rng)
    draft = _first_claims(scenario, repeats, rng)
    line = draft.first[repeats.event] + _claims_so_far(repeats)
    for number in range(1, int(repeats.round.max(initial=0)) + 1):
        now = (repeats.round == number) & repeats.claims
        again = _Repeats(repeats.event[now], repeats.round[now], repeats.kind[now], repeats.inverted[now])
        _claim_again(shape, draft, again, line[now], rng)

    closed = rng.random(draft.event.size) >= shape.open_timeouts
    expiry = np.where(closed, draft.start + shape.lease, NO_END)
    end = np.where(draft.timed_out, expiry, draft.start + draft.duration)
    written = draft.start + draft.duration
    _write_late(scenario, draft, written, rng)
    rows = _rows_of_each(plan, draft)
    np.add.at(rows, line[~repeats.claims], 1)
    if shape.skew:
        off = draft.worker == shape.skewed_worker
        draft.start[off] += shape.skew
        end[off & (end != NO_END)] += shape.skew
    return Attempts(
        event=draft.event,
        number=_numbers(draft),
        worker=draft.worker,
        start=draft.start,
        end=end,
        timed_out=draft.timed_out,
        rows=rows,
        written=written,
    )


def _repeats(shape: Shape, plan: Plan, rng: np.random.Generator) -> _Repeats:
    event = np.repeat(np.arange(plan.fault.size), plan.copies)
    begin = np.cumsum(plan.copies, dtype=np.int64) - plan.copies
    number = np.arange(event.size) - begin[event] + 1
    kind = plan.fault[event]
    again = plan.blended[event] & (number > 1)
    kind[again] = rng.choice(REPEATED, int(again.sum()))
    # A retry that writes the only row is claimed like one that writes another.
    retried = kind == Fault.RETRIED
    kind[retried] = Fault.ZOMBIE
    inverted = rng.random(plan.fault.size) < shape.inverted_zombies
    return _Repeats(event, number, kind, inverted[event] & ~retried)


def _claims_so_far(repeats: _Repeats) -> NDArray[np.int64]:
    """Per repeat, the claims among the repeats of its event so far, itself included."""
    total = np.cumsum(repeats.claims)
    begin = np.searchsorted(repeats.event, repeats.event)
    return np.asarray(total - total[begin] + repeats.claims[begin])


def _first_claims(scenario: Scenario, repeats: _Repeats, rng: np.random.Generator) -> _Draft:
    """The log with every line's length, and with all that is true of first attempts filled in for all."""
    shape, fault = scenario.shape, scenario.plan.fault
    claimed = (fault != Fault.UNPROCESSED) & (fault != Fault.UNLOGGED)
    count = np.bincount(repeats.event[repeats.claims], minlength=fault.size) + claimed
    event = np.repeat(np.arange(fault.size, dtype=np.int32), count)
    return _Draft(
        first=np.cumsum(count) - count,
        count=count,
        event=event,
        duration=_steps((shape.duration_low, shape.duration_high), shape.time_step, event.size, rng),
        worker=rng.integers(0, shape.workers, event.size, np.int8),
        start=scenario.ticks.time[event] + _steps((0, shape.claim_delay), shape.time_step, event.size, rng),
        timed_out=np.isin(fault, (Fault.UNACKNOWLEDGED, Fault.ABANDONED))[event],
    )


def _claim_again(
    shape: Shape, draft: _Draft, repeats: _Repeats, line: NDArray[np.int64], rng: np.random.Generator
) -> None:
    """Set start, worker and status of one round's attempts, given those of the rounds before."""
    kind, first, before = repeats.kind, draft.first[repeats.event], line - 1
    zombie = kind == Fault.ZOMBIE
    draft.timed_out[line[zombie & repeats.inverted]] = True
    draft.timed_out[before[zombie & ~repeats.inverted]] = True

    # All overlapping attempts start before the shortest one ends, so each meets each of the others.
    start = draft.start[first] + _steps((0, shape.overlap_lag), shape.time_step, line.size, rng)
    wait = _steps((0, LONGEST_RETRY_WAIT), shape.time_step, line.size, rng)
    start = np.where(zombie & ~repeats.inverted, draft.start[before] + shape.lease + wait, start)
    held = np.where(draft.timed_out[before], shape.lease, draft.duration[before])
    wait = _steps((0, 2 * shape.lease), shape.time_step, line.size, rng)
    wait[rng.random(line.size) < IMMEDIATE_REDELIVERIES] = 0
    draft.start[line] = np.where(kind == Fault.REDELIVERY, draft.start[before] + held + wait, start)

    same = kind == Fault.SELF_OVERLAP
    draft.worker[line[same]] = draft.worker[first[same]]
    apart = kind == Fault.CONCURRENT
    # The event's number turns the wheel, so that not always the next worker is the other one.
    turn = 1 + (repeats.event[apart] + repeats.round[apart]) % (shape.workers - 1)
    draft.worker[line[apart]] = (draft.worker[first[apart]] + turn) % shape.workers


def _write_late(
    scenario: Scenario, draft: _Draft, written: NDArray[np.int64], rng: np.random.Generator
) -> None:
    """Some first attempts that were given up write only after the last retry has."""
    fault, step = scenario.plan.fault, scenario.shape.time_step
    zombies = np.flatnonzero((fault == Fault.ZOMBIE) & (rng.random(fault.size) < LATE_ZOMBIES))
    zombies = zombies[draft.timed_out[draft.first[zombies]]]
    last = draft.first[zombies] + draft.count[zombies] - 1
    written[draft.first[zombies]] = written[last] + _steps(
        (step, LONGEST_LATE_WRITE), step, zombies.size, rng
    )


def _rows_of_each(plan: Plan, draft: _Draft) -> NDArray[np.int8]:
    """One each, but none where the plan says that the first attempt leaves none."""
    rows = np.ones(draft.event.size, np.int8)
    silent = np.isin(plan.fault, (Fault.LOST, Fault.ABANDONED, Fault.RETRIED))
    rows[draft.first[silent]] = 0
    return rows


def _numbers(draft: _Draft) -> NDArray[np.int8]:
    number = np.ones(draft.event.size, np.int8)
    several = np.flatnonzero(draft.count[draft.event] > 1)
    order = several[np.lexsort((draft.start[several], draft.event[several]))]
    begins = np.searchsorted(draft.event[order], draft.event[order])
    number[order] = np.arange(order.size) - begins + 1
    return number


def _steps(bounds: tuple[int, int], step: int, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Uniform multiples of `step` between two such multiples, both possible."""
    return rng.integers(bounds[0] // step, bounds[1] // step, count, np.int64, endpoint=True) * step
