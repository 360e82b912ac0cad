"""The page of one event on screen: bars, rows, why, keys; names that are only text."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from analysis.hand_made import write_bundle
from textual.pilot import Pilot

from raceview.tui.app import RaceviewApp
from raceview.tui.event.screen import EventScreen
from raceview.tui.messages import OpenEvent, OpenReplay, OpenTimeline
from tui.conftest import Opened, screen_lines, wait_until
from tui.nasty import ESCAPES, MARKUP, write_nasty_bundle
from tui.test_duplicates_view import on_duplicates, seen

RACE, REDELIVERED, LOST, UNLOGGED, CLEAN = 48, 304, 26, 305, 1
"""Events of the sample."""


async def on_event(pilot: Pilot[None], event: int) -> EventScreen:
    """Open the page, and wait for it."""
    pilot.app.post_message(OpenEvent(event))
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, EventScreen) and pilot.app.screen.page)
    await pilot.pause()
    return cast(EventScreen, pilot.app.screen)


def told(pilot: Pilot[None], text: str) -> bool:
    """Whether the user was notified of it."""
    return any(text in notification.message for notification in pilot.app._notifications)


@asynccontextmanager
async def page(opened: Opened, event: int, **how: Any) -> AsyncIterator[Pilot[None]]:
    async with opened(**how) as pilot:
        await on_event(pilot, event)
        yield pilot


def test_a_race_on_one_screen(opened: Opened) -> None:
    async def run() -> None:
        async with page(opened, RACE) as pilot:
            shown = "\n".join(screen_lines(pilot.app))
            for fact in (
                "evt_0000047 · ICICIBANK · 2,015.78 at 07:30:00.216213",
                "raw_tick_events.log:48",
                "2024-11-10 UTC   ○ duplicated: concurrent claim   confidence 1.000",
                "worker-3  00.217351  00.225314    success  :49",
                "worker-4  00.218719  00.229447    success  :50",
                "● 46   00.216213  2,015.78  exact             original   kept     1.000  :48",
                "○ 47   00.217682  2,015.78  +1.469 ms         duplicate  dropped  1.000  :49",
                "Holds unless a clock is off by more than 6.595 ms.",
                " Near ICICIBANK 4.316 ms before the copy, 465.65 off: cannot be meant.",
                "ICICIBANK 114.412 ms after the copy, 997.50 off: cannot be meant.",
            ):
                assert fact in shown
            assert max(map(len, screen_lines(pilot.app))) == 80

    asyncio.run(run())


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (160, "○ 4,015  16.934537  1,705.85  +1.106 ms +0.61   duplicate  dropped  0.999  :4017"),
        (80, "○ 4,015 16.934537 1,705.85 +1.106 ms +0.61  duplicate dropped 0.999 :4017"),
        (72, "○ 4,015 16.934537 +1.106 ms +0.61  duplicate dropped 0.999 :4017"),
        (60, "○ 4,015 16.934537 +1.106 ms +0.61  duplicate 0.999 :4017"),
    ],
)
def test_wide_numbers_leave_the_confidence_where_it_is(opened: Opened, width: int, line: str) -> None:
    """Blanks go first, then the price, which the head and the difference tell."""

    async def run() -> None:
        async with page(opened, 3928, size=(width, 24)) as pilot:
            assert seen(pilot, line)

    asyncio.run(run())


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 48)])
def test_bars_lie_as_the_windows_do(opened: Opened, size: tuple[int, int]) -> None:
    async def run() -> None:
        async with page(opened, RACE, size=size) as pilot:
            bars = [line for line in screen_lines(pilot.app) if "╳" in line]  # noqa: RUF001
            assert len(bars) == 2
            assert bars[0].index("╳") == bars[1].index("╳")  # noqa: RUF001
            assert re.search("╺?━+╳═+ *$", bars[0])  # noqa: RUF001
            assert re.search(" ╳═+[━╸]+ *$", bars[1])  # noqa: RUF001
            marks = next(line for line in screen_lines(pilot.app) if "rows ●" in line)
            first = bars[0].index("╳")  # noqa: RUF001
            assert marks.index("●") < first
            assert marks.index("○") <= first

    asyncio.run(run())


@pytest.mark.parametrize(
    ("event", "facts"),
    [
        (LOST, ["† lost", "no row of it", "succeeded (line 27), but no row was written."]),
        (UNLOGGED, ["? unlogged", "no attempt of it", "row 309, but no attempt in the worker log."]),
        (CLEAN, ["● exactly once", "One row, as the source has it"]),
        (
            REDELIVERED,
            ["○ duplicated: redelivery", "Holds unless a clock is off by more than 14.681 ms."],
        ),
        (986, ["○ duplicated: redelivery", "Both attempts are by one worker: it has one clock."]),
        (215, ["! unacknowledged", "none logged  ! timeout  :220", "→"]),
        (291, ["† abandoned", "╍!", "timed out (line 298), and no row was written."]),
        (785, ["≠ altered", "≠ 797", "corrected"]),
        (1353, ["† unprocessed", "no attempt of it", "no row of it", "no row is in question"]),
    ],
)
def test_events_of_every_outcome(opened: Opened, event: int, facts: list[str]) -> None:
    async def run() -> None:
        async with page(opened, event, size=(100, 24)) as pilot:
            assert [fact for fact in facts if not seen(pilot, fact)] == []

    asyncio.run(run())


def test_next_and_previous_of_the_same_kind(opened: Opened) -> None:
    async def run() -> None:
        async with page(opened, LOST) as pilot:
            screen = cast(EventScreen, pilot.app.screen)
            await pilot.press("n")
            await wait_until(pilot, lambda: screen.page and screen.page.event == 178)
            await pilot.press("N")
            await wait_until(pilot, lambda: screen.page and screen.page.event == LOST)
            await pilot.press("N")
            await wait_until(pilot, lambda: told(pilot, "no such event further on"))

    asyncio.run(run())


def test_held_n_goes_on_line_by_line(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await on_duplicates(pilot)
            events = view._found.events if view._found else []
            screen = await on_event(pilot, events[0])
            await pilot.press(*["n"] * 7)
            await wait_until(pilot, lambda: screen.page and screen.page.event == events[7])
            assert view.table.cursor == 7

    asyncio.run(run())


def test_attempts_are_gone_through_in_a_ring(opened: Opened) -> None:
    async def run() -> None:
        async with page(opened, REDELIVERED) as pilot:
            selected = []
            for key in ("right_square_bracket",) * 4 + ("left_square_bracket",) * 2:
                await pilot.press(key)
                await pilot.pause()
                selected += [line[3] for line in screen_lines(pilot.app) if line.startswith(" ▸")]
            assert "".join(selected) == "123132"

    asyncio.run(run())


def test_the_selected_attempt_is_scrolled_to(opened: Opened, tmp_path: Path) -> None:
    attempts = "".join(f" e1 w{n:02} {1000 + n} {1100 + n}\n" for n in range(30))
    write_bundle(tmp_path / "many", "ms\n 1000", f"event_id worker_id start end\n{attempts}", "ms\n 1000")

    async def run() -> None:
        async with page(opened, 1, bundle=tmp_path / "many") as pilot:
            for key, number in (("left", 30), ("right", 1), ("right", 2)):
                await pilot.press(f"{key}_square_bracket")
                await wait_until(pilot, lambda n=number: seen(pilot, f"▸ {n} "))  # type: ignore[misc]
            assert seen(pilot, "attempts · worker_logs.csv")
            await pilot.press("G", "right_square_bracket")
            await wait_until(pilot, lambda: seen(pilot, "▸ 3 "))

    asyncio.run(run())


def test_doors_and_back(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        asked: list[object] = []
        monkeypatch.setattr(RaceviewApp, "on_open_timeline", lambda app, message: asked.append(message))
        monkeypatch.setattr(RaceviewApp, "on_open_replay", lambda app, message: asked.append(message))
        async with page(opened, RACE) as pilot:
            await pilot.press("t", "space")
            await wait_until(pilot, lambda: len(asked) == 2)
            timeline, replay = asked
            assert isinstance(timeline, OpenTimeline)
            assert isinstance(replay, OpenReplay)
            assert (timeline.event, replay.event) == (RACE, RACE)
            await pilot.press("escape")
            await pilot.pause()
            assert pilot.app.screen is cast(RaceviewApp, pilot.app).main

    asyncio.run(run())


def test_the_evidence_is_copied_as_text(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")

    async def run() -> None:
        written: list[str] = []
        async with page(opened, RACE) as pilot:
            assert pilot.app._driver is not None
            monkeypatch.setattr(pilot.app._driver, "write", written.append)
            await pilot.press("y")
            await wait_until(pilot, lambda: told(pilot, "not every terminal accepts it"))
            (sent,) = [data for data in written if "]52;" in data]
            match = re.fullmatch(r"\x1b\]52;c;(.*)\x07", sent)
            assert match
            text = base64.b64decode(match[1]).decode()
            assert text.startswith("evt_0000047 · ICICIBANK · 2,015.78 at 2024-11-10 07:30:00.216213 UTC")
            assert "final_output.csv:49" in text
            assert "worker_logs.csv:50" in text
            assert (tmp_path / "state" / "raceview" / "copied.txt").read_text() == text

    asyncio.run(run())


def test_a_note_stands_on_the_page(opened: Opened) -> None:
    async def run() -> None:
        async with page(opened, RACE, size=(100, 40)) as pilot:
            await pilot.press("m", *"[b]look", "enter")
            await wait_until(pilot, lambda: seen(pilot, " Note [b]look"))
            case = cast(RaceviewApp, pilot.app).case
            assert case is not None
            assert case.session.notes == {"evt_0000047": "[b]look"}

    asyncio.run(run())


def test_a_long_page_scrolls(opened: Opened) -> None:
    async def run() -> None:
        async with page(opened, REDELIVERED, size=(60, 20)) as pilot:
            assert not seen(pilot, "TECHM 23.772 ms after the copy")
            await pilot.press("G")
            await wait_until(pilot, lambda: seen(pilot, "TECHM 23.772 ms after the copy"))
            await pilot.press("g")
            await wait_until(pilot, lambda: seen(pilot, "evt_0000303"))

    asyncio.run(run())


def test_names_are_only_text(opened: Opened, tmp_path: Path) -> None:
    async def run() -> None:
        folder = write_nasty_bundle(tmp_path / "nasty")
        async with page(opened, 1, bundle=folder, size=(160, 40)) as pilot:
            assert seen(pilot, f"{MARKUP[:21]}... · \\x1b[31mE")
            assert seen(pilot, "w\\x1b]52;c;aGk")
            assert not any(
                set(line) & set(ESCAPES[:1] + "\x07\x9b\u202e") for line in screen_lines(pilot.app)
            )
            await pilot.press("n")
            await wait_until(pilot, lambda: cast(EventScreen, pilot.app.screen).event == 2)
            await wait_until(pilot, lambda: seen(pilot, "[red]x[/]"))

    asyncio.run(run())


def test_an_event_that_is_none(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            pilot.app.post_message(OpenEvent(99_999))
            await wait_until(pilot, lambda: told(pilot, "no event stands in line 99999"))
            await pilot.press("t", "y", "m", "right_square_bracket")
            await pilot.press("escape")

    asyncio.run(run())
