"""The worker log: who claimed which event, from when to when, how it ended, and what it wrote when.

Written times are the true ones; a skewed worker's windows are shifted only after them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from raceview.simulate.families import MS
from raceview.simulate.faults import REPEATED, Fault, Plan

if TYPE_CHECKING:
    from raceview.simulate.families import Shape
    from raceview.simulate.ticks import Ticks

NO_END = -1
"""In place of the end time of an attempt that has none."""

LONGEST_LATE_WRITE = 5 * MS
LONGEST_RETRY_WAIT = 2 * MS
IMMEDIATE_REDELIVERIES = 0.1
LATE_ZOMBIES = 0.5


@dataclass(frozen=True, slots=True)
class Attempts:
    """The lines of the worker log in order: by event, then by true start (nearly). Equally long arrays."""

    event: NDArray[np.int32]
    number: NDArray[np.int8]
    """Within the event, from 1, by logged start, then by line."""
    worker: NDArray[np.int8]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    timed_out: NDArray[np.bool_]
    rows: NDArray[np.int8]
    """How many rows it wrote."""
    written: NDArray[np.int64]
    """When it wrote the first, or would have."""


@dataclass(frozen=True, slots=True)
class _Repeats:
    """The repeats of events, one a line, by event and round; positions are lines of the log."""

    event: NDArray[np.int64]
    round: NDArray[np.int64]
    kind: NDArray[np.int8]
    line: NDArray[np.int64]
    """Of its attempt; of the attempt that writes again where it has none (a double emit)."""


def make_attempts(shape: Shape, ticks: Ticks, plan: Plan, rng: np.random.Generator) -> Attempts:
    """Carry the plan out: the whole worker log."""
    event_of_repeat, round_of_repeat, kind = _kinds(plan, rng)
    claims = kind != Fault.DOUBLE_EMIT
    unclaimed = (plan.fault == Fault.UNPROCESSED) | (plan.fault == Fault.UNLOGGED)
    count = np.bincount(event_of_repeat[claims], minlength=plan.fault.size) + ~unclaimed
    first = np.cumsum(count) - count
    claimed_before = np.cumsum(claims) - np.cumsum(claims)[np.searchsorted(event_of_repeat, event_of_repeat)]
    claimed_before += claims[np.searchsorted(event_of_repeat, event_of_repeat)]
    repeats = _Repeats(event_of_repeat, round_of_repeat, kind, first[event_of_repeat] + claimed_before)

    event = np.repeat(np.arange(plan.fault.size, dtype=np.int32), count)
    duration = _steps(shape.duration_low, shape.duration_high, shape.time_step, event.size, rng)
    worker = rng.integers(0, shape.workers, event.size, np.int8)
    timed_out = np.isin(plan.fault, (Fault.UNACKNOWLEDGED, Fault.ABANDONED))[event]
    start = ticks.time[event] + _steps(0, shape.claim_delay, shape.time_step, event.size, rng)
    inverted = rng.random(plan.fault.size) < shape.inverted_zombies
    for number in range(1, int(repeats.round.max(initial=0)) + 1):
        _claim_again(shape, repeats, number, first, inverted, (duration, worker, timed_out, start), rng)

    closed = rng.random(event.size) >= shape.open_timeouts
    end = np.where(timed_out, np.where(closed, start + shape.lease, NO_END), start + duration)
    written = start + duration
    _write_late(shape, plan, first, count, timed_out, written, rng)
    rows = _rows_of_each(plan, event, first, count, repeats)
    if shape.skew:
        off = worker == shape.skewed_worker
        start[off] += shape.skew
        end[off & (end != NO_END)] += shape.skew
    return Attempts(event, _numbers(event, start, count), worker, start, end, timed_out, rows, written)


def _kinds(
    plan: Plan, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]:
    """Event, round (from 1) and fault of each repeat."""
    event = np.repeat(np.arange(plan.fault.size), plan.copies)
    begin = np.cumsum(plan.copies, dtype=np.int64) - plan.copies
    number = np.arange(event.size) - begin[event] + 1
    kind = plan.fault[event]
    again = plan.blended[event] & (number > 1)
    kind[again] = rng.choice(REPEATED, int(again.sum()))
    kind[kind == Fault.RETRIED] = Fault.ZOMBIE
    return event, number, kind


def _claim_again(
    shape: Shape,
    repeats: _Repeats,
    number: int,
    first_line: NDArray[np.int64],
    inverted: NDArray[np.bool_],
    log: tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.bool_], NDArray[np.int64]],
    rng: np.random.Generator,
) -> None:
    """Set start, worker and status of the attempts of one round, given those of the rounds before."""
    duration, worker, timed_out, start = log
    now = (repeats.round == number) & (repeats.kind != Fault.DOUBLE_EMIT)
    line, kind, event = repeats.line[now], repeats.kind[now], repeats.event[now]
    first, before = first_line[event], line - 1

    follows_success = (kind == Fault.ZOMBIE) & inverted[event]
    retries = (kind == Fault.ZOMBIE) & ~inverted[event]
    timed_out[line[follows_success]] = True
    timed_out[before[retries]] = True

    # All overlapping attempts start before the shortest one ends, so each meets each of the others.
    start[line] = start[first] + _steps(0, shape.overlap_lag, shape.time_step, line.size, rng)
    wait = _steps(0, LONGEST_RETRY_WAIT, shape.time_step, line.size, rng)
    start[line[retries]] = (start[before] + shape.lease + wait)[retries]
    release = start[before] + np.where(timed_out[before], shape.lease, duration[before])
    wait = _steps(0, 2 * shape.lease, shape.time_step, line.size, rng)
    wait[rng.random(line.size) < IMMEDIATE_REDELIVERIES] = 0
    again = kind == Fault.REDELIVERY
    start[line[again]] = (release + wait)[again]

    same = kind == Fault.SELF_OVERLAP
    worker[line[same]] = worker[first[same]]
    apart = kind == Fault.CONCURRENT
    # The event's number turns the wheel, so that not always the next worker is the other one.
    turn = 1 + (event[apart] + number) % (shape.workers - 1)
    worker[line[apart]] = (worker[first[apart]] + turn) % shape.workers


def _write_late(
    shape: Shape,
    plan: Plan,
    first: NDArray[np.int64],
    count: NDArray[np.int64],
    timed_out: NDArray[np.bool_],
    written: NDArray[np.int64],
    rng: np.random.Generator,
) -> None:
    """Some first attempts that were given up write only after the last retry has."""
    zombies = np.flatnonzero((plan.fault == Fault.ZOMBIE) & (rng.random(plan.fault.size) < LATE_ZOMBIES))
    zombies = zombies[timed_out[first[zombies]]]
    last = first[zombies] + count[zombies] - 1
    delay = _steps(shape.time_step, LONGEST_LATE_WRITE, shape.time_step, zombies.size, rng)
    written[first[zombies]] = written[last] + delay


def _rows_of_each(
    plan: Plan,
    event: NDArray[np.int32],
    first: NDArray[np.int64],
    count: NDArray[np.int64],
    repeats: _Repeats,
) -> NDArray[np.int8]:
    rows = np.ones(event.size, np.int8)
    silent = np.isin(plan.fault, (Fault.LOST, Fault.ABANDONED, Fault.RETRIED)) & (count > 0)
    rows[first[silent]] = 0
    np.add.at(rows, repeats.line[repeats.kind == Fault.DOUBLE_EMIT], 1)
    return rows


def _numbers(
    event: NDArray[np.int32], start: NDArray[np.int64], count: NDArray[np.int64]
) -> NDArray[np.int8]:
    number = np.ones(event.size, np.int8)
    several = np.flatnonzero(count[event] > 1)
    order = several[np.lexsort((start[several], event[several]))]
    begins = np.searchsorted(event[order], event[order])
    number[order] = np.arange(order.size) - begins + 1
    return number


def _steps(low: int, high: int, step: int, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Uniform multiples of `step` between two such multiples, both possible."""
    return rng.integers(low // step, high // step, count, np.int64, endpoint=True) * step
