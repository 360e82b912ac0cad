"""Scales and durations as they are written."""

from __future__ import annotations

import pytest

from raceview.charts.axis import axis, clock, duration

DAY = 1_752_311_705_000_000_000
"""2025-07-12 09:15:05 UTC"""
MS = 10**6


@pytest.mark.parametrize(
    ("ns", "told"),
    [
        (1, "1 ns"),
        (1500, "1.5 µs"),
        (80 * MS, "80 ms"),
        (1_500 * MS, "1.5 s"),
        (350_000 * MS, "5 min 50 s"),
        (8 * 3_600_000 * MS + 12 * 60_000 * MS, "8 h 12 min"),
        (48 * 3_600_000 * MS, "2 d"),
    ],
)
def test_durations(ns: int, told: str) -> None:
    assert duration(ns) == told


@pytest.mark.parametrize(
    ("step", "told"),
    [(1, "09:15:05.780125250"), (1000, "09:15:05.780125"), (10 * MS, "09:15:05.78"), (10**9, "09:15:05")],
)
def test_clocks_are_as_exact_as_the_step(step: int, told: str) -> None:
    assert clock(DAY + 780_125_250, step) == told


@pytest.mark.parametrize(
    ("left", "step", "line"),
    [
        (DAY + 780 * MS, MS, ":05.78    :05.79    :05.80    :05.81    "),
        (DAY + 775 * MS, MS, "     :05.78    :05.79    :05.80    :05.81    "),
        (DAY, 10**9, "09:15:05  09:15:15"),
        (DAY, 60 * 10**9, None),
        (DAY + 25, 1, None),
    ],
)
def test_labels_begin_in_the_column_of_their_time(left: int, step: int, line: str | None) -> None:
    width = len(line) if line else 70
    found = axis([left + step * column for column in range(width + 1)], step)
    assert len(found) == width
    if line and step < 10**9:
        assert found == line
    assert found.strip()


def test_where_gaps_are_folded_labels_name_the_cells_they_stand_on() -> None:
    edges = [DAY + MS * column + (column > 15) * 3_600_000 * MS for column in range(41)]
    assert axis(edges, MS) == ":05.00    :05.01    :05.02    :05.03    "


def test_a_step_that_is_not_round_has_round_labels_on_both_sides_of_a_fold() -> None:
    step = 195_645_123
    edges = [DAY + 7 * MS + step * column + (column > 15) * 3_600_000 * MS for column in range(61)]
    told = axis(edges, step, [(15, "┆59 min┆")])
    assert told == "     09:15:06  ┆59 min┆  10:15:10  10:15:12  10:15:14       "


def test_a_note_stands_in_the_place_of_labels_and_none_is_cut() -> None:
    edges = [DAY + MS * column for column in range(41)]
    assert axis(edges, MS, [(12, "┆1 h┆"), (35, "┆too long┆")]) == ":05.00      ┆1 h┆   :05.02    :05.03    "


def test_where_no_stretch_has_a_round_time_the_first_cell_is_labelled() -> None:
    edges = [DAY + 1_234_567 + MS * column + (column > 4) * 7 * MS for column in range(9)]
    assert axis(edges, MS) == ":05.001 "
