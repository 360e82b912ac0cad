"""Noise fitted from differences: what was planted comes back, and nothing that was not."""

from __future__ import annotations

import numpy as np
import pytest

from raceview.linkage.noise import Axis, Histogram, Noise, fit_noise, step_of

MS = 1_000_000
CENT = 10_000_000
TIME, PRICE = (-20.0 * MS, 20.0 * MS), (-50.0 * CENT, 50.0 * CENT)
SOUGHT = (Axis(TIME, TIME, MS), Axis(PRICE, PRICE, CENT))


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


def fitted(time: object, price: object, exact_rows: float = 0.0) -> Noise:
    """From certain matches, in ms and cents, sought within 20 ms and 50 cents."""
    times, prices = np.asarray(time, dtype=np.int64) * MS, np.asarray(price, dtype=np.int64) * CENT
    inside = np.abs(prices) <= PRICE[1]
    seen = tuple((float(axis.min(initial=0)), float(axis.max(initial=0))) for axis in (times, prices[inside]))
    return fit_noise(
        times, prices, np.ones(len(times)), exact_rows, Axis(seen[0], TIME, MS), Axis(seen[1], PRICE, CENT)
    )


@pytest.mark.parametrize(
    ("values", "step"),
    [([0, 3000, -5000], 1000), ([7], 7), ([0, 0], 1), ([], 1), ([-6, 4], 2), ([2**62, 2**61], 2**61)],
)
def test_the_step_divides_all_differences(values: list[int], step: int) -> None:
    assert step_of(ints(*values)) == step


@pytest.mark.parametrize(("low", "high"), [(-5, 5), (1, 8), (-9, -2)], ids=["two-sided", "late", "early"])
def test_jitter_is_found_where_it_lies(low: int, high: int) -> None:
    time = np.tile(np.arange(low, high + 1), 400)
    noise = fitted(time, np.ones(len(time)))
    inside = [value for value in range(low, high + 1) if value]
    assert noise.time.at(ints(*inside) * MS) == pytest.approx(1.0 / len(inside), rel=0.35)
    outside = [value for value in range(-20, 21) if not low <= value <= high]
    assert noise.time.at(ints(*outside) * MS).max() < 0.01 / len(inside)


def test_a_price_shift_is_found_where_it_lies() -> None:
    price = np.concatenate([np.full(3000, 25), np.full(1000, -10)])
    noise = fitted(np.full(4000, 3), price)
    high, low, other = noise.price.at(ints(25, -10, 10) * CENT)
    assert high == pytest.approx(3 * low, rel=0.05)
    assert other < 0.01 * low


def test_the_four_shares() -> None:
    noise = fitted(
        [0] * 100 + [0] * 200 + [3] * 300 + [3] * 400, [0] * 100 + [1] * 200 + [0] * 300 + [1] * 400
    )
    assert (noise.exact, noise.price_only, noise.time_only, noise.both) == pytest.approx(
        (0.1, 0.2, 0.3, 0.4), abs=0.001
    )


def test_exact_rows_that_are_not_among_the_pairs_count_too() -> None:
    noise = fitted([3] * 100, [1] * 100, exact_rows=900.0)
    assert (noise.exact, noise.both) == pytest.approx((0.9, 0.1), abs=0.002)


def test_a_pair_counts_by_its_probability() -> None:
    time, price = ints(*[2] * 100, *[15] * 100) * MS, ints(*[1] * 200) * CENT
    noise = fit_noise(time, price, np.repeat([0.9, 0.1], 100), 0.0, *SOUGHT)
    likely, unlikely = noise.likelihood(ints(2, 15) * MS, ints(1, 1) * CENT)
    assert likely / unlikely == pytest.approx(9.0, rel=0.2)


def test_without_a_match_the_nearer_is_likelier_in_proportion_and_neither_side_is() -> None:
    noise = fit_noise(ints(), ints(), np.zeros(0), 0.0, *SOUGHT)
    assert noise.exact == noise.price_only == noise.time_only == noise.both == 0.25
    early, near, late = noise.time.at(ints(-19, 1, 19) * MS)
    assert near == pytest.approx(19 * late)
    assert early == late


def test_probabilities_sum_to_one() -> None:
    rng = np.random.default_rng(1)
    time, price = rng.integers(-6, 13, 3000), rng.integers(-9, 10, 3000)
    noise = fitted(time * (rng.random(3000) < 0.5), price * (rng.random(3000) < 0.5))
    steps, cents = (np.arange(-20, 21) * MS, np.arange(-50, 51) * CENT)
    for histogram, lattice in ((noise.time, steps), (noise.price, cents)):
        assert histogram.at(lattice).sum() == pytest.approx(1.0, abs=1e-3)
    grid = np.meshgrid(steps, cents)
    whole = noise.likelihood(grid[0].ravel(), grid[1].ravel()).sum()
    # Difference zero has shares of its own, so that what the histograms leave on it is lost.
    assert 0.9 < whole <= 1.0 + 0.02


def test_no_match_beyond_what_was_sought() -> None:
    noise = fitted([3] * 50, [1] * 50)
    assert noise.likelihood(ints(21, 3) * MS, ints(1, 51) * CENT).tolist() == [0.0, 0.0]


def test_a_match_beyond_what_was_seen_is_unlikely_but_possible() -> None:
    noise = fitted([2, 3, 4] * 50, [1, 2, 3] * 50)
    seen, late, dear = noise.likelihood(ints(3, 19, 3) * MS, ints(2, 2, 49) * CENT)
    assert 0.0 < late < 0.01 * seen
    assert 0.0 < dear < 0.01 * seen


def test_an_altered_price_needs_the_very_time_of_its_tick() -> None:
    noise = fitted([0] * 5 + [3] * 50, [40000] * 5 + [1] * 50)
    on_time, late = noise.likelihood(ints(0, 3) * MS, ints(30000, 30000) * CENT)
    assert on_time > 0.0
    assert late == 0.0


def test_a_lattice_point_at_the_end_of_the_range_is_inside() -> None:
    ends = (-5.0 * MS, 5.0 * MS)
    histogram = Histogram.fit(ints(-5, 5) * MS, np.ones(2), Axis(ends, ends, MS), fine=True)
    assert (histogram.at(ints(-5, 5) * MS) > 0.0).all()
    assert histogram.at(ints(-6, 6) * MS).tolist() == [0.0, 0.0]


def bunches(fine: bool) -> Histogram:
    """2,000 differences of up to 5 ms and 40 of 30 s and up to 5 ms, at a step of 1 us."""
    rng = np.random.default_rng(2)
    near, far = rng.integers(-5_000, 5_001, 2_000), rng.integers(30_000_000, 30_005_001, 40)
    ends = (-5.0 * MS, 30_005.0 * MS)
    values = np.concatenate([near[near != 0], far]) * 1_000
    return Histogram.fit(values, np.ones(len(values)), Axis(ends, ends, 1_000), fine)


def test_bunches_far_apart_are_told_from_the_void_between() -> None:
    lags = ints(2, 40, 30_002) * MS
    near, between, far = bunches(fine=False).at(lags)
    assert near == pytest.approx(between, rel=0.05)
    near, between, far = bunches(fine=True).at(lags)
    assert near == pytest.approx(2_000 / 2_040 / 10_001, rel=0.1)
    assert far == pytest.approx(40 / 2_040 / 5_001, rel=0.1)
    assert between < 0.01 * far


def test_finer_bins_hold_what_the_bin_held() -> None:
    coarse, fine = bunches(fine=False), bunches(fine=True)
    ends = coarse.low + (coarse.high - coarse.low) / len(coarse.bins.density) * np.arange(2)
    steps = np.arange(np.ceil(ends[0] / 1_000), np.floor(ends[1] / 1_000), dtype=np.int64) * 1_000
    assert [k for k, _ in fine.bins.finer] == [0, len(fine.bins.density) - 1]
    assert fine.at(steps).sum() == pytest.approx(coarse.at(steps).sum(), rel=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_one_bunch_of_any_usual_shape_needs_no_finer_bins(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for drawn in (rng.normal(size=3_000), rng.laplace(size=3_000), rng.exponential(size=3_000)):
        values = np.rint(drawn * MS).astype(np.int64)
        ends = (float(values.min()), float(values.max()))
        assert Histogram.fit(values, np.ones(3_000), Axis(ends, ends, 1), fine=True).bins.finer == ()
