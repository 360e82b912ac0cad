"""Where one comes to on the timeline, step by step: along a lane, to another lane, through the attempts of an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from raceview.answers.timeline import Lane, Lanes

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.integer[Any]]

Place: TypeAlias = tuple[int, int]
"""A lane, and a place in it."""


def along(lane: Lane, place: int, step: int) -> int:
    """The attempt `step` further on, or the last one on the way."""
    return min(max(place + step, 0), len(lane) - 1)


def along_cells(lane: Lane, place: int, step: int, edges: Integers) -> int:
    """The most severe attempt of the next cell that has another one; past the window, the next attempt of all."""
    cell = int(np.searchsorted(edges, lane.starts[place], "right")) - 1
    if not 0 <= cell < len(edges) - 1:
        return along(lane, place, step)
    starting = np.diff(np.searchsorted(lane.starts, edges, "left"))
    there = np.flatnonzero(starting)
    there = there[there > cell] if step > 0 else there[there < cell][::-1]
    if len(there):
        return worst_from(lane, int(edges[there[0]]), int(edges[there[0] + 1]))
    beyond = int(np.searchsorted(lane.starts, edges[cell + 1] if step > 0 else edges[cell], "left"))
    return along(lane, beyond if step > 0 else beyond - 1, 0)


def worst_from(lane: Lane, start: int, end: int) -> int:
    """The first of the most severe attempts that start in [start, end), where one does."""
    first, after = (int(np.searchsorted(lane.starts, at, "left")) for at in (start, end))
    return first + int(np.argmax(lane.severities[first:after]))


def nearest(lane: Lane, at: int) -> int:
    """The attempt that starts nearest to a time; the lane must have one."""
    after = int(np.searchsorted(lane.starts, at, "left"))
    near = [place for place in (after - 1, after) if 0 <= place < len(lane)]
    return min(near, key=lambda place: abs(int(lane.starts[place]) - at))


def across(lanes: Lanes, here: Place, step: int) -> Place:
    """The attempt nearest in time on the next lane that has any; the same place where there is none."""
    lane, place = here
    at = int(lanes[lane].starts[place])
    others = range(lane + 1, len(lanes)) if step > 0 else range(lane - 1, -1, -1)
    other = next((other for other in others if len(lanes[other])), None)
    return here if other is None else (other, nearest(lanes[other], at))


def in_view(lanes: Lanes, start: int, end: int, at: int) -> Place | None:
    """The attempt nearest to `at` that is in [start, end), on the first lane that has one; else the nearest of all."""
    there = [(lane, nearest(lanes[lane], at)) for lane in range(len(lanes)) if len(lanes[lane])]
    seen = [(lane, place) for lane, place in there if start <= lanes[lane].starts[place] < end]
    return next(iter(seen or there), None)


def sibling(lanes: Lanes, here: Place, step: int) -> Place:
    """The next attempt of the same event, on whatever worker; round and round."""
    lane, place = here
    event = int(lanes[lane].events[place])
    family = lanes.find(event) if event else []
    return family[(family.index(here) + step) % len(family)] if here in family else (family or [here])[0]


def race_after(lanes: Lanes, event: int | None, at: int, step: int) -> int | None:
    """The number of the race `step` further on from the event (where it is one) or the time; round and round."""
    count = len(lanes.races)
    if not count:
        return None
    known = number_of(lanes, event)
    if known is not None:
        return (known + step) % count
    after = int(np.searchsorted(lanes.race_times, at, "left"))
    return (after + (step - 1 if step > 0 else step)) % count


def number_of(lanes: Lanes, event: int | None) -> int | None:
    """Which race the event is, from 0, in time order."""
    found = [] if event is None else np.flatnonzero(lanes.races == event).tolist()
    return found[0] if found else None
