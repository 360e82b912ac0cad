"""Offsets of clocks and ranges of matches, from pairs among which the true ones are not known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from linkage.bundle_files import Ints
from raceview.linkage.chance import Neighbours
from raceview.linkage.window import (
    Pairs,
    Window,
    find_window,
    median_with_error,
    significant_offsets,
    weighted_quantiles,
)

MS = 1_000_000
CENT = 10_000_000
STEPS = (1000, CENT)
ROWS = 1_500


@dataclass(frozen=True)
class Planted:
    """Rows of one symbol, one tick each 20 ms on average, every row moved within [low, high] ms and by cents."""

    low: float = -5.0
    high: float = 5.0
    cents: int = 20
    workers: int = 3
    offsets_ms: tuple[tuple[int, float], ...] = ()
    reach_ms: float = 480.0
    missing: float = 0.0
    """Share of the ticks that the source does not hold."""
    seed: int = 1

    def pairs(self) -> Pairs:
        rng = np.random.default_rng(self.seed)
        tick = np.cumsum(rng.exponential(20_000, ROWS)).astype(np.int64) * 1000
        price = rng.integers(100_000, 200_000, ROWS) * CENT
        worker = rng.integers(0, self.workers, ROWS)
        seen = (
            tick + rng.integers(round(self.low * 1000), round(self.high * 1000), ROWS, endpoint=True) * 1000
        )
        for number, offset in self.offsets_ms:
            seen[worker == number] += round(offset * MS)
        shown = price + rng.integers(-self.cents, self.cents, ROWS, endpoint=True) * CENT
        kept = np.flatnonzero(rng.random(ROWS) >= self.missing)
        tick, price = tick[kept], price[kept]
        reach = round(self.reach_ms * MS)
        row, event = np.nonzero(np.abs(seen[:, None] - tick[None, :]) <= reach)
        return Pairs(
            row,
            worker[kept][event],
            seen[row] - tick[event],
            shown[row] - price[event],
            ROWS,
            reach,
            neighbours(tick, price, reach),
        )

    def window(self) -> Window:
        return find_window(self.pairs(), np.zeros(self.workers, dtype=np.int64), STEPS)


def neighbours(tick: Ints, price: Ints, reach: int) -> Neighbours:
    row, event = np.nonzero((np.abs(tick[:, None] - tick[None, :]) <= reach) & ~np.eye(len(tick), dtype=bool))
    return Neighbours(row, tick[row] - tick[event], price[row] - price[event], len(tick), len(tick))


def offsets_ms(window: Window) -> list[float]:
    return [offset / MS for offset in window.offset.tolist()]


@pytest.mark.parametrize(
    ("low", "high"), [(-5.0, 5.0), (1.0, 8.0), (-12.0, -2.0)], ids=["two-sided", "late", "early"]
)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_range_holds_the_jitter_and_little_else(low: float, high: float, seed: int) -> None:
    found = Planted(low=low, high=high, seed=seed).window()
    assert offsets_ms(found) == [0.0, 0.0, 0.0]
    assert found.time_range[0] <= low * MS
    assert found.time_range[1] >= high * MS
    assert found.time_range[1] - found.time_range[0] < 4 * (high - low) * MS
    assert found.price_range[0] <= -20 * CENT
    assert found.price_range[1] >= 20 * CENT
    assert found.price_range[1] - found.price_range[0] < 4 * 40 * CENT
    assert found.explained > 0.95


@pytest.mark.parametrize("workers", [2, 3, 7, 40])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_offset_is_made_of_jitter(workers: int, seed: int) -> None:
    assert offsets_ms(Planted(workers=workers, seed=seed).window()) == [0.0] * workers


@pytest.mark.parametrize("jitter", [0.0, 5.0], ids=["spike", "jittered"])
@pytest.mark.parametrize(
    ("workers", "offsets"),
    [
        (3, ((0, 37.25),)),
        (3, ((2, -8.125),)),
        (7, ((1, 12.5), (4, -31.25))),
        (40, ((7, 60.0),)),
    ],
    ids=["ahead", "behind", "two of seven", "one of forty"],
)
def test_the_offset_of_a_worker(jitter: float, workers: int, offsets: tuple[tuple[int, float], ...]) -> None:
    found = Planted(low=-jitter, high=jitter, workers=workers, offsets_ms=offsets).window()
    # The standard error of a median of uniform jitter is its half width over the root of the rows.
    chance = 4 * jitter / np.sqrt(ROWS / workers)
    expected = [dict(offsets).get(worker, 0.0) for worker in range(workers)]
    assert offsets_ms(found) == pytest.approx(expected, abs=max(chance, 1e-3))
    assert [found != 0.0 for found in offsets_ms(found)] == [offset != 0.0 for offset in expected]


def test_one_sided_jitter_of_all_is_no_offset_of_any() -> None:
    found = Planted(low=1.0, high=8.0, offsets_ms=((1, -40.0),)).window()
    assert [round(offset) for offset in offsets_ms(found)] == [0, -40, 0]


def test_of_two_workers_one_is_the_clock_of_the_other() -> None:
    first, second = offsets_ms(Planted(workers=2, offsets_ms=((1, 30.0),)).window())
    assert second - first == pytest.approx(30.0, abs=1.0)
    assert 0.0 in (first, second)


def test_one_worker_has_nobody_to_be_ahead_of() -> None:
    assert offsets_ms(Planted(workers=1, offsets_ms=((0, 30.0),)).window()) == [0.0]


def test_exact_rows_are_evidence_against_an_offset() -> None:
    pairs = Planted(workers=3, offsets_ms=((1, 30.0),)).pairs()
    assert offsets_ms(find_window(pairs, np.full(3, 5_000), STEPS)) == [0.0, 0.0, 0.0]


def test_a_worker_without_jitter_is_not_ahead_of_jittered_ones() -> None:
    pairs = Planted().pairs()
    assert offsets_ms(find_window(pairs, np.array([0, 5_000, 0]), STEPS)) == [0.0, 0.0, 0.0]


def test_rows_of_nothing_are_not_explained() -> None:
    rng = np.random.default_rng(3)
    pairs = Planted().pairs()
    price = rng.integers(-100_000, 100_000, len(pairs.row)) * CENT
    time = rng.integers(-480_000, 480_000, len(pairs.row)) * 1000
    window = find_window(
        replace(pairs, time_delta=time, price_delta=price), np.zeros(3, dtype=np.int64), STEPS
    )
    assert offsets_ms(window) == [0.0, 0.0, 0.0]
    assert window.explained < 0.1
    assert window.certain == 0.0


@pytest.mark.parametrize("missing", [0.1, 0.5, 0.8])
def test_ticks_that_are_missing_do_not_widen_the_range(missing: float) -> None:
    found = Planted(missing=missing).window()
    assert offsets_ms(found) == [0.0, 0.0, 0.0]
    assert found.explained == pytest.approx(1.0 - missing, abs=0.06)
    assert found.certain <= 1.0 - missing + 0.02
    assert found.time_range[0] <= -4.5 * MS
    assert found.time_range[1] >= 4.5 * MS
    assert found.time_range[1] - found.time_range[0] < 8 * 10.0 * MS


def test_a_lag_that_all_workers_share() -> None:
    found = Planted(low=395.0, high=405.0).window()
    assert found.centre == pytest.approx(400 * MS, abs=MS)
    assert found.time_range[0] <= 395 * MS <= 405 * MS <= found.time_range[1]
    assert found.time_range[1] - found.time_range[0] < 8 * 10.0 * MS


def test_no_window_is_narrowed_that_holds_few_ticks() -> None:
    found = Planted().window()
    assert found.narrowed(found.crowd) == found


def test_a_window_is_narrowed_about_its_centre() -> None:
    found = Planted(low=395.0, high=405.0).window()
    narrow = found.narrowed(found.crowd / 4)
    assert narrow.crowd == pytest.approx(found.crowd / 4)
    low, high = narrow.time_range
    assert low < found.centre < high
    assert high - low == pytest.approx((found.time_range[1] - found.time_range[0]) / 4)


def test_no_pairs_at_all() -> None:
    none: Ints = np.zeros(0, dtype=np.int64)
    window = find_window(
        Pairs(none, none, none, none, 5, 480 * MS, Neighbours(none, none, none, 5, 5)),
        np.zeros(3, dtype=np.int64),
        STEPS,
    )
    assert offsets_ms(window) == [0.0, 0.0, 0.0]
    assert window.explained < 0.5


@pytest.mark.parametrize(
    ("share", "value"), [(0.0, -5.0), (0.2, -5.0), (0.21, 1.0), (0.5, 1.0), (0.51, 7.0), (1.0, 7.0)]
)
def test_a_weighted_quantile(share: float, value: float) -> None:
    values, weights = np.array([7, -5, 1], dtype=np.int64), np.array([5.0, 2.0, 3.0])
    assert weighted_quantiles(values, weights, (share,)) == [value]


def test_a_quantile_of_nothing_is_zero() -> None:
    none: Ints = np.zeros(0, dtype=np.int64)
    assert weighted_quantiles(none, np.zeros(0), (0.5,)) == [0.0]
    assert weighted_quantiles(np.array([3], dtype=np.int64), np.zeros(1), (0.5,)) == [0.0]


def test_the_error_of_a_median_is_that_of_many_draws() -> None:
    rng = np.random.default_rng(2)
    found = [median_with_error(rng.integers(-5_000, 5_001, 400), np.ones(400)) for _ in range(300)]
    spread = np.std([median for median, _ in found])
    assert np.mean([error for _, error in found]) == pytest.approx(spread, rel=0.25)


def test_offsets_of_certain_matches() -> None:
    worker = np.repeat(np.arange(3), 100)
    lag = np.repeat(np.array([0, 0, 20_000_000]), 100) + np.tile(np.arange(-50, 50) * 1000, 3)
    found = significant_offsets(worker, lag, np.ones(300), np.zeros(3, dtype=np.int64))
    assert found.offset.tolist() == [0, 0, 20_000_000]
    assert (found.error > 0).all()


def test_too_few_matches_are_no_offset() -> None:
    worker, lag = np.array([0] * 100 + [1] * 2), np.array([0] * 100 + [30_000_000] * 2)
    found = significant_offsets(worker, lag, np.ones(102), np.zeros(2, dtype=np.int64))
    assert found.offset.tolist() == [0, 0]
