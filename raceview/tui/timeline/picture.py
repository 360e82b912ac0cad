"""The timeline as lines of text: density, scale, lanes and rows, for a window on the case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from raceview.answers.timeline import Lane, Lanes
from raceview.answers.timeline_folds import Folds
from raceview.answers.timeline_walk import Place
from raceview.charts import lanes as draw
from raceview.charts.axis import axis, duration
from raceview.charts.marks import HERE, LEVELS, SEVERITIES, Severity
from raceview.charts.plot import PLAIN, Grid, Run, Style
from raceview.charts.plot import draw as drawn
from raceview.charts.window import Window
from raceview.safe_text import columns, left

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.integer[Any]]

QUIET = Style("bright_black")
STRONG = Style(bold=True)
ABOVE = 3
"""Lines above the lanes: density, where one is, scale."""
_LONGEST_NAME = 14
_MARGIN = 3
"""A blank and a mark before the name, a blank after it."""
_MOST_DEEP = 4
_BARS_PER_CELL = 4
"""Bars are drawn where there are this many cells for each attempt, in the busiest lane."""
_STACKED_FROM = 256
"""How far back the stacking of bars begins at most, in attempts."""
_MOST_LINKED = 8
"""Events whose attempts are joined by lines; among more of them one could not follow any."""
_FEW = 2000
"""Rows in the window up to which those of the selected event are looked for."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What is looked at: the case, the part of time, and the selected attempt."""

    lanes: Lanes
    folds: Folds
    window: Window
    here: Place | None

    @property
    def edges(self) -> Integers:
        """Where the cells begin and end, in real time."""
        window = self.window
        return self.folds.real(window.left + window.step * np.arange(window.width + 1, dtype=np.int64))

    @property
    def event(self) -> int | None:
        """The selected event, where it is known."""
        if self.here is None:
            return None
        lane, place = self.here
        return int(self.lanes[lane].events[place]) or None

    def bars(self, edges: Integers) -> bool:
        """Whether there is room for bars."""
        ends = edges[[0, -1]]
        busiest = max((int(lane.counts(ends)[0]) for lane in self.lanes.workers), default=0)
        return busiest * _BARS_PER_CELL <= self.window.width


@dataclass(frozen=True, slots=True)
class Layout:
    """How the lines are shared out: workers `first` up to `after`, `deep` lines and `apart` blank ones for each."""

    names: int
    width: int
    first: int
    after: int
    deep: int
    apart: int
    workers: int

    @property
    def lines(self) -> int:
        """Lines of the workers, and that of the rows."""
        return (self.after - self.first) * (self.deep + self.apart) + 1


def names_width(lanes: Lanes) -> int:
    """Columns before the chart."""
    return _MARGIN + min(_LONGEST_NAME, max(columns(lane.name) for lane in lanes))


def lay_out(lanes: Lanes, width: int, lines: int, top: int, here: Place | None) -> Layout:
    """Share `lines` out; where lanes do not fit, those from `top` on are shown, and the selected one always."""
    count, names = len(lanes.workers), names_width(lanes)
    room = max(1, lines - 1)
    each = max(1, room // max(1, count))
    apart = 1 if each > 2 else 0  # noqa: PLR2004  # two lines are too few to give one away
    deep = min(each - apart, _MOST_DEEP, max((lane.depth for lane in lanes.workers), default=1))
    shown = min(count, room // (deep + apart))
    first = min(max(top, 0), count - shown)
    if here and here[0] < count:
        first = min(max(first, here[0] - shown + 1), here[0])
    return Layout(names, max(1, width - names - 1), first, first + shown, deep, apart, count)


def picture(sight: Sight, layout: Layout) -> tuple[list[list[Run]], int]:
    """The lines from the density to the rows, and how many attempts deep the most crowded lane is beyond its lines."""
    edges = sight.edges
    grid = draw.new_grid(layout.width, layout.lines)
    bars = sight.bars(edges)
    deeper = 0
    for at in range(layout.first, layout.after):
        line = (at - layout.first) * (layout.deep + layout.apart)
        if bars:
            deeper = max(deeper, _put_bars(grid, line, layout.deep, sight, at, edges))
        else:
            draw.put_cells(grid, line, cells(sight.lanes.workers[at], edges), _chosen(sight, at, edges))
    _put_rows(grid, layout.lines - 1, sight, edges)
    if bars:
        _put_links(grid, sight, layout, edges)
    draw.put_folds(grid, [cell for cell, _ in sight.folds.inside(edges)])
    labels = _labels(sight, layout, edges[[0, -1]])
    lanes = [[*label, *runs] for label, runs in zip(labels, drawn(grid), strict=True)]
    return [*_overview(sight, layout), _scale(sight, layout, edges), *lanes], deeper


def cells(lane: Lane, edges: Integers) -> draw.Cells:
    """What the cells between the edges hold."""
    return draw.Cells(lane.worst(edges), lane.counts(edges), lane.anomalies(edges))


def _chosen(sight: Sight, at: int, edges: Integers) -> tuple[int, int] | None:
    if sight.here is None or sight.here[0] != at:
        return None
    lane, place = sight.lanes[at], sight.here[1]
    start, end = int(lane.starts[place]), int(lane.ends[place])
    return draw.span(start, end, edges) if start < edges[-1] and end > edges[0] else None


def _put_bars(grid: Grid, line: int, lines: int, sight: Sight, at: int, edges: Integers) -> int:
    """One worker's bars; gives how many lines more it would take to show them side by side."""
    lane = sight.lanes.workers[at]
    places = lane.within(int(edges[0]), int(edges[-1]))
    if not len(places):
        return 0
    begin = lane.fresh_before(int(places[0]), _STACKED_FROM)
    behind = np.arange(begin, int(places[-1]) + 1)
    stacked = np.union1d(places, behind)
    depths = draw.stack(lane.starts[stacked], lane.ends[stacked])
    seen = np.searchsorted(stacked, places)
    bars = draw.Bars(
        lane.starts[places],
        lane.ends[places],
        lane.unended[places],
        lane.severities[places],
        [depths[i] for i in seen],
        [_emphasis(sight, at, int(place)) for place in places],
    )
    draw.put_bars(grid, line, lines, bars, edges)
    return max(0, max(bars.depths) + 1 - lines)


def _emphasis(sight: Sight, at: int, place: int) -> int:
    if sight.here == (at, place):
        return 2
    return int(sight.event is not None and int(sight.lanes[at].events[place]) == sight.event)


def _put_rows(grid: Grid, line: int, sight: Sight, edges: Integers) -> None:
    rows = sight.lanes.rows
    found = cells(rows, edges)
    chosen = _chosen(sight, len(sight.lanes.workers), edges)
    draw.put_cells(grid, line, found, chosen, rows=True)
    if sight.event is None or found.counts.sum() > _FEW:
        return
    places = rows.within(int(edges[0]), int(edges[-1]))
    for place in places[rows.events[places] == sight.event].tolist():
        column, _ = draw.span(int(rows.starts[place]), int(rows.ends[place]), edges)
        grid.look[line, column] = draw.chosen_style(int(found.worst[column]))


def _put_links(grid: Grid, sight: Sight, layout: Layout, edges: Integers) -> None:
    """Join the attempts of an event where the later one starts; where many have several, of the selected one."""
    seen: dict[int, list[tuple[int, int]]] = {}
    for at in range(layout.first, layout.after):
        lane = sight.lanes.workers[at]
        places = lane.within(int(edges[0]), int(edges[-1]))
        for place in places[lane.severities[places] > Severity.BUSY].tolist():
            if event := int(lane.events[place]):
                seen.setdefault(event, []).append((int(lane.starts[place]), at))
    each = layout.deep + layout.apart
    several = {event: attempts for event, attempts in seen.items() if len(attempts) > 1}
    for event, attempts in several.items():
        if len(several) > _MOST_LINKED and event != sight.event:
            continue
        attempts.sort()
        for (_, one), (start, other) in pairwise(attempts):
            if start >= edges[0]:
                column = int(np.searchsorted(edges, start, "right")) - 1
                draw.put_link(grid, column, (one - layout.first) * each, (other - layout.first) * each)


def _labels(sight: Sight, layout: Layout, ends: Integers) -> Iterable[list[Run]]:
    """Names, and under them where there is room how many attempts are in the window."""
    for at in range(layout.first, layout.after):
        yield _label(sight, layout, at)
        for line in range(1, layout.deep + layout.apart):
            told = f"×{int(sight.lanes[at].counts(ends)[0]):,}" if line == 1 else ""
            yield [Run(left(f"  {told}", layout.names), QUIET)]
    yield _label(sight, layout, layout.workers)


def _label(sight: Sight, layout: Layout, at: int) -> list[Run]:
    here = sight.here is not None and sight.here[0] == at
    name = left(sight.lanes[at].name, layout.names - _MARGIN)
    return [Run(f" {'▸' if here else ' '}{name} ", STRONG if here else PLAIN)]


def _overview(sight: Sight, layout: Layout) -> list[list[Run]]:
    """The density of the whole case, and where in it the window lies."""
    window, whole = sight.window, _whole(sight.lanes, sight.folds, layout.width)
    first, last = (min(max(whole.column(at), 0), whole.width - 1) for at in (window.left, window.right - 1))
    start, inside, end, single = HERE
    mark = single if first == last else start + inside * (last - first - 1) + end
    told = f"{duration(window.right - window.left)} of {duration(whole.right - whole.left)}"
    line = " " * first + mark
    if last + 2 + len(told) <= layout.width:
        line += f" {told}"
    elif len(told) < first:
        line = f"{told} ".rjust(first) + mark
    density = _density(sight.lanes, sight.folds, layout.width)
    return [
        [Run(left("  all", layout.names), QUIET), *density],
        [Run(" " * layout.names, PLAIN), Run(line, QUIET)],
    ]


@lru_cache(maxsize=8)
def _density(lanes: Lanes, folds: Folds, width: int) -> list[Run]:
    """One line for all of the case: it changes with the filter and the folds only."""
    edges = Sight(lanes, folds, _whole(lanes, folds, width), None).edges
    grid = draw.new_grid(width, 1)
    every = [cells(lane, edges) for lane in lanes]
    worst = np.max([found.worst for found in every], axis=0)
    counts = np.sum([found.counts for found in every], axis=0)
    anomalies = np.sum([found.anomalies for found in every], axis=0)
    draw.put_density(grid, 0, draw.Cells(worst, counts, anomalies))
    return drawn(grid)[0]


def _whole(lanes: Lanes, folds: Folds, width: int) -> Window:
    first, last = lanes.span
    return Window.fitting(folds.shown(first), folds.shown(last), width)


def _scale(sight: Sight, layout: Layout, edges: Integers) -> list[Run]:
    folds = [(cell, f"┆{duration(folded)}┆") for cell, folded in sight.folds.inside(edges)]
    line = axis(edges.tolist(), sight.window.step, folds)
    return [Run(left("  UTC", layout.names), QUIET), Run(line, QUIET)]


def legend() -> list[Run]:
    """What the glyphs mean, the most severe first."""
    found = [
        Run(f" {mark.glyph} {mark.word} ", Style(mark.colour, bold=mark.bold))
        for severity, mark in SEVERITIES.items()
        if severity > Severity.IDLE
    ]
    return [*found, Run(f" {LEVELS[0]} clean in all ", QUIET)]
