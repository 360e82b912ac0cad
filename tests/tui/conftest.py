"""An app on the sample bundle, driven by Textual's pilot; nothing of the user's own state is touched."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import ContentSwitcher

from raceview.tui.app import RaceviewApp
from raceview.tui.opening import Opening

SAMPLE = Path(__file__).parents[2] / "data"
ASSESSMENT = Path(__file__).parents[3] / "shared" / "data" / "assessment"

Opened = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def app_of(pilot: Pilot[None]) -> RaceviewApp:
    assert isinstance(pilot.app, RaceviewApp)
    return pilot.app


def screen_lines(app: App[Any]) -> list[str]:
    """What stands on the screen, line by line, blanks and all."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


async def wait_until(pilot: Pilot[None], holds: Callable[[], Any], seconds: float = 20.0) -> None:
    """Let the app work until `holds()`; fails when it does not come to that."""
    for _ in range(int(seconds / 0.02)):
        await pilot.pause(0.02)
        if holds():
            return
    raise AssertionError("the app did not get there")


@pytest.fixture
def opened() -> Opened:
    """`async with opened(bundle, size=(80, 24)) as pilot`: the app, its bundle read and its first view shown."""

    @asynccontextmanager
    async def run(
        bundle: Path = SAMPLE, size: tuple[int, int] = (80, 24), **opening: Any
    ) -> AsyncIterator[Pilot[None]]:
        app = RaceviewApp(Opening(bundle, **opening))
        async with app.run_test(size=size) as pilot:
            await wait_until(pilot, lambda: app.case is not None and app.main.view is not None)
            await wait_until(
                pilot, lambda: app.main.query_one("#views", ContentSwitcher).current != "loading"
            )
            await pilot.pause()
            yield pilot

    return run
