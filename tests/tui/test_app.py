"""The frame: its tabs lead to the views."""

from __future__ import annotations

import asyncio

import pytest

from raceview.tui.app import RaceviewApp
from raceview.tui.main_screen import VIEWS
from tui.conftest import Opened


@pytest.mark.parametrize(("key", "name"), [(str(number), name) for number, name in enumerate(VIEWS, start=1)])
def test_a_digit_opens_a_view(opened: Opened, key: str, name: str) -> None:
    async def run() -> None:
        async with opened() as pilot:
            await pilot.press(key)
            await pilot.pause()
            app = pilot.app
            assert isinstance(app, RaceviewApp)
            assert app.main.view is not None
            assert name == app.main.view.NAME

    asyncio.run(run())
