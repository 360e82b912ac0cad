"""The output: one row per write of an attempt, with its noise, in the order asked for.

The first row of an event to be written holds the tick's values; noise befalls the further ones, the altered
events and, in some families, every row. A skewed worker's rows carry its clock besides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from raceview.simulate.families import MS, Order
from raceview.simulate.faults import Fault
from raceview.simulate.phantoms import draw_phantoms

if TYPE_CHECKING:
    from raceview.simulate.families import Noise, Shape
    from raceview.simulate.scenario import Scenario
    from raceview.simulate.ticks import Ticks
    from raceview.simulate.workers import Attempts

NOBODY = -1
"""In place of the event of a phantom, and of the attempt of a row that has none."""

LONGEST_REPEAT_WRITE = 3 * MS
OFFSET_BITS = 33
"""A row is written within 2**33 microseconds (two hours) of its tick; event numbers use the other bits."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The output's rows in file order. Equally long arrays."""

    event: NDArray[np.int32]
    attempt: NDArray[np.int32]
    """Line of the worker log, from 0; `NOBODY` where no attempt wrote it."""
    symbol: NDArray[np.int8]
    time: NDArray[np.int64]
    price: NDArray[np.int32]
    written: NDArray[np.int64]
    """When it was written; by the true clock."""

    def only(self, some: NDArray[np.bool_] | NDArray[np.int64]) -> Rows:
        """Some of them, in the order of their numbers where these are given."""
        return Rows(
            self.event[some],
            self.attempt[some],
            self.symbol[some],
            self.time[some],
            self.price[some],
            self.written[some],
        )


@dataclass(frozen=True, slots=True)
class _Writes:
    """Who wrote when, before there are values. `place` is the event to stand with in event order."""

    event: NDArray[np.int32]
    attempt: NDArray[np.int32]
    place: NDArray[np.int32]
    at: NDArray[np.int64]


def make_rows(scenario: Scenario, attempts: Attempts, order: Order, rng: np.random.Generator) -> Rows:
    """All rows; the values drawn do not depend on `order`."""
    ticks, share = scenario.ticks, scenario.shape.phantoms
    phantoms = draw_phantoms(scenario.shape, ticks, round(share * ticks.time.size), rng)
    writes = _in_event_order(_writes(scenario, attempts, phantoms, rng), ticks)
    rows = _values(scenario, attempts, writes, rng)
    if phantoms.time.size:
        # Phantoms keep the order of their times, in which they were drawn, among the other rows.
        nobody = writes.event == NOBODY
        rows.symbol[nobody] = phantoms.symbol
        rows.time[nobody] = phantoms.time
        rows.price[nobody] = phantoms.price
    if order is Order.EVENT:
        return rows
    return rows.only(np.argsort(writes.at, kind="stable"))


def _writes(scenario: Scenario, attempts: Attempts, phantoms: Ticks, rng: np.random.Generator) -> _Writes:
    shape, ticks = scenario.shape, scenario.ticks
    line = np.repeat(np.arange(attempts.event.size, dtype=np.int32), attempts.rows)
    at = attempts.written[line]
    again = np.flatnonzero(np.diff(line, prepend=-1) == 0)
    for position in _by_rank(line, again):
        # Each repeat follows the one before: their ranks are worked off one by one.
        at[position] = at[position - 1] + _delays(shape, LONGEST_REPEAT_WRITE, position.size, rng)
    unlogged = np.flatnonzero(scenario.plan.fault == Fault.UNLOGGED).astype(np.int32)
    unlogged_at = ticks.time[unlogged] + _delays(shape, shape.duration_high, unlogged.size, rng)
    phantom_at = phantoms.time + _delays(shape, shape.duration_high, phantoms.time.size, rng)
    phantom_place = (np.searchsorted(ticks.time, phantoms.time, "right") - 1).astype(np.int32)
    nobody = np.full(phantoms.time.size, NOBODY, np.int32)
    event = attempts.event[line]
    return _Writes(
        event=np.concatenate((event, unlogged, nobody)),
        attempt=np.concatenate((line, np.full(unlogged.size, NOBODY, np.int32), nobody)),
        place=np.concatenate((event, unlogged, phantom_place)),
        at=np.concatenate((at, unlogged_at, phantom_at)),
    )


def _by_rank(line: NDArray[np.int32], again: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The positions of second, third, ... rows of one attempt."""
    rank = again - np.searchsorted(line, line[again])
    return [again[rank == number] for number in range(1, int(rank.max(initial=0)) + 1)]


def _delays(shape: Shape, longest: int, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return rng.integers(0, longest // shape.time_step, count, np.int64, endpoint=True) * shape.time_step


def _in_event_order(writes: _Writes, ticks: Ticks) -> _Writes:
    """By event, then by time of writing; phantoms come after the event that they stand with."""
    since_tick = writes.at - ticks.time[writes.place]
    since_tick[writes.event == NOBODY] = (1 << OFFSET_BITS) - 1
    order = np.argsort((writes.place.astype(np.int64) << OFFSET_BITS) + since_tick, kind="stable")
    return _Writes(writes.event[order], writes.attempt[order], writes.place[order], writes.at[order])


def _values(scenario: Scenario, attempts: Attempts, writes: _Writes, rng: np.random.Generator) -> Rows:
    shape, ticks, plan = scenario.shape, scenario.ticks, scenario.plan
    symbol, time, price = ticks.symbol[writes.place], ticks.time[writes.place], ticks.price[writes.place]
    altered = plan.fault[writes.place] == Fault.ALTERED
    further = np.diff(writes.event, prepend=NOBODY) == 0
    noisy = (altered | further | shape.noise.every_row) & (writes.event != NOBODY)
    late, off = _noise(shape.noise, altered[noisy], rng)
    time[noisy] += late
    price[noisy] += off
    if shape.skew:
        skewed = (writes.attempt != NOBODY) & (attempts.worker[writes.attempt] == shape.skewed_worker)
        time[skewed] += shape.skew
    return Rows(writes.event, writes.attempt, symbol, time, price, writes.at)


def _noise(
    noise: Noise, altered: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Shifts in time and price of each noisy row; an altered event is never identical to its tick."""
    identical, price_only, time_only, both = noise.kinds
    pick = rng.random(altered.size) * (price_only + time_only + both)
    pick[~altered] = (
        rng.random(int((~altered).sum())) * (identical + price_only + time_only + both) - identical
    )
    has_price = ((pick >= 0) & (pick < price_only)) | (pick >= price_only + time_only)
    has_time = pick >= price_only
    low, high = noise.time_low // noise.time_step, noise.time_high // noise.time_step
    late = rng.integers(low, high, altered.size, np.int64, endpoint=True) * noise.time_step
    steps = noise.price_max // noise.price_step
    off = rng.integers(-steps, steps, altered.size, np.int32, endpoint=True)
    if not noise.price_may_be_same:
        off = rng.integers(1, steps, altered.size, np.int32, endpoint=True) * np.where(off < 0, -1, 1)
    return late * has_time, (off * noise.price_step * has_price).astype(np.int32)
