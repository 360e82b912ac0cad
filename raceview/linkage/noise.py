"""The noise between a source tick and its output row, fitted from the data: nothing is assumed but its independence.

A row either repeats its tick exactly, or is off in time, in price, or in both: four shares, learned. How far it is off
follows a histogram per axis, learned too, over the range in which the data show matches; outside it, as far as they
were sought, a match is possible but unlikely. Times count in the bundle's own step (the greatest common divisor of all
differences), prices likewise, so that "exactly zero" and "within this bin" are probabilities of the same kind.

The estimate is by expectation and maximisation (Dempster, Laird and Rubin 1977) over the candidate pairs: the model
of record linkage of Fellegi and Sunter (1969), with a histogram for each field's agreement.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from raceview.linkage.graph import Floats, Ints

SMOOTHING = 0.5
"""Pseudo-count that every bin of a histogram starts with."""
KINDS = 4
"""A row repeats its tick, or is off in price, in time, or in both."""
PARTS = 8
"""Finer bins that a bin is divided into."""
BUNCHED = float(np.log(2.0))
"""Gain of log-likelihood by finer bins, per difference, from which any bin is divided: they make it twice as likely."""
EVIDENCE = 12.0
"""Gain that a bin itself must have: evenly spread differences give 4 on average, and that once in a thousand times."""


def step_of(values: Ints) -> int:
    """The greatest common divisor of all differences, at least 1."""
    return max(1, int(np.gcd.reduce(np.abs(values))) if len(values) else 1)


@dataclass(frozen=True, slots=True)
class Axis:
    """Time (ns) or price (1e-9): the range where matches lie, that in which they were looked for, and the step."""

    seen: tuple[float, float]
    sought: tuple[float, float]
    step: int


@dataclass(frozen=True, slots=True)
class Bins:
    """Density over [low, high] in equal bins: `density[k]` is the probability of any one step in bin k.

    Bins in which differences are bunched have finer ones within.
    """

    low: float
    high: float
    density: Floats
    finer: tuple[tuple[int, Bins], ...] = ()

    @classmethod
    def fit(
        cls,
        values: Ints,
        weights: Floats,
        limits: tuple[float, float],
        step: int,
        bins: int,
        smoothing: float,
    ) -> Bins:
        """The density of values that lie within the limits, 1 in all. `smoothing`: the pseudo-count of a bin."""
        found = cls(*limits, np.ones(bins))
        width = found._widths(step)
        at = np.clip(found._places(values).astype(np.int64), 0, bins - 1)
        share = np.bincount(at, weights, bins) + smoothing * width / width.mean()
        return replace(found, density=share / share.sum() / width)

    def divided(self, values: Ints, weights: Floats, step: int) -> Bins:
        """With finer bins where these values, that it was fitted to, are bunched."""
        place, width = self._places(values), self._widths(step)
        at = np.clip(place.astype(np.int64), 0, len(width) - 1)
        ends, finer = self._ends(), []
        for k in _bunched(place, weights, width):
            mine = values[at == k], weights[at == k]
            within = Bins.fit(*mine, (ends[k], ends[k + 1]), step, PARTS, SMOOTHING / PARTS)
            finer.append((k, within.divided(*mine, step).times(float(self.density[k] * width[k]))))
        return replace(self, finer=tuple(finer))

    def _ends(self) -> Floats:
        bins = len(self.density)
        ends: Floats = self.low + (self.high - self.low) / bins * np.arange(bins + 1, dtype=np.float64)
        return ends

    def _widths(self, step: int) -> Floats:
        """In steps: where these are coarse, bins hold different numbers of them."""
        widths: Floats = np.maximum(np.diff(np.ceil(self._ends() / step)), 1.0)
        return widths

    def _places(self, values: Ints) -> Floats:
        """In bins, from the first."""
        return (values - self.low) * np.float64(len(self.density) / (self.high - self.low))

    def times(self, factor: float) -> Bins:
        """The density of so much in all."""
        finer = tuple((k, within.times(factor)) for k, within in self.finer)
        return replace(self, density=factor * self.density, finer=finer)

    def at(self, values: Ints) -> Floats:
        """Density at each value, 0 beyond the limits."""
        return np.where((values >= self.low) & (values <= self.high), self._within(values), 0.0)

    def _within(self, values: Ints) -> Floats:
        place = np.clip(self._places(values).astype(np.int64), 0, len(self.density) - 1)
        found: Floats = self.density[place]
        for k, finer in self.finer:
            mine = place == k
            found[mine] = finer._within(values[mine])
        return found


def _bunched(place: Floats, weights: Floats, width: Floats) -> list[int]:
    """The bins to be divided; none where finer ones would not tell much more of all differences together.

    `place` is that of each difference, in bins; `width` that of each bin, in steps.
    """
    bins = len(width)
    part = np.clip((place * PARTS).astype(np.int64), 0, bins * PARTS - 1)
    parts = np.bincount(part, weights, bins * PARTS).reshape(bins, PARTS)
    even = np.maximum(parts.sum(axis=1, keepdims=True) / PARTS, 1e-300)
    gain = (parts * np.log(np.maximum(parts, 1e-300) / even)).sum(axis=1)
    if gain.sum() <= BUNCHED * parts.sum():
        return []
    chosen: list[int] = np.flatnonzero((gain > EVIDENCE) & (width >= PARTS)).tolist()
    return chosen


@dataclass(frozen=True, slots=True)
class Histogram:
    """Probability per step of a difference that is not zero.

    Units are those of the axis (ns or 1e-9 of price). To the bins is added what may be though it was not seen, as half
    a row: inversely proportional to the difference, so that each order of magnitude is as likely as the next (the prior
    of Jeffreys for a scale). `tail` is its value at a difference of one unit. It reaches as far as matches were sought;
    beyond, nothing is possible.
    """

    bins: Bins
    tail: float
    sought: tuple[float, float]

    @property
    def low(self) -> float:
        """Where differences begin."""
        return self.bins.low

    @property
    def high(self) -> float:
        """Where differences end."""
        return self.bins.high

    @classmethod
    def fit(cls, values: Ints, weights: Floats, axis: Axis, fine: bool) -> Histogram:
        """Weighted histogram with as many bins as the evidence carries: its cube root, half of Rice's rule.

        `fine`: bins in which differences are bunched are divided again.
        """
        evidence, step = float(weights.sum()), axis.step
        # Half a step beyond either end, so that a lattice point never sits on an edge.
        low, high = axis.seen[0] - 0.5 * step, axis.seen[1] + 0.5 * step
        bins = int(min(max(4, np.cbrt(evidence)), 200, max(1.0, (high - low) / step)))
        tail_mass = SMOOTHING / (evidence + SMOOTHING)
        orders = sum(1.0 + np.log(end / step) for end in (-axis.sought[0], axis.sought[1]) if end >= step)
        tail = float(tail_mass * step / max(orders, 1.0))
        found = Bins.fit(values, weights, (low, high), step, bins, SMOOTHING)
        if fine:
            found = found.divided(values, weights, step)
        return cls(found.times(1.0 - tail_mass), tail, axis.sought)

    def at(self, values: Ints) -> Floats:
        """Probability of each value."""
        near = (values != 0) & (values >= self.sought[0]) & (values <= self.sought[1])
        rare = near * (self.tail / np.maximum(np.abs(values), 1))
        found: Floats = self.bins.at(values) + rare
        return found


@dataclass(frozen=True, slots=True)
class Noise:
    """What a row may differ by from its tick, after the worker's clock offset is taken away.

    `exact`, `price_only`, `time_only`, `both` are the four shares; `stray` of the rows that keep their tick's time
    may bear any price at all (an altered record), spread over `stray_span` price steps.
    """

    exact: float
    price_only: float
    time_only: float
    both: float
    time: Histogram
    price: Histogram
    stray: float
    stray_span: float

    @property
    def shares(self) -> Floats:
        """By `kind_of`."""
        return np.array([self.exact, self.price_only, self.time_only, self.both])

    def likelihood(self, time_delta: Ints, price_delta: Ints) -> Floats:
        """Probability of each (ns, price units) difference under a true match, per step of time and of price."""
        same_time, same_price = time_delta == 0, price_delta == 0
        time, price = self.time.at(time_delta), self.price.at(price_delta)
        off_price = price + self.stray / self.stray_span
        return np.where(
            same_time,
            np.where(same_price, self.exact, self.price_only * off_price),
            np.where(same_price, self.time_only * time, self.both * time * price),
        )


def kind_of(time_delta: Ints, price_delta: Ints) -> Ints:
    """0 where neither is off, 1 where only the price is, 2 where only the time is, 3 where both are."""
    kind: Ints = 2 * (time_delta != 0) + (price_delta != 0)
    return kind


def fit_noise(
    time_delta: Ints,
    price_delta: Ints,
    weights: Floats,
    exact_rows: float,
    time: Axis,
    price: Axis,
    fine: bool = True,
) -> Noise:
    """The maximum-likelihood noise for pairs that are matches with the given probabilities.

    `exact_rows` counts matches that repeat their tick and are not among the pairs. `fine` as in `Histogram.fit`.
    """
    same_time, same_price = time_delta == 0, price_delta == 0
    inside = (price_delta >= price.sought[0]) & (price_delta <= price.sought[1])
    shares = np.bincount(kind_of(time_delta, price_delta), weights, KINDS) + SMOOTHING
    shares[0] += exact_rows
    shares /= shares.sum()
    off_time, off_price = ~same_time, ~same_price & inside
    strays = weights[same_time & ~same_price & ~inside].sum()
    exact, price_only, time_only, both = (float(share) for share in shares)
    return Noise(
        exact,
        price_only,
        time_only,
        both,
        time=Histogram.fit(time_delta[off_time], weights[off_time], time, fine),
        price=Histogram.fit(price_delta[off_price], weights[off_price], price, fine),
        stray=float((strays + SMOOTHING) / (weights.sum() + exact_rows + 1.0)),
        stray_span=max(1.0, float(np.abs(price_delta).max(initial=1)) / price.step),
    )
