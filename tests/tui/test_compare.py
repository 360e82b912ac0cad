"""Another bundle or export beside the open one: the words of `raceview compare`, either way round."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from raceview.comparison import compare
from raceview.comparison.text import render_comparison
from raceview.export import write_exports
from raceview.investigation import open_bundle
from raceview.simulate import Family, Order, simulate
from raceview.tui.compare.screen import CompareScreen, StoppedError
from raceview.tui.screens.prompt import PromptScreen
from tui.conftest import SAMPLE, Opened, screen_lines, wait_until


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with fewer duplicates."""
    folder = tmp_path_factory.mktemp("other") / "fixed"
    simulate(folder, Family.ASSESSMENT, 2000, 3, Order.EVENT, None)
    return folder


def exported(bundle: Path, folder: Path) -> Path:
    with open_bundle(bundle) as inv:
        write_exports(inv, folder)
    return folder


async def ask(pilot: Pilot[None], folder: Path | str) -> None:
    await pilot.press("v")
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, PromptScreen))
    pilot.app.screen.query_one(Input).value = str(folder)
    await pilot.press("enter")
    await pilot.pause()


def compared(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#compared", Static).content)


async def answered(pilot: Pilot[None], holds: Callable[[str], bool]) -> None:
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen) and holds(compared(pilot)))


@pytest.mark.parametrize("as_export", [False, True])
def test_says_what_the_command_says_either_way_round(
    opened: Opened, other: Path, tmp_path: Path, as_export: bool
) -> None:
    source = exported(other, tmp_path / "before") if as_export else other
    before_after = render_comparison(compare(source, SAMPLE))
    after_before = render_comparison(compare(SAMPLE, source))
    assert before_after != after_before

    async def run() -> None:
        async with opened() as pilot:
            await ask(pilot, source)
            await answered(pilot, lambda text: text == before_after)
            await pilot.press("x")
            await answered(pilot, lambda text: text == after_before)
            await pilot.press("y")
            copied = Path(os.environ["XDG_STATE_HOME"]) / "raceview" / "copied.txt"
            await wait_until(pilot, copied.exists)
            assert copied.read_text() == after_before
            await pilot.press("escape")
            await wait_until(pilot, lambda: len(pilot.app.screen_stack) == 1)

    asyncio.run(run())


def test_its_sentences_fit_a_narrow_terminal(opened: Opened, other: Path) -> None:
    async def run() -> None:
        async with opened(size=(60, 16)) as pilot:
            await ask(pilot, other)
            await answered(pilot, lambda text: "raceview compare" in text)
            expected = render_comparison(compare(other, SAMPLE), 60)
            head = expected.split("\n\n")[1].splitlines()
            assert [line.rstrip() for line in screen_lines(pilot.app)[3 : 3 + len(head)]] == head
            assert max(map(len, head)) <= 60
            await pilot.resize_terminal(100, 16)
            await answered(pilot, lambda text: text == render_comparison(compare(other, SAMPLE)))

    asyncio.run(run())


def test_it_scrolls(opened: Opened, other: Path) -> None:
    async def run() -> None:
        async with opened(size=(60, 16)) as pilot:
            await ask(pilot, other)
            await answered(pilot, lambda text: "raceview compare" in text)
            await pilot.pause()
            assert screen_lines(pilot.app)[1].startswith("raceview compare")
            await pilot.press("j")
            await wait_until(pilot, lambda: "raceview compare" not in screen_lines(pilot.app)[1])
            await pilot.press("k", "l")
            await wait_until(pilot, lambda: screen_lines(pilot.app)[1].startswith(" compare: "))
            await pilot.press("pagedown", "pageup", "h")
            await wait_until(pilot, lambda: screen_lines(pilot.app)[1].startswith("raceview compare"))

    asyncio.run(run())


def test_what_is_no_folder_is_not_taken(opened: Opened, tmp_path: Path) -> None:
    async def run() -> None:
        async with opened() as pilot:
            for typed in (tmp_path / "nowhere", "x" * 5000, "~nobody-of-this-name/x"):
                await ask(pilot, typed)
                await wait_until(
                    pilot, lambda: "is no such folder" in " ".join(" ".join(screen_lines(pilot.app)).split())
                )
                assert isinstance(pilot.app.screen, PromptScreen)
                await pilot.press("escape")

    asyncio.run(run())


def test_a_folder_that_is_neither_is_a_sentence(opened: Opened, tmp_path: Path) -> None:
    async def run() -> None:
        async with opened() as pilot:
            await ask(pilot, tmp_path)
            # Without white space: a path that is wider than the screen is broken within a name.
            await answered(
                pilot, lambda text: text.startswith("! ") and str(tmp_path) in "".join(text.split())
            )
            await pilot.press("x", "y")
            assert compared(pilot).startswith("! ")

    asyncio.run(run())


def test_leaving_ends_the_reading(opened: Opened, other: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Escape while the other bundle is read: it ends at its next step, and all goes on."""
    begun, go_on, stopped = Event(), Event(), Event()
    tell = CompareScreen._tell

    def slow(screen: CompareScreen, *step: Any) -> None:
        begun.set()
        assert go_on.wait(20)
        try:
            tell(screen, *step)
        except StoppedError:
            stopped.set()
            raise

    monkeypatch.setattr(CompareScreen, "_tell", slow)

    async def run() -> None:
        async with opened() as pilot:
            await ask(pilot, other)
            await wait_until(pilot, begun.is_set)
            await pilot.press("escape")
            await wait_until(pilot, lambda: len(pilot.app.screen_stack) == 1)
            go_on.set()
            await wait_until(pilot, stopped.is_set)
            await pilot.press("3")
            await wait_until(pilot, lambda: "evt_0000047" in "\n".join(screen_lines(pilot.app)))

    asyncio.run(run())
