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
LEAST_TO_BE_FREE = 40.0
"""Natural logarithm of the likelihood that matches with any price difference must add to those of one scale."""
STRANGE = 0.1
"""Strange pairs to begin with, for each match."""
UNSEEN = 3.0
"""Price differences that a tail may hold though none was seen in it, at 95 %."""
HALF = 0.5
TAIL_LEFT = 0.001
"""Share of a match's price difference that is left it at the least."""
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
    """Learn the match side, then again with the copies it shows taken out of the null of price.

    With strange pairs, unless the rows are much likelier without: then matches have large price differences, too.
    """
    guess = _guess(counts)
    found = _Mixture(counts, counts.price_null, strange=True).run(guess)
    free = _Mixture(counts, counts.price_null).run(guess)
    strange = free.gain < found.gain + LEAST_TO_BE_FREE
    found = found if strange else free
    unpriced = _Mixture(counts, counts.price_null, priced=False).run(found.probability)
    price_gain = found.gain - unpriced.gain
    for _ in range(REFITS):
        found = _Mixture(counts, without_copies(counts, found), strange=strange).run(found.probability)
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

    def __init__(self, counts: Counts, prior: Floats, priced: bool = True, strange: bool = False) -> None:
        lags = counts.bins.lags
        at_lag = np.arange(-lags, lags + 1)
        self.counts, self.prior, self.priced, self.strange = counts, prior, priced, strange
        self.lag = counts.lag + lags
        self.lags = len(at_lag)
        self.group = lag_group(counts.lag)
        self.moved, self.repriced = counts.lag != 0, counts.price != 0
        self.points = lattice_points(prior.shape[1])
        turn_class = (3 * (np.sign(at_lag) + 1)[:, None] + np.minimum(np.arange(PLACES), 2)).ravel()
        self.turn = Tilted(counts.turn_null, self.lag * PLACES + counts.place, counts.turn, turn_class)
        self.slot = Tilted(counts.slot_null, self.lag, counts.slot, lag_group(at_lag))
        self.class_of = counts.class_of
        once = _one_of_each_order(counts)
        self.null_of_lag = np.bincount(self.lag[once], counts.order_null[once], self.lags)

    def run(self, probability: Floats) -> Fit:
        """EM from `probability` to its end, and the gain over no matches at all.

        Beside matches and others stand strange pairs: different events that lie as matches do, though the null of order
        has no room for them, but differ in price as others do. With them, a price decides that order alone would not.
        """
        counts = self.counts
        amplitude, table = self._amplitude(counts.pairs), self._price_null(counts.pairs)
        alone = self._likelihood(self._other(amplitude, table), amplitude, table)
        likelihood = -np.inf
        strange = STRANGE * probability * self.strange
        for _ in range(PASSES):
            weight, odd = counts.pairs * probability, counts.pairs * strange
            order = self._order(weight + odd)
            matches = weight.sum() * order * self._match_price(weight)
            table = self._price_null(np.maximum(counts.pairs - weight - odd, 0.0))
            strangers = odd.sum() * order * table[self.class_of, counts.price]
            whole = matches + strangers + self._other(amplitude, table)
            probability, strange = matches / whole, strangers / whole
            before, likelihood = (
                likelihood,
                self._likelihood(whole, amplitude, table) - weight.sum() - odd.sum(),
            )
            amplitude = self._amplitude(counts.pairs * np.maximum(1 - probability - strange, 0.0))
            if abs(likelihood - before) < SETTLED * max(LEAST_TO_SETTLE, likelihood - alone):
                break
        return Fit(probability, float(likelihood - alone))

    def _order(self, weight: Floats) -> Floats:
        """P(lag, place, turn, slot, rank | match) at each cell."""
        counts = self.counts
        kinds = np.bincount(self.moved, weight, 2) + 0.02
        order: Floats = shares(kinds)[self.moved.astype(np.int64)] * counts.rank_share
        lag = histogram(self.lag[self.moved], weight[self.moved], self.lags, PSEUDO)
        order *= np.where(self.moved, lag[self.lag], 1.0)
        order *= conditional(counts.place, self.group, weight, 10.0)
        return order * self.turn.shares(weight) * self.slot.shares(weight)

    def _match_price(self, weight: Floats) -> Floats:
        """P(price difference | match, whether its time moved): 0, or the larger, the rarer.

        Free, the shares of differences that others have, too, would be whatever suits the noise.
        """
        price = self.counts.price
        if not self.priced:
            others: Floats = self.prior[self.class_of, price]
            return others
        kinds = np.bincount(2 * self.moved + self.repriced, weight, 4) + 0.01
        seen = np.bincount(price, weight, self.prior.shape[1])[1:]
        others = np.bincount(self.class_of, weight, len(self.prior)) @ self.prior
        density = falling(seen + PSEUDO, self.points[1:])
        if self.strange and len(density):
            density = without_null(density, shares(others[1:]), float(seen.sum()))
        mine: Floats = (
            shares(kinds.reshape(2, 2))[self.moved.astype(np.int64), self.repriced.astype(np.int64)]
            * np.concatenate([[1.0], density])[price]
        )
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


def without_null(mixed: Floats, null: Floats, count: float) -> Floats:
    """A distribution over price differences, known from `count` of them, its tail less the null's share in it.

    What is left when no share of the null can be taken out any more is unique (Blanchard, Lee and Scott 2010). The
    share is the least on any tail, as with Storey (2002); a tail in which none was seen may yet hold three (Hanley and
    Lippman-Hand 1983). The smaller half stays: there, differences are as those of a walk's neighbours may be.
    """
    tail, null_tail = (np.cumsum(values[::-1])[::-1] for values in (mixed, null))
    share = min(1.0, float(((tail + UNSEEN / max(count, 1.0)) / np.maximum(null_tail, 1e-9)).min()))
    rest: Floats = np.where(tail > HALF, mixed, np.maximum(mixed - share * null, TAIL_LEFT * mixed))
    return shares(rest)


class Tilted:
    """P(value | given, match) at each cell: that of different events, tilted per class of `given` as matches bid.

    Iterative proportional fitting (Deming and Stephan 1940): what matches do not speak of stays as for others.
    """

    def __init__(self, null: Floats, given: Ints, value: Ints, class_of: Ints) -> None:
        self._null = (1 - FLOOR) * null + FLOOR * null.mean(0)
        self._given, self._class_of = given, class_of
        self._shape = int(class_of.max()) + 1, null.shape[1]
        self._cell = given * null.shape[1] + value
        self._class_cell = class_of[given] * null.shape[1] + value

    def shares(self, weight: Floats) -> Floats:
        """As `weight`, the matches in each cell, bids."""
        classes, values = self._shape
        mass = np.bincount(self._given, weight, len(self._null))
        some = mass > 1e-6  # noqa: PLR2004 - all but nothing
        seen = np.bincount(self._class_cell, weight, classes * values).reshape(self._shape)
        null, mine, mass = self._null[some], self._class_of[some], mass[some][:, None]
        tilt = np.ones(self._shape)
        for _ in range(TILT_PASSES):
            each = null / (null * tilt[mine]).sum(1, keepdims=True)
            expected = np.zeros(self._shape)
            np.add.at(expected, mine, mass * each)
            tilt = (seen + TILT_TRUST) / (expected + TILT_TRUST)
        found: Floats = shares(self._null * tilt[self._class_of]).ravel()[self._cell]
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
