"""Only the output is there: every view opens, says that it is inferred, and names no file that is not there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from analysis.hand_made import hand_matched, write_bundle
from textual.pilot import Pilot

from tui.conftest import Opened, screen_lines, wait_until

OUTPUT = """
    ms   price  first p    exact
    1000 100.00 -     -    -
    2000 100.00 1     1    -
    2004 100.30 1     0.9  -
    3000 100.10 3     1    -
    3000 100.10 3     0.75 1
    """
ATTEMPTS = "event_id worker_id start end\n x w1 1010 1020\n y w2 2010 2020"


def shown(pilot: Pilot[None]) -> str:
    return "\n".join(screen_lines(pilot.app))


async def shows(pilot: Pilot[None], *texts: str) -> None:
    await wait_until(pilot, lambda: all(text in shown(pilot) for text in texts))


@pytest.fixture(params=[None, ATTEMPTS], ids=["output", "output and log"])
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    monkeypatch.setattr("raceview.matching.match_rows", hand_matched(OUTPUT))
    return write_bundle(tmp_path / "alone", None, request.param, OUTPUT)


def test_the_views_of_an_output_alone(opened: Opened, folder: Path) -> None:
    async def run() -> None:
        async with opened(folder, size=(110, 48)) as pilot:
            await shows(
                pilot, "Inferred from the output alone: 2 rows of 5", "least probability of a copy 0.750"
            )
            await shows(pilot, "duplicates over time  ", "by symbol    duplicated")
            await pilot.press("3")
            await shows(pilot, "2 events   inferred: causes not known", "09:30:02.000", "0.750")
            await pilot.press("down", "enter")
            await shows(
                pilot,
                "row 3 · AAA · 100.10",
                "final_output.csv:5",
                "against the first",
                "one event with a probability of 0.750",
                "Row 4 repeats the first exactly",
            )
            assert "ticks:" not in shown(pilot)
            await pilot.press("escape", "space")
            await shows(pilot, "Replay", "1/2 written", "final_output.csv:5")
            await pilot.press("escape", "4")
            await shows(pilot, "0 findings")
            await pilot.press("5")
            await shows(pilot, "It drops 2 of 5 rows, changes none. Without the ticks there is no score.")
            await pilot.press("2")
            await shows(pilot, "rows")

    asyncio.run(run())
