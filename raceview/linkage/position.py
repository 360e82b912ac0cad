"""What a row's place in the file says about where it came from.

Files are written in some order: by event, by the moment an attempt ended, by the row's own time. Rows whose link is
clear show which, and what their neighbours came from says roughly when a row's own event happened (its *anchor*).
How far a match lies from its anchor is learned given its time difference: where the file is sorted by the row's own
time the two are the same evidence, and must not count twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from raceview.linkage.graph import type_floats, type_ints

NEIGHBOURS = 3
"""Rows to either side whose median is the anchor."""
LEAST_ROWS = 500
"""Rows with a clear link below which nothing is learned from the order."""
TIME_BINS = 12
BINS_PER_OCTAVE = 2
SMOOTHING = 0.5


@dataclass(frozen=True, slots=True)
class Order:
    """The coordinate that the file follows best, and how far matches lie from their anchors."""

    coordinate: int
    """Index of the coordinate among those offered."""
    step: float
    """ns: distances below it are alike."""
    time_edges: type_floats
    log_density: type_floats
    """Per time bin and distance bin: log of probability per ns."""
    usual: float
    """Typical log density of a match: what a row without a match is given."""

    def log_likelihood(self, distance: type_floats, time_delta: type_ints) -> type_floats:
        """Log density (per ns) of matches that lie `distance` ns from their anchor; NaN distances are `usual`."""
        known = ~np.isnan(distance)
        bins = self.log_density.shape[1]
        at = np.clip(_distance_bin(np.where(known, distance, 0.0), self.step) + bins // 2, 0, bins - 1)
        row = np.searchsorted(self.time_edges, time_delta)
        return np.where(known, self.log_density[row, at], self.usual)


def _distance_bin(distance: type_floats, step: float) -> type_ints:
    """Signed logarithmic bin of a distance: 0 within half a step."""
    magnitude = np.abs(distance) / step
    size = np.where(magnitude < 1.0, 0, 1 + np.floor(BINS_PER_OCTAVE * np.log2(np.maximum(magnitude, 1.0))))
    return (np.sign(distance) * size).astype(np.int64)


def anchors(place: type_floats) -> type_floats:
    """Per row, in file order: the median of its neighbours' coordinates (NaN where none is known)."""
    rows = len(place)
    padded = np.concatenate([np.full(NEIGHBOURS, np.nan), place, np.full(NEIGHBOURS, np.nan)])
    shifts = [shift for shift in range(2 * NEIGHBOURS + 1) if shift != NEIGHBOURS]
    around = np.stack([padded[shift : shift + rows] for shift in shifts])
    around.sort(axis=0)  # NaN goes last
    known = (~np.isnan(around)).sum(axis=0)
    every = np.arange(rows)
    low = around[np.maximum(known - 1, 0) // 2, every]
    high = around[np.minimum(known // 2, 2 * NEIGHBOURS - 1), every]
    return np.where(known > 0, 0.5 * (low + high), np.nan)


def learn_order(
    places: list[type_floats], time_delta: type_ints, weight: type_floats, time_range: tuple[float, float]
) -> Order | None:
    """The order of the file, from the best link of each row, in file order.

    `places` are candidate coordinates (ns) of each row's best slot, NaN where its link is not clear; `time_delta` and
    `weight` are those of that link. None where the order says nothing: too few rows, or no coordinate that rows
    follow more closely than a few widths of the noise.
    """
    best, coordinate, roughness = None, -1, np.inf
    for number, place in enumerate(places):
        distance = place - anchors(place)
        known = ~np.isnan(distance)
        if known.sum() < LEAST_ROWS:
            continue
        rough = float(np.median(np.abs(distance[known])))
        if rough < roughness:
            best, coordinate, roughness = distance, number, rough
    width = max(time_range[1] - time_range[0], 1.0)
    if best is None or roughness > 8.0 * width:
        return None
    known = ~np.isnan(best)
    return _fit_order(coordinate, best[known], time_delta[known], weight[known], max(roughness / 8.0, 1.0))


def _fit_order(
    coordinate: int, distance: type_floats, time_delta: type_ints, weight: type_floats, step: float
) -> Order:
    """Histogram of distances for each of some equally filled bins of time difference."""
    limit = 1 + int(np.abs(_distance_bin(distance, step)).max())
    bins = 2 * limit + 1
    edges = np.unique(np.quantile(time_delta, np.linspace(0, 1, TIME_BINS + 1)[1:-1]))
    row = np.searchsorted(edges, time_delta)
    at = _distance_bin(distance, step) + limit
    mass = np.bincount(row * bins + at, weight, (len(edges) + 1) * bins).reshape(-1, bins)
    spread = mass.sum(axis=0) + SMOOTHING
    # Each time bin leans a little on the shape that all share.
    mass = mass + 4.0 * spread / spread.sum()
    reach = step * 2.0 ** (np.arange(limit + 1) / BINS_PER_OCTAVE)
    side = np.diff(reach)
    widths = np.concatenate([side[::-1], [2.0 * step], side])
    log_density = np.log(mass / mass.sum(axis=1, keepdims=True) / widths)
    return Order(coordinate, step, edges, log_density, float(np.median(log_density[row, at])))


def best_places(
    row: npt.NDArray[np.int64], weight: type_floats, rows: int, coordinates: list[type_floats]
) -> tuple[list[type_floats], type_ints, type_floats]:
    """Each row's best edge: its coordinates (NaN where its weight is 1/2 or less), its index, its weight."""
    order = np.lexsort((weight, row))
    last = order[np.flatnonzero(np.r_[np.diff(row[order]) != 0, True])] if len(order) else order
    index = np.zeros(rows, dtype=np.int64)
    top = np.zeros(rows)
    index[row[last]], top[row[last]] = last, weight[last]
    clear = top > 0.5
    return [np.where(clear, place[index], np.nan) if len(place) else np.full(rows, np.nan) for place in coordinates], index, top
