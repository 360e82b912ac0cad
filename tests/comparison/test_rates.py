"""Rates and their intervals against published figures, brute force, and simulated bursts."""

from __future__ import annotations

from math import comb, inf

import numpy as np
import pytest

from comparison.made_sides import burst, bursty, tally
from raceview.comparison import rates
from raceview.comparison.probability import beta_share, exact_interval, student_bound
from raceview.comparison.rates import Pair, Rate, dispersion, needed_count, pair_of
from raceview.comparison.side import SPANS, Tally


@pytest.mark.parametrize(
    ("count", "of", "share"), [(3, 10, 0.2), (1, 4, 0.7), (40, 90, 0.41), (250, 1000, 0.22)]
)
def test_the_incomplete_beta_function_is_the_tail_of_a_binomial(count: int, of: int, share: float) -> None:
    tail = sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(count, of + 1))
    assert beta_share(share, count, of - count + 1) == pytest.approx(tail, rel=1e-10)


@pytest.mark.parametrize(
    ("level", "freedom", "bound"), [(0.95, 31, 2.0395), (0.95, 5, 2.5706), (0.99, 1, 63.6567)]
)
def test_students_bounds_are_those_of_the_tables(level: float, freedom: float, bound: float) -> None:
    assert student_bound(level, freedom) == pytest.approx(bound, abs=1e-4)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"), [(0, 10, 0, 0.3085), (2, 20, 0.0123, 0.3170), (5, 5, 0.4782, 1)]
)
def test_exact_intervals_are_clopper_and_pearsons(count: int, of: int, low: float, high: float) -> None:
    assert exact_interval(count, of, 0.95) == pytest.approx((low, high), abs=1e-4)


def test_difference_is_newcombes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Newcombe (1998), table II, contrast (a): 56/70 less 48/80."""
    monkeypatch.setattr(rates, "FREEDOM", 1e7)  # the normal distribution
    found = Pair(Rate(48, 80, 1.0), Rate(56, 70, 1.0)).difference
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)


def test_few_are_compared_exactly() -> None:
    assert Pair(Rate(10, 1000, 1.0), Rate(0, 1000, 1.0)).p_value == pytest.approx(2 * 0.5**10)
    assert Pair(Rate(0, 1000, 1.0), Rate(10, 1000, 1.0)).p_value == pytest.approx(2 * 0.5**10)
    assert Pair(Rate(0, 1000, 1.0), Rate(0, 1000, 1.0)).p_value == 1
    assert Pair(Rate(990, 1000, 1.0), Rate(1000, 1000, 1.0)).p_value == pytest.approx(2 * 0.5**10)


def test_ratio_of_few_and_of_none() -> None:
    fell = Pair(Rate(30, 1000, 1.0), Rate(0, 1000, 1.0)).ratio
    assert fell is not None
    high = 1 - 0.025 ** (1 / 30)
    assert (fell.value, fell.low, fell.high) == pytest.approx((0, 0, high / (1 - high)))
    rose = Pair(Rate(0, 1000, 1.0), Rate(30, 1000, 1.0)).ratio
    assert rose is not None
    assert (rose.value, rose.high) == (inf, inf)
    assert rose.low == pytest.approx((1 - high) / high)
    assert Pair(Rate(0, 10, 1.0), Rate(0, 10, 1.0)).ratio is None


def test_dispersion_of_even_counts_is_that_of_independent_events() -> None:
    counts = (0, 64, 640, 10_000)
    assert [dispersion(tally(count, 10_000)) for count in counts] == [1, 1, 1, 1]
    assert dispersion(tally(1, 10_000)) == pytest.approx(1, rel=1e-3)


def test_dispersion_of_one_burst_is_its_size() -> None:
    assert dispersion(burst(200, 10**6)) == pytest.approx(200, rel=1e-3)


def test_dispersion_sees_a_burst_that_spans_do_not_hold() -> None:
    long = [10 * (place < SPANS // 8) for place in range(SPANS)]
    assert dispersion(tally(80, 10**6, long)) == pytest.approx(80, rel=1e-3)


def test_a_burst_widens_and_takes_away_the_certainty() -> None:
    spread, clumped = (
        pair_of(before, tally(20, 10_000)) for before in (tally(60, 10_000), burst(60, 10_000))
    )
    assert spread.p_value < 0.001
    assert clumped.p_value > 0.05
    assert clumped.before.interval.low < spread.before.interval.low
    assert clumped.before.interval.high > spread.before.interval.high
    assert clumped.before.value == spread.before.value


def test_a_side_without_any_is_taken_to_be_as_bursty_as_the_other() -> None:
    assert pair_of(burst(60, 10_000), tally(0, 10_000)).p_value > 0.05
    assert pair_of(tally(60, 10_000), tally(0, 10_000)).p_value < 1e-6


@pytest.mark.parametrize("before", [tally(250, 70_000), tally(15, 4000), burst(60, 10_000)])
def test_the_needed_count_is_the_greatest_that_is_seen(before: Tally) -> None:
    pair = pair_of(before, tally(before.count, before.of))
    needed = needed_count(pair, 0.05)

    def seen(count: int) -> bool:
        return Pair(pair.before, Rate(count, before.of, pair.after.dispersion)).p_value <= 0.05

    if needed is None:
        assert not seen(0)
    else:
        assert seen(needed)
        assert not seen(needed + 1)


def test_needed_is_none_where_even_a_fall_to_none_would_not_be_seen() -> None:
    assert needed_count(pair_of(tally(3, 4000), tally(3, 4000)), 0.05) is None


@pytest.mark.parametrize(
    ("rate", "length", "stormy"), [(0.01, 1, 1.0), (0.3, 200, 0.5), (0.1, 300, 0.2), (0.02, 500, 0.25)]
)
def test_two_runs_of_one_system_seldom_differ(rate: float, length: int, stormy: float) -> None:
    """Of 200 pairs at most 5 % and two standard errors; taken as independent, the bursty ones nearly always differ."""
    rng = np.random.default_rng(5)
    pairs = [pair_of(*(bursty(rng, 6000, rate, length, stormy) for _ in range(2))) for _ in range(200)]
    assert sum(pair.p_value <= 0.05 for pair in pairs) <= 16
    covered = [pair.ratio is None or pair.ratio.low <= 1 <= pair.ratio.high for pair in pairs]
    assert sum(covered) >= 184
    if length > 1:
        naive = [Pair(*(Rate(one.count, one.of, 1.0) for one in (pair.before, pair.after))) for pair in pairs]
        assert sum(pair.p_value <= 0.05 for pair in naive) > 50
