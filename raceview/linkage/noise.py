"""The noise between a source tick and its output row, fitted from the data: nothing is assumed but its independence.

A row either repeats its tick exactly, or is off in time, in price, or in both: four shares, learned. How far it is off
follows a histogram per axis, learned too, over the range in which the data show matches; outside it, as far as they
were sought, a match is possible but unlikely. Times count in the bundle's own step (the greatest common divisor of all
differences), prices likewise, so that "exactly zero" and "within this bin" are probabilities of the same kind.

The estimate is by expectation and maximisation (Dempster, Laird and Rubin 1977) over the candidate pairs: the model
of record linkage of Fellegi and Sunter (1969), with a histogram for each field's agreement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from raceview.linkage.graph import Floats, Ints

SMOOTHING = 0.5
"""Pseudo-count that every bin of a histogram starts with."""


def step_of(values: Ints) -> int:
    """The greatest common divisor of all differences, at least 1."""
    return max(1, int(np.gcd.reduce(np.abs(values))) if len(values) else 1)


@dataclass(frozen=True, slots=True)
class Histogram:
    """Probability per step of a difference that is not zero, over [low, high] in equal bins.

    Units are those of the axis (ns or 1e-9 of price); `density[k]` is the probability of any one step in bin k.
    Added to that is what may be though it was not seen, as half a row: inversely proportional to the difference, so
    that each order of magnitude is as likely as the next (the prior of Jeffreys for a scale). `tail` is its value at a
    difference of one unit. It reaches as far as matches were sought; beyond, nothing is possible.
    """

    low: float
    high: float
    density: Floats
    tail: float
    sought: tuple[float, float]

    @classmethod
    def fit(
        cls,
        values: Ints,
        weights: Floats,
        seen: tuple[float, float],
        sought: tuple[float, float],
        step: int,
    ) -> Histogram:
        """Weighted histogram with as many bins as the evidence carries: its cube root, half of Rice's rule."""
        evidence = float(weights.sum())
        # Half a step beyond either end, so that a lattice point never sits on an edge.
        low, high = seen[0] - 0.5 * step, seen[1] + 0.5 * step
        bins = int(min(max(4, np.cbrt(evidence)), 200, max(1.0, (high - low) / step)))
        at = np.clip(((values - low) * (bins / (high - low))).astype(np.int64), 0, bins - 1)
        tail_mass = SMOOTHING / (evidence + SMOOTHING)
        # Where steps are coarse, bins hold different numbers of them.
        edges = np.ceil((low + (high - low) / bins * np.arange(bins + 1)) / step)
        width = np.maximum(np.diff(edges), 1.0)
        mass = np.bincount(at, weights, bins) + SMOOTHING * width / width.mean()
        orders = sum(1.0 + np.log(end / step) for end in (-sought[0], sought[1]) if end >= step)
        tail = float(tail_mass * step / max(orders, 1.0))
        return cls(low, high, (1.0 - tail_mass) * mass / mass.sum() / width, tail, sought)

    def at(self, values: Ints) -> Floats:
        """Probability of each value."""
        bins = len(self.density)
        place = np.floor((values - self.low) * (bins / (self.high - self.low)))
        np.clip(place, -1, bins, out=place)
        table = np.concatenate([[0.0], self.density, [0.0]])
        near = (values != 0) & (values >= self.sought[0]) & (values <= self.sought[1])
        rare = near * (self.tail / np.maximum(np.abs(values), 1))
        seen: Floats = table[place.astype(np.int64) + 1] + rare
        return seen


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


def fit_noise(
    time_delta: Ints,
    price_delta: Ints,
    weights: Floats,
    exact_rows: float,
    seen: tuple[tuple[float, float], tuple[float, float]],
    sought: tuple[tuple[float, float], tuple[float, float]],
    steps: tuple[int, int],
) -> Noise:
    """The maximum-likelihood noise for pairs that are matches with the given probabilities.

    `exact_rows` counts matches that repeat their tick and are not among the pairs. `seen` and `sought` are ranges of
    time and of price: where matches lie, and where they were looked for. `steps` are those of time and price.
    """
    same_time, same_price = time_delta == 0, price_delta == 0
    inside = (price_delta >= sought[1][0]) & (price_delta <= sought[1][1])
    shares = np.array(
        [
            weights[same_time & same_price].sum() + exact_rows,
            weights[same_time & ~same_price].sum(),
            weights[~same_time & same_price].sum(),
            weights[~same_time & ~same_price].sum(),
        ]
    )
    shares = (shares + SMOOTHING) / (shares.sum() + 4 * SMOOTHING)
    off_time, off_price = ~same_time, ~same_price & inside
    strays = weights[same_time & ~same_price & ~inside].sum()
    exact, price_only, time_only, both = (float(share) for share in shares)
    return Noise(
        exact,
        price_only,
        time_only,
        both,
        time=Histogram.fit(time_delta[off_time], weights[off_time], seen[0], sought[0], steps[0]),
        price=Histogram.fit(price_delta[off_price], weights[off_price], seen[1], sought[1], steps[1]),
        stray=float((strays + SMOOTHING) / (weights.sum() + exact_rows + 1.0)),
        stray_span=max(1.0, float(np.abs(price_delta).max(initial=1)) / steps[1]),
    )
