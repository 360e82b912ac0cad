"""Rows that no event can have produced: far in time or in price from every event of their symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from raceview.simulate.ticks import Ticks, draw_prices

if TYPE_CHECKING:
    from raceview.simulate.families import Shape

REACH = 10
"""A phantom keeps so many times the largest shift away from any event of its symbol, in time or in price."""

TRIES = 50


def draw_phantoms(shape: Shape, ticks: Ticks, count: int, rng: np.random.Generator) -> Ticks:
    """Phantoms in order of time; fewer than `count` where the stream is too dense to find room for them."""
    found = Ticks(np.zeros(0, np.int8), np.zeros(0, np.int64), np.zeros(0, np.int32))
    by_symbol = (
        [np.flatnonzero(ticks.symbol == number) for number in range(len(shape.symbols))] if count else []
    )
    for _ in range(TRIES):
        missing = count - found.time.size
        if missing <= 0:
            break
        drawn = Ticks(
            rng.integers(0, len(shape.symbols), missing, np.int8),
            rng.integers(ticks.time[0], ticks.time[-1], missing, np.int64, endpoint=True),
            draw_prices(shape, missing, rng),
        )
        found = _joined(found, drawn, ~_within_reach(shape, ticks, by_symbol, drawn))
    order = np.argsort(found.time, kind="stable")
    return Ticks(found.symbol[order], found.time[order], found.price[order])


def _joined(found: Ticks, drawn: Ticks, keep: NDArray[np.bool_]) -> Ticks:
    return Ticks(
        np.concatenate((found.symbol, drawn.symbol[keep])),
        np.concatenate((found.time, drawn.time[keep])),
        np.concatenate((found.price, drawn.price[keep])),
    )


def _within_reach(
    shape: Shape, ticks: Ticks, by_symbol: list[NDArray[np.int64]], drawn: Ticks
) -> NDArray[np.bool_]:
    """Whether some event of the symbol is near in both time and price."""
    in_time, in_price = REACH * shape.noise.time_high, REACH * shape.noise.price_max
    near = np.zeros(drawn.time.size, np.bool_)
    for number, events in enumerate(by_symbol):
        mine = np.flatnonzero(drawn.symbol == number)
        times, prices = ticks.time[events], ticks.price[events]
        low = np.searchsorted(times, drawn.time[mine] - in_time)
        neighbours = np.searchsorted(times, drawn.time[mine] + in_time, "right") - low
        owner = np.repeat(np.arange(mine.size), neighbours)
        begins = np.cumsum(neighbours) - neighbours
        neighbour = low[owner] + np.arange(owner.size) - begins[owner]
        close = np.abs(prices[neighbour] - drawn.price[mine][owner]) <= in_price
        near[mine[owner[close]]] = True
    return near
