"""The source of truth: the stream of ticks, its arrival times and its prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from raceview.simulate.families import Shape


@dataclass(frozen=True, slots=True)
class Ticks:
    """Symbol (its number), time (microseconds since the epoch) and price (cents) of each, equally long."""

    symbol: NDArray[np.int8]
    time: NDArray[np.int64]
    price: NDArray[np.int32]


def make_ticks(shape: Shape, events: int, twins: NDArray[np.int64], rng: np.random.Generator) -> Ticks:
    """The events in order of time. Each of `twins` is followed by its equal; else no two times are equal."""
    symbol = rng.integers(0, len(shape.symbols), events, np.int8)
    time = _arrivals(shape, events, rng)
    price = _walk(shape, symbol, rng) if shape.walk_steps else draw_prices(shape, events, rng)
    for column in (symbol, time, price):
        column[twins + 1] = column[twins]
    return Ticks(symbol, time, price)


def draw_prices(shape: Shape, count: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """Independent, uniform, on the grid."""
    low, high = shape.price_low // shape.grid, shape.price_high // shape.grid
    return (rng.integers(low, high, count, np.int32) * shape.grid).astype(np.int32)


def _arrivals(shape: Shape, events: int, rng: np.random.Generator) -> NDArray[np.int64]:
    if not shape.irregular:
        return shape.start + np.arange(events, dtype=np.int64) * max(1, round(shape.gap))
    gaps = np.maximum(1, np.rint(rng.exponential(shape.gap, events))).astype(np.int64)
    return shape.start + np.cumsum(gaps)


def _walk(shape: Shape, symbol: NDArray[np.int8], rng: np.random.Generator) -> NDArray[np.int32]:
    """A random walk per symbol, reflected at a floor far below its start."""
    steps = rng.integers(-shape.walk_steps, shape.walk_steps, symbol.size, np.int64, endpoint=True)
    first = draw_prices(shape, len(shape.symbols), rng) // shape.grid
    price = np.empty(symbol.size, np.int32)
    floor = shape.price_low // shape.grid // 2
    for number, begin in enumerate(first):
        of_symbol = np.flatnonzero(symbol == number)
        path = begin + np.cumsum(steps[of_symbol])
        price[of_symbol] = (np.abs(path - floor) + floor) * shape.grid
    return price
