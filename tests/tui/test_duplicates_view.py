"""The duplicates view: order, filter, doors, marks; names that are only text."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest
from textual.pilot import Pilot

from raceview.tui.app import RaceviewApp
from raceview.tui.duplicates.view import DuplicatesView
from raceview.tui.event.screen import EventScreen
from tui.conftest import SAMPLE, Opened, screen_lines, wait_until
from tui.nasty import ESCAPES, MARKUP, write_nasty_bundle


def seen(pilot: Pilot[None], text: str) -> bool:
    return any(text in line for line in screen_lines(pilot.app))


async def on_duplicates(pilot: Pilot[None]) -> DuplicatesView:
    """Go there, and wait for the list."""
    await pilot.press("3")
    view = cast(RaceviewApp, pilot.app).main.view
    assert isinstance(view, DuplicatesView)
    await wait_until(pilot, lambda: view.table.row_count)
    return view


def test_the_list_and_what_is_told_of_it(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await on_duplicates(pilot)
            assert view.table.row_count == 96
            await wait_until(pilot, lambda: seen(pilot, "96 events"))
            assert seen(pilot, "sorted by time   2024-11-10 UTC")
            assert seen(pilot, "07:30:00.216213")
            assert seen(pilot, "1/96 · evt_0000047")
            assert max(map(len, screen_lines(pilot.app))) == 80

    asyncio.run(run())


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 48)])
def test_every_column_that_there_is_room_for(opened: Opened, size: tuple[int, int]) -> None:
    async def run() -> None:
        async with opened(size=size) as pilot:
            await on_duplicates(pilot)
            await wait_until(pilot, lambda: seen(pilot, "copy late"))
            assert seen(pilot, "event id") is (size[0] == 160)
            assert seen(pilot, "▸ 07:30:00.216213")

    asyncio.run(run())


def test_sorting_shows_what_stands_first_and_says_so(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await on_duplicates(pilot)
            await pilot.press("j", "j", "s", "s", "s")
            await wait_until(pilot, lambda: seen(pilot, "sorted by price shift"))
            await wait_until(pilot, lambda: view.line and view.line.price_shift_units == 720_000_000)
            assert seen(pilot, "shift▾")
            await pilot.press("r")
            await wait_until(pilot, lambda: seen(pilot, "sorted by price shift, reversed"))
            await wait_until(pilot, lambda: view.line and view.line.price_shift_units == 0)
            await pilot.press("S", "S", "S")
            await wait_until(pilot, lambda: seen(pilot, "sorted by time "))

    asyncio.run(run())


def test_held_keys_end_where_the_last_one_leads(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await on_duplicates(pilot)
            await pilot.press(*["s"] * 11, "r", "r", "r")
            await wait_until(pilot, lambda: seen(pilot, "sorted by symbol, reversed"))
            await wait_until(pilot, lambda: view.line and view.line.symbol == "TITAN")

    asyncio.run(run())


def test_a_filter_narrows_and_escape_takes_it_away(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await on_duplicates(pilot)
            view.narrow("cause:zombie_write symbol:maruti")
            await wait_until(pilot, lambda: seen(pilot, "/ filter: symbol:maruti cause:zombie_write  "))
            assert view.filter_text() == "symbol:maruti cause:zombie_write"
            assert seen(pilot, "  by time ")
            view.narrow("symbol:maruti")
            await wait_until(pilot, lambda: seen(pilot, "by time   2024-11-10 UTC"))
            view.narrow("cause:zombie_write symbol:maruti worker:worker-1 worker:worker-2 worker:worker-3")
            await wait_until(pilot, lambda: seen(pilot, "...  by time "))
            view.narrow("symbol:nobody")
            await wait_until(pilot, lambda: seen(pilot, "no duplicated event matches"))
            await pilot.press("enter", "t", "space", "m", "y")  # nothing there: nothing happens
            await pilot.press("escape")
            await wait_until(pilot, lambda: view.table.row_count == 96)

    asyncio.run(run())


def test_enter_opens_the_event_and_escape_comes_back_to_the_line(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await on_duplicates(pilot)
            await pilot.press("j", "j", "enter")
            await wait_until(
                pilot, lambda: isinstance(pilot.app.screen, EventScreen) and pilot.app.screen.page
            )
            assert cast(EventScreen, pilot.app.screen).event == 175
            await pilot.press("n")
            await wait_until(pilot, lambda: seen(pilot, "evt_0000212"))
            await pilot.press("escape")
            await pilot.pause()
            assert view.line is not None
            assert view.line.event_id == "evt_0000212"  # the list went along

    asyncio.run(run())


def test_a_bookmark_shows_and_goes(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await on_duplicates(pilot)
            await pilot.press("m")
            await wait_until(pilot, lambda: seen(pilot, "an empty line sets a bookmark"))
            await pilot.press("enter")
            await wait_until(pilot, lambda: seen(pilot, "▸*07:30:00.216213"))
            assert view.case is not None
            assert view.case.session.notes == {"evt_0000047": ""}
            await pilot.press("m", *"[b]hm", "enter")
            await wait_until(pilot, lambda: seen(pilot, 'note: "[b]hm"'))
            assert seen(pilot, '▸"07:30:00.216213')
            await pilot.press("m", *["backspace"] * 5, "enter")
            await wait_until(pilot, lambda: seen(pilot, "▸ 07:30:00.216213"))
            assert view.case.session.notes == {}

    asyncio.run(run())


def test_the_place_is_found_again(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await on_duplicates(pilot)
            view.go_to_place({"filter": "", "sort": "margin", "reverse": True, "event": 213})
            await wait_until(pilot, lambda: view.line and view.line.event == 213)
            assert view.place() == {"filter": "", "sort": "margin", "reverse": True, "event": 213}
            view.go_to_place({"filter": "", "sort": "time", "reverse": False, "event": 99999})
            await wait_until(pilot, lambda: view.place()["sort"] == "time" and seen(pilot, "sorted by time"))

    asyncio.run(run())


def test_selection_survives_a_resize(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await on_duplicates(pilot)
            await pilot.press("G")
            await pilot.resize_terminal(70, 20)
            await wait_until(pilot, lambda: seen(pilot, "96/96"))
            await wait_until(pilot, lambda: seen(pilot, "▸ 07:30:16.933431"))
            assert view.table.cursor == 95

    asyncio.run(run())


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ("raw_tick_events.log", "inferred: causes not known"),
        ("final_output.csv", "cannot be known without the output"),
        ("worker_logs.csv", "no worker log: causes not known"),
    ],
)
def test_what_cannot_be_known_is_said(opened: Opened, tmp_path: Path, left_out: str, said: str) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    for name in ("raw_tick_events.log", "worker_logs.csv", "final_output.csv"):
        if name != left_out:
            (folder / name).symlink_to(SAMPLE / name)

    async def run() -> None:
        async with opened(folder) as pilot:
            await pilot.press("3")
            await wait_until(pilot, lambda: seen(pilot, said))

    asyncio.run(run())


def test_names_are_only_text(opened: Opened, tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(write_nasty_bundle(tmp_path / "nasty"), size=(160, 24)) as pilot:
            view = await on_duplicates(pilot)
            assert view.table.row_count == 2
            await wait_until(pilot, lambda: seen(pilot, MARKUP))
            assert seen(pilot, "\\x1b[31mE\\x07")
            assert not any(
                set(line) & set(ESCAPES[:1] + "\x07\x9b\u202e") for line in screen_lines(pilot.app)
            )
            view.narrow(f'symbol:"{MARKUP}"')
            await wait_until(pilot, lambda: view.table.row_count == 1)
            await wait_until(pilot, lambda: seen(pilot, f"/ filter: symbol:{MARKUP}"))

    asyncio.run(run())
