"""Pairs into groups: every way to split a few tied rows into events is weighed.

Rows tied by likely pairs form a component. In each way to split it, a block of k rows counts the odds of its k - 1
likeliest pairs; its other pairs are then no more news that they are of one event, but may speak against it: a and c
that can be no match guard against the chain a, b, c. Between blocks, a pair with a copy in it counts how much likelier
its price difference is for that: an odd row is odd to all its neighbours, and a match to one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

from raceview.matching.patterns import Floats, Ints

STRANGER = 0.001
"""Likelihood ratio of two rows of a component that are not a likely pair: they may yet be copies of one event."""
MOST_ROWS = 6
"""Rows of the largest component whose ways to split are weighed: 203 ways."""
BATCH = 200_000
"""Ways to split that are weighed at once, about."""
CERTAIN = 1 - 1e-6


@dataclass(frozen=True, slots=True)
class Likely:
    """Pairs of rows, a before b in the file, the rows numbered from 0."""

    a: Ints
    b: Ints
    odds: Floats
    """That they are one event."""
    oddness: Floats
    """How much likelier their price difference is where they are not, but one of them is a copy."""
    rows: int


@dataclass(frozen=True, slots=True)
class Groups:
    """Per row: the first of its group in the likeliest split, and the probability to be no first of any group."""

    first: Ints
    further: Floats


def group(likely: Likely, base: float, least: float) -> Groups:
    """Split the rows into events. `base` is the odds of a pair of which nothing is known.

    Components of more than MOST_ROWS rows are cut at their least likely pairs, from `least` up.
    """
    kept = _cut(likely, least)
    order, starts, sizes = _components(kept)
    first, further = np.arange(kept.rows), np.zeros(kept.rows)
    component, position = np.empty(kept.rows, dtype=np.int64), np.empty(kept.rows, dtype=np.int64)
    component[order] = np.repeat(np.arange(len(sizes)), sizes)
    position[order] = np.arange(kept.rows) - np.repeat(starts, sizes)
    by_component = np.argsort(component[kept.a], kind="stable")
    of_pair = component[kept.a][by_component]
    for size in np.unique(sizes[sizes > 1]):
        which = np.flatnonzero(sizes == size)
        if size > MOST_ROWS:
            _all_one(order, starts[which], int(size), first, further)
            continue
        step = BATCH // len(splits(int(size)))
        for at in range(0, len(which), step):
            some = which[at : at + step]
            members = order[starts[some][:, None] + np.arange(size)]
            ratio = np.full((len(some), size, size), STRANGER * base)
            oddness = np.ones_like(ratio)
            number = np.full(int(some[-1] - some[0]) + 1, -1)
            number[some - some[0]] = np.arange(len(some))
            low, high = np.searchsorted(of_pair, [some[0], some[-1] + 1])
            mine = by_component[low:high]
            of_mine = number[component[kept.a[mine]] - some[0]]
            mine, of_mine = mine[of_mine >= 0], of_mine[of_mine >= 0]
            at_pair = of_mine, position[kept.a[mine]], position[kept.b[mine]]
            ratio[at_pair], oddness[at_pair] = kept.odds[mine], kept.oddness[mine]
            best, chance = weigh(np.maximum(ratio, ratio.transpose(0, 2, 1)), base, oddness)
            first[members] = np.take_along_axis(members, best, axis=1)
            further[members] = chance
    return Groups(first, further)


@cache
def splits(size: int) -> list[list[int]]:
    """Every way to split so many rows into blocks, as the block of each row; blocks are numbered as they come."""
    ways = [[0]]
    for _ in range(size - 1):
        ways = [[*way, block] for way in ways for block in range(max(way) + 2)]
    return ways


def weigh(ratio: Floats, base: float, oddness: Floats) -> tuple[Ints, Floats]:
    """(component, row): the first row of its block in the likeliest split, and the probability not to be one.

    `ratio` is (component, row, row), symmetric: the odds of each pair. So is `oddness`, read where row < row.
    """
    components, size, _ = ratio.shape
    ways = splits(size)
    weight = np.ones((len(ways), components))
    first = np.empty((len(ways), size), dtype=np.int64)
    for at, way in enumerate(ways):
        for block in range(max(way) + 1):
            inside = [row for row in range(size) if way[row] == block]
            first[at, inside] = inside[0]
            if len(inside) > 1:
                odds = np.stack([ratio[:, x, y] for x, y in combinations(inside, 2)])
                odds = -np.sort(-odds, axis=0)
                spanning = len(inside) - 1
                weight[at] *= odds[:spanning].prod(0) * np.minimum(1.0, odds[spanning:] / base).prod(0)
        copy = [way[row] in way[:row] for row in range(size)]
        for x, y in combinations(range(size), 2):
            if way[x] != way[y] and (copy[x] or copy[y]):
                weight[at] *= oddness[:, x, y]
    weight /= weight.sum(0)
    not_first = (first != np.arange(size)).astype(np.float64)
    return first[weight.argmax(0)], weight.T @ not_first


def _all_one(order: Ints, starts: Ints, size: int, first: Ints, further: Floats) -> None:
    """Components too large to weigh, though cut at all pairs that are not certain: one event each."""
    members = order[starts[:, None] + np.arange(size)]
    first[members] = members[:, :1]
    further[members[:, 1:]] = 1.0


def _cut(likely: Likely, least: float) -> Likely:
    """Without the least likely pairs of components that are too large."""
    probability = likely.odds / (1 + likely.odds)
    alive: npt.NDArray[np.bool_] = np.ones(len(likely.a), dtype=bool)
    cut = least
    while cut < CERTAIN:
        label = _labels(likely.a[alive], likely.b[alive], likely.rows)
        large = alive & (np.bincount(label, minlength=likely.rows)[label[likely.a]] > MOST_ROWS)
        if not large.any():
            break
        cut = 1 - (1 - cut) / 2 if cut > 0.3 else cut * 3  # noqa: PLR2004 - in steps, by odds
        alive &= ~(large & (probability < cut))
    return Likely(likely.a[alive], likely.b[alive], likely.odds[alive], likely.oddness[alive], likely.rows)


def _components(likely: Likely) -> tuple[Ints, Ints, Ints]:
    """Rows by component, each one's in their order; where each begins, and how many rows it has."""
    label = _labels(likely.a, likely.b, likely.rows)
    order = np.argsort(label, kind="stable")
    starts = np.flatnonzero(np.diff(label[order], prepend=-1))
    return order, starts, np.diff(np.append(starts, likely.rows))


def _labels(a: Ints, b: Ints, rows: int) -> Ints:
    """The least row of each row's component: minima spread along the pairs while paths are halved."""
    label = np.arange(rows)
    while True:
        before = label.copy()
        low = np.minimum(label[a], label[b])
        np.minimum.at(label, a, low)
        np.minimum.at(label, b, low)
        label = np.minimum(label, label[label])
        if np.array_equal(before, label):
            return label
