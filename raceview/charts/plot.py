"""A grid of glyphs drawn with plotext, and what plotext wrote read back as styled runs.

plotext has one figure for the whole process: `plot` is the only function that touches it. Limits are put at the
centres of the first and the last cell, so that every glyph lands on the very cell it was meant for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

_DARK = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
COLOURS = (*_DARK, *(f"bright_{colour}" for colour in _DARK))
"""The sixteen colours in the order of their numbers."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of text looks; no colour is the terminal's own."""

    colour: str = ""
    bold: bool = False
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring cells of one style."""

    text: str
    style: Style


PLAIN = Style()
_DRAWING = Lock()
_NO_COLOUR = 231
"""Stands for the terminal's own colour on the way through plotext, which colours in turn what has none."""
_SGR = re.compile(r"\x1b\[([0-9;]*)m")


class Grid:
    """Cells to be filled and drawn: a glyph and the number of a style each."""

    def __init__(self, width: int, height: int, styles: Sequence[Style]) -> None:
        self.glyphs: npt.NDArray[Any] = np.full((height, width), " ")
        self.look: npt.NDArray[Any] = np.zeros((height, width), np.int16)
        self.styles = styles


def draw(grid: Grid) -> list[list[Run]]:
    """The grid as plotext draws it: one list of runs a line."""
    height, width = grid.glyphs.shape
    if not height or not width:
        return [[] for _ in range(height)]
    text = plot(_segments(grid), width, height)
    return [runs(line) for line in text.split("\n")[:height]]


def plot(
    segments: Mapping[tuple[str, Style], Sequence[tuple[int, int, int]]], width: int, height: int
) -> str:
    """Draw segments (first column, last column, line) of each glyph and style; gives text with SGR codes."""
    import plotext

    with _DRAWING:
        plotext.terminal.limit(False, False)
        figure = plotext.figure
        figure.clear()
        figure.plot_size(width, height)
        figure.axes(False)
        figure.canvas("default")
        for axis, size in (("x", width), ("y", height)):
            figure.ruler(axis).frequency(0).lim(0, size - 1).alignment(lim="center")
        figure.ruler("y").direction(-1)
        for (glyph, style), places in segments.items():
            figure.draw(_signal(plotext, glyph, style, places))
        drawn = str(figure.build().string())
        figure.clear()
        return drawn


def _signal(plotext: Any, glyph: str, style: Style, places: Sequence[tuple[int, int, int]]) -> Any:
    """One signal for all segments of a look: as many signals as segments would be quadratic."""
    words = " ".join(word for word, on in (("bold", style.bold), ("inverted", style.inverted)) if on)
    pixel = plotext.pixel(COLOURS.index(style.colour) if style.colour else _NO_COLOUR, None, words or None)
    columns, lines, joined = [], [], []
    for first, last, line in places:
        columns.append(first)
        lines.append(line)
        if last > first:
            joined.append(len(columns))
            columns.append(last)
            lines.append(line)
    signal = plotext.figure.signal(columns, lines, marker=plotext.marker(glyph, pixel))
    for at in joined:
        signal.line(at)
    return signal


def _segments(grid: Grid) -> dict[tuple[str, Style], list[tuple[int, int, int]]]:
    """Neighbouring cells of one look, joined; blanks without a style are left out."""
    found: dict[tuple[str, Style], list[tuple[int, int, int]]] = {}
    glyphs, look = grid.glyphs, grid.look
    width = glyphs.shape[1]
    changes = (glyphs[:, 1:] != glyphs[:, :-1]) | (look[:, 1:] != look[:, :-1])
    for line in range(len(glyphs)):
        firsts = [0, *(np.flatnonzero(changes[line]) + 1).tolist()]
        for first, after in zip(firsts, [*firsts[1:], width], strict=True):
            glyph, style = str(glyphs[line, first]), grid.styles[look[line, first]]
            if glyph != " " or style.inverted:
                found.setdefault((glyph, style), []).append((first, after - 1, line))
    return found


def runs(line: str) -> list[Run]:
    """A line with SGR codes (16 colours, bold, inverted) as runs; codes of any other meaning are passed over."""
    found: list[Run] = []
    style, at = PLAIN, 0
    for code in _SGR.finditer(line):
        _add(found, line[at : code.start()], style)
        style, at = _styled(style, code[1]), code.end()
    _add(found, line[at:], style)
    return found


def _add(found: list[Run], text: str, style: Style) -> None:
    if not text:
        return
    if text.isspace() and not style.inverted:
        style = PLAIN
    if found and found[-1].style == style:
        found[-1] = Run(found[-1].text + text, style)
    else:
        found.append(Run(text, style))


@lru_cache(maxsize=1024)
def _styled(style: Style, code: str) -> Style:
    numbers = [int(number or 0) for number in code.split(";")]
    colour, bold, inverted = style.colour, style.bold, style.inverted
    at = 0
    while at < len(numbers):
        match numbers[at : at + 3]:
            case [0, *_]:
                colour, bold, inverted = "", False, False
            case [1, *_]:
                bold = True
            case [7, *_]:
                inverted = True
            case [38, 5, number]:
                colour = COLOURS[number] if number < len(COLOURS) else ""
                at += 2
        at += 1
    return Style(colour, bold, inverted)
