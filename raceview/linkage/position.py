"""What a row's place in the file says about where it came from.

Files are mostly written in some order: by event, or by the moment an attempt ended. Rows whose link is clear show
whether one of these coordinates rises through the file, and how seldom it falls (`inversion`). A link that would break
the order is then that much less likely. A file sorted by the rows' own times says nothing that the times do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from raceview.linkage.graph import Floats, Ints
from raceview.linkage.groups import best_of

NEIGHBOURS = 3
"""Clear rows to either side that a row is held against."""
CLEAR = 0.9
"""Probability of a link from which its row bears witness."""
LEAST_ROWS = 500
"""Clear rows below which nothing is said about the order."""
MOST_INVERSIONS = 0.05
"""Share of neighbouring clear rows out of order above which the file is not taken to follow a coordinate."""


@dataclass(frozen=True, slots=True)
class Order:
    """The coordinate that rises through the file, by its number among those offered; how often it falls instead."""

    coordinate: int
    inversion: float


@dataclass(frozen=True, slots=True)
class BestLinks:
    """Per row, in file order: its likeliest edge, and whether that one is clear."""

    edge: Ints
    clear: npt.NDArray[np.bool_]


def best_links(row: Ints, probability: Floats, rows: int) -> BestLinks:
    """The likeliest edge of each row; rows without edges are not clear."""
    top, edge = best_of(row, probability, rows)
    return BestLinks(np.maximum(edge, 0), top > CLEAR)


def learn_order(best: BestLinks, coordinates: list[Floats], row_time: Ints) -> Order | None:
    """The coordinate that clear rows follow, or None: too few rows, no order, or merely that of the rows' own times.

    `coordinates` are per edge (ns); `row_time` per row.
    """
    if best.clear.sum() < LEAST_ROWS:
        return None
    by_time = _falls(row_time[best.clear])
    falls = [_falls(place[best.edge[best.clear]]) for place in coordinates]
    coordinate = int(np.argmin(falls))
    if falls[coordinate] > MOST_INVERSIONS or by_time <= falls[coordinate]:
        return None
    return Order(coordinate, max(falls[coordinate], 0.5 / float(best.clear.sum())))


def _falls(place: npt.NDArray[Any]) -> float:
    """Share of neighbours of which the later lies before the earlier, among those whose place is known."""
    step = np.diff(place)
    known = ~np.isnan(step)
    return float((step[known] < 0).mean()) if known.any() else 1.0


def out_of_order(best: BestLinks, place: Floats, row: Ints, candidate: Floats) -> Ints:
    """Per edge: how many of its row's clear neighbours in the file its coordinate would be out of order with.

    `place` is the coordinate of each edge, of which `best` names one per row; `candidate` that of the edges in
    question, whose rows are `row`.
    """
    witnesses = np.flatnonzero(best.clear)
    count = np.zeros(len(row), dtype=np.int64)
    if not len(witnesses):
        return count
    place_of = place[best.edge[witnesses]]
    before = np.searchsorted(witnesses, row)
    after = before + best.clear[row]
    for distance in range(NEIGHBOURS):
        left, right = before - 1 - distance, after + distance
        count += (left >= 0) & (place_of[np.maximum(left, 0)] > candidate)
        count += (right < len(witnesses)) & (place_of[np.minimum(right, len(witnesses) - 1)] < candidate)
    return count
