"""Bounds are bounds, and the level is kept together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from raceview.findings.significance import LEVEL, holm, log_excess, wilson


@given(st.integers(1, 400), st.floats(0.001, 0.999), st.data())
def test_the_bound_is_never_below_the_binomial_tail(trials: int, share: float, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, trials))
    exact = stats.binom.logsf(hits - 1, trials, share)
    assert log_excess(hits, trials, share) >= exact - 1e-9


@given(st.integers(2, 300), st.data())
def test_nor_below_that_of_draws_without_replacement(whole: int, data: st.DataObject) -> None:
    marked, drawn = data.draw(st.integers(1, whole - 1)), data.draw(st.integers(1, whole - 1))
    hits = data.draw(st.integers(0, min(marked, drawn)))
    exact = stats.hypergeom.logsf(hits - 1, whole, marked, drawn)
    assert log_excess(hits, drawn, marked / whole) >= exact - 1e-9


def test_the_bound_is_not_idle() -> None:
    """Twice as many as likely, of 200: the exact tail is some 17 times smaller."""
    assert log_excess(40, 200, 0.1) < stats.binom.logsf(39, 200, 0.1) + np.log(20)
    assert log_excess([5, 20, 0], [100, 100, 0], [0.1, 0.2, 0.3]).tolist() == [0.0, 0.0, 0.0]
    assert log_excess(7, 7, 0.5) == pytest.approx(7 * np.log(0.5))


@given(st.lists(st.floats(-30, 0), max_size=30))
def test_holm_step_by_step(log_p: list[float]) -> None:
    held: set[int] = set()
    order = sorted(range(len(log_p)), key=lambda at: log_p[at])
    for step, at in enumerate(order):
        if log_p[at] > np.log(LEVEL) - np.log(len(log_p) - step):
            break
        held.add(at)
    assert set(np.flatnonzero(holm(np.array(log_p), LEVEL)).tolist()) == held


def test_wilson() -> None:
    assert wilson(10, 100) == pytest.approx(stats.binomtest(10, 100).proportion_ci(method="wilson"), abs=1e-4)
