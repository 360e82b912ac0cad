"""The findings view: kinds and counts, one filter, what Enter and t lead to, lists of any length."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from raceview.answers.finding_kinds import FindingKind
from raceview.tui.app import RaceviewApp
from raceview.tui.event.screen import EventScreen
from raceview.tui.findings.kinds import fitting
from raceview.tui.findings.rows import PAGE, FindingRows
from raceview.tui.findings.screen import FindingScreen
from raceview.tui.findings.view import FindingsView
from raceview.tui.widgets.table import Table
from tui.conftest import SAMPLE, Opened, wait_until


def view_of(pilot: Pilot[None]) -> FindingsView:
    app = pilot.app
    assert isinstance(app, RaceviewApp)
    assert isinstance(app.main.view, FindingsView)
    return app.main.view


async def listed(pilot: Pilot[None], where: str) -> FindingsView:
    """The view with the list that a filter asks for, its first page read."""
    view = view_of(pilot)
    await wait_until(
        pilot,
        lambda: view.filter_text() == where and view.count is not None and (not view.count or view.line),
    )
    return view


async def at_findings(pilot: Pilot[None], where: str = "") -> FindingsView:
    await pilot.press("4")
    await wait_until(pilot, lambda: isinstance(getattr(pilot.app, "main").view, FindingsView))  # noqa: B009
    view = await listed(pilot, "")
    if where:
        view.narrow(where)
    return await listed(pilot, where)


def text_of(view: FindingsView, name: str) -> str:
    return str(view.query_one(f"#findings-{name}", Static).content)


def test_kinds_stand_beside_the_list_with_their_counts(opened: Opened) -> None:
    async def run() -> None:
        async with opened(size=(80, 40)) as pilot:
            view = await at_findings(pilot)
            kinds = text_of(view, "kinds")
            assert view.case is not None
            outcomes = view.case.summary["outcomes"]
            for name in ("lost", "abandoned", "unprocessed", "altered", "unacknowledged", "unlogged"):
                assert f"{name:14}{outcomes[name]:>7,}" in kinds
            assert f"{'phantom':14}{3:>7}" in kinds
            assert f"{'ambiguous':14}{0:>7}" in kinds
            assert view.count == view.table.row_count > 2000
            assert f"{view.count:,} findings" in text_of(view, "title")
            assert "2024-11-10 UTC" in text_of(view, "title")

    asyncio.run(run())


def test_h_and_l_go_through_the_kinds_that_there_are(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            await at_findings(pilot, "finding:lost")
            await pilot.press("l")
            assert (await listed(pilot, "finding:abandoned")).count == 5
            await pilot.press("right")
            assert (await listed(pilot, "finding:unprocessed")).count == 5
            await pilot.press("h", "h")
            assert (await listed(pilot, "finding:lost")).count == 9
            await pilot.press("escape", "h")
            await listed(pilot, "finding:worker_overlap")
            await pilot.press("tab")
            await listed(pilot, "")

    asyncio.run(run())


def test_of_the_kinds_those_that_there_are_stay_in_sight() -> None:
    skew, lost, phantom, twin = kinds = (
        FindingKind.CLOCK_SKEW,
        FindingKind.LOST,
        FindingKind.PHANTOM,
        FindingKind.TWIN,
    )
    counts = {skew: 0, lost: 2, phantom: None, twin: 3}
    assert fitting(counts, (), 4) == list(kinds)
    assert fitting(counts, (), 3) == [lost, twin]  # one line says how many more there are
    assert fitting(counts, (skew,), 3) == [skew, lost]
    assert fitting(counts, (), 2) == [lost]
    assert fitting(counts, (twin,), 2) == [twin]
    assert fitting(counts, (), 0) == []


def test_an_outcome_that_is_no_finding_has_no_kind_to_go_on_from(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await at_findings(pilot, "outcome:exactly_once")
            assert view.count
            await pilot.press("l")
            await wait_until(pilot, lambda: view.filter_text().startswith("finding:"))

    asyncio.run(run())


def test_a_filter_narrows_every_kind(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await at_findings(pilot, "symbol:NTPC")
            assert f"{'lost':14}{3:>7}" in text_of(view, "kinds")
            assert "filter symbol:NTPC" in text_of(view, "title")
            await pilot.press("l")
            assert (await listed(pilot, "symbol:NTPC finding:lost")).count == 3
            await pilot.press("escape")
            assert ((await listed(pilot, "")).count or 0) > 2000

    asyncio.run(run())


def test_what_a_filter_hides_is_counted_and_the_order_told(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await at_findings(pilot)
            whole = view.count
            assert whole is not None
            assert f" {whole:,} findings, gravest first" in text_of(view, "title")
            view.narrow("finding:lost")
            await listed(pilot, "finding:lost")
            title = f" 9 findings, gravest first · filter finding:lost hides {whole - 9:,}"
            await wait_until(pilot, lambda: text_of(view, "title").startswith(title))
            view.narrow("finding:same_key")  # these are shown on request alone
            shown = await listed(pilot, "finding:same_key")
            assert shown.count
            assert f"hides {whole:,}" in text_of(view, "title")

    asyncio.run(run())


def test_a_session_that_begins_with_a_filter_counts_what_it_hides(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            await pilot.press("4")
            await wait_until(pilot, lambda: isinstance(getattr(pilot.app, "main").view, FindingsView))  # noqa: B009
            view_of(pilot).narrow("symbol:INFY")
            await listed(pilot, "symbol:INFY")
            view = view_of(pilot)
            await wait_until(pilot, lambda: " filter symbol:INFY hides " in text_of(view, "title"))

    asyncio.run(run())


def test_the_finding_under_the_cursor_stands_below_in_full(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await at_findings(pilot, "finding:lost")
            assert "evt_0000025: succeeded (line 27), but no row was written" in text_of(view, "detail")
            assert "raw_tick_events.log:26" in text_of(view, "detail")
            assert "2024-11-10 07:30:00.125925 UTC" in text_of(view, "detail")

    asyncio.run(run())


def test_enter_and_t_lead_to_the_event(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(RaceviewApp, "on_open_event", lambda _, message: asked.append(message.event))
    monkeypatch.setattr(
        RaceviewApp, "on_open_timeline", lambda _, message: asked.append((message.event, message.at_ns))
    )

    async def run() -> None:
        async with opened() as pilot:
            view = await at_findings(pilot, "finding:lost")
            await pilot.press("j", "enter", "t")
            await pilot.pause()
            assert view.line is not None
            assert asked == [178, (178, view.line.at_ns)]
            assert view.time_ns() == view.line.at_ns

    asyncio.run(run())


def test_a_phantom_row_opens_with_the_events_nearest_to_it(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(RaceviewApp, "on_open_event", lambda _, message: asked.append(message.event))

    async def run() -> None:
        async with opened() as pilot:
            await at_findings(pilot, "finding:phantom")
            await pilot.press("enter")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, FindingScreen))
            table = pilot.app.screen.query_one(Table)
            await wait_until(pilot, lambda: table.row_count > 0)
            await pilot.press("enter")
            await pilot.pause()
            assert asked == [1154]
            await pilot.press("escape")
            await wait_until(pilot, lambda: not isinstance(pilot.app.screen, FindingScreen))

    asyncio.run(run())


def test_a_quarantined_record_opens_as_it_is_and_does_nothing(opened: Opened, tmp_path: Path) -> None:
    folder = tmp_path / "bad"
    shutil.copytree(SAMPLE, folder)
    with (folder / "worker_logs.csv").open("a", encoding="utf-8") as log:
        log.write("evt_0000001,[red]\x1b[31mw,yesterday,,success\n")

    async def run() -> None:
        async with opened(folder) as pilot:
            view = await at_findings(pilot, "finding:quarantined")
            assert view.count == 1
            await pilot.press("enter")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, FindingScreen))
            body = "\n".join(str(static.content) for static in pilot.app.screen.query(Static))
            assert "evt_0000001,[red]\\x1b[31mw,yesterday,,success" in body

    asyncio.run(run())


def test_y_copies_the_finding_with_its_place(opened: Opened, tmp_path: Path) -> None:
    async def run() -> None:
        async with opened() as pilot:
            await at_findings(pilot, "finding:lost")
            await pilot.press("y")
            await wait_until(pilot, lambda: list(tmp_path.rglob("copied.txt")))

    asyncio.run(run())
    (kept,) = tmp_path.rglob("copied.txt")
    assert kept.read_text(encoding="utf-8") == (
        "lost · NTPC · 2024-11-10 07:30:00.125925 UTC · raw_tick_events.log:26\n"
        "evt_0000025: succeeded (line 27), but no row was written\n"
    )


def test_a_long_list_is_read_where_one_looks(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await at_findings(pilot)
            await pilot.press("G")
            await wait_until(
                pilot, lambda: view.line is not None and view.table.cursor == (view.count or 0) - 1
            )
            assert view.line is not None
            assert view.line.kind is FindingKind.WORKER_OVERLAP
            await pilot.press("pageup", "pageup", "g")
            await wait_until(pilot, lambda: view.line is not None and view.table.cursor == 0)
            assert view.line.kind is not FindingKind.WORKER_OVERLAP

    asyncio.run(run())


def test_the_place_is_kept(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await at_findings(pilot, "finding:timeout")
            await pilot.press("j", "j", "j")
            place = view.place()
            await pilot.resize_terminal(160, 48)
            await pilot.pause()
            assert view.table.cursor == 3
            await pilot.press("escape")
            await listed(pilot, "")
            view.go_to_place(place)
            await listed(pilot, "finding:timeout")
            await wait_until(pilot, lambda: view.table.cursor == 3)

    asyncio.run(run())


def test_without_the_log_its_findings_are_not_known(opened: Opened, tmp_path: Path) -> None:
    folder = tmp_path / "part"
    shutil.copytree(SAMPLE, folder)
    (folder / "worker_logs.csv").unlink()

    async def run() -> None:
        async with opened(folder) as pilot:
            view = await at_findings(pilot)
            assert f"{'lost':14}{'-':>7}" in text_of(view, "kinds")
            view.narrow("finding:lost")
            await listed(pilot, "finding:lost")
            assert view.table.empty == "not known: attempts not given"

    asyncio.run(run())


def test_rows_that_are_not_here_are_asked_for_by_the_page() -> None:
    wanted: list[int] = []
    rows = FindingRows(3 * PAGE, wanted.append)
    assert "..." in rows[PAGE + 1]
    assert "..." in rows[PAGE]
    assert set(wanted) == {1}
    assert rows.line(0) is None


def test_n_on_an_event_page_follows_the_list_one_came_from(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await at_findings(pilot, "finding:lost")
            listed_events = [view._rows.line(at).event for at in range(3)]  # type: ignore[union-attr]
            await pilot.press("enter")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, EventScreen))
            page = pilot.app.screen
            assert isinstance(page, EventScreen)
            await wait_until(pilot, lambda: page.page)
            await pilot.press("n", "n")
            await wait_until(pilot, lambda: page.page and page.page.event == listed_events[2])
            await pilot.press("N")
            await wait_until(pilot, lambda: page.page and page.page.event == listed_events[1])
            await pilot.press("N", "N", "N")
            await wait_until(pilot, lambda: page.page and page.page.event == listed_events[0])
            await pilot.press("escape")
            assert view.table.cursor == 0

    asyncio.run(run())


@pytest.mark.parametrize("width", [40, 60, 80])
def test_the_sentence_has_most_of_a_narrow_list(opened: Opened, width: int) -> None:
    async def run() -> None:
        async with opened(size=(width, 24)) as pilot:
            view = await at_findings(pilot, "finding:lost")
            line = view.line
            assert line
            assert line.what[: width // 4] in view.table.render_line(1).text
            assert line.symbol in text_of(view, "detail")

    asyncio.run(run())


def test_escape_without_a_filter_leaves_the_list_alone(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            view = await at_findings(pilot)
            await pilot.press("j", "j", "escape")
            await pilot.pause()
            assert view.line
            assert view.table.cursor == 2

    asyncio.run(run())
