"""What matches are like: learned by expectation and maximisation, with the null of order held fixed.

The mixture of Fellegi and Sunter (1969) fitted by EM (Winkler 1988), over cells that count patterns instead of over
pairs. Left to itself, EM calls whatever is commonest in a cadence a match; here only the match side moves, the null's
price a little under a heavy prior, and its amplitude per lag freely: symbols burst, so that being near in time alone
must never make a match.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from raceview.matching.counts import Counts
from raceview.matching.patterns import (
    PLACES,
    RANKS,
    SLOTS,
    TURNS,
    Floats,
    Ints,
    lag_group,
    price_bin,
    price_steps,
)
from raceview.matching.smoothing import conditional, falling, histogram, lattice_points, shares

AMPLITUDE_TRUST = 2.0
"""Pairs' worth of trust that near pairs of one symbol are as many as those of two foretell."""
PRICE_TRUST = 1e5
"""Pairs' worth of trust in the null of price."""
TILT_TRUST = 0.05
FLOOR = 0.02
"""Share of the tilted conditional that hangs on nothing."""
PSEUDO = 0.004
PASSES = 300
TILT_PASSES = 6
SETTLED = 1e-5
"""Share of the gain that a pass must add for EM to go on."""
LEAST_TO_SETTLE = 100.0
"""A gain below this counts as this much."""
REFITS = 2
LIKELIER = 0.5
LEFT = 0.2
"""Share of a distant price difference that `without_copies` leaves at the least."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Per cell the probability that a pair of it is a match."""

    probability: Floats
    gain: float
    """Natural logarithm of the likelihood, above that of a stream of different events."""
    price_gain: float = 0.0
    """The part of the gain that is lost where matches have the price differences of others."""

    def matches(self, pairs: Floats) -> float:
        """Pairs that are matches, as expected."""
        return float((pairs * self.probability).sum())

    def clarity(self, pairs: Floats) -> float:
        """Mean probability of the pairs that are likelier matches than not; 0 where there are none."""
        likelier = np.where(self.probability > LIKELIER, pairs * self.probability, 0.0)
        return float((likelier * self.probability).sum() / max(float(likelier.sum()), 1e-9))


def fit(counts: Counts) -> Fit:
    """Learn the match side, then again with the copies it shows taken out of the null of price."""
    found = _Mixture(counts, counts.price_null).run(_guess(counts))
    unpriced = _Mixture(counts, counts.price_null, priced=False).run(found.probability)
    price_gain = found.gain - unpriced.gain
    for _ in range(REFITS):
        found = _Mixture(counts, without_copies(counts, found)).run(found.probability)
    return replace(found, price_gain=price_gain)


def _guess(counts: Counts) -> Floats:
    """Where EM sets out from: more pairs than the null has room for, and like prices."""
    null = counts.order_null * counts.price_null[counts.class_of, counts.price]
    probability: Floats = 0.5 * 2.0 ** (-counts.price / 3.0) * counts.pairs / (counts.pairs + null)
    return probability


def without_copies(counts: Counts, found: Fit) -> Floats:
    """The null of price less those pairs in which one row is a copy, off by its own noise besides.

    Copies compete for their rows on their own account: left in the null, their oddness would count twice. Only pairs
    that are matches rather than not are taken for copies, lest many faint ones, as bursts give, make room for more.
    """
    size = counts.price_null.shape[1]
    weight = counts.pairs * np.where(found.probability > LIKELIER, found.probability, 0.0)
    copies = 2 * float(weight.sum()) / counts.rows
    match = np.bincount(counts.price, weight, size) / max(float(weight.sum()), 1e-9)
    middle = price_steps(np.arange(size))
    smeared = np.zeros_like(counts.price_null)
    for sign in (-1, 1):
        to = np.minimum(price_bin(np.abs(middle[:, None] + sign * middle)), size - 1)
        for line, distant in zip(smeared, counts.price_null, strict=True):
            np.add.at(line, to, 0.5 * distant[:, None] * match)
    return shares(np.maximum(counts.price_null - copies * smeared, LEFT * counts.price_null))


class _Mixture:
    """Matches and others over the cells of `counts`, with `prior` as what the null of price is drawn to.

    Without `priced` the matches differ in price as others do: what order and time alone have to say.
    """

    def __init__(self, counts: Counts, prior: Floats, priced: bool = True) -> None:
        lags = counts.bins.lags
        at_lag = np.arange(-lags, lags + 1)
        self.counts, self.prior, self.priced = counts, prior, priced
        self.lag = counts.lag + lags
        self.lags = len(at_lag)
        self.group = lag_group(counts.lag)
        self.moved, self.repriced = counts.lag != 0, counts.price != 0
        self.kind = 2 * self.moved + (self.repriced & priced)
        self.points = lattice_points(prior.shape[1])
        self.turn_class = (3 * (np.sign(at_lag) + 1)[:, None] + np.minimum(np.arange(PLACES), 2)).ravel()
        self.slot_class = lag_group(at_lag)
        self.class_of = counts.class_of
        once = _one_of_each_order(counts)
        self.null_of_lag = np.bincount(self.lag[once], counts.order_null[once], self.lags)

    def run(self, probability: Floats) -> Fit:
        """EM from `probability` to its end, and the gain over no matches at all."""
        counts = self.counts
        amplitude, table = self._amplitude(counts.pairs), self._price_null(counts.pairs)
        alone = self._likelihood(self._other(amplitude, table), amplitude, table)
        likelihood = -np.inf
        for _ in range(PASSES):
            weight = counts.pairs * probability
            matches = self._matches(weight)
            table = self._price_null(counts.pairs - weight)
            other = self._other(amplitude, table)
            probability = matches / (matches + other)
            before, likelihood = (
                likelihood,
                self._likelihood(matches + other, amplitude, table) - weight.sum(),
            )
            amplitude = self._amplitude(counts.pairs * (1 - probability))
            if abs(likelihood - before) < SETTLED * max(LEAST_TO_SETTLE, likelihood - alone):
                break
        return Fit(probability, float(likelihood - alone))

    def _matches(self, weight: Floats) -> Floats:
        """Expected matches per cell, from the cells' present shares in them."""
        counts = self.counts
        kinds = np.bincount(self.kind, weight, 4) + 0.01
        matches: Floats = weight.sum() * shares(kinds)[self.kind] * counts.rank_share
        lag = histogram(self.lag[self.moved], weight[self.moved], self.lags, PSEUDO)
        matches *= np.where(self.moved, lag[self.lag], 1.0)
        matches *= self._match_price(weight)
        matches *= conditional(counts.place, self.group, weight, 10.0)
        matches *= tilted(
            counts.turn_null, self.lag * PLACES + counts.place, counts.turn, self.turn_class, weight
        )
        matches *= tilted(counts.slot_null, self.lag, counts.slot, self.slot_class, weight)
        return matches

    def _match_price(self, weight: Floats) -> Floats:
        """P(price difference | match, not the same price): the larger, the rarer.

        Free, the shares of differences that others have, too, would be whatever suits the noise.
        """
        price = self.counts.price
        if not self.priced:
            others: Floats = self.prior[self.class_of, price]
            return others
        seen = np.bincount(price, weight, self.prior.shape[1]) + PSEUDO
        density = np.concatenate([[1.0], falling(seen[1:], self.points[1:])])
        mine: Floats = density[price]
        return mine

    def _amplitude(self, others: Floats) -> Floats:
        found = np.bincount(self.lag, others, self.lags) + AMPLITUDE_TRUST
        return found / (self.null_of_lag + AMPLITUDE_TRUST)

    def _price_null(self, others: Floats) -> Floats:
        size = self.prior.shape[1]
        table = np.bincount(self.class_of * size + self.counts.price, others, self.prior.size)
        return shares(table.reshape(self.prior.shape) + PRICE_TRUST * self.prior)

    def _other(self, amplitude: Floats, table: Floats) -> Floats:
        return self.counts.order_null * amplitude[self.lag] * table[self.class_of, self.counts.price]

    def _likelihood(self, expected: Floats, amplitude: Floats, table: Floats) -> float:
        """Of the counts as Poisson ones, and of the null of price under its prior."""
        return float(
            (self.counts.pairs * np.log(expected)).sum()
            - (self.null_of_lag * amplitude).sum()
            + PRICE_TRUST * (self.prior * np.log(table / self.prior)).sum()
        )


def tilted(null: Floats, given: Ints, value: Ints, class_of: Ints, weight: Floats) -> Floats:
    """P(value | given, match) at each cell: that of different events, tilted per class of `given` as matches bid.

    Iterative proportional fitting (Deming and Stephan 1940): what matches do not speak of stays as for others.
    """
    null = (1 - FLOOR) * null + FLOOR * null.mean(0)
    values, classes = null.shape[1], int(class_of.max()) + 1
    mass = np.bincount(given, weight, len(null))
    some = mass > 1e-6  # noqa: PLR2004 - all but nothing
    seen = np.bincount(class_of[given] * values + value, weight, classes * values).reshape(classes, values)
    tilt = np.ones((classes, values))
    for _ in range(TILT_PASSES):
        each = null[some] / (null[some] * tilt[class_of[some]]).sum(1, keepdims=True)
        expected = np.zeros((classes, values))
        np.add.at(expected, class_of[some], mass[some][:, None] * each)
        tilt = (seen + TILT_TRUST) / (expected + TILT_TRUST)
    found: Floats = shares(null * tilt[class_of])[given, value]
    return found


def _one_of_each_order(counts: Counts) -> Ints:
    """One cell of each order and rank: their null is the same whatever the price."""
    key = counts.lag + counts.bins.lags
    for column, size in (
        (counts.place, PLACES),
        (counts.turn, TURNS),
        (counts.slot, SLOTS),
        (counts.rank, RANKS + 1),
    ):
        key = key * size + column
    return np.unique(key, return_index=True)[1]
