"""Keys that work everywhere: go to time, filter, help, the palette; and a terminal of any size."""

from __future__ import annotations

import asyncio
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from analysis.hand_made import write_bundle
from textual.app import App
from textual.command import CommandPalette
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import Input, Static

from raceview.tui.commands import ActionsProvider
from raceview.tui.main_screen import VIEWS
from raceview.tui.screens.help import HelpScreen
from raceview.tui.screens.prompt import PromptScreen
from raceview.tui.screens.too_small import TooSmallScreen
from tui.conftest import SAMPLE, Opened, app_of, screen_lines, wait_until


def shown(app: App[Any]) -> str:
    return "\n".join(screen_lines(app))


async def prompted(pilot: Pilot[None], key: str) -> Input:
    """The line to type into that a key opens."""
    await pilot.press(key)
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, PromptScreen))
    return pilot.app.screen.query_one(Input)


async def refused(pilot: Pilot[None], text: str, sentence: str) -> None:
    """What is typed is not taken; the prompt stays and says why."""
    await typed(pilot, text)
    assert isinstance(pilot.app.screen, PromptScreen)
    assert sentence in shown(pilot.app)


def front(pilot: Pilot[None]) -> str:
    view = app_of(pilot).main.view
    return view.NAME if view else ""


def _is_front(pilot: Pilot[None], name: str) -> bool:
    return front(pilot) == name


async def typed(pilot: Pilot[None], text: str) -> None:
    app_of(pilot).screen.query_one(Input).value = text
    await pilot.press("enter")
    await pilot.pause()


def test_go_to_time(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            await prompted(pilot, "colon")
            await refused(pilot, "noon", "'noon' is no time")
            await typed(pilot, "07:30:01.5")
            await wait_until(pilot, lambda: front(pilot) == "timeline")
            assert len(pilot.app.screen_stack) == 1

    asyncio.run(run())


def test_filter_from_a_view_without_a_list_leads_to_the_duplicates(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            await prompted(pilot, "slash")
            await refused(pilot, "cause:boredom", "boredom")
            await typed(pilot, "cause:redelivery")
            await wait_until(pilot, lambda: front(pilot) == "duplicates")
            assert (await prompted(pilot, "slash")).value == "cause:redelivery"
            await pilot.press("escape")
            await wait_until(pilot, lambda: len(pilot.app.screen_stack) == 1)

    asyncio.run(run())


@pytest.mark.parametrize("name", VIEWS)
def test_help_names_every_key_that_works_here(opened: Opened, name: str) -> None:
    async def run() -> None:
        async with opened() as pilot:
            await pilot.press(str(VIEWS.index(name) + 1))
            await wait_until(pilot, lambda: front(pilot) == name)
            bindings = pilot.app.screen.active_bindings.items()
            active = [one for key, one in bindings if not key.startswith("super+")]
            wanted = {one.binding.description for one in active if one.enabled and one.binding.description}
            await pilot.press("question_mark")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
            text = str(pilot.app.screen.query_one(Static).content)
            missing = [name for name in wanted if name[:20] not in text]
            assert missing == []
            assert "ctrl+c Quit" in text
            for sign in ("race", "time-out", "copy", "lost", "phantom", "noted", "bookmarked"):
                assert sign in text
            box = pilot.app.screen.query_one(VerticalScroll)
            await pilot.press("G")
            await wait_until(pilot, lambda: box.scroll_y == box.max_scroll_y > 0)
            await pilot.press("g")
            await wait_until(pilot, lambda: box.scroll_y == 0)
            await pilot.press("escape")
            await wait_until(pilot, lambda: len(pilot.app.screen_stack) == 1)

    asyncio.run(run())


def test_ctrl_c_copies_what_the_mouse_has_marked_and_leaves_where_that_is_nothing(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            await pilot.mouse_down("#title", offset=(1, 0))
            await pilot.hover("#title", offset=(8, 0))
            await pilot.mouse_up("#title", offset=(8, 0))
            await pilot.press("ctrl+c")
            assert pilot.app.clipboard == "raceview"
            assert pilot.app.is_running
            await prompted(pilot, "slash")
            await pilot.press("ctrl+c")
            await wait_until(pilot, lambda: len(pilot.app.screen_stack) == 1)
            assert pilot.app.is_running
            await pilot.click("#title")
            await pilot.press("ctrl+c")
            assert not pilot.app.is_running

    asyncio.run(run())


def test_the_palette_has_every_action_and_the_themes(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            provider = ActionsProvider(pilot.app.screen)
            names = [getattr(hit, "display", "") async for hit in provider.discover()]
            assert {"Next race", "Go to time", "Filter", "Export", "Timeline", "Quit", "Theme"} <= set(names)
            hits = [hit async for hit in provider.search("theme: nord")]
            assert hits
            hits[0].command()
            assert pilot.app.theme == "nord"
            await pilot.press("ctrl+p")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))

    asyncio.run(run())


@pytest.mark.parametrize("size", [(40, 12), (60, 18), (80, 24), (160, 48)])
def test_every_view_at_every_size(opened: Opened, size: tuple[int, int]) -> None:
    async def run() -> None:
        async with opened(size=size) as pilot:
            for number, name in enumerate(VIEWS, start=1):
                await pilot.press(str(number))
                await wait_until(pilot, partial(_is_front, pilot, name))
                lines = shown(pilot.app).splitlines()
                assert name.capitalize() in lines[1]
                assert max(map(len, lines)) <= size[0]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (["worker_logs.csv"], "4,084 attempts · no ticks, no output"),
        (["raw_tick_events.log", "worker_logs.csv"], "4,000 events · 4,084 attempts · no output"),
    ],
)
def test_the_title_says_what_is_there(opened: Opened, tmp_path: Path, files: list[str], words: str) -> None:
    for file in files:
        shutil.copy(SAMPLE / file, tmp_path)

    async def run() -> None:
        async with opened(tmp_path, size=(100, 24)) as pilot:
            assert screen_lines(pilot.app)[0].endswith(f" {words} ")
            await pilot.press("5")
            await wait_until(pilot, lambda: "no output file: nothing to decide" in shown(pilot.app))
            await pilot.press("tab", "enter", "space", "d", "t")
            assert front(pilot) == "policies"

    asyncio.run(run())


def test_one_of_a_thing_is_worded_as_one(opened: Opened, tmp_path: Path) -> None:
    write_bundle(tmp_path / "one", "ms\n 1000", "event_id\n e1", "ms\n 1000")

    async def run() -> None:
        async with opened(tmp_path / "one") as pilot:
            assert screen_lines(pilot.app)[0].endswith(" 1 event · 1 attempt · 1 row ")
            await wait_until(pilot, lambda: "↓ 2 more lines" in shown(pilot.app))
            assert "· keying on (symbol, timestamp) finds 0 groups" in shown(pilot.app)
            assert "policy source: 1 row, none wrong" in shown(pilot.app)
            await pilot.resize_terminal(80, 25)
            await wait_until(pilot, lambda: "↓ 1 more line " in shown(pilot.app))
            await pilot.press("5")
            await wait_until(pilot, lambda: "It drops none of 1 row, changes none" in shown(pilot.app))

    asyncio.run(run())


def test_too_small_says_so_and_goes_by_itself(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            await pilot.press("3", "question_mark")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
            await pilot.resize_terminal(30, 10)
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, TooSmallScreen))
            assert "40x12" in shown(pilot.app)
            await pilot.press("1")
            await pilot.resize_terminal(80, 24)
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
            assert front(pilot) == "duplicates"

    asyncio.run(run())


def test_the_next_key_takes_a_toast_away(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            pilot.app.notify("something was told")
            await wait_until(pilot, lambda: pilot.app._notifications)
            await pilot.press("j")
            assert not pilot.app._notifications
            await pilot.press("2", "enter")  # what a key leads to is told
            await wait_until(pilot, lambda: pilot.app._notifications)

    asyncio.run(run())
