"""Where matches lie: each worker's clock offset, and the range of time and price differences worth considering.

Before any noise is fitted nothing is known of its size. A sample of rows is paired with every tick of the symbol
within a wide window; true pairs pile up at some lag while false ones spread evenly, as in the cross-correlogram of
two spike trains (Perkel, Gerstein and Moore 1967). A mixture over logarithmic bins of lag, one per worker, and of
price difference separates the two. It is held to what is there beyond chance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from raceview.linkage.chance import NEGLIGIBLE, Box, Neighbours, beyond_chance
from raceview.linkage.graph import Floats, Ints
from raceview.linkage.groups import starts_of

PASSES = 40
SETTLED = 1e-3
BINS_PER_OCTAVE = 4
TRACE = 0.1
"""Share of its row's best probability below which a pair does not widen the window."""
LIKELY = 0.5
"""Share of the likeliest row's probability of having a match at all, below which a row does not widen it either."""
FEW_ROWS = 100
"""Rows at which nearness and the even start have equal say in the first guess."""
LEAST_ROWS = 3.0
"""Rows that a worker needs for its median lag to be looked at."""
EVIDENCE = 6.0
"""Standard errors by which a worker's median lag must leave that of the others to count as an offset."""
CLAIMED = 0.002
"""Share of what the mixture claims that may lie where nothing is beyond chance: as much as the ranges cut off."""
PLACES = 3
"""Lags that matches are sought about, one after the other."""
FURTHER = 0.1
"""Share of the rows without a neighbour about the first that must have a match about another, at the least."""
BOXES = 4
"""Times that the box which holds the matches is to be searched."""

Range: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Sampled rows and their candidates: one entry per (row, attempt); rows numbered from 0, sorted."""

    row: Ints
    worker: Ints
    time_delta: Ints
    price_delta: Ints
    rows: int
    reach: int
    """The window: |time_delta| <= reach, in ns."""
    apart: Neighbours
    """A sample of ticks and their neighbours within the same window: what false pairs look like."""

    def only(self, chosen: npt.NDArray[np.bool_]) -> Pairs:
        """The chosen pairs, as those of a window no wider than they need."""
        time_delta = self.time_delta[chosen]
        return replace(
            self,
            row=self.row[chosen],
            worker=self.worker[chosen],
            time_delta=time_delta,
            price_delta=self.price_delta[chosen],
            reach=int(np.abs(time_delta).max(initial=1)),
        )


@dataclass(frozen=True, slots=True)
class Window:
    """`offset[w]` in ns, against the median worker; ranges of what is left, in ns and price units."""

    offset: Ints
    time_range: Range
    price_range: Range
    sought: tuple[Range, Range]
    """Of time and of price: where matches are possible. That is there, unless they lie further away or are pinned."""
    further: Range
    """Of time: where rows are looked for that have no match in the window."""
    reach: int
    """How far from them matches were looked for, ns."""
    explained: float
    """Share of the sampled rows that have a match in the window."""
    certain: float
    """Share of them that have one about one lag beyond chance, at the least."""
    centre: float
    """The median difference in time of the matches, ns."""
    crowd: float
    """Ticks of a row's symbol within the range of time, on average."""
    others: float
    """Other ticks of its symbol about a tick, per step of time and of price, on average over the ranges."""

    def holds(self, lag: float) -> bool:
        """Whether matches late by that (ns) are in its range."""
        return self.time_range[0] <= lag <= self.time_range[1]

    def narrowed(self, crowd: float) -> Window:
        """A window about the centre with that many ticks in it at the most."""
        times = min(1.0, crowd / max(self.crowd, 1e-9))
        low, high = (self.centre + times * (end - self.centre) for end in self.time_range)
        return replace(
            self,
            time_range=(low, high),
            sought=((low, high), self.price_range),
            further=(low, high),
            crowd=times * self.crowd,
        )

    def extended(self, far: Window) -> Window:
        """With rows that have no match here looked for in another window."""
        low = min(self.time_range[0], far.time_range[0])
        high = max(self.time_range[1], far.time_range[1])
        least = min(self.price_range[0], far.price_range[0])
        most = max(self.price_range[1], far.price_range[1])
        return replace(self, sought=((low, high), (least, most)), further=far.time_range)

    def pinned(self, time_limit: float | None, price_limit: float | None) -> Window:
        """With matches sought up to these differences (ns, price units), and expected there where they were found."""
        time_sought, price_sought = self.sought
        if time_limit is not None:
            time_sought = (-time_limit, time_limit)
        if price_limit is not None:
            price_sought = (-price_limit, price_limit)
        return replace(
            self,
            time_range=_common(self.time_range, time_sought),
            price_range=_common(self.price_range, price_sought),
            sought=(time_sought, price_sought),
            further=self.further if time_limit is None else time_sought,
        )


def _common(first: Range, second: Range) -> Range:
    """What two ranges have in common; the second where that is nothing."""
    low, high = max(first[0], second[0]), min(first[1], second[1])
    return (low, high) if low <= high else second


def find_window(pairs: Pairs, exact_per_worker: Ints, steps: tuple[int, int]) -> Window:
    """Fit offsets and ranges. `exact_per_worker` counts rows that repeat their tick: evidence for no offset."""
    reach = pairs.reach
    match, explained = _separate(pairs, len(exact_per_worker), steps, 1.0)
    offset = significant_offsets(pairs.worker, pairs.time_delta, match, exact_per_worker).offset
    places = _beyond_chance(pairs, offset, match, steps)
    if pairs.rows >= FEW_ROWS and match[~places.near].sum() > CLAIMED * match.sum():
        pairs = pairs.only(places.near)
        match, explained = _separate(pairs, len(exact_per_worker), steps, min(1.0, places.false_pairs))
        offset = significant_offsets(pairs.worker, pairs.time_delta, match, exact_per_worker).offset
    left = pairs.time_delta - offset[pairs.worker]
    match = _likely(pairs.row, pairs.rows, match)
    time_range = _range(left, match, steps[0])
    price_range = _range(pairs.price_delta, match, steps[1])
    apart = pairs.apart
    return Window(
        offset=offset,
        time_range=time_range,
        price_range=price_range,
        sought=(time_range, price_range),
        further=time_range,
        reach=reach,
        explained=explained,
        certain=places.certain,
        centre=weighted_quantiles(left, match, (0.5,))[0],
        crowd=float(_inside(left, time_range).sum()) / max(1, pairs.rows),
        others=float((_inside(apart.time_delta, time_range) & _inside(apart.price_delta, price_range)).sum())
        / max(1, apart.rows)
        / ((time_range[1] - time_range[0]) / steps[0] + 1.0)
        / ((price_range[1] - price_range[0]) / steps[1] + 1.0),
    )


def _inside(values: Ints, limits: tuple[float, float]) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = (values >= limits[0]) & (values <= limits[1])
    return found


@dataclass(frozen=True, slots=True)
class _Places:
    """Where matches are beyond chance."""

    near: npt.NDArray[np.bool_]
    """Which pairs lie there."""
    certain: float
    """Share of the rows that have a match in the first such place, at the least."""
    false_pairs: float
    """Ticks that a row meets there by chance, on average."""


def _beyond_chance(pairs: Pairs, offset: Ints, match: Floats, steps: tuple[int, int]) -> _Places:
    """Where matches are beyond chance, for those that the mixture claims.

    Matches may lie about more than one lag, as where copies are late by a time-out. So for rows without a neighbour
    in what was found already the next place is sought, while it accounts for more of what the mixture claims.
    """
    found, certain, false_pairs = np.zeros(len(pairs.row), dtype=np.bool_), 0.0, 0.0
    open_rows = np.ones(pairs.rows, dtype=np.bool_)
    lag = pairs.time_delta - offset[pairs.worker]
    for _ in range(PLACES):
        asked = open_rows[pairs.row]
        if match[asked & ~found].sum() <= CLAIMED * match.sum():
            break
        rows = int(open_rows.sum())
        numbers = np.cumsum(open_rows) - 1
        alone = Neighbours(numbers[pairs.row[asked]], lag[asked], pairs.price_delta[asked], rows, rows)
        box, centre = _place(alone, pairs.apart, match[asked], steps)
        if box.least <= (FURTHER if certain else 0.0):
            break
        certain = certain or box.least
        found |= _about(box, steps, lag - centre, pairs.price_delta)
        ticks = _about(box, steps, pairs.apart.time_delta, pairs.apart.price_delta)
        false_pairs += (int(ticks.sum()) + 1) / max(1, pairs.apart.rows)
        open_rows[pairs.row[found]] = False
    return _Places(found, certain, false_pairs)


def _about(box: Box, steps: tuple[int, int], lag: Ints, price_delta: Ints) -> npt.NDArray[np.bool_]:
    """Which pairs lie in a few times the box, or a few steps of either axis."""
    late, dear = BOXES * max(box.time, steps[0]), BOXES * max(box.price, steps[1])
    found: npt.NDArray[np.bool_] = (np.abs(lag) <= late) & (np.abs(price_delta) <= dear)
    return found


def _place(rows: Neighbours, apart: Neighbours, match: Floats, steps: tuple[int, int]) -> tuple[Box, int]:
    """The box that holds their matches, and the lag that it lies about: none, or the median of what is claimed."""
    box = beyond_chance(rows, apart, steps)
    lag = round(weighted_quantiles(rows.time_delta, match, (0.5,))[0])
    # Where that is less, a box about it would not be much smaller.
    if rows.rows >= FEW_ROWS and 4 * abs(lag) > 3 * box.time:
        moved = beyond_chance(rows.moved(lag), apart, steps)
        if moved.least > box.least or (2 * moved.time < box.time and moved.least > box.least - NEGLIGIBLE):
            return moved, lag
    return box, 0


def _log_bin(values: Ints, step: int) -> Ints:
    """Signed logarithmic bin: 0 for zero, else +-(1 + quarter octaves above one step)."""
    magnitude = np.maximum(np.abs(values) / step, 1.0)
    size = 1 + np.floor(BINS_PER_OCTAVE * np.log2(magnitude))
    return np.where(values < 0, -size, np.where(values > 0, size, 0)).astype(np.int64)


def _separate(pairs: Pairs, workers: int, steps: tuple[int, int], false_pairs: float) -> tuple[Floats, float]:
    """Per pair, the probability that it is the row's true one; and the share of rows that have one.

    `false_pairs`: how many pairs a row has by chance, where they are fewer than 1, else 1.
    """
    lag, lag_bins, lag_null = _null_lag(pairs, steps[0])
    price = _log_bin(pairs.price_delta, steps[1])
    price -= price.min(initial=0)
    price_bins = int(price.max(initial=0)) + 1
    far = np.abs(pairs.time_delta) > pairs.reach // 2
    price_null = np.bincount(price[far], minlength=price_bins).astype(np.float64) + 0.5
    price_null = price_null / price_null.sum()
    cell = pairs.worker * lag_bins + lag
    candidates = np.bincount(pairs.row, minlength=pairs.rows)
    explained = 0.5
    match = first_guess(pairs.row, pairs.rows, pairs.time_delta, pairs.price_delta)
    for _ in range(PASSES):
        lag_mass = np.bincount(cell, match, workers * lag_bins).reshape(workers, lag_bins) + 0.5 * lag_null
        lag_mass = lag_mass / lag_mass.sum(axis=1, keepdims=True)
        price_mass = np.bincount(price, match, price_bins) + 0.5 * price_null
        price_mass = price_mass / price_mass.sum()
        ratio = (lag_mass / lag_null).ravel()[cell] * (price_mass / price_null)[price]
        ratio *= explained / (false_pairs * np.maximum(candidates, 1)[pairs.row])
        new = ratio / ((1.0 - explained) + np.bincount(pairs.row, ratio, pairs.rows))[pairs.row]
        explained = float(np.clip(new.sum() / max(1, pairs.rows), 1e-4, 1 - 1e-4))
        if np.abs(new - match).max(initial=0.0) < SETTLED:
            break
        match = new
    return match, explained


def first_guess(row: Ints, rows: int, time_delta: Ints, price_delta: Ints) -> Floats:
    """Per pair, a first probability of being the row's true one: the nearer among all pairs, in time and in price.

    Each pair weighs the inverse of the share of pairs that are at least as near. Few rows need that, as otherwise any
    spread would explain them; where there are many it would only mislead, and all pairs start out alike.
    """
    trust = FEW_ROWS / (FEW_ROWS + rows)
    weight = (_rank(np.abs(time_delta)) * _rank(np.abs(price_delta))) ** -trust
    return weight / np.bincount(row, weight, rows)[row]


def _rank(magnitude: Ints) -> Floats:
    """Share of the values that are no larger; equal values are alike."""
    order = np.argsort(magnitude)
    ordered = magnitude[order]
    ends = np.append(starts_of(ordered)[1:], len(ordered))
    rank = np.empty(len(order))
    rank[order] = np.repeat(ends, np.diff(ends, prepend=0)) / max(1, len(order))
    return rank


def _null_lag(pairs: Pairs, step: int) -> tuple[Ints, int, Floats]:
    """Lag bin per pair, the number of bins, and each bin's share of an even spread over the window."""
    limit = int(_log_bin(np.array([pairs.reach]), step)[0])
    lag = _log_bin(pairs.time_delta, step) + limit
    edges = np.minimum(2.0 ** (np.arange(limit + 1) / BINS_PER_OCTAVE), pairs.reach / step + 1)
    width = np.maximum(np.diff(edges, append=edges[-1] + 1), 0.25)[:limit]
    null = np.concatenate([width[::-1], [1.0], width])
    return lag, 2 * limit + 1, null / null.sum()


def weighted_quantiles(values: Ints, weights: Floats, shares: tuple[float, ...]) -> list[float]:
    """Per share: the smallest value at which the cumulated weight reaches it, of the whole; 0 where there is none."""
    order = np.argsort(values)
    cumulated = np.cumsum(weights[order])
    if not len(order) or cumulated[-1] <= 0:
        return [0.0] * len(shares)
    at = np.searchsorted(cumulated, np.array(shares) * cumulated[-1], side="left")
    return [float(value) for value in values[order[np.minimum(at, len(order) - 1)]]]


def median_with_error(values: Ints, weights: Floats) -> tuple[float, float]:
    """Weighted median, and its standard error from the quartiles (0.93 x interquartile range / sqrt(n))."""
    low, middle, high = weighted_quantiles(values, weights, (0.25, 0.5, 0.75))
    return middle, 0.93 * (high - low) / float(np.sqrt(max(weights.sum(), 1.0)))


@dataclass(frozen=True, slots=True)
class Offsets:
    """Per worker, in ns: the clock offset against the median worker (0 where it is within chance), and its error."""

    offset: Ints
    error: Floats


def significant_offsets(worker: Ints, lag: Ints, match: Floats, exact_per_worker: Ints) -> Offsets:
    """Offsets per worker from weighted lags; `exact_per_worker` rows count as lag 0 each."""
    workers = len(exact_per_worker)
    median, error, known = np.zeros(workers), np.zeros(workers), np.zeros(workers, dtype=bool)
    for number in range(workers):
        mine = worker == number
        weights = np.append(match[mine], float(exact_per_worker[number]))
        if weights.sum() < LEAST_ROWS:
            continue
        known[number] = True
        median[number], error[number] = median_with_error(np.append(lag[mine], 0), weights)
    if known.sum() <= 1:
        return Offsets(np.zeros(workers, dtype=np.int64), error)
    order = np.flatnonzero(known)[np.argsort(median[known], kind="stable")]
    centre = order[(len(order) - 1) // 2]
    off = np.where(known, median - median[centre], 0.0)
    error = np.hypot(error, error[centre])
    return Offsets(np.where(np.abs(off) > EVIDENCE * error, off, 0.0).round().astype(np.int64), error)


def _range(values: Ints, match: Floats, step: int) -> tuple[float, float]:
    """Range that holds all but a trace of the matches, half as wide again on either side, wider for what few hide.

    Where every match is exact on this axis there is nothing to span but one step.
    """
    off = (values != 0) & (match > 0.0)
    if not off.any():
        return -float(step), float(step)
    low, high = weighted_quantiles(values[off], match[off], (0.002, 0.998))
    margin = max(0.5 * (high - low), unseen(low, high, float(match[off].sum())), float(step))
    return low - margin, high + margin


def unseen(low: float, high: float, evidence: float) -> float:
    """How far beyond the seen differences others may lie: of n spread evenly, within 3/n of their span (95 %).

    The span is counted from zero, so that a single difference does not pass for the only one that there can be.
    """
    return 3.0 * (max(high, 0.0) - min(low, 0.0)) / max(1.0, evidence)


def _likely(row: Ints, rows: int, match: Floats) -> Floats:
    """The probabilities without those that are a trace beside their row's best, and of rows that rather have none.

    Many rows without a match would by their traces together outweigh the few that have one.
    """
    best = np.zeros(rows)
    np.maximum.at(best, row, match)
    total = np.bincount(row, match, rows)
    has_one = total > LIKELY * total.max(initial=0.0)
    return np.where(has_one[row] & (match > TRACE * best[row]), match, 0.0)
