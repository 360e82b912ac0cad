"""The replay: step by step, or playing by itself in about eight seconds whatever the race took."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from analysis.hand_made import write_bundle
from textual.pilot import Pilot

from raceview.charts.slow_motion import Scale
from raceview.tui.app import RaceviewApp
from raceview.tui.messages import OpenReplay
from raceview.tui.replay.screen import ReplayScreen
from tui.conftest import Opened, screen_lines, wait_until
from tui.test_app_keys import shown

RACE = 48
"""evt_0000047: worker-3 holds it while worker-4 claims it."""


@asynccontextmanager
async def replayed(
    opened: Opened, event: int = RACE, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[None], ReplayScreen]]:
    async with opened(size=size) as pilot:
        pilot.app.post_message(OpenReplay(event))
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ReplayScreen))
        screen = pilot.app.screen
        assert isinstance(screen, ReplayScreen)
        await wait_until(pilot, lambda: " 1/" in shown(pilot.app))
        yield pilot, screen


def test_step_by_step(opened: Opened) -> None:
    async def run() -> None:
        async with replayed(opened) as (pilot, screen):
            assert "2024-11-10" in shown(pilot.app)
            assert "UTC" in shown(pilot.app)
            await pilot.press("l", "right")
            assert screen.place == 2
            assert "3/7 claimed again while held" in shown(pilot.app)
            assert "the race begins" in " ".join(shown(pilot.app).split())
            await pilot.press("h")
            assert screen.place == 1
            await pilot.press("G")
            assert "So: duplicated: concurrent claim." in " ".join(shown(pilot.app).split())
            await pilot.press("l", "g", "h")
            assert screen.place == 0
            await pilot.press("escape")
            await wait_until(pilot, lambda: not isinstance(pilot.app.screen, ReplayScreen))

    asyncio.run(run())


@pytest.mark.parametrize("event", [RACE, 304, 431, 3928, 305, 1353])
def test_it_plays_to_its_end_in_eight_seconds(
    opened: Opened, event: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ReplayScreen, "_advance", lambda _: None)  # time passes where the test lets it pass

    async def run() -> None:
        async with replayed(opened, event) as (pilot, screen):
            steps = len(screen._steps)
            seen = {screen.place}
            for _ in range(81):
                screen.advance(0.1)
                seen.add(screen.place)
            assert seen == set(range(steps))
            assert not screen.playing
            await pilot.press("space")
            assert screen.playing
            assert screen.place == 0
            await pilot.press("plus", "plus", "minus", "space")
            assert not screen.playing
            assert "×2" in shown(pilot.app)

    asyncio.run(run())


@pytest.mark.parametrize("size", [(40, 12), (160, 48)])
def test_the_place_survives_resize(opened: Opened, size: tuple[int, int]) -> None:
    async def run() -> None:
        async with replayed(opened) as (pilot, screen):
            await pilot.press("l", "l", "l")
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert screen.place == 3
            assert " 4/7 " in shown(pilot.app)

    asyncio.run(run())


def test_the_app_s_keys_lead_away(opened: Opened) -> None:
    async def run() -> None:
        async with replayed(opened) as (pilot, _):
            await pilot.press("t")
            app = pilot.app
            assert isinstance(app, RaceviewApp)
            await wait_until(pilot, lambda: app.main.view is not None and app.main.view.NAME == "timeline")

    asyncio.run(run())


def test_a_long_gap_is_folded_and_time_stays_in_order() -> None:
    scale = Scale([(0, 10), (5, 20), (1000, 1010)])
    assert scale.folds == [20]
    assert scale.ends == (0, 1010)
    shares = [scale.share(at) for at in range(-5, 1020)]
    assert shares == sorted(shares)
    assert scale.share(0) == 0.0
    assert scale.share(1010) == 1.0
    assert scale.share(20) > 0.5
    assert [scale.at(scale.share(at)) for at in (0, 7, 20, 510, 1005, 1010)] == [0, 7, 20, 510, 1005, 1010]


def test_everything_at_one_instant_has_a_scale() -> None:
    scale = Scale([(5, 5)])
    assert scale.ends == (5, 5)
    assert 0.0 <= scale.share(5) <= 1.0
    assert scale.at(0.5) == 5


@pytest.mark.parametrize("width", [60, 70, 80])
def test_how_far_a_copy_is_off_is_never_cut(opened: Opened, width: int) -> None:
    async def run() -> None:
        async with replayed(opened, 54, (width, 24)) as (pilot, _):
            assert "○ row 54 +3.4 ms +0.41" in shown(pilot.app)

    asyncio.run(run())


LONG = """event_id worker_id start end status
 e1 w1 1000 1030 timeout
 e1 w2 1005 1030 success
 e1 w3 1010 1030 success
 e1 w4 1015 1030 success
 e1 w5 1020 1030 success
 e1 w6 1025 1030 success
"""


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
def test_every_step_and_all_that_is_said_of_it_comes_into_sight(
    opened: Opened, tmp_path: Path, size: tuple[int, int]
) -> None:
    """Six attempts that all wrote: more steps than there are lines, and the longest sentences."""
    write_bundle(tmp_path / "long", "ms\n 1000", LONG, "ms\n" + " 1001\n" * 6)

    async def run() -> None:
        async with opened(tmp_path / "long", size=size) as pilot:
            pilot.app.post_message(OpenReplay(1))
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, ReplayScreen))
            await wait_until(pilot, lambda: " 1/" in shown(pilot.app))
            screen = pilot.app.screen
            assert isinstance(screen, ReplayScreen)
            for place, told in enumerate(screen._told):
                await pilot.pause()
                assert f"▸{place + 1:>2} " in shown(pilot.app)
                read = {line.strip() for line in screen_lines(pilot.app)}
                for _ in told:
                    if set(told) <= read:
                        break
                    await pilot.press("j")
                    await pilot.pause()
                    read |= {line.strip() for line in screen_lines(pilot.app)}
                assert set(told) <= read
                await pilot.press("l")

    asyncio.run(run())
