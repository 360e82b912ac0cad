"""Windows: whole steps, nothing drifts, and one cannot get lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raceview.charts.window import Window, next_step, round_step

windows = st.builds(Window, st.integers(-(10**12), 10**18), st.integers(1, 10**15), st.integers(1, 300))


@pytest.mark.parametrize(
    ("step", "smaller", "larger"), [(1, 1, 2), (2, 1, 5), (7, 5, 10), (10, 5, 20), (999, 500, 1000)]
)
def test_steps(step: int, smaller: int, larger: int) -> None:
    assert next_step(step, smaller=True) == smaller
    assert next_step(step, smaller=False) == larger


@pytest.mark.parametrize(("step", "rounded"), [(1, 1), (2, 2), (3, 5), (11, 20), (100, 100)])
def test_rounding(step: int, rounded: int) -> None:
    assert round_step(step) == rounded


@given(windows, st.booleans(), st.integers(0, 299))
def test_what_is_zoomed_about_stays_in_its_column(window: Window, inwards: bool, column: int) -> None:
    column = min(column, window.width - 1)
    about = window.left + column * window.step
    assert window.zoomed(inwards, about).column(about) == column


@given(st.integers(0, 10**18), st.integers(1, 10**15), st.integers(1, 300))
def test_fitting_shows_it_all(first: int, length: int, width: int) -> None:
    window = Window.fitting(first, first + length, width)
    assert window.left <= first
    assert window.right >= first + length
    assert (window.step - 1) * width < length  # the narrowest


@given(windows, st.integers(0, 10**18), st.integers(1, 10**15))
def test_bounded_keeps_the_case_in_sight(window: Window, first: int, length: int) -> None:
    bounded = window.bounded(first, first + length)
    assert first <= bounded.centre <= first + length
    assert bounded.step <= Window.fitting(first, first + length, window.width).step


def test_resizing_keeps_centre_and_step() -> None:
    window = Window(1000, 10, 80)
    assert window.resized(120) == Window(800, 10, 120)
    assert window.resized(120).resized(80) == window
