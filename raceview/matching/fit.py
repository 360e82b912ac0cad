"""What matches are like: learned by expectation and maximisation, with the null of order held fixed.

The mixture of Fellegi and Sunter (1969) fitted by EM (Winkler 1988), over cells that count patterns instead of over
pairs. Left to itself, EM calls whatever is commonest in a cadence a match; here only the match side moves, the null's
price a little under a heavy prior, and its amplitude per lag freely: symbols burst, so that being near in time alone
must never make a match.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from raceview.matching.copies import LIKELIER, beside_copies, without_copies, without_matches
from raceview.matching.counts import Counts
from raceview.matching.match_side import MatchSide
from raceview.matching.patterns import PLACES, RANKS, SLOTS, TURNS, Floats, Ints
from raceview.matching.smoothing import shares

AMPLITUDE_TRUST = 2.0
"""Pairs' worth of trust that near pairs of one symbol are as many as those of two foretell."""
PRICE_TRUST = 1e5
"""Pairs' worth of trust in the null of price."""
PASSES = 300
SETTLED = 1e-5
"""Share of the gain that a pass must add for EM to go on."""
SETTLED_BETWEEN = 1e-3
"""The same, of the distance to a gain that this one is only set against, and for two passes."""
CYCLE = 4
"""Passes that show a cycle of two."""
LEAST_TO_SETTLE = 100.0
"""A gain below this counts as this much."""
REFITS = 2
LEAST_TO_BE_FREE = 40.0
"""Natural logarithm of the likelihood that matches with any price difference must add to those of one scale."""
STRANGE = 0.1
"""Strange pairs to begin with, for each match."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Per cell the probability that a pair of it is a match."""

    probability: Floats
    gain: float
    """Natural logarithm of the likelihood, above that of a stream of different events."""
    price_gain: float = 0.0
    """The part of the gain that is lost where matches have the price differences of others."""
    strange: Floats | None = None
    """Per cell the probability that a pair of it is a strange one; None where there are none."""
    null: Floats = field(default_factory=lambda: np.ones((0, 0)))
    """(class, price): the null of price, copies taken out."""
    beside: Floats = field(default_factory=lambda: np.ones((0, 0)))
    """(class, price): P(price difference | one of the rows is a copy of a third row's event)."""

    def oddness(self, counts: Counts) -> Floats:
        """Per cell, how much likelier its price difference is where one of the rows is a copy of a third's event."""
        ratio: Floats = (self.beside / np.maximum(self.null, 1e-12))[counts.class_of, counts.price]
        return ratio

    def told_of(self, counts: Counts) -> Fit:
        """The same for `counts` with further cells: what the model has to say of patterns that it has not seen."""
        if len(counts.pairs) == len(self.probability):
            return self
        more = np.zeros(len(counts.pairs) - len(self.probability))
        strange = None if self.strange is None else np.concatenate([self.strange, more])
        mixture = _Mixture(counts, self.null, strange=strange is not None)
        found = mixture.run(np.concatenate([self.probability, more]), strange=strange, passes=1)
        return replace(self, probability=found.probability, strange=found.strange)

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
    unpriced = _Mixture(counts, counts.price_null, priced=False).run(found.probability, found.gain)
    price_gain = found.gain - unpriced.gain
    for _ in range(REFITS):
        distant = without_matches(counts, found.probability)
        beside = beside_copies(counts, found.probability, distant)
        null = without_copies(counts, found.probability, distant, beside)
        found = _Mixture(counts, null, strange=strange).run(found.probability)
    return replace(found, price_gain=price_gain, null=null, beside=beside)


def _guess(counts: Counts) -> Floats:
    """Where EM sets out from: more pairs than the null has room for, and like prices."""
    null = counts.order_null * counts.price_null[counts.class_of, counts.price]
    probability: Floats = 0.5 * 2.0 ** (-counts.price / 3.0) * counts.pairs / (counts.pairs + null)
    return probability


class _Mixture:
    """Matches and others over the cells of `counts`, with `prior` as what the null of price is drawn to.

    Without `priced` the matches differ in price as others do: what order and time alone have to say.
    """

    def __init__(self, counts: Counts, prior: Floats, priced: bool = True, strange: bool = False) -> None:
        self.counts, self.prior, self.priced, self.strange = counts, prior, priced, strange
        self.side = MatchSide(counts, prior)
        self.lag, self.lags = self.side.lag, self.side.lags
        self.class_of = counts.class_of
        once = _one_of_each_order(counts)
        self.null_of_lag = np.bincount(self.lag[once], counts.order_null[once], self.lags)

    def run(
        self,
        probability: Floats,
        against: float | None = None,
        strange: Floats | None = None,
        passes: int = PASSES,
    ) -> Fit:
        """EM from `probability` to its end, and the gain over no matches at all.

        It ends where a pass adds but a small share of the gain, or of LEAST_TO_SETTLE; where the gain is only to be set
        `against` another one, of what lies between the two.
        Beside matches and others stand strange pairs: different events that lie as matches do, though the null of order
        has no room for them, but differ in price as others do. With them, a price decides that order alone would not.
        """
        counts = self.counts
        amplitude, table = self._amplitude(counts.pairs), self._price_null(counts.pairs)
        alone = self._likelihood(self._other(amplitude, table), amplitude, table)
        told: list[float] = []
        counted = counts.pairs > 0
        strange = STRANGE * probability * self.strange if strange is None else strange
        for _ in range(passes):
            weight, odd = counts.pairs * probability, counts.pairs * strange
            order = self.side.order(weight + odd, (probability + strange) * counted)
            matches = weight.sum() * order * self._match_price(weight, probability * counted)
            table = self._price_null(np.maximum(counts.pairs - weight - odd, 0.0))
            strangers = odd.sum() * order * table[self.class_of, counts.price]
            whole = matches + strangers + self._other(amplitude, table)
            probability, strange = matches / whole, strangers / whole
            told.append(self._likelihood(whole, amplitude, table) - weight.sum() - odd.sum())
            amplitude = self._amplitude(counts.pairs * np.maximum(1 - probability - strange, 0.0))
            gain = told[-1] - alone
            least = SETTLED * gain if against is None else SETTLED_BETWEEN * (against - gain)
            if _settled(told, max(least, SETTLED * LEAST_TO_SETTLE), still=1 if against is None else 2):
                break
        return Fit(probability, float(told[-1] - alone), strange=strange if self.strange else None)

    def _match_price(self, weight: Floats, own: Floats) -> Floats:
        if not self.priced:
            others: Floats = self.prior[self.class_of, self.counts.price]
            return others
        return self.side.price(weight, own, pure=self.strange)

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


def _settled(told: list[float], least: float, still: int) -> bool:
    """Whether the likelihood stayed where it was in so many passes, or goes to and fro.

    Where a pair is no witness for itself EM climbs no hill of its own, and may end in a cycle of two.
    """
    stays = len(told) > still and np.abs(np.diff(told[-still - 1 :])).max() < least
    cycles = len(told) >= CYCLE and max(abs(told[-1] - told[-3]), abs(told[-2] - told[-4])) < least
    return bool(stays or cycles)


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
