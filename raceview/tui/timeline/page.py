"""The timeline view as lines of text: where one is, the lanes, what is hidden, and the selected event in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from textwrap import wrap

from raceview.answers import timeline_walk as walk
from raceview.answers.filters import Filter
from raceview.answers.timeline_moment import Moment
from raceview.charts.axis import duration
from raceview.charts.plot import PLAIN, Run
from raceview.tui.timeline import picture as pictures
from raceview.tui.timeline import words
from raceview.tui.timeline.picture import ABOVE, Layout, Sight

_DETAILS = 5
_DETAILS_OF_TALL = 9
_TALL = 30
"""Lines from which there is room for a legend, and for more about the selected event."""
_NOTHING = "nothing is selected: n goes to the next race, h j k l to an attempt"

_EMPTY = "There is nothing to draw: no attempt and no row is known."

Line = list[Run]


@dataclass(frozen=True, slots=True)
class Told:
    """What the lines tell beside the sight itself."""

    where: Filter
    attempts: int
    """How many there are without the filter."""
    missing: Collection[str]
    """Roles of the files that are not there."""
    moment: Moment | None
    """All about the selected event, once it has been looked up."""


def page(sight: Sight, told: Told, top: int, width: int, height: int) -> tuple[list[Line], Layout]:
    """The lines, and how they are shared out; the lanes are shown from `top` on where there is no room for all."""
    below = _DETAILS if height < _TALL else _DETAILS_OF_TALL
    layout = pictures.lay_out(sight.lanes, width, height - ABOVE - 2 - below, top, sight.here)
    picture, deeper = pictures.picture(sight, layout)
    race = walk.number_of(sight.lanes, sight.event)
    lines = [words.header(sight, race, width), *picture]
    lines.append(words.rule(_notes(sight, told, layout, deeper), width))
    lines += _selected(sight, told.moment, width, height - len(lines) - (height >= _TALL))
    if height >= _TALL:
        lines += [[] for _ in range(height - 1 - len(lines))]
        lines.append(pictures.legend())
    return lines[:height], layout


def empty_page(missing: Collection[str], width: int) -> list[Line]:
    """Instead of the lines where there is nothing that has a place in time; `missing` are roles of files."""
    told = [[Run(f" {line}", PLAIN)] for line in wrap(_EMPTY, max(1, width - 2))]
    return [*told, words.rule(_absent(missing), width)]


def _notes(sight: Sight, told: Told, layout: Layout, deeper: int) -> Iterator[str]:
    """What is not shown, and why."""
    if layout.first:
        yield f"▲ {layout.first:,} more lanes"
    if layout.after < layout.workers:
        yield f"▼ {layout.workers - layout.after:,} more lanes"
    if told.where:
        yield f"{told.where} hides {told.attempts - sight.lanes.size:,} of {told.attempts:,} attempts"
    if count := len(sight.folds):
        folded = int((sight.folds.ends - sight.folds.starts).sum())
        yield f"{count:,} idle {'gap' if count == 1 else 'gaps'} folded, {duration(folded)}"
    yield from _absent(told.missing)
    if deeper:
        yield f"stacked {deeper:,} deeper than shown"


def _absent(missing: Collection[str]) -> Iterator[str]:
    if "attempts" in missing:
        yield "no worker log: no lanes"
    if "output" in missing:
        yield "no output: no rows"


def _selected(sight: Sight, moment: Moment | None, width: int, lines: int) -> list[Line]:
    if sight.here is None:
        return [[Run(f" {line}", PLAIN)] for line in wrap(_NOTHING, max(1, width - 2))]
    if moment and moment.event == sight.event:
        return words.details(moment, width, lines)
    lane, place = sight.here
    return words.selected(sight.lanes[lane], place)
