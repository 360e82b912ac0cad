"""How many rows have a tick near them beyond chance, and how near.

Where most rows have no tick at all, as of a source that was cut short, a mixture as flexible as that of the window
explains them all the same: by ticks that happen to be near. Here the rows are compared with ticks: to a tick all others
of its symbol are false. As far as fewer rows than ticks are without a neighbour in a box of time and price, rows have
matches there (a scan statistic as of Naus 1965, over boxes of all sizes).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from raceview.linkage.groups import Floats, Ints

STEPS_PER_OCTAVE = 2
EVIDENCE = 3.0
"""Standard errors by which what is beyond chance must be so."""
CROWDED = 0.9
"""A box where more of the ticks than that have a neighbour tells nothing."""
NEGLIGIBLE = 0.002
"""Share of the rows for which the box is not made larger."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Rows, or ticks, and the ticks of their symbol within the same time: one entry per pair, `row` from 0.

    Differences are in ns and price units; `rows` counts those without a neighbour too. They are a sample `of` so many.
    """

    row: Ints
    time_delta: Ints
    price_delta: Ints
    rows: int
    of: int

    def moved(self, lag: int) -> Neighbours:
        """With what is late by that lag counted as on time."""
        return replace(self, time_delta=self.time_delta - lag)

    def only(self, chosen: npt.NDArray[np.bool_]) -> Neighbours:
        return replace(
            self,
            row=self.row[chosen],
            time_delta=self.time_delta[chosen],
            price_delta=self.price_delta[chosen],
        )


@dataclass(frozen=True, slots=True)
class Box:
    """Differences of at most `time` (ns) and `price` (price units) hold the matches.

    At least the share `least` of the rows has one.
    """

    time: int
    price: int
    least: float


def beyond_chance(rows: Neighbours, ticks: Neighbours, steps: tuple[int, int]) -> Box:
    """The smallest box that holds all the matches there is evidence for.

    `steps` are those of time and of price.
    """
    time, price = (
        _sizes(rows.time_delta, ticks.time_delta, steps[0]),
        _sizes(rows.price_delta, ticks.price_delta, steps[1]),
    )
    shape = tuple(1 + max(int(size.max(initial=0)) for size in axis) for axis in (time, price))
    near, chance = (
        _near(neighbours, time_size, price_size, (shape[0], shape[1]))
        for neighbours, time_size, price_size in zip((rows, ticks), time, price, strict=True)
    )
    apart = _apart(ticks, time[1], price[1], (shape[0], shape[1]))
    few_rows, few_ticks = np.minimum(rows.rows, apart), np.minimum(ticks.rows, apart)
    least = np.where(chance <= CROWDED, _least(near, few_rows, chance, few_ticks), -1.0)
    best = np.unravel_index(np.argmax(least), shape)
    # Of two boxes, one in the other, the larger holds more matches if it does for what has no neighbour in the smaller.
    within = np.s_[: best[0] + 1, : best[1] + 1]
    alone, by_chance = np.maximum(1.0 - near[within], 1e-9), np.maximum(1.0 - chance[within], 1e-9)
    further, further_chance = (near[best] - near[within]) / alone, (chance[best] - chance[within]) / by_chance
    more = alone * _least(further, few_rows[best] * alone, further_chance, few_ticks[best] * by_chance)
    enough = more <= NEGLIGIBLE
    size = np.add.outer(np.arange(best[0] + 1), np.arange(best[1] + 1))
    smallest = np.unravel_index(np.argmin(np.where(enough, size, size.max() + 1)), size.shape)
    return Box(
        time=_limit(int(smallest[0]), steps[0]),
        price=_limit(int(smallest[1]), steps[1]),
        least=float(max(least[best], 0.0)),
    )


def _apart(ticks: Neighbours, time: Ints, price: Ints, shape: tuple[int, int]) -> Floats:
    """Per box: how many of its size hold all ticks. Rows or ticks that share a box see the same neighbours."""
    pairs = np.bincount(time * shape[1] + price, minlength=shape[0] * shape[1]).reshape(shape)
    each = 1.0 + pairs.cumsum(axis=0).cumsum(axis=1) / max(1, ticks.rows)
    apart: Floats = ticks.of / each
    return apart


def _least(near: Floats, rows: Floats, chance: Floats, ticks: Floats) -> Floats:
    """Share of the rows that have a match, at the least: those without a neighbour are fewer than chance would leave.

    What is drawn is shrunk for the errors (Agresti and Coull 1998), so that a few rows that are all alike prove little.
    """
    few = EVIDENCE**2
    alone, by_chance = (
        1.0 - (share * n + 0.5 * few) / (n + few) for share, n in ((near, rows), (chance, ticks))
    )
    ratio = alone / by_chance
    relative = (1.0 - alone) / (alone * (rows + few)) + (1.0 - by_chance) / (by_chance * (ticks + few))
    return 1.0 - ratio * (1.0 + EVIDENCE * np.sqrt(relative))


def _sizes(first: Ints, second: Ints, step: int) -> tuple[Ints, Ints]:
    return _size(first, step), _size(second, step)


def _size(values: Ints, step: int) -> Ints:
    """Logarithmic size: 0 for zero, 1 for one step."""
    magnitude = np.maximum(np.abs(values) / step, 1.0)
    return np.where(values == 0, 0, 1 + np.ceil(STEPS_PER_OCTAVE * np.log2(magnitude))).astype(np.int64)


def _limit(size: int, step: int) -> int:
    """The greatest value of a size."""
    return round(step * 2.0 ** ((size - 1) / STEPS_PER_OCTAVE)) if size else 0


def _near(pairs: Neighbours, time: Ints, price: Ints, shape: tuple[int, int]) -> npt.NDArray[np.float64]:
    """Per box, of any size in time and in price: the share of rows with a neighbour in it."""
    order = np.argsort(time, kind="stable")
    ends = np.searchsorted(time[order], np.arange(shape[0] + 1))
    nearest = np.full(pairs.rows, shape[1])
    near: Floats = np.zeros(shape)
    for size in range(shape[0]):
        added = order[ends[size] : ends[size + 1]]
        np.minimum.at(nearest, pairs.row[added], price[added])
        near[size] = np.cumsum(np.bincount(nearest, minlength=shape[1] + 1)[: shape[1]])
    return near / max(1, pairs.rows)
