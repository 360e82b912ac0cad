"""The parts of the fit that stand for themselves."""

from __future__ import annotations

import numpy as np

from raceview.matching.fit import without_null

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
