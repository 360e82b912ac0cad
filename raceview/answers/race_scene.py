"""What went on around one event: its own attempts and rows, and what the same workers did meanwhile.

Enough to draw it: a lane per worker, bars for attempts, marks for rows, all in nanoseconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from raceview.answers.event_page import EventPage, event_page

if TYPE_CHECKING:
    from raceview.investigation import Investigation

MOST_OTHERS = 120
"""Attempts at other events that are shown; where there are more in view, none is, and the scene says so."""
_USUAL_NS = 1_000_000
"""How long an attempt without an end is shown where no attempt of the event has one."""
_ASIDE = 4
"""What is shown before and after is the span of the event divided by this."""


@dataclass(frozen=True, slots=True)
class SceneAttempt:
    """One attempt. `until_ns` is its end, or how far it is drawn where no end is logged (`unended`)."""

    worker: str
    event_id: str
    number: int
    start_ns: int
    until_ns: int
    unended: bool
    status: str
    line: int
    own: bool
    """It is an attempt at the event that the scene is about."""
    overlaps: bool
    """It overlaps another attempt at that event."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The scene of one event. Rows are those of its page: they stand at the time that they carry."""

    page: EventPage
    start_ns: int
    end_ns: int
    workers: tuple[str, ...]
    """Lanes: the workers that attempted the event, by name."""
    attempts: tuple[SceneAttempt, ...]
    """By start, the event's own last of those that start at once."""
    left_out: int
    """Attempts at other events in view that are not shown, for there are too many."""


def race_scene(inv: Investigation, event: int) -> Scene:
    """The scene of an event, given by the line of its tick. Raises UsageError where that line is no event's."""
    page = event_page(inv, event)
    lengths = [one.end_ns - one.start_ns for one in page.attempts if one.end_ns is not None]
    usual = max(lengths, default=0) or _USUAL_NS
    own = tuple(
        SceneAttempt(
            one.worker,
            page.tick.event_id,
            one.number,
            one.start_ns,
            one.start_ns + usual if one.end_ns is None else one.end_ns,
            one.end_ns is None,
            one.status,
            one.line,
            True,
            bool(one.overlaps),
        )
        for one in page.attempts
    )
    start, end = _view(page, own)
    workers = tuple(sorted({one.worker for one in own}))
    others = _others(inv, page.event, {one.line for one in own}, (start, end), usual)
    shown = others if len(others) <= MOST_OTHERS else ()
    attempts = sorted((*shown, *own), key=lambda one: (one.start_ns, one.own, one.line))
    return Scene(page, start, end, workers, tuple(attempts), len(others) - len(shown))


def _view(page: EventPage, own: Iterable[SceneAttempt]) -> tuple[int, int]:
    """All of the event, with something on either side."""
    times = [page.tick.time_ns, *(row.time_ns for row in page.rows)]
    for one in own:
        times += [one.start_ns, one.until_ns]
    first, last = min(times), max(times)
    aside = max((last - first) // _ASIDE, _USUAL_NS // _ASIDE)
    return first - aside, last + aside


def _others(
    inv: Investigation, event: int, own: set[int], view: tuple[int, int], usual: int
) -> tuple[SceneAttempt, ...]:
    """Attempts of the event's workers at other events that meet the view."""
    if not own:
        return ()
    start, end = view
    until = f"coalesce(a.end_ns, a.start_ns + {usual})"
    found = inv.engine.rows(
        f"SELECT w.worker_id, r.event_id, a.attempt, a.start_ns, {until}, a.end_ns IS NULL, r.status, a.line "
        "FROM attempts AS a JOIN attempts_read AS r ON r.line = a.line JOIN workers AS w ON w.worker = a.worker "
        f"WHERE a.start_ns < {end} AND {until} > {start} AND a.event <> {event} "
        f"AND a.worker IN (SELECT worker FROM attempts WHERE event = {event}) ORDER BY a.line"
    )
    return tuple(
        SceneAttempt(worker, event_id, number, first, last, bool(unended), status, line, False, False)
        for worker, event_id, number, first, last, unended, status, line in found
    )
