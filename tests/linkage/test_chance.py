"""Boxes that hold more rows' neighbours than chance would, and none where it is chance."""

from __future__ import annotations

import numpy as np
import pytest

from raceview.linkage.chance import Box, Neighbours, beyond_chance
from raceview.linkage.groups import Ints

US = 1_000
STEPS = (US, 10)
ROWS = 2_000
MANY = 1_000_000
"""What these are a sample of."""
REACH = 1_000_000 * US


def false_pairs(rng: np.random.Generator, each: int) -> Neighbours:
    """So many neighbours to a row, spread evenly over time and price."""
    row = np.repeat(np.arange(ROWS), each)
    time = rng.integers(-REACH // US, REACH // US, len(row), endpoint=True) * US
    return Neighbours(row, time, rng.integers(-1_000, 1_001, len(row)) * 10, ROWS, MANY)


def box_of(share: float, late_us: int, dear: int, each: int = 5, seed: int = 1) -> Box:
    """Of rows that have, in that share of the cases, a match within that time and price too."""
    rng = np.random.default_rng(seed)
    false = false_pairs(rng, each)
    rows = np.flatnonzero(rng.random(ROWS) < share)
    matched = Neighbours(
        np.concatenate([false.row, rows]),
        np.concatenate([false.time_delta, rng.integers(-late_us, late_us, len(rows), endpoint=True) * US]),
        np.concatenate([false.price_delta, rng.integers(-dear, dear, len(rows), endpoint=True) * 10]),
        ROWS,
        MANY,
    )
    return beyond_chance(matched, false_pairs(rng, each), STEPS)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.99])
@pytest.mark.parametrize(("late_us", "dear"), [(5_000, 20), (0, 20), (5_000, 0), (200_000, 3)])
def test_the_box_is_about_as_large_as_the_matches_are_off(share: float, late_us: int, dear: int) -> None:
    found = box_of(share, late_us, dear)
    assert share - 0.06 <= found.least <= share + 0.01
    assert 0.7 * late_us * US <= found.time <= 1.5 * late_us * US
    assert 0.7 * dear * 10 <= found.price <= 1.5 * dear * 10


@pytest.mark.parametrize("seed", range(10))
def test_what_is_chance_is_in_no_box(seed: int) -> None:
    assert box_of(0.0, 0, 0, each=20, seed=seed).least <= 0.01


def test_a_lag_that_is_shared_is_found_about_itself() -> None:
    rng = np.random.default_rng(4)
    row = np.arange(ROWS)
    late = Neighbours(
        row, 7_000 * US + rng.integers(-5, 6, ROWS) * US, np.zeros(ROWS, dtype=np.int64), ROWS, MANY
    )
    ticks = false_pairs(rng, 5)
    assert beyond_chance(late, ticks, STEPS).time >= 7_000 * US
    moved = beyond_chance(late.moved(7_000 * US), ticks, STEPS)
    assert moved.least > 0.98
    assert moved.time < 10 * US


def exact(rows: int) -> Neighbours:
    zero = np.zeros(rows, dtype=np.int64)
    return Neighbours(np.arange(rows), zero, zero, rows, MANY)


def test_a_few_rows_that_are_all_alike_prove_little() -> None:
    ticks = false_pairs(np.random.default_rng(5), 5)
    few = [beyond_chance(exact(rows), ticks, STEPS) for rows in (1, 5, 50)]
    assert [box.least for box in few] == sorted(box.least for box in few)
    assert few[0].least < 0.3
    assert few[-1].least > 0.7


def test_no_pairs_at_all() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert (
        beyond_chance(Neighbours(none, none, none, 5, 5), Neighbours(none, none, none, 5, 5), STEPS).least
        == 0.0
    )


def among(ticks: Ints, times: Ints) -> Neighbours:
    """Their neighbours among the ticks of a symbol, at one price; to itself a tick is none."""
    apart = np.subtract.outer(times, ticks)
    near = (np.abs(apart) <= REACH) & (apart != 0)
    row, _ = np.nonzero(near)
    return Neighbours(row, apart[near], np.zeros(len(row), dtype=np.int64), len(times), len(ticks))


@pytest.mark.parametrize("seed", range(15))
def test_neighbours_that_many_share_are_evidence_once(seed: int) -> None:
    """Rows of nobody between ticks whose gaps are what they are by chance: the same gaps for many of the rows."""
    rng = np.random.default_rng(seed)
    ticks, others = (np.sort(rng.integers(0, 250 * REACH // US, count)) * US for count in (1_000, 2_000))
    assert beyond_chance(among(ticks, others), among(ticks, ticks), STEPS).least == 0.0
