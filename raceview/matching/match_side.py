"""How the two rows of one event lie to each other, as the pairs that are likely matches show it.

Each pair is judged by the others: what it adds itself to the numbers that speak for it is left out (Stone 1974), or
most of it. A pattern that only one pair in the file bears would otherwise be its own witness, and with some hundred
copies spread over a thousand patterns every file has such pairs: they came out at 0.5 to 0.8, and one in four of them
was right. With all of it left out, what remains is too little, and probabilities come out too low: see
`smoothing.LEFT_OUT`.
"""

from __future__ import annotations

import numpy as np

from raceview.matching.counts import Counts
from raceview.matching.patterns import PLACES, Floats, Ints, lag_group
from raceview.matching.smoothing import (
    conditional,
    falling,
    histogram,
    lattice_points,
    own_share,
    pools,
    shares,
)

TILT_TRUST = 0.5
"""Jeffreys' prior for a share, in pairs."""
FLOOR = 0.02
"""Share of the tilted conditional that hangs on nothing."""
TILT_PASSES = 6
PLACE_TRUST = 10.0
LAG_TRUST = 1.0
"""Pairs' worth of trust, spread over all lags (Perks 1947)."""
PSEUDO = 0.004
UNSEEN = 3.0
"""Price differences that a tail may hold though none was seen in it, at 95 %."""
HALF = 0.5
TAIL_LEFT = 0.001
"""Share of a match's price difference that is left it at the least."""


class MatchSide:
    """P(pattern | match) at each cell of `counts`, learned from weighted cells.

    `weight` is the matches in each cell, `own` what one pair of the cell adds to it: the pair's probability.
    """

    def __init__(self, counts: Counts, prior: Floats) -> None:
        lags = counts.bins.lags
        at_lag = np.arange(-lags, lags + 1)
        self.counts, self.prior = counts, prior
        self.lag, self.lags = counts.lag + lags, len(at_lag)
        self.moved, self.repriced = counts.lag != 0, counts.price != 0
        self.group = lag_group(counts.lag)
        self.points = lattice_points(prior.shape[1])
        turn_class = (3 * (np.sign(at_lag) + 1)[:, None] + np.minimum(np.arange(PLACES), 2)).ravel()
        self.turn = Tilted(counts.turn_null, self.lag * PLACES + counts.place, counts.turn, turn_class)
        self.slot = Tilted(counts.slot_null, self.lag, counts.slot, lag_group(at_lag))

    def order(self, weight: Floats, own: Floats) -> Floats:
        """P(lag, place, turn, slot, rank | match)."""
        counts, moved = self.counts, self.moved
        kinds = np.bincount(moved, weight, 2) + 0.02
        order: Floats = shares(kinds)[moved.astype(np.int64)] * counts.rank_share
        trust = LAG_TRUST / self.lags
        lag, seen = histogram(self.lag[moved], weight[moved], self.lags, trust)
        order *= np.where(moved, lag[self.lag] * own_share(seen[self.lag], HALF * own, trust), 1.0)
        order *= conditional(counts.place, self.group, weight, PLACE_TRUST, own)
        return order * self.turn.shares(weight, own) * self.slot.shares(weight, own)

    def price(self, weight: Floats, own: Floats, pure: bool) -> Floats:
        """P(price difference | match, whether its time moved): 0, or the larger, the rarer.

        Free, the shares of differences that others have, too, would be whatever suits the noise. `pure` takes the null
        out of the tail.
        """
        price = self.counts.price
        kinds = np.bincount(2 * self.moved + self.repriced, weight, 4) + 0.01
        seen = np.bincount(price, weight, self.prior.shape[1])[1:]
        pool = pools(seen + PSEUDO, self.points[1:])
        density = falling(seen + PSEUDO, self.points[1:], pool)
        witness = np.concatenate([[0.0], np.bincount(pool, seen)[pool]])
        if pure and len(density):
            others = np.bincount(self.counts.class_of, weight, len(self.prior)) @ self.prior
            density = without_null(density, shares(others[1:]), float(seen.sum()))
        mine: Floats = (
            shares(kinds.reshape(2, 2))[self.moved.astype(np.int64), self.repriced.astype(np.int64)]
            * np.concatenate([[1.0], density])[price]
        )
        return np.where(self.repriced, mine * own_share(witness[price], own, PSEUDO), mine)


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

    def shares(self, weight: Floats, own: Floats) -> Floats:
        """As `weight`, the matches in each cell, bids, less what each pair bids itself."""
        classes, values = self._shape
        mass = np.bincount(self._given, weight, len(self._null))
        some = mass > 1e-6  # noqa: PLR2004 - all but nothing
        seen = np.bincount(self._class_cell, weight, classes * values)
        by_class = seen.reshape(self._shape)
        null, mine, mass = self._null[some], self._class_of[some], mass[some][:, None]
        tilt = np.ones(self._shape)
        cell = (mine[:, None] * values + np.arange(values)).ravel()
        for _ in range(TILT_PASSES):
            each = null / (null * tilt[mine]).sum(1, keepdims=True)
            expected = np.bincount(cell, (mass * each).ravel(), tilt.size).reshape(self._shape)
            tilt = (by_class + TILT_TRUST) / (expected + TILT_TRUST)
        found: Floats = shares(self._null * tilt[self._class_of]).ravel()[self._cell]
        return found * own_share(seen[self._class_cell], own, TILT_TRUST)
