"""Every screen at 80x24 and at 160x48, and the pictures of the README, as somebody has looked at them.

After a change that is meant, `make pictures` draws them again; look at them (any browser shows an SVG) before they are
committed. They hold for the version of Textual they were drawn with, and are skipped with another.
(pytest-textual-snapshot pins a syrupy that needs pytest 8.)
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from threading import Event

import pytest
from textual.pilot import Pilot

from raceview.tui.app import RaceviewApp
from raceview.tui.opening import Opening
from tui.conftest import SAMPLE, wait_until
from tui.pictures import picture, words

FOLDER = Path(__file__).parent / "snapshots"
FRONT_PAGE = Path(__file__).parents[2] / "docs" / "pictures"
DRAWN_WITH = "8.2"
"""The Textual that drew them."""
SIZES = [(80, 24), (160, 48)]
FRONT_PAGE_SIZE = (100, 28)


@dataclass(frozen=True, slots=True)
class Shot:
    """A screen: the keys that lead there from the start, and words that are on it when it is complete.

    `away` is what may not be there any more.
    """

    name: str
    keys: str
    words: str
    away: str = "reading|counting|loading"


SHOTS = [
    Shot("verdict", "", "exactly once"),
    Shot("timeline-whole", "2", "worker-"),
    Shot("timeline-race", "n", "worker-"),
    Shot("duplicates", "3", "concurrent claim"),
    Shot("event", "n enter", "clock is off by"),
    Shot("findings", "4", "lost"),
    Shot("policies", "5", "exact-key"),
    Shot("safeguards", "6 j j", "at other settings|enter: the rest", away="replaying"),
    Shot("clocks", "c j L", "would have another cause", away="asking"),
    Shot("replay", "n space", "claim"),
    Shot("export", "e", "drops 107"),
    Shot("help", "question_mark", "everywhere"),
]


FRONT_PAGE_SHOTS = [Shot("verdict", "", "exactly once"), Shot("timeline", "n", "worker-")]

as_drawn = pytest.mark.skipif(
    not version("textual").startswith(DRAWN_WITH + "."),
    reason=f"drawn with Textual {DRAWN_WITH}, not {version('textual')}",
)


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = tmp_path / "here"  # not the project: `make run` may have written to its exports/
    (here / "exports").mkdir(parents=True)
    (here / SAMPLE.name).symlink_to(SAMPLE)
    monkeypatch.chdir(here)  # the title names the bundle as it was given
    monkeypatch.delenv("NO_COLOR", raising=False)


@as_drawn
@pytest.mark.parametrize("size", SIZES, ids=[f"{columns}x{lines}" for columns, lines in SIZES])
class TestSnapshots:
    @pytest.mark.parametrize("shot", SHOTS, ids=[shot.name for shot in SHOTS])
    def test_screen(self, shot: Shot, size: tuple[int, int], tmp_path: Path) -> None:
        _compare(asyncio.run(_drawn(shot, size)), FOLDER / _file(shot.name, size), tmp_path)

    def test_loading(self, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        seen = Event()

        def never(_: Opening, tell: Callable[[str, int, int], None], *__: object) -> None:
            tell("reading raw_tick_events.log", 1, 3)
            seen.wait(60)
            raise LookupError

        async def run() -> str:
            monkeypatch.setattr(Opening, "open", never)
            app = _still_app()
            async with app.run_test(size=size) as pilot:
                svg = await _complete(pilot, Shot("loading", "", "33 %", away="no such words"))
                app.loading.cancel()
                seen.set()
                return svg

        _compare(asyncio.run(run()), FOLDER / _file("loading", size), tmp_path)


@as_drawn
@pytest.mark.parametrize("shot", FRONT_PAGE_SHOTS, ids=[shot.name for shot in FRONT_PAGE_SHOTS])
def test_front_page(shot: Shot, tmp_path: Path) -> None:
    _compare(asyncio.run(_drawn(shot, FRONT_PAGE_SIZE)), FRONT_PAGE / f"{shot.name}.svg", tmp_path)


def test_no_snapshot_is_left_over() -> None:
    names = [*(shot.name for shot in SHOTS), "loading"]
    assert {file.name for file in FOLDER.iterdir()} == {_file(name, size) for name in names for size in SIZES}


async def _drawn(shot: Shot, size: tuple[int, int]) -> str:
    """The screen that the keys of a shot lead to."""
    app = _still_app()
    async with app.run_test(size=size) as pilot:
        await wait_until(pilot, lambda: app.case is not None and app.main.view is not None)
        await _complete(pilot, SHOTS[0])
        for key in shot.keys.split():
            await pilot.press(key)
            await _at_rest(pilot)
        return await _complete(pilot, shot)


def _still_app() -> RaceviewApp:
    app = RaceviewApp(Opening(Path(SAMPLE.name)))
    app.animation_level = "none"
    return app


async def _at_rest(pilot: Pilot[None]) -> None:
    """All that was asked for has been answered and drawn."""
    await wait_until(pilot, lambda: all(worker.is_finished for worker in pilot.app.workers))
    await pilot.pause()


async def _complete(pilot: Pilot[None], shot: Shot) -> str:
    """The picture, when the words are there and it no longer changes."""
    drawn = [""]

    def is_complete() -> bool:
        drawn.append(picture(pilot.app))
        text = words(drawn[-1])
        there = re.search(shot.words, text) and not re.search(shot.away, text, re.IGNORECASE)
        return bool(there) and drawn[-1] == drawn[-2]

    await _at_rest(pilot)
    try:
        await wait_until(pilot, is_complete)
    except AssertionError:
        raise AssertionError(f"{shot} is not complete:\n{words(drawn[-1])}") from None
    return drawn[-1]


def _file(name: str, size: tuple[int, int]) -> str:
    return f"{name}-{size[0]}x{size[1]}.svg"


def _compare(svg: str, golden: Path, folder: Path) -> None:
    if os.environ.get("RACEVIEW_SNAPSHOTS") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(svg, encoding="utf-8")
        return
    drawn = folder / golden.name
    drawn.write_text(svg, encoding="utf-8")
    expected = golden.read_text(encoding="utf-8")
    assert words(svg) == words(expected), f"other words: look at {drawn}"
    assert svg == expected, f"other colours or places: look at {drawn}"
