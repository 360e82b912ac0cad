"""Bars of what is known between a least and a most."""

from __future__ import annotations

import pytest

from raceview.charts.spans import lying, standing


@pytest.mark.parametrize(
    ("low", "high", "drawn"),
    [
        (0, 0, ""),
        (1, 1, "█"),
        (0, 1, "░"),
        (70, 104, "██████░░░"),
        (50, 50, "████"),
        (103, 103, "████████"),
        (104, 104, "█████████"),
        (0, 104, "░░░░░░░░░"),
        (58, 59, "█████░"),
    ],
)
def test_a_lying_bar_is_solid_for_what_is_sure(low: int, high: int, drawn: str) -> None:
    assert lying(low, high, 104, 9) == drawn


def test_of_nothing_there_is_no_bar() -> None:
    assert lying(0, 0, 0, 9) == ""
    assert standing([], 10, 4, 3) == [[], [], []]


def test_standing_bars_stand_side_by_side() -> None:
    drawn = standing([(0, 0), (0, 1), (4, 4), (2, 8), (8, 8)], 8, 3, 4)
    assert ["".join(run.text for run in line).rstrip() for line in drawn] == [
        "          ░░ ██",
        "          ░░ ██",
        "       ██ ░░ ██",
        "    ░░ ██ ██ ██",
    ]
    assert {(run.text[0], run.style.colour) for line in drawn for run in line if run.text.strip()} == {
        ("░", "bright_yellow"),
        ("█", "green"),
    }


def test_parts_of_a_cell_count() -> None:
    drawn = standing([(1, 1), (9, 16)], 16, 2, 2)
    assert ["".join(run.text for run in line) for line in drawn] == ["   ▁", " ▁ █"]
