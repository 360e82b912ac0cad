"""`--event` and `--at` open at a place, or say in one sentence why not."""

from __future__ import annotations

import asyncio

import pytest
from textual.events import Resize
from textual.geometry import Size
from textual.pilot import Pilot

from raceview.answers.filters import Filter
from raceview.charts.window import Window
from raceview.tui.timeline import moves
from raceview.tui.timeline.view import Chart, LanesMade, TimelineView
from tui.conftest import Opened, app_of, wait_until

TIME_NS = 1_731_223_801_500_000_000
"""2024-11-10T07:30:01.5Z."""


def told(pilot: Pilot[None]) -> list[str]:
    return [notification.message for notification in pilot.app._notifications]


async def timeline(pilot: Pilot[None]) -> TimelineView:
    """The view, once there is something to see in it."""
    view = app_of(pilot).main.view
    assert isinstance(view, TimelineView)
    await wait_until(pilot, lambda: view._sight is not None)
    return view


def test_an_event(opened: Opened) -> None:
    async def run() -> None:
        async with opened(event="evt_0000047") as pilot:
            await wait_until(pilot, lambda: type(pilot.app.screen).__name__ == "EventScreen")
            assert told(pilot) == []

    asyncio.run(run())


def test_a_time(opened: Opened) -> None:
    async def run() -> None:
        async with opened(at="07:30:01.5") as pilot:
            view = await timeline(pilot)
            assert view._sight
            step = view._sight.window.step
            assert abs(moves.centre_ns(view._sight) - TIME_NS) <= step
            assert step < moves.whole(view._sight).step
            assert told(pilot) == []
            view.go_to(None, TIME_NS + 2_000_000_000)  # the zoom stays
            assert view._sight.window.step == step
            assert abs(moves.centre_ns(view._sight) - TIME_NS - 2_000_000_000) <= step

    asyncio.run(run())


def test_a_time_that_is_asked_for_before_the_size_is_known(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        async with opened(at="07:30:01.5") as pilot:
            view = await timeline(pilot)
            assert view._sight
            seen, lanes = view._sight.window, view._sight.lanes

            def shown() -> Window | None:
                return view._sight.window if view._sight else None

            view._sight = None
            with monkeypatch.context() as patch:
                patch.setattr(Chart, "size", Size(0, 0))
                view.go_to(None, TIME_NS)
                view.on_lanes_made(LanesMade(lanes, Filter()))
                assert shown() is None
            view.on_resize(Resize(view.size, view.size))
            await timeline(pilot)
            assert shown() == seen

    asyncio.run(run())


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ({"event": "evt_9"}, "event evt_9: raw_tick_events.log has no such event_id"),
        ({"event": "evt\x1b[2J"}, "event evt\\x1b[2J: raw_tick_events.log has no such event_id"),
        ({"at": "1999-01-01T00:00:00Z"}, "1999-01-01T00:00:00Z: the files reach from 2024-11-10 07:30:00"),
        ({"at": "[red]noon"}, "'[red]noon' is no time: write 09:15:05.81"),
    ],
)
def test_a_place_that_is_not_there(opened: Opened, place: dict[str, str], sentence: str) -> None:
    async def run() -> None:
        async with opened(**place) as pilot:
            await wait_until(pilot, lambda: told(pilot))
            (complaint,) = told(pilot)
            assert complaint.startswith(sentence)
            assert app_of(pilot).main.view is not None

    asyncio.run(run())
