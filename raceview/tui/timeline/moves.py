"""What each key does to what is looked at: from one sight of the case to the next, without a screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from raceview.answers import timeline_walk as walk
from raceview.answers.timeline_folds import Folds
from raceview.answers.timeline_walk import Place
from raceview.charts.window import Window, round_step
from raceview.tui.timeline.picture import Layout, Sight

_PAN = 8
"""A step to the side is this part of the width."""
_EVENT_SHARE = 5
"""An event that is fitted takes this part of the width."""
_TIME_SHARE = 10
"""Where all of the case was in view, a time that is gone to is shown with this part of it."""
_LEAST_EVENT = 4
"""Columns that an event must take for its windows to be told apart."""


def whole(sight: Sight) -> Window:
    """The window on all of the case."""
    first, last = bounds(sight)
    return Window.fitting(first, last, sight.window.width)


def bounds(sight: Sight) -> tuple[int, int]:
    """First and last screen time of the case."""
    first, last = sight.lanes.span
    return sight.folds.shown(first), sight.folds.shown(last)


def bounded(sight: Sight) -> Sight:
    """The same, not beyond the ends of the case."""
    return replace(sight, window=sight.window.bounded(*bounds(sight)))


def resized(sight: Sight, width: int) -> Sight:
    """Another width: the centre and the scale stay, but all stays all."""
    window = sight.window.resized(width)
    if sight.window == whole(sight):
        return replace(sight, window=whole(replace(sight, window=window)))
    return replace(sight, window=window)


def centre_ns(sight: Sight) -> int:
    """The real time in the middle of the window."""
    return int(sight.edges[sight.window.width // 2])


def zoomed(sight: Sight, step: int) -> Sight:
    """One step nearer (1) or farther (-1), about the selection where it is in view."""
    window, about = sight.window, _here_shown(sight)
    if about is None or not window.left <= about < window.right:
        about = window.centre
    return replace(sight, window=window.zoomed(step > 0, about))


def panned(sight: Sight, step: int) -> Sight:
    """To the side; the selection stays."""
    return replace(sight, window=sight.window.panned(step * max(1, sight.window.width // _PAN)))


def selected(sight: Sight, here: Place) -> Sight:
    """Select, and move the window no more than it takes to see the selection."""
    sight = replace(sight, here=here)
    at, window = _here_shown(sight), sight.window
    if at is None or window.left <= at < window.right:
        return sight
    margin = window.width // _PAN * window.step
    left = at - margin if at < window.left else at + margin - window.width * window.step
    return replace(sight, window=replace(window, left=left))


def along(sight: Sight, step: int) -> Sight:
    """The attempt before or after in the lane; zoomed out, the worst of the next cell."""
    if sight.here is None:
        return _in_view(sight)
    at, place = sight.here
    lane, edges = sight.lanes[at], sight.edges
    if sight.bars(edges):
        return selected(sight, (at, walk.along(lane, place, step)))
    return selected(sight, (at, walk.along_cells(lane, place, step, edges)))


def across(sight: Sight, step: int) -> Sight:
    """The attempt nearest in time on the next lane."""
    return selected(sight, walk.across(sight.lanes, sight.here, step)) if sight.here else _in_view(sight)


def sibling(sight: Sight, step: int) -> Sight:
    """The next attempt of the same event, wherever it ran."""
    return selected(sight, walk.sibling(sight.lanes, sight.here, step)) if sight.here else _in_view(sight)


def to_end(sight: Sight, side: int) -> Sight:
    """The first or the last attempt of the lane; of the case where none is selected."""
    if sight.here:
        at = sight.here[0]
        return selected(sight, (at, 0 if side < 0 else len(sight.lanes[at]) - 1))
    half = sight.window.width * sight.window.step // 2
    return replace(sight, window=sight.window.centred(bounds(sight)[side > 0] - side * half))


def fitted(sight: Sight) -> Sight:
    """The selected event in the middle; where it is already, or there is none, all of the case."""
    window = _fitting(sight, family(sight)) if sight.here else whole(sight)
    return replace(sight, window=whole(sight) if sight.window == window else window)


def folded(sight: Sight, folds: Folds) -> Sight:
    """Other folds; the middle of the window stays."""
    return replace(sight, folds=folds, window=sight.window.centred(folds.shown(centre_ns(sight))))


def at_event(sight: Sight, found: list[Place]) -> Sight:
    """The event of these attempts, selected and in the middle.

    Where it would be too small to be seen it is zoomed in to, for that is what was asked for; else the zoom stays.
    """
    first, last = _extent(sight, found)
    window = sight.window
    if last - first < _LEAST_EVENT * window.step:
        window = _fitting(sight, found)
    wide = last - first > window.width * window.step
    middle = sight.folds.shown(first if wide else (first + last) // 2)
    return replace(sight, here=found[0], window=window.centred(middle))


def at_time(sight: Sight, at_ns: int) -> Sight:
    """A time in the middle; of all of the case, which has but one middle, a part about it."""
    window, step = sight.window, whole(sight).step
    if window.step >= step:
        window = replace(window, step=round_step(step // _TIME_SHARE))
    return replace(sight, window=window.centred(sight.folds.shown(at_ns)))


def back_at(sight: Sight, centre_ns: int, step: int, event: int | None) -> Sight:
    """As one was before: this time in the middle, `step` ns a column, the event selected where it is in the lanes."""
    found = sight.lanes.find(event) if event else []
    window = replace(sight.window, step=step).centred(sight.folds.shown(centre_ns))
    return replace(sight, window=window, here=found[0] if found else None)


def pointed(sight: Sight, layout: Layout, line: int, column: int) -> Sight:
    """The worst of what a cell of the lanes holds, selected; the same sight where it holds nothing."""
    if not (0 <= column < layout.width and 0 <= line < layout.lines):
        return sight
    below = line == layout.lines - 1  # that of the rows
    at = layout.workers if below else layout.first + line // (layout.deep + layout.apart)
    lane, edges = sight.lanes[at], sight.edges
    inside = lane.within(int(edges[column]), int(edges[column + 1])).tolist()
    if not inside:
        return sight
    return selected(sight, (at, max(inside, key=lambda place: int(lane.severities[place]))))


def family(sight: Sight) -> list[Place]:
    """All attempts of the selected event."""
    assert sight.here
    event = sight.event
    return (sight.lanes.find(event) if event else []) or [sight.here]


def _extent(sight: Sight, found: list[Place]) -> tuple[int, int]:
    lanes = sight.lanes
    return (
        min(int(lanes[lane].starts[place]) for lane, place in found),
        max(int(lanes[lane].ends[place]) for lane, place in found),
    )


def _fitting(sight: Sight, found: list[Place]) -> Window:
    first, last = _extent(sight, found)
    last = max(last, first + sight.lanes.usual_ns)
    step = round_step(-(-(last - first) * _EVENT_SHARE // sight.window.width))
    middle = (sight.folds.shown(first) + sight.folds.shown(last)) // 2
    return replace(sight.window, step=step).centred(middle)


def _here_shown(sight: Sight) -> int | None:
    if sight.here is None:
        return None
    lane, place = sight.here
    return sight.folds.shown(int(sight.lanes[lane].starts[place]))


def _in_view(sight: Sight) -> Sight:
    edges = sight.edges
    found = walk.in_view(sight.lanes, int(edges[0]), int(edges[-1]), centre_ns(sight))
    return selected(sight, found) if found else sight


BY_NAME: Mapping[str, Callable[[Sight, int], Sight]] = {
    "zoom": zoomed,
    "pan": panned,
    "along": along,
    "across": across,
    "sibling": sibling,
    "end": to_end,
}
"""The moves that keys make; the number is which way."""
