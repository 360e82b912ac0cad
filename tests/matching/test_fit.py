"""The parts of the fit that stand for themselves."""

from __future__ import annotations

import numpy as np

from raceview.matching.match_side import without_null
from raceview.matching.null import distant_pairs, distant_prices
from raceview.matching.patterns import RANKS, TURNS
from raceview.matching.smoothing import conditional, falling, histogram, own_share, pools

CORE = np.array([0.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0])
NULL = np.full(10, 0.1)
MANY = 1e6


def test_the_null_is_taken_out_of_the_tail() -> None:
    mixed = 0.6 * CORE + 0.4 * NULL
    found = without_null(mixed, NULL, MANY)
    assert found[:2].sum() > 0.99
    assert (found > 0).all()


def test_what_holds_no_null_stays() -> None:
    np.testing.assert_allclose(without_null(CORE, NULL, MANY), CORE, atol=1e-4)


def test_the_smaller_half_stays_though_the_null_is_small_there_too() -> None:
    walk = np.array([0.6, 0.3, 0.1, 0, 0, 0, 0, 0, 0, 0])
    flat = np.array([0.1] * 5 + [0.1] * 5)
    found = without_null(flat, walk, MANY)
    assert (found[:5] > 0.099).all()


def test_a_few_leave_more_room_for_the_null() -> None:
    mixed = 0.8 * CORE + 0.2 * np.array([0, 0, 0.2, 0.2, 0.2, 0.2, 0.2, 0, 0, 0])
    few, many = without_null(mixed, NULL, 10.0), without_null(mixed, NULL, MANY)
    assert few[2:7].sum() < 0.1 * many[2:7].sum()


def test_a_pair_is_no_witness_for_itself() -> None:
    """Of what only one pair shows little is left; what many show stays about as it is."""
    seen, own = np.array([1.0, 1.0, 100.0]), np.array([1.0, 0.0, 1.0])
    np.testing.assert_allclose(own_share(seen, own, 0.5), [0.868 / 1.5, 1.0, 99.868 / 100.5])
    value, given = np.array([0] * 50 + [1]), np.zeros(51, dtype=np.int64)
    weight = np.ones(51)
    whole = conditional(value, given, weight, 1.0, np.zeros(51))
    left_out = conditional(value, given, weight, 1.0, weight)
    assert left_out[-1] < 0.4 * whole[-1]
    assert left_out[0] > 0.95 * whole[0]


def test_a_smoothed_histogram_knows_its_counts() -> None:
    share, smooth = histogram(np.array([2, 2, 2, 2]), np.ones(4), 5, 0.0)
    np.testing.assert_allclose(smooth, [0, 1, 2, 1, 0])
    np.testing.assert_allclose(share, smooth / 4)


def test_density_falls_and_rising_neighbours_are_pooled() -> None:
    mass, width = np.array([4.0, 1.0, 3.0, 1.0]), np.array([1.0, 1.0, 1.0, 2.0])
    pool = pools(mass, width)
    assert pool.tolist() == [0, 1, 1, 2]
    np.testing.assert_allclose(falling(mass, width, pool), np.array([4, 2, 2, 1]) / 9)


def test_a_turn_that_is_rare_at_a_rank_keeps_the_ranks_prices() -> None:
    """In a walk next neighbours differ by a step at most, others by many: one turn was seen with others alone."""
    near, other, turn = 1, RANKS, 8
    cells = {
        "rank": np.array([near] * 2 + [other] * 10 * 2),
        "turn": np.array([0] * 2 + [0, turn] * 10),
        "price": np.array([0, 1, *np.repeat(np.arange(10), 2)]),
        "n": np.array([10_000] * 2 + [1_000] * 20),
    }
    null = distant_prices(distant_pairs(cells, 10)).reshape(RANKS + 1, TURNS, 10)
    assert null[near, 0, 5:].sum() < 0.01
    assert null[near, turn, 5:].sum() < 0.01
    assert null[other, turn, 5:].sum() > 0.4
