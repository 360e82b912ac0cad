"""Text from files on a terminal: nothing of it may move the cursor or push a column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raceview.safe_text import columns, left, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("INFY", "INFY"),
        ("a b", "a b"),
        ("日経", "日経"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\u202eevil", "\\u202eevil"),
        ("\x9b2J", "\\x9b2J"),
        ("\ud800", "\\ud800"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_unfit_characters_are_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abc..."),
        ("abcdefg", 2, ".."),
        ("日経平均", 7, "日経..."),
        ("x", 0, ""),
    ],
)
def test_cut_to_width(text: str, width: int, shown: str) -> None:
    assert printable(text, width) == shown


@given(st.text(st.characters(), max_size=40), st.integers(min_value=0, max_value=30))
def test_a_cell_has_its_width_and_is_printable(text: str, width: int) -> None:
    cell = left(text, width)
    assert columns(cell) == width
    assert printable(cell) == cell
