"""The safeguards view: what would have prevented the duplicates, in full or unknown, and never in anybody's way."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot

from raceview.export.safeguards_text import span
from raceview.investigation import open_bundle
from raceview.model import Safeguard, words
from raceview.safeguards import CurvePoint, Replay
from raceview.tui.safeguards.curve import curve
from raceview.tui.safeguards.view import REPLAYING
from raceview.tui.widgets.table import Table
from tui.conftest import SAMPLE, Opened, app_of, screen_lines, wait_until

COUNT = len(Safeguard)
CLEAN = {
    "raw_tick_events.log": '{"event_id": "e1", "timestamp": "2025-01-01T00:00:00Z", "symbol": "A", "price": 1.5}\n',
    "worker_logs.csv": "event_id,worker_id,start_time,end_time,status\n"
    "e1,w,2025-01-01T00:00:00Z,2025-01-01T00:00:01Z,success\n",
    "final_output.csv": "symbol,timestamp,price\nA,2025-01-01T00:00:00Z,1.5\n",
}


@asynccontextmanager
async def at_safeguards(opened: Opened, bundle: Path = SAMPLE, **how: Any) -> AsyncIterator[Pilot[None]]:
    """The view, its table there and its curves."""
    async with opened(bundle, **how) as pilot:
        await pilot.press("6")
        await wait_until(pilot, lambda: table(pilot).row_count == COUNT)
        await wait_until(pilot, lambda: all(worker.is_finished for worker in pilot.app.workers))
        await pilot.pause()
        yield pilot


def table(pilot: Pilot[None]) -> Table:
    return pilot.app.query_one("#safeguards-table", Table)


def text(pilot: Pilot[None]) -> str:
    return "\n".join(screen_lines(pilot.app))


def flat(pilot: Pilot[None]) -> str:
    """What is on the screen, its lines joined."""
    return " ".join(text(pilot).split())


async def move_to(pilot: Pilot[None], safeguard: Safeguard) -> None:
    await pilot.press("g", *["j"] * list(Safeguard).index(safeguard))
    await wait_until(pilot, lambda: table(pilot).key is safeguard)
    await pilot.pause()


@pytest.mark.parametrize("size", [(60, 30), (80, 24), (160, 48)])
def test_every_safeguard_has_its_numbers(opened: Opened, size: tuple[int, int]) -> None:
    with open_bundle(SAMPLE) as inv:
        expected = inv.safeguards_list

    async def run() -> None:
        async with at_safeguards(opened, size=size) as pilot:
            assert "104 duplicate rows. Unique event id would have prevented all of them and harmed" in flat(
                pilot
            )
            for one in expected:
                name = f"{words(one.safeguard)}  "
                (line,) = [line for line in screen_lines(pilot.app) if line[4:].startswith(name)]
                assert span(one.prevented_low, one.prevented_high) in line
                assert f" {one.harmed} !" in line if one.harmed else " 0 " in line
                mark = "!" if one.harmed else "✓" if one.prevented_low == 104 else " "
                assert line[2] == mark

    asyncio.run(run())


def test_solid_is_sure_and_lighter_may_be(opened: Opened) -> None:
    async def run() -> None:
        async with at_safeguards(opened, size=(160, 48)) as pilot:
            lines = {line[4:20].strip(): line for line in screen_lines(pilot.app)}
            assert lines["unique event id"].count("█") == 40
            assert "░" not in lines["unique event id"]
            assert lines["ttl key"].count("█") == 70 * 40 // 104
            assert lines["ttl key"].count("█") + lines["ttl key"].count("░") == 40
            assert "█" not in lines["fencing token"]
            assert lines["fencing token"].count("░") == -(-67 * 40 // 104)
            assert lines["ttl key"].split()[-7:] == ["perhaps", "all", "31", "keys", "held", "at", "once"]

    asyncio.run(run())


def test_the_one_under_the_cursor_is_told_in_full(opened: Opened) -> None:
    async def run() -> None:
        async with at_safeguards(opened) as pilot:
            await move_to(pilot, Safeguard.SINGLE_WRITER)
            assert "single writer · 34.11 % of a worker, top symbol" in text(pilot)
            assert "An attempt that starts while another worker's of its event runs does not start." in flat(
                pilot
            )
            assert "enter: the rest" not in text(pilot)
            await move_to(pilot, Safeguard.TTL_KEY)
            assert "enter: the rest of it" in text(pilot)

    asyncio.run(run())


def test_enter_makes_room_for_the_curve_and_escape_takes_it_back(opened: Opened) -> None:
    async def run() -> None:
        async with at_safeguards(opened) as pilot:
            await move_to(pilot, Safeguard.TTL_KEY)
            assert "setting, ms" not in text(pilot)
            await pilot.press("enter")
            await wait_until(pilot, lambda: "setting, ms" in text(pilot))
            lines = {line[:20].strip(): line.split()[-7:] for line in screen_lines(pilot.app)}
            assert lines["setting, ms"] == ["1", "2", "5", "10", "20", "50", "100"]
            assert lines["at least"] == ["0", "0", "0", "6", "54", "61", "70"]
            assert lines["at most"] == ["87", "88", "91", "92", "96", "104", "104"]
            assert lines["harmed"] == ["0"] * 7
            assert lines["keys held at once"] == ["4", "6", "8", "11", "15", "22", "37"]
            assert any(
                "█" in line and "░" in line and line.startswith("    ") for line in screen_lines(pilot.app)
            )
            await move_to(pilot, Safeguard.LEASE)
            await wait_until(pilot, lambda: "lease · lease 14.999 ms" in text(pilot))
            await move_to(pilot, Safeguard.UNIQUE_EVENT_ID)
            await wait_until(pilot, lambda: "setting, ms" not in text(pilot))
            await pilot.press("escape")
            await wait_until(pilot, lambda: "transaction" in text(pilot))

    asyncio.run(run())


def test_there_is_room_for_all_on_a_large_screen(opened: Opened) -> None:
    async def run() -> None:
        async with at_safeguards(opened, size=(160, 48)) as pilot:
            await move_to(pilot, Safeguard.TIMEOUT)
            assert "setting, ms" in text(pilot)
            assert "transaction" in text(pilot)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("files", "sentence", "unknown"),
    [
        (["final_output.csv"], "without the source events nobody knows", COUNT),
        (["raw_tick_events.log", "worker_logs.csv"], "there is no output to replay it on", COUNT),
        (["raw_tick_events.log", "final_output.csv"], "there is no worker log to tell who held what", 8),
    ],
)
def test_what_is_unknown_is_said_to_be_and_why(
    opened: Opened, tmp_path: Path, files: list[str], sentence: str, unknown: int
) -> None:
    for name in files:
        shutil.copy(SAMPLE / name, tmp_path)

    async def run() -> None:
        async with at_safeguards(opened, tmp_path) as pilot:
            rows = [line for line in screen_lines(pilot.app) if line.count("unknown") >= 2]
            assert len(rows) == unknown
            if unknown == COUNT:
                assert "How many rows are duplicates of a real event is unknown." in text(pilot)
            await pilot.press("G")
            await wait_until(pilot, lambda: sentence in flat(pilot).replace("Unknown: ", ""))

    asyncio.run(run())


def test_of_a_clean_bundle_there_is_nothing_to_prevent(opened: Opened, tmp_path: Path) -> None:
    for name, content in CLEAN.items():
        (tmp_path / name).write_text(content)

    async def run() -> None:
        async with at_safeguards(opened, tmp_path) as pilot:
            assert "No row is a duplicate of a real event. There is nothing to prevent." in flat(pilot)
            assert not {"✓", "█", "░"} & set(text(pilot))

    asyncio.run(run())


def test_keys_go_on_while_it_replays(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other views are there meanwhile, an event's page too; the answer comes to a view that was left."""
    begun, go_on = Event(), Event()
    safeguards = Replay.safeguards

    def slow(replay: Replay) -> Any:
        begun.set()
        assert go_on.wait(20)
        return safeguards(replay)

    monkeypatch.setattr(Replay, "safeguards", slow)

    async def run() -> None:
        async with opened() as pilot:
            await pilot.press("6")
            await wait_until(pilot, begun.is_set)
            assert REPLAYING in text(pilot)
            await pilot.press("j", "enter", "y", "escape")
            await pilot.press("3")
            await wait_until(pilot, lambda: "evt_0000047" in text(pilot))
            await pilot.press("enter")
            await wait_until(pilot, lambda: "final_output.csv" in text(pilot))
            go_on.set()
            await pilot.press("6")
            await wait_until(pilot, lambda: table(pilot).row_count == COUNT)

    asyncio.run(run())


def test_all_of_it_is_copied(opened: Opened) -> None:
    async def run() -> None:
        async with at_safeguards(opened) as pilot:
            await pilot.press("y")
            copied = Path(os.environ["XDG_STATE_HOME"]) / "raceview" / "copied.txt"
            await wait_until(pilot, copied.exists)
            assert app_of(pilot).case
            lines = copied.read_text().splitlines()
            assert lines[2] == "104 duplicate rows; how many of them each safeguard would have prevented:"
            assert sum(line.startswith("ttl_key ") for line in lines) == 2

    asyncio.run(run())


def test_comes_back_to_the_safeguard(opened: Opened) -> None:
    async def run() -> None:
        async with at_safeguards(opened) as pilot:
            await move_to(pilot, Safeguard.LEASE)
            await pilot.press("q")
        async with at_safeguards(opened) as pilot:
            assert table(pilot).key is Safeguard.LEASE

    asyncio.run(run())


def test_settings_that_do_not_fit_are_counted() -> None:
    points = [
        CurvePoint(Safeguard.LEASE, float(at), "ms", at, 2 * at, 0, 1000.0 * at, "leases") for at in range(20)
    ]
    narrow = ["".join(run.text for run in line) for line in curve(points, 40, 60, 14)]
    assert narrow[0] == " prevented, at other settings (4 of 20 settings)"
    assert narrow[-5].split()[-4:] == ["0", "6", "13", "19"]
    assert max(map(len, narrow)) <= 60
    wide = ["".join(run.text for run in line) for line in curve(points, 40, 220, 14)]
    assert wide[0] == " prevented, at other settings"
    assert wide[-1].split()[-1] == "19,000"
    assert len(narrow) == len(wide) == 14
    assert [line.split()[0] for line in wide[-5:]] == ["setting,", "at", "at", "harmed", "leases"]
    assert curve([], 40, 60, 14) == []
