"""Lanes of a timeline on a grid of cells: bars where there is room for them, else the most severe of each cell.

What a cell shows is always its most severe content, whatever the zoom: by the glyph of the severity, or by the body
of a bar of it. Everything else (links, folds, arrows at open ends) stands in idle cells only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from raceview.charts.marks import (
    BAR_END,
    BAR_START,
    BODIES,
    BUSY_GLYPHS,
    FOLD,
    LEVELS,
    LINK,
    OPEN_END,
    ORIGINAL_ROW,
    SEVERITIES,
    Severity,
)
from raceview.charts.plot import PLAIN, Grid, Style

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.integer[Any]]

_USUAL, _STRONG, _CHOSEN = range(3)
_QUIET = 3 * len(Severity)
STYLES: list[Style] = [
    style
    for mark in (SEVERITIES[severity] for severity in Severity)
    for style in (
        Style(mark.colour, bold=mark.bold),
        Style(mark.colour, bold=True),
        Style(mark.colour, bold=True, inverted=True),
    )
]
"""Three for each severity: usual, strong, chosen; then the one for links and folds."""
STYLES[:3] = [PLAIN, PLAIN, Style(inverted=True)]
STYLES.append(Style("bright_black"))
_GLYPHS = np.array([SEVERITIES[severity].glyph for severity in Severity])


@dataclass(frozen=True, slots=True)
class Cells:
    """What each cell of a lane holds: its most severe content, how many attempts, how many of them anomalous."""

    worst: Integers
    counts: Integers
    anomalies: Integers


@dataclass(frozen=True, slots=True)
class Bars:
    """Attempts that meet the window, by start. `depths` says on which line of the lane each goes."""

    starts: Integers
    ends: Integers
    unended: Integers
    severities: Integers
    depths: list[int]
    chosen: list[int]
    """Per attempt: 2 the selected one, 1 another of its event, 0 any other."""


def new_grid(width: int, height: int) -> Grid:
    """An empty grid in the styles of lanes."""
    return Grid(width, height, STYLES)


def chosen_style(severity: int) -> int:
    """The style of a selected cell."""
    return 3 * severity + _CHOSEN


def stack(starts: Iterable[int], ends: Iterable[int]) -> list[int]:
    """The first free line for each of these intervals, in order of start (greedy interval partitioning)."""
    free: list[int] = []
    depths = []
    for start, end in zip(starts, ends, strict=True):
        depth = next((at for at, until in enumerate(free) if until <= start), len(free))
        free[depth : depth + 1] = [end]
        depths.append(depth)
    return depths


def span(start: int, end: int, edges: Integers) -> tuple[int, int]:
    """First and last cell that [start, end) meets; it must meet the window."""
    first = int(np.searchsorted(edges, start, "right")) - 1
    last = int(np.searchsorted(edges, end, "left")) - 1
    return max(first, 0), min(last, len(edges) - 2)


def put_cells(
    grid: Grid, line: int, cells: Cells, chosen: tuple[int, int] | None = None, rows: bool = False
) -> None:
    """A lane as one line of cells. Of `rows`, clean ones have a glyph of their own while there are few in a cell."""
    glyphs = _GLYPHS[cells.worst]
    busy = cells.worst == Severity.BUSY
    most = max(int(cells.counts.max(initial=1)), len(BUSY_GLYPHS))
    glyphs[busy] = np.array(list(BUSY_GLYPHS))[(cells.counts[busy] - 1) * len(BUSY_GLYPHS) // most]
    if rows and most == len(BUSY_GLYPHS):
        glyphs[busy] = ORIGINAL_ROW.glyph
    grid.glyphs[line] = glyphs
    grid.look[line] = cells.worst * 3 + np.where(cells.anomalies > 1, _STRONG, _USUAL)
    if chosen:
        at = slice(chosen[0], chosen[1] + 1)
        grid.look[line, at] = cells.worst[at] * 3 + _CHOSEN


def put_bars(grid: Grid, top: int, lines: int, bars: Bars, edges: Integers) -> None:
    """A lane as bars on `lines` lines; what is stacked deeper shares the last one, the most severe in front."""
    order = sorted(range(len(bars.starts)), key=lambda at: (bars.severities[at], bars.chosen[at], at))
    for at in order:
        _put_bar(grid, top + min(bars.depths[at], lines - 1), bars, at, edges)
    for at in order:
        if bars.unended[at]:
            _put_arrow(grid, top + min(bars.depths[at], lines - 1), bars, at, edges)


def _put_bar(grid: Grid, line: int, bars: Bars, at: int, edges: Integers) -> None:
    start, end, severity = int(bars.starts[at]), int(bars.ends[at]), Severity(int(bars.severities[at]))
    first, last = span(start, end, edges)
    glyphs = grid.glyphs[line]
    follows = last + 1 < len(glyphs) and glyphs[last + 1] != " "
    glyphs[first : last + 1] = BODIES[severity]
    if severity > Severity.BUSY:
        glyphs[first] = SEVERITIES[severity].glyph
    else:
        if last > first and 2 * start >= edges[first] + edges[first + 1]:
            glyphs[first] = BAR_START
        if end <= edges[-1] and (follows or 2 * end <= edges[last] + edges[last + 1]):
            glyphs[last] = BAR_END
        if first and glyphs[first - 1] == BODIES[Severity.BUSY]:
            glyphs[first - 1] = BAR_END
    grid.look[line, first : last + 1] = 3 * severity + (_USUAL, _STRONG, _CHOSEN)[bars.chosen[at]]


def _put_arrow(grid: Grid, line: int, bars: Bars, at: int, edges: Integers) -> None:
    _, last = span(int(bars.starts[at]), int(bars.ends[at]), edges)
    beyond = last + 1
    if bars.ends[at] <= edges[-1] and beyond < grid.glyphs.shape[1] and grid.glyphs[line, beyond] == " ":
        grid.glyphs[line, beyond] = OPEN_END
        grid.look[line, beyond] = 3 * int(bars.severities[at])


def put_link(grid: Grid, column: int, first: int, last: int) -> None:
    """A line down a column, where nothing else stands."""
    _put_quietly(grid, slice(min(first, last), max(first, last) + 1), column, LINK)


def put_folds(grid: Grid, columns: Iterable[int]) -> None:
    """Breaks where idle gaps are folded away."""
    for column in columns:
        _put_quietly(grid, slice(None), column, FOLD)


def _put_quietly(grid: Grid, lines: slice, column: int, glyph: str) -> None:
    idle = grid.glyphs[lines, column] == " "
    grid.glyphs[lines, column][idle] = glyph
    grid.look[lines, column][idle] = _QUIET


def put_density(grid: Grid, line: int, cells: Cells) -> None:
    """One line for the whole case: the lowest level where all is clean, higher with the number of anomalies."""
    most = math.log2(1 + max(1, int(cells.anomalies.max(initial=0))))
    share = np.log2(1 + cells.anomalies) / most
    level = np.where(cells.anomalies > 0, 1 + np.round(share * (len(LEVELS) - 2)).astype(np.int64), 0)
    grid.glyphs[line] = np.where(cells.counts > 0, np.array(list(LEVELS))[level], " ")
    grid.look[line] = cells.worst * 3
