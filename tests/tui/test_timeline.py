"""The timeline as a user meets it: keys in, what stands on the screen out."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from raceview.answers.filters import parse
from raceview.charts.plot import Run
from raceview.model import Options
from raceview.tui.app import RaceviewApp
from raceview.tui.event.screen import EventScreen
from raceview.tui.messages import OpenTimeline
from raceview.tui.opening import Opening
from raceview.tui.screens.prompt import PromptScreen
from raceview.tui.timeline.picture import Sight
from raceview.tui.timeline.view import Chart, LanesMade, TimelineView
from tui.conftest import SAMPLE, Opened, wait_until


def view_of(pilot: Pilot[None]) -> TimelineView:
    return pilot.app.query_one(TimelineView)


def sight_of(pilot: Pilot[None]) -> Sight:
    sight = view_of(pilot)._sight
    assert sight is not None
    return sight


def shown(pilot: Pilot[None]) -> str:
    chart = pilot.app.query_one(Chart)
    return "\n".join(chart.render_line(y).text for y in range(chart.size.height))


async def until(pilot: Pilot[None], pattern: str) -> None:
    await wait_until(pilot, lambda: re.search(pattern, shown(pilot)))


def on_timeline(
    opened: Opened, act: Callable[[Pilot[None]], Awaitable[None]], bundle: Path = SAMPLE, width: int = 80
) -> None:
    async def run() -> None:
        async with opened(bundle, size=(width, 24)) as pilot:
            await pilot.press("2")
            await until(pilot, "rows|no output")
            await act(pilot)

    asyncio.run(run())


def test_it_begins_with_all_of_it(opened: Opened) -> None:
    async def act(pilot: Pilot[None]) -> None:
        text = shown(pilot)
        for words in ("2024-11-10 07:30:", "UTC", "100 races", "worker-1", "worker-4", "nothing is selected"):
            assert words in text
        assert max(map(len, text.split("\n"))) == 80

    on_timeline(opened, act)


@pytest.mark.parametrize("width", [60, 80, 97, 120, 160])
def test_the_header_reaches_from_the_first_event_to_after_the_last(opened: Opened, width: int) -> None:
    async def act(pilot: Pilot[None]) -> None:
        sight = sight_of(pilot)
        told = re.search(r"^ (\S+) (\S+)–(?:(\S+) )?(\S+) UTC", shown(pilot))
        assert told
        day, begin, _, end = told.groups()
        first, last = (np.datetime64(ns, "ns") for ns in sight.lanes.span)
        end = end if ":" in end else begin[:8] + end
        assert np.datetime64(f"{day}T{begin}", "ns") <= first
        assert np.datetime64(f"{day}T{end}", "ns") >= last

    on_timeline(opened, act, width=width)


def test_next_race_shows_both_windows_and_why(opened: Opened) -> None:
    async def act(pilot: Pilot[None]) -> None:
        await pilot.press("n")
        await until(pilot, r"race 1 of 100")
        await until(pilot, r"concurrent claim: worker-\d took it .* before worker-\d let go\.")
        assert shown(pilot).count("╳═") >= 2  # noqa: RUF001  # the cross is meant
        assert "Holds unless a clock is off by more than" in shown(pilot)
        await pilot.press("n", "n", "N")
        await until(pilot, r"race 2 of 100")
        await pilot.press("N", "N")
        await until(pilot, r"race 100 of 100")

    on_timeline(opened, act)


def test_zoom_and_pan_move_the_window_and_only_that(opened: Opened) -> None:
    async def act(pilot: Pilot[None]) -> None:
        await pilot.press("n")
        before = sight_of(pilot)
        await pilot.press("s")
        after = sight_of(pilot)
        assert (after.here, after.window.step) == (before.here, before.window.step * 2)
        await pilot.press("w")
        assert sight_of(pilot).window == before.window
        await pilot.press("d", "d", "a")
        moved = sight_of(pilot)
        assert moved.window.step == before.window.step
        assert moved.window.left == before.window.left + before.window.width // 8 * before.window.step
        assert moved.here == before.here
        await until(pilot, f"{1} ms a column")

    on_timeline(opened, act)


def test_the_selection_walks_along_and_across(opened: Opened) -> None:
    async def act(pilot: Pilot[None]) -> None:
        await pilot.press("n")
        start = sight_of(pilot).here
        assert start is not None
        await pilot.press("l")
        assert sight_of(pilot).here == (start[0], start[1] + 1)
        await pilot.press("left")
        assert sight_of(pilot).here == start
        await pilot.press("right_square_bracket")
        other = sight_of(pilot).here
        assert other is not None
        assert other != start
        assert sight_of(pilot).event == int(sight_of(pilot).lanes[start[0]].events[start[1]])
        await pilot.press("left_square_bracket")
        assert sight_of(pilot).here == start
        await pilot.press("j", "j", "j", "j", "j", "j")
        assert sight_of(pilot).here is not None
        assert sight_of(pilot).here[0] == len(sight_of(pilot).lanes) - 1  # type: ignore[index]  # not None
        await until(pilot, "▸rows")
        await pilot.press("g")
        assert sight_of(pilot).here == (len(sight_of(pilot).lanes) - 1, 0)

    on_timeline(opened, act)


def test_fit_goes_to_the_selection_and_to_all(opened: Opened) -> None:
    async def act(pilot: Pilot[None]) -> None:
        whole = sight_of(pilot).window
        await pilot.press("n", "s", "s", "f")
        near = sight_of(pilot).window
        assert near.step < whole.step
        await pilot.press("f")
        assert sight_of(pilot).window == whole
        await pilot.press("f")
        assert sight_of(pilot).window == near

    on_timeline(opened, act)


def test_resize_keeps_centre_and_selection(opened: Opened) -> None:
    async def act(pilot: Pilot[None]) -> None:
        await pilot.press("n")
        before = sight_of(pilot)
        await pilot.resize_terminal(140, 40)
        await wait_until(pilot, lambda: sight_of(pilot).window.width > before.window.width)
        await pilot.resize_terminal(80, 24)
        await wait_until(pilot, lambda: sight_of(pilot).window.width == before.window.width)
        assert sight_of(pilot).here == before.here
        assert abs(sight_of(pilot).window.left - before.window.left) <= before.window.step
        assert sight_of(pilot).window.step == before.window.step

    on_timeline(opened, act)


def test_a_filter_says_what_it_hides_and_can_be_taken_back(opened: Opened) -> None:
    async def act(pilot: Pilot[None]) -> None:
        view = view_of(pilot)
        view.narrow("cause:self_overlap")
        await until(pilot, r"cause:self_overlap hides [34],\d\d\d of 4,084 attempts")
        assert view.filter_text() == "cause:self_overlap"
        assert {int(s) for lane in sight_of(pilot).lanes.workers for s in lane.severities} == {6}
        await pilot.press("n")
        await until(pilot, "self overlap: worker-")
        view.narrow("")
        await wait_until(pilot, lambda: "hides" not in shown(pilot))
        view.narrow("symbol:NO_SUCH")
        await until(pilot, r"hides 4,084 of 4,084")
        pilot.app.post_message(OpenTimeline(event=3))  # asked for by name: the filter gives way
        await wait_until(pilot, lambda: sight_of(pilot).event == 3)
        assert view.filter_text() == ""

    on_timeline(opened, act)


def test_lanes_of_a_filter_given_up_meanwhile_are_not_shown(opened: Opened) -> None:
    async def act(pilot: Pilot[None]) -> None:
        view, lanes = view_of(pilot), sight_of(pilot).lanes
        few = lanes.only(lanes.races[:1])
        view.post_message(LanesMade(few, parse("symbol:INFY")))  # from a worker that ended too late
        await pilot.pause()
        assert (view.filter_text(), sight_of(pilot).lanes) == ("", lanes)

    on_timeline(opened, act)


@pytest.mark.parametrize("place", [{"centre": 10**30, "step": 1}, {"centre": 0, "step": 10**30}, {}])
def test_a_place_that_is_none_is_refused(opened: Opened, place: dict[str, object]) -> None:
    """The frame goes on without it."""

    async def act(pilot: Pilot[None]) -> None:
        before = sight_of(pilot)
        with pytest.raises((ValueError, KeyError)):
            view_of(pilot).go_to_place(place)
        assert sight_of(pilot) is before

    on_timeline(opened, act)


def test_the_threshold_of_the_case_holds_for_filters(opened: Opened) -> None:
    """With a threshold of 1 every row that is not quite sure is ambiguous: more than with the usual one."""

    async def run() -> None:
        left = []
        for options in (Options(), Options(threshold=1.0)):
            async with opened(options=options) as pilot:
                await pilot.press("2")
                await until(pilot, "rows")
                view_of(pilot).narrow("finding:ambiguous")
                await until(pilot, "finding:ambiguous hides")
                left.append(len(sight_of(pilot).lanes.rows))
        assert left[0] < left[1]

    asyncio.run(run())


def test_enter_and_space_open_the_selected_event(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []
    for name in ("event", "replay"):
        monkeypatch.setattr(
            RaceviewApp, f"on_open_{name}", lambda _, m, name=name: asked.append((name, m.event))
        )

    async def act(pilot: Pilot[None]) -> None:
        await pilot.press("enter", "space")
        assert asked == []
        await pilot.press("n", "enter", "space")
        await wait_until(pilot, lambda: len(asked) == 2)
        event = sight_of(pilot).event
        assert asked == [("event", event), ("replay", event)]

    on_timeline(opened, act)


def test_evidence_is_copied(opened: Opened, tmp_path: Path) -> None:
    copied = tmp_path / "state" / "raceview" / "copied.txt"

    async def act(pilot: Pilot[None]) -> None:
        await pilot.press("n", "y")
        await wait_until(pilot, copied.exists)
        await until(pilot, copied.read_text().split()[0])

    on_timeline(opened, act)


@pytest.mark.parametrize(
    ("missing", "words"),
    [("worker_logs.csv", "no worker log: no lanes"), ("final_output.csv", "no output: no rows")],
)
def test_a_missing_file_is_named(opened: Opened, tmp_path: Path, missing: str, words: str) -> None:
    folder = tmp_path / "part"
    folder.mkdir()
    for file in SAMPLE.iterdir():
        if file.is_file() and not file.name.endswith(missing):
            shutil.copy(file, folder)

    async def act(pilot: Pilot[None]) -> None:
        await until(pilot, words)
        for key in "hjklwsadgGfz[]nN":
            await pilot.press({"[": "left_square_bracket", "]": "right_square_bracket"}.get(key, key))
        await until(pilot, words)

    on_timeline(opened, act, folder)


def test_ticks_alone_are_nothing_to_draw(opened: Opened, tmp_path: Path) -> None:
    """And no time of the year 1970 is anywhere, nor kept for the next session."""
    shutil.copy(SAMPLE / "raw_tick_events.log", tmp_path)

    async def act(pilot: Pilot[None]) -> None:
        await until(pilot, "There is nothing to draw: no attempt and no row is known.")
        assert "no worker log: no lanes  ·  no output: no rows" in shown(pilot)
        await pilot.press("h", "w", "f", "enter")
        assert "19" not in shown(pilot)
        assert view_of(pilot).time_ns() is None
        assert view_of(pilot).place() == {}

    on_timeline(opened, act, tmp_path)


def test_what_is_asked_for_before_the_lanes_are_there_is_done(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            pilot.app.post_message(OpenTimeline(event=3))
            await wait_until(pilot, lambda: pilot.app.query(TimelineView) and view_of(pilot)._sight)
            await wait_until(pilot, lambda: sight_of(pilot).event == 3)

    asyncio.run(run())


def test_one_comes_back_to_the_same_place(opened: Opened) -> None:
    places: list[tuple[object, object]] = []

    async def run() -> None:
        async with opened() as pilot:
            await pilot.press("2")
            await until(pilot, "rows")
            if not places:
                await pilot.press("n", "n", "s", "d")
            sight = sight_of(pilot)
            places.append((sight.here, sight.window))
            pilot.app.exit()

    asyncio.run(run())
    asyncio.run(run())
    assert places[0] == places[1]


def test_held_keys_are_drawn_once(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    show = Chart.show

    def count(chart: Chart, lines: list[list[Run]]) -> None:
        drawn.append(1)
        show(chart, lines)

    monkeypatch.setattr(Chart, "show", count)

    async def act(pilot: Pilot[None]) -> None:
        await pilot.press("n")
        await pilot.pause()
        left, before = sight_of(pilot).window, len(drawn)
        for _ in range(20):
            view_of(pilot).action_move("pan", 1)
        await pilot.pause()
        assert sight_of(pilot).window.left == left.left + 20 * (left.width // 8) * left.step
        assert len(drawn) - before <= 2

    on_timeline(opened, act)


def test_keys_pressed_before_the_attempts_are_read_are_not_lost(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            await pilot.app.run_action("race(1)")
            view = view_of(pilot)
            assert view._sight is None, "read already: this tests nothing"
            view.action_move("sibling", 1)
            view.action_open()
            assert not pilot.app._notifications
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, EventScreen))
            assert view._sight
            assert isinstance(pilot.app.screen, EventScreen)
            assert pilot.app.screen.event == view._sight.event == view._sight.lanes.races[0]

    asyncio.run(run())


def test_races_asked_for_while_the_bundle_is_opened_are_stepped_to(opened: Opened) -> None:
    async def run() -> None:
        app = RaceviewApp(Opening(SAMPLE))
        async with app.run_test(size=(80, 24)) as pilot:
            await app.run_action("race(1)")
            await app.run_action("race(1)")
            assert app.case is None, "opened already: this tests nothing"
            await wait_until(pilot, lambda: app.case is not None and app.main.view is not None)
            await until(pilot, "race 2 of 100")

    asyncio.run(run())


def test_a_note_is_on_the_race_that_is_selected_now_however_fast_the_keys(opened: Opened) -> None:
    async def act(pilot: Pilot[None]) -> None:
        await pilot.press("n")
        await wait_until(pilot, lambda: view_of(pilot)._moment)
        view = view_of(pilot)
        first = view._moment
        view.step_race(1)
        view.action_note()
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, PromptScreen))
        await pilot.press("x", "enter")
        case = view.case
        assert case
        assert first
        assert view._moment
        assert list(case.session.notes) == [view._moment.event_id] != [first.event_id]

    on_timeline(opened, act)
