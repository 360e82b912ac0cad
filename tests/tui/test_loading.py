"""Opening a bundle: told as it goes, left at once, and a failure is kept for the command line."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from raceview.engine import Engine
from raceview.errors import InputError
from raceview.investigation import STEPS, Investigation
from raceview.tui.app import RaceviewApp
from raceview.tui.opening import Opening
from raceview.tui.widgets.progress import LoadingProgress
from tui.conftest import SAMPLE, Opened, wait_until

Progress = Callable[[str, int, int], None]
FOREVER = "SELECT count(*) FROM range(1000000000000) AS a(i) WHERE i % 7 = 3"


class OpeningThat(Opening):
    """Does something else in place of opening."""

    __slots__ = ("act",)
    act: Callable[[Progress, Engine], Any]

    def open(self, progress: Progress, engine: Engine | None = None) -> Investigation:
        assert engine is not None
        self.act(progress, engine)
        return super().open(progress, engine)


def opening_that(act: Callable[[Progress, Engine], Any]) -> Opening:
    made = OpeningThat(SAMPLE)
    object.__setattr__(made, "act", act)  # it is frozen
    return made


def test_progress_is_told_while_it_opens() -> None:
    go_on = Event()

    def act(progress: Progress, _: Engine) -> None:
        progress("reading", 0, 4)
        progress("evil\x1b[2J.csv", 512, 1024)
        progress("attempts", 1, 4)
        progress("linking", 2, 4)
        go_on.wait()

    async def run() -> None:
        app = RaceviewApp(opening_that(act))
        async with app.run_test() as pilot:

            def shown() -> str:
                return str(app.main.query_one(LoadingProgress).content)

            await wait_until(pilot, lambda: "linking" in shown())
            assert "evil\\x1b[2J.csv" in shown()
            assert "50 %" in shown()
            assert "✓ reading the worker log" in shown()
            await pilot.press("3")  # asked for meanwhile
            go_on.set()
            await wait_until(pilot, lambda: app.main.view is not None)
            assert app.main.view is not None
            assert app.main.view.NAME == "duplicates"

    asyncio.run(run())


def test_the_reading_is_told_file_by_file() -> None:
    told: list[tuple[str, int, int]] = []
    with Opening(SAMPLE).open(lambda *step: told.append(step)):
        pass
    sizes = {file.name: file.stat().st_size for file in SAMPLE.iterdir()}
    read = {name: (done, total) for name, done, total in told if name in sizes}
    names = {"raw_tick_events.log", "worker_logs.csv", "final_output.csv"}
    assert read == {name: (sizes[name], sizes[name]) for name in names}
    assert [step for step, *_ in told if step not in sizes] == [*STEPS, "done"]
    progress = LoadingProgress()
    for step in told:
        progress.tell(*step)
    assert str(progress._drawn()).count("100 %") == len(names)


def test_a_step_that_there_is_none_of_is_not_told(tmp_path: Path) -> None:
    steps: list[str] = []
    shutil.copy(SAMPLE / "raw_tick_events.log", tmp_path)
    with Opening(tmp_path).open(lambda step, *_: steps.append(step)):
        pass
    assert {"attempts", "linking"}.isdisjoint(steps)
    progress = LoadingProgress()
    for step in dict.fromkeys(steps):
        progress.tell(step, 1, 1)
    assert str(progress._drawn()).splitlines()[-1].strip() == "… judging events"
    assert "worker log" not in str(progress._drawn())


@pytest.mark.parametrize("key", ["escape", "q", "ctrl+c"])
@pytest.mark.parametrize("where", ["between steps", "in a statement"])
def test_it_can_be_left_at_once(key: str, where: str) -> None:
    begun = Event()
    folders: list[Path] = []

    def act(progress: Progress, engine: Engine) -> None:
        folders.append(engine.folder)
        begun.set()
        if where == "in a statement":
            engine.rows(FOREVER)
        while True:
            progress("reading", 1, 2)

    async def run() -> None:
        app = RaceviewApp(opening_that(act))
        async with app.run_test() as pilot:
            await wait_until(pilot, begun.is_set)
            await pilot.press(key)
            await wait_until(pilot, lambda: not app.is_running)
        assert app.loading.ended(within_seconds=20)
        assert app.failure is None
        assert app.case is None
        assert not folders[0].exists()

    asyncio.run(run())


def test_a_thread_that_cannot_be_stopped_is_told_of_and_leaves_no_files() -> None:
    begun, release = Event(), Event()
    folders: list[Path] = []

    def act(_: Progress, engine: Engine) -> None:
        folders.append(engine.folder)
        begun.set()
        release.wait()

    async def run() -> None:
        app = RaceviewApp(opening_that(act))
        async with app.run_test() as pilot:
            await wait_until(pilot, begun.is_set)
            await pilot.press("q")
        assert not app.loading.ended(within_seconds=0)
        assert not folders[0].exists()
        release.set()
        assert app.loading.ended(within_seconds=20)

    asyncio.run(run())


def test_what_cannot_be_opened_ends_the_app_and_is_kept(tmp_path: Path) -> None:
    async def run() -> None:
        app = RaceviewApp(Opening(tmp_path / "nowhere"))
        async with app.run_test() as pilot:
            await wait_until(pilot, lambda: not app.is_running)
        assert isinstance(app.failure, InputError)

    asyncio.run(run())


def test_a_defect_is_kept_too() -> None:
    def act(_: Progress, __: Engine) -> None:
        raise ZeroDivisionError

    async def run() -> None:
        app = RaceviewApp(opening_that(act))
        async with app.run_test() as pilot:
            await wait_until(pilot, lambda: not app.is_running)
        assert isinstance(app.failure, ZeroDivisionError)

    asyncio.run(run())


def test_escape_does_not_leave_once_it_is_open(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            await pilot.press("escape", "escape")
            await pilot.pause()
            assert pilot.app.is_running

    asyncio.run(run())
