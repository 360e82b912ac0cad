"""Two rates, their intervals and whether they differ, where events come in bursts.

Duplicates cluster: one storm writes thousands. Intervals that take events for independent are then too narrow, and
any two runs differ. So each count is divided by its dispersion, how much more it varies between the spans of its run
than independent events would (the design effect of Rao and Scott 1992, Biometrics 48:577), and with what is left, the
effective counts, the usual methods are used (as Korn and Graybill 1998 do for surveys), with Student's t in place of
the normal, for the dispersion is itself an estimate. What differs from one run to the next, but not within a run,
does not show in either and is no part of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, inf, sqrt

import numpy as np

from raceview.comparison.probability import beta_share, exact_interval, student_bound, student_two_sided
from raceview.comparison.side import Tally

LEVEL = 0.95
FREEDOM = 31
"""Degrees of freedom that a dispersion has: the coarser spans have fewer, the largest of several is taken instead."""
SPANS_TRIED = (64, 32, 16, 8)
FEW = 10
"""Effective counts below which exact methods are used: the others are approximations for many."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


def dispersion(tally: Tally) -> float:
    """How many times the variance of independent events the count has, at least 1.

    The variance of a ratio of totals of clusters (Cochran 1977, 6.3), for spans of several lengths; the largest counts,
    as a burst may be longer than a short span.
    """
    if not 0 < tally.count < tally.of:
        return 1.0
    spans, exposure = np.array(tally.spans, float), np.array(tally.exposure, float)
    exposure *= tally.of / exposure.sum()
    rate = tally.count / tally.of
    found = 1.0
    for length in SPANS_TRIED:
        counts, ofs = spans.reshape(length, -1).sum(axis=1), exposure.reshape(length, -1).sum(axis=1)
        there = int(np.count_nonzero(ofs))
        if there > 1:
            excess = float(((counts - ofs * rate) ** 2).sum())
            found = max(found, there / (there - 1) * excess / (tally.of * rate * (1 - rate)))
    return found


@dataclass(frozen=True)
class Rate:
    """`count` of `of`, and by how much bursts make that say less than it seems."""

    count: int
    of: int
    dispersion: float

    @property
    def value(self) -> float:
        return self.count / self.of

    @property
    def effective(self) -> tuple[float, float]:
        """The counts of as many independent events as say the same."""
        return self.count / self.dispersion, self.of / self.dispersion

    @cached_property
    def interval(self) -> Interval:
        """Wilson's (1927), or Clopper and Pearson's (1934) where the effective counts are few."""
        count, of = self.effective
        if min(count, of - count) < FEW:
            return Interval(self.value, *exact_interval(count, of, LEVEL))
        t2 = student_bound(LEVEL, FREEDOM) ** 2
        middle = (count + t2 / 2) / (of + t2)
        half = sqrt(t2 * (count * (of - count) / of + t2 / 4)) / (of + t2)
        return Interval(self.value, middle - half, middle + half)


@dataclass(frozen=True, slots=True)
class Pair:
    """The rates before and after; both have something to be a rate of."""

    before: Rate
    after: Rate

    @property
    def difference(self) -> Interval:
        """After less before: the hybrid of the two intervals (Newcombe 1998, method 10)."""
        before, after = self.before.interval, self.after.interval
        value = after.value - before.value
        return Interval(
            value,
            value - sqrt((after.value - after.low) ** 2 + (before.high - before.value) ** 2),
            value + sqrt((after.high - after.value) ** 2 + (before.value - before.low) ** 2),
        )

    @property
    def ratio(self) -> Interval | None:
        """After by before: on the log scale (Katz et al. 1978), or from the exact interval of the after's share of the
        events of both where these are few. None where both are none.
        """
        (before, of_before), (after, of_after) = self.before.effective, self.after.effective
        if not before + after:
            return None
        value = self.after.value / self.before.value if before else inf
        if min(before, after) < FEW:
            share = exact_interval(after, before + after, LEVEL)
            low, high = (part / (1 - part) * of_before / of_after if part < 1 else inf for part in share)
            return Interval(value, low, high)
        error = sqrt(max(0.0, 1 / before - 1 / of_before + 1 / after - 1 / of_after))
        factor = exp(student_bound(LEVEL, FREEDOM) * error)
        return Interval(value, value / factor, value * factor)

    @property
    def p_value(self) -> float:
        """How often chance alone would make as great a difference.

        The score test of two proportions, each with its dispersion; where few, the exact test of two Poisson counts
        given their sum (Przyborowski and Wilenski 1940), which for rare events is Fisher's.
        """
        (before, of_before), (after, of_after) = self.before.effective, self.after.effective
        pooled = (before + after) / (of_before + of_after)
        if pooled > 0.5:  # noqa: PLR2004 - the rarer of the two sides of a coin is the one that is counted
            before, after, pooled = of_before - before, of_after - after, 1 - pooled
        if min(before, after) >= FEW:
            error = sqrt(pooled * (1 - pooled) * (1 / of_before + 1 / of_after))
            return student_two_sided((self.after.value - self.before.value) / error, FREEDOM)
        return _conditional(before, after, of_after / (of_before + of_after))


def _conditional(before: float, after: float, share: float) -> float:
    """Twice the smaller tail of `after` of a binomial of both counts and that share; counts need not be whole."""
    most = 1.0 if after <= 0 else beta_share(share, after, before + 1)
    least = 1.0 if before <= 0 else beta_share(1 - share, before, after + 1)
    return min(1.0, 2 * min(most, least))


def pair_of(before: Tally, after: Tally) -> Pair:
    """The two rates. A side where nothing happened tells no dispersion: the other's is taken for it, too."""
    of_before, of_after = dispersion(before), dispersion(after)
    if not 0 < before.count < before.of:
        of_before = of_after
    if not 0 < after.count < after.of:
        of_after = of_before
    return Pair(Rate(before.count, before.of, of_before), Rate(after.count, after.of, of_after))


def needed_count(pair: Pair, level: float) -> int | None:
    """The greatest count after that would have been a fall below the p-value `level`; None where even 0 is not."""

    def seen(count: int) -> bool:
        after = Rate(count, pair.after.of, pair.after.dispersion)
        return after.value < pair.before.value and Pair(pair.before, after).p_value <= level

    if not seen(0):
        return None
    low, high = 0, int(pair.before.value * pair.after.of) + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if seen(middle) else (low, middle)
    return low
