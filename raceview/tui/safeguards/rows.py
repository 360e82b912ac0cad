"""The table of the safeguards view: its columns, as wide as there is room, and its rows."""

from __future__ import annotations

from collections.abc import Sequence

from raceview.charts.spans import lying
from raceview.export.safeguards_text import UNKNOWN, span
from raceview.model import words
from raceview.safe_text import columns
from raceview.safeguards import Safeguarded
from raceview.tui.safeguards.words import prevents_all, price
from raceview.tui.widgets.columns import GAP, Column, widths
from raceview.tui.widgets.table import Cell, Row

_GOOD, _PERHAPS, _HARM, _FAINT = "bright_green", "bright_yellow", "bright_red", "bright_black"
_LEAST_PRICE = 20
"""Columns below which a price says too little: the line under the table has it whole."""
_MARGINS = 3
"""Columns of a table before its cells, and after them."""
_BAR = 8
"""Columns of a bar, at least."""
_LONGEST_BAR = 40
_WORDS = "prevents none", "perhaps all", "prevents all", "harms events", "some", UNKNOWN


def table(found: Sequence[Safeguarded], width: int) -> tuple[list[Column], list[Row]]:
    """One row a safeguard. What a narrow terminal leaves out: the word, then the price, then the bar."""
    names = [_name(one) for one in found]
    prevented = [span(one.prevented_low, one.prevented_high) for one in found]
    harmed = [_harmed(one) for one in found]
    prices = [price(one) for one in found]
    fixed = [_widest("safeguard", names), _widest("prevented", prevented), _widest("harmed", harmed)]
    room = width - _MARGINS - sum(fixed) - _BAR - 4 * len(GAP)
    whole = _widest("price", prices)
    heads = [
        Column("safeguard", fixed[0]),
        Column("prevented", fixed[1], right=True),
        Column("", 0, spare=1),
        Column("harmed", fixed[2], right=True),
        Column("", max(map(len, _WORDS)), spare=3),
        Column("price", min(room, whole) if room >= _LEAST_PRICE else whole, spare=2),
    ]
    bar = widths(heads, width - _MARGINS)[2]
    if bar > _LONGEST_BAR:
        bar = _LONGEST_BAR
        heads[2] = Column("", bar)
    rows: list[Row] = [
        (name, text, _bar(one, bar), harm, _word(one), cost)
        for one, name, text, harm, cost in zip(found, names, prevented, harmed, prices, strict=True)
    ]
    return heads, rows


def _name(one: Safeguarded) -> Cell:
    mark, colour = (
        ("✓", _GOOD)
        if prevents_all(one)
        else ("!", _HARM)
        if one.harmed
        else (" ", "" if one.prevented_high else _FAINT)
    )
    return (f"{mark} {words(one.safeguard)}", colour)


def _bar(one: Safeguarded, width: int) -> Cell:
    if not one.duplicates or one.prevented_low is None or one.prevented_high is None:
        return ""
    return (lying(one.prevented_low, one.prevented_high, one.duplicates, width), "green")


def _harmed(one: Safeguarded) -> Cell:
    if one.harmed is None:
        return (UNKNOWN, _FAINT)
    return (f"{one.harmed:,} !", _HARM) if one.harmed else "0  "


def _word(one: Safeguarded) -> Cell:
    """What to think of it, where the numbers are known."""
    if one.prevented_low is None or one.duplicates is None:
        return (UNKNOWN, _FAINT)
    if one.harmed:
        return ("harms events", _HARM)
    if not one.prevented_high:
        return ("prevents none", _FAINT)
    if one.prevented_low == one.duplicates:
        return ("prevents all", _GOOD)
    return ("perhaps all", _PERHAPS) if one.prevented_high == one.duplicates else "some"


def _widest(title: str, cells: Sequence[Cell]) -> int:
    return max(columns(title), *(columns(cell if isinstance(cell, str) else cell[0]) for cell in cells), 0)
