"""The verdict view: its numbers are the summary's, and every number is a door to just that many rows."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from pathlib import Path

import pytest
from textual.pilot import Pilot

from raceview.answers.filters import parse
from raceview.answers.findings_list import findings_list
from raceview.tui.app import RaceviewApp
from raceview.tui.case import Case
from raceview.tui.messages import OpenTimeline, OpenView
from raceview.tui.verdict.sections import by_symbol
from raceview.tui.verdict.view import VerdictView
from raceview.tui.widgets.doors import Door, DoorPage
from raceview.tui.widgets.table import Table
from tui.conftest import ASSESSMENT, SAMPLE, Opened, wait_until

BUNDLES = [
    SAMPLE,
    pytest.param(
        ASSESSMENT, marks=pytest.mark.skipif(not ASSESSMENT.exists(), reason="the assessment is not here")
    ),
]


def view_of(pilot: Pilot[None]) -> VerdictView:
    app = pilot.app
    assert isinstance(app, RaceviewApp)
    view = app.main.view
    assert isinstance(view, VerdictView)
    return view


def case_of(pilot: Pilot[None]) -> Case:
    case = view_of(pilot).case
    assert case is not None
    return case


def shown(page: DoorPage) -> str:
    """What is on the page, all of it."""
    return "\n".join("".join(piece.text for piece in line) for line in page.lines)


async def counted(pilot: Pilot[None]) -> None:
    """Wait for what needs a query."""
    await wait_until(pilot, lambda: view_of(pilot).case is not None)
    page = view_of(pilot).page
    files = case_of(pilot).investigation.files
    if files.attempts is not None:
        await wait_until(pilot, lambda: any(door.name.startswith("time-outs:") for door in page.doors))


def rows_behind(case: Case, door: Door) -> int:
    """How many rows the view that a door leads to will list."""
    inv = case.investigation
    if door.view == "findings":
        return len(findings_list(inv, parse(door.where)))
    ((count,),) = inv.engine.rows(
        f"SELECT count(*) FROM duplicated WHERE event IN ({parse(door.where).events(inv.threshold_millionths)})"
    )
    return int(count)


@pytest.mark.parametrize("bundle", BUNDLES)
@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
def test_every_door_leads_to_as_many_rows_as_it_says(
    opened: Opened, bundle: Path, size: tuple[int, int]
) -> None:
    async def run() -> None:
        async with opened(bundle, size=size) as pilot:
            await counted(pilot)
            case = case_of(pilot)
            doors = view_of(pilot).page.doors
            behind = {door.name: rows_behind(case, door) for door in doors if door.count is not None}
            assert behind == {door.name: door.count for door in doors if door.count is not None}
            assert len(behind) > 30
            assert {door.view for door in doors if door.count is None} <= {
                "timeline",
                "policies",
                "duplicates",
                "clocks",
            }

    asyncio.run(run())


@pytest.mark.parametrize("bundle", BUNDLES)
def test_the_numbers_are_the_summarys(opened: Opened, bundle: Path) -> None:
    async def run() -> None:
        async with opened(bundle) as pilot:
            await wait_until(pilot, lambda: view_of(pilot).case is not None)
            summary, page = case_of(pilot).summary, view_of(pilot).page
            counts = {door.name: door.count for door in page.doors}
            outcomes = {name: count for name, count in summary["outcomes"].items() if name != "unknown"}
            assert {name: counts[f"outcome:{name}"] for name in outcomes} == outcomes
            assert {name: counts[f"cause:{name}"] for name in summary["causes"]} == summary["causes"]
            assert counts["finding:phantom"] == summary["phantom_rows"]
            assert counts["finding:ambiguous"] == summary["ambiguous_rows"]
            for name, count in outcomes.items():
                assert f"{name.replace('_', ' '):14}{count:>9,}" in shown(page)

    asyncio.run(run())


def test_the_ledger_and_the_time_are_on_the_first_page(opened: Opened) -> None:
    """At 80x24, and before anything but the summary is there."""

    async def run() -> None:
        async with opened() as pilot:
            await wait_until(pilot, lambda: view_of(pilot).case is not None)
            page = view_of(pilot).page
            lines = shown(page).splitlines()[: page.size.height]
            assert any("unprocessed" in line for line in lines)
            assert any("ambiguous rows" in line for line in lines)
            await counted(pilot)
            lines = shown(page).splitlines()[: page.size.height]
            assert any("UTC" in line and "2024-11-10" in line for line in lines)
            assert all(len(line) <= 80 for line in shown(page).splitlines())

    asyncio.run(run())


@pytest.mark.parametrize("size", [(60, 20), (120, 40), (155, 40), (156, 40)])
def test_no_line_is_cut(opened: Opened, size: tuple[int, int]) -> None:
    async def run() -> None:
        async with opened(size=size) as pilot:
            await counted(pilot)
            lines = shown(view_of(pilot).page).splitlines()
            assert max(map(len, lines)) <= size[0]
            assert any(line.rstrip().endswith("2.19 %") for line in lines)
            assert any(re.search("duplicated +time-outs", line) for line in lines)

    asyncio.run(run())


def test_enter_opens_what_lies_behind(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str | None] | int | None] = []

    def view_asked(_: RaceviewApp, message: OpenView) -> None:
        asked.append((message.view, message.where))

    def time_asked(_: RaceviewApp, message: OpenTimeline) -> None:
        asked.append(message.at_ns)

    monkeypatch.setattr(RaceviewApp, "on_open_view", view_asked)
    monkeypatch.setattr(RaceviewApp, "on_open_timeline", time_asked)

    async def run() -> None:
        async with opened() as pilot:
            await counted(pilot)
            view = view_of(pilot)
            await pilot.press("enter")
            view.page.go_to("cause:self_overlap")
            await pilot.press("enter")
            view.page.go_to("outcome:lost")
            await pilot.press("enter")
            cell = next(door for door in view.page.doors if door.name.startswith("time:"))
            view.page.go_to(cell.name)
            await pilot.press("enter")
            await pilot.pause()
            assert asked == [
                ("duplicates", ""),
                ("duplicates", "cause:self_overlap"),
                ("findings", "outcome:lost"),
                cell.at_ns,
            ]

    asyncio.run(run())


def test_the_cursor_goes_to_every_door(opened: Opened) -> None:
    """By tab in reading order; up and down keep the column; left and right stay on the line."""

    async def run() -> None:
        async with opened() as pilot:
            await counted(pilot)
            page = view_of(pilot).page

            def here() -> str:
                assert page.door is not None
                return page.door.name

            assert here() == "outcome:duplicated"
            await pilot.press("l")
            assert here() == "cause:concurrent_claim"
            await pilot.press("j", "down")
            assert here() == "cause:redelivery"
            await pilot.press("h")
            assert here() == "outcome:unlogged"
            await pilot.press("g")
            seen = []
            for _ in page.doors:
                seen.append(here())
                page.action_step(1)
            assert seen == [door.name for door in page.doors]
            assert here() == seen[0]
            await pilot.press("G", "g", "tab")
            assert here() == seen[1]
            await pilot.press("shift+tab", "shift+tab")
            assert here() == seen[-1]
            assert page.below == 0

    asyncio.run(run())


def test_the_cursor_survives_another_size(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            await counted(pilot)
            view = view_of(pilot)
            view.page.go_to("symbol:TITAN")
            await pilot.resize_terminal(160, 48)
            await pilot.pause()
            assert view.page.door is not None
            assert view.page.door.name == "symbol:TITAN"
            place = view.place()
            view.page.go_to("outcome:lost")
            view.go_to_place(place)
            assert view.page.door.name == "symbol:TITAN"

    asyncio.run(run())


@pytest.mark.parametrize("missing", ["raw_tick_events.log", "worker_logs.csv", "final_output.csv"])
def test_what_cannot_be_known_is_no_zero(opened: Opened, tmp_path: Path, missing: str) -> None:
    folder = tmp_path / "part"
    shutil.copytree(SAMPLE, folder)
    for name in (missing, "truth.csv", "truth.json"):
        (folder / name).unlink()

    async def run() -> None:
        async with opened(folder) as pilot:
            await counted(pilot)
            view = view_of(pilot)
            assert "Not given" in shown(view.page)
            assert f"{'lost':14}{'-':>9}" in shown(view.page)
            assert "lost" not in {door.name.removeprefix("outcome:") for door in view.page.doors}
            case = case_of(pilot)
            for door in view.page.doors:
                assert door.count is None or door.count == rows_behind(case, door), door

    asyncio.run(run())


def test_what_could_not_be_read_is_in_a_view_that_is_there(opened: Opened, tmp_path: Path) -> None:
    """The file that an export has of it is not there before."""
    folder = tmp_path / "bad"
    shutil.copytree(SAMPLE, folder)
    with (folder / "worker_logs.csv").open("a", encoding="utf-8") as log:
        log.write("evt_0000001,w,yesterday,,success\n")

    async def run() -> None:
        async with opened(folder) as pilot:
            text = " ".join(shown(view_of(pilot).page).split())
            assert "1 record could not be read: see 4 Findings." in text
            assert "quarantine.csv" not in text

    asyncio.run(run())


def test_names_from_the_files_show_as_text_and_are_doors(opened: Opened, tmp_path: Path) -> None:
    folder = tmp_path / "b"
    folder.mkdir()
    symbol, worker = '\x1b[31m[red]B "X" C', "w [b]1"
    times = [f"2024-06-03T09:30:0{second}" for second in range(9)]
    ticks = [
        {"event_id": f"e{n}", "timestamp": time, "symbol": symbol, "price": 10 + n, "source": "s"}
        for n, time in enumerate(times)
    ]
    rows = [(time, 10 + n) for n, time in enumerate(times)]
    rows.insert(4, (f"{times[3]}.004", 13))
    (folder / "raw_tick_events.log").write_text("".join(f"{json.dumps(tick)}\n" for tick in ticks))
    quoted = '"' + symbol.replace('"', '""') + '"'
    (folder / "final_output.csv").write_text(
        "symbol,timestamp,price\n" + "".join(f"{quoted},{time},{price}\n" for time, price in rows)
    )
    (folder / "worker_logs.csv").write_text(
        "event_id,worker_id,start_time,end_time,status\n"
        + "".join(f"e{n},{worker},{time}.001,{time}.002,success\n" for n, time in enumerate(times))
    )

    async def run() -> None:
        async with opened(folder, size=(160, 48)) as pilot:
            await counted(pilot)
            view, case = view_of(pilot), case_of(pilot)
            assert "\x1b" not in shown(view.page)
            assert "w [b]1" in shown(view.page)
            named = [door for door in view.page.doors if door.name.startswith(("symbol:", "worker:"))]
            assert [(door.count, rows_behind(case, door)) for door in named] == [(1, 1), (1, 1)]

    asyncio.run(run())


def test_every_door_opens_that_very_list(opened: Opened) -> None:
    """Through the app: the view comes to the front with the door's filter and as many lines as the door says."""

    async def run() -> None:
        async with opened(size=(160, 48)) as pilot:
            await counted(pilot)
            page, app = view_of(pilot).page, pilot.app
            assert isinstance(app, RaceviewApp)
            for door in [door for door in page.doors if door.count is not None]:
                await pilot.press("1")
                page.go_to(door.name)
                await pilot.press("enter")

                def there(door: Door = door) -> bool:
                    view = app.main.view
                    return (
                        view is not None
                        and door.view == view.NAME
                        and view.filter_text() == str(parse(door.where))
                        and view.query_one(Table).row_count == door.count
                    )

                await wait_until(pilot, there)

    asyncio.run(run())


def test_a_list_that_is_cut_says_so_and_opens_whole() -> None:
    lines = [{"symbol": f"S{n}", "events": 100, "duplicated_events": 9 - n} for n in range(9)]
    summary = {"missing": [], "by_symbol": lines}
    cut = by_symbol(summary, 40, 4)
    assert len(cut) == 5
    assert cut[-1][-1].text == "... 6 more symbols"
    assert cut[-1][-1].door is not None
    whole = by_symbol(summary, 40, 9)
    assert [line[1].text.split()[0] for line in whole[1:]] == [f"S{n}" for n in range(9)]
