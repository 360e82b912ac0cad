"""Counts that are known between a least and a most, as bars: solid for what is sure, lighter up to what may be."""

from __future__ import annotations

from collections.abc import Sequence

from raceview.charts.marks import LEVELS
from raceview.charts.plot import Grid, Run, Style, draw

SURE = LEVELS[-1]
PERHAPS = "░"
_SURE, _PERHAPS = 1, 2
_STYLES = (Style(), Style("green"), Style("bright_yellow"))


def lying(low: int, high: int, most: int, width: int) -> str:
    """One bar of at most `width` columns, `most` being all of them; what is not 0 is never drawn as nothing."""
    most = max(1, most, high)
    sure = max(low * width // most, 1 if low else 0)
    upto = max(-(-high * width // most), sure + 1) if high > low else sure
    return SURE * sure + PERHAPS * (upto - sure)


def standing(spans: Sequence[tuple[int, int]], most: int, column: int, height: int) -> list[list[Run]]:
    """A bar for each (low, high), in columns of `column` cells, the first of them free; eighths of cells count."""
    most = max(1, most, *(high for _, high in spans)) if spans else 1
    steps = len(LEVELS)
    grid = Grid(len(spans) * column, height, _STYLES)
    for number, (low, high) in enumerate(spans):
        across = slice(number * column + 1, (number + 1) * column)
        eighths = max(low * height * steps // most, 1 if low else 0)
        top = -(-high * height // most) if high > low else 0
        full, part = divmod(eighths, steps)
        _fill(grid, slice(height - top, height), across, PERHAPS, _PERHAPS)
        _fill(grid, slice(height - full, height), across, SURE, _SURE)
        if part:
            _fill(grid, slice(height - full - 1, height - full), across, LEVELS[part - 1], _SURE)
    return draw(grid)


def _fill(grid: Grid, lines: slice, columns: slice, glyph: str, look: int) -> None:
    grid.glyphs[lines, columns] = glyph
    grid.look[lines, columns] = look
