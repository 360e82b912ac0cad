"""The policies view: scores, previews before anything is written, flips, and the choice for the export."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from raceview.answers.policy_preview import changed_rows
from raceview.investigation import Investigation
from raceview.model import Policy
from raceview.tui.app import RaceviewApp
from raceview.tui.policies import view as policies
from raceview.tui.widgets.table import Table
from tui.conftest import SAMPLE, Opened, wait_until


@asynccontextmanager
async def at_policies(opened: Opened, bundle: Path = SAMPLE, **how: Any) -> AsyncIterator[Pilot[None]]:
    """The view, its scoreboard there and the first preview."""
    async with opened(bundle, **how) as pilot:
        await pilot.press("5")
        await wait_until(pilot, lambda: table(pilot, "scores").row_count and previewed(pilot))
        yield pilot


def table(pilot: Pilot[None], name: str) -> Table:
    return pilot.app.query_one(f"#{name}", Table)


def previewed(pilot: Pilot[None]) -> bool:
    return "..." not in said(pilot, "flips-head") and bool(said(pilot, "flips-head"))


def said(pilot: Pilot[None], name: str) -> str:
    return str(pilot.app.query_one(f"#{name}", Static).render())


def lines(pilot: Pilot[None], name: str) -> list[str]:
    shown = table(pilot, name)
    return [shown.render_line(y).text.rstrip(" ┃│") for y in range(shown.size.height)]


def line_of(pilot: Pilot[None], policy: Policy) -> str:
    return next(line for line in lines(pilot, "scores") if policy in line.split())


def investigation_of(pilot: Pilot[None]) -> Investigation:
    assert isinstance(pilot.app, RaceviewApp)
    assert pilot.app.case
    return pilot.app.case.investigation


def chosen(pilot: Pilot[None]) -> Policy:
    return investigation_of(pilot).policy


async def move_to(pilot: Pilot[None], policy: Policy) -> None:
    """With keys, as a user would."""
    await pilot.press("g", *["j"] * list(Policy).index(policy))
    await wait_until(pilot, lambda: said(pilot, "said").startswith(f" {policy} ") and previewed(pilot))


def test_every_policy_has_its_scores_and_what_to_know_of_it(opened: Opened) -> None:
    async def run() -> None:
        async with at_policies(opened) as pilot:
            names = [
                line.split("  ")[1].strip(" ✓▸") or line.split()[0] for line in lines(pilot, "scores")[1:]
            ]
            assert len(names) == len(Policy)
            for policy, word in (
                (Policy.NONE, "baseline"),
                (Policy.FIRST, "best"),
                (Policy.SOURCE, "oracle"),
            ):
                assert line_of(pilot, policy).endswith(word)
            assert line_of(pilot, Policy.LAST).split() == ["last", "3,984", "3,981", "0", "0", "52", "73"]
            assert line_of(pilot, Policy.SOURCE).startswith("▸ ✓ source")  # the cursor is on the chosen one

    asyncio.run(run())


def test_moving_previews_and_chooses_nothing(opened: Opened) -> None:
    async def run() -> None:
        async with at_policies(opened) as pilot:
            await move_to(pilot, Policy.LAST)
            assert "drops 104 of 4,088 rows, changes none" in said(pilot, "said")
            assert "rows: 104 " in said(pilot, "changed-head")
            assert chosen(pilot) is Policy.SOURCE
            first = lines(pilot, "changed")[1].split()
            assert first == [
                "▹",
                "48",
                "ICICIBANK",
                "07:30:00.216213",
                "2,015.78",
                "dropped:",
                "line",
                "49",
                "stays",
            ]

    asyncio.run(run())


def test_a_computed_price_is_shown_as_it_would_be(opened: Opened) -> None:
    async def run() -> None:
        async with at_policies(opened) as pilot:
            await move_to(pilot, Policy.MEAN)
            assert any(line.split()[-2:] == ["→", "1,454.02"] for line in lines(pilot, "changed"))

    asyncio.run(run())


def test_a_real_event_that_the_obvious_rule_loses_is_named(opened: Opened) -> None:
    async def run() -> None:
        async with at_policies(opened, size=(160, 48)) as pilot:
            await move_to(pilot, Policy.EXACT_KEY)
            assert any("is lost" in line for line in lines(pilot, "changed"))

    asyncio.run(run())


def test_a_row_of_no_event_is_named_as_what_it_is(opened: Opened) -> None:
    async def run() -> None:
        async with at_policies(opened, size=(80, 60)) as pilot:
            found = [row for row in changed_rows(investigation_of(pilot), Policy.SOURCE) if row.event is None]
            assert len(found) == 3
            assert table(pilot, "changed").move_to_key((None, found[0].line))
            await pilot.pause()
            (line,) = [line for line in lines(pilot, "changed") if line.startswith("▹")]
            assert line.endswith("dropped: a phantom row")

    asyncio.run(run())


@pytest.mark.parametrize("key", ["enter", "space"])
def test_a_key_chooses_for_the_export(opened: Opened, key: str) -> None:
    async def run() -> None:
        async with at_policies(opened) as pilot:
            await move_to(pilot, Policy.FIRST)
            await pilot.press(key)
            await pilot.pause()
            assert chosen(pilot) is Policy.FIRST
            assert line_of(pilot, Policy.FIRST).startswith("▸ ✓ first")
            assert "✓" not in line_of(pilot, Policy.SOURCE)
            assert "against first" in said(pilot, "flips-head")

    asyncio.run(run())


def test_a_baseline_cannot_be_chosen(opened: Opened) -> None:
    async def run() -> None:
        async with at_policies(opened) as pilot:
            await move_to(pilot, Policy.EXACT_KEY)
            await pilot.press("enter")
            await pilot.pause()
            assert chosen(pilot) is Policy.SOURCE
            assert "cannot be exported" in said(pilot, "said")
            await pilot.press("j")
            await pilot.pause()
            assert "cannot be exported" not in said(pilot, "said")

    asyncio.run(run())


def test_flips_against_the_chosen_one_or_another(opened: Opened) -> None:
    async def run() -> None:
        async with at_policies(opened) as pilot:
            await move_to(pilot, Policy.LAST)
            assert "flips against source: 81" in said(pilot, "flips-head")
            await move_to(pilot, Policy.FIRST)
            await pilot.press("d")
            await move_to(pilot, Policy.LAST)
            assert "flips against first: 76" in said(pilot, "flips-head")
            assert line_of(pilot, Policy.FIRST).split()[:2] == ["d", "first"]
            await move_to(pilot, Policy.FIRST)
            await pilot.press("d")
            await wait_until(pilot, lambda: "flips against source: 5" in said(pilot, "flips-head"))

    asyncio.run(run())


def test_tab_goes_to_the_lists_and_enter_opens_the_event(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int]] = []
    monkeypatch.setattr(RaceviewApp, "on_open_event", lambda _, m: told.append(("event", m.event)))
    monkeypatch.setattr(RaceviewApp, "on_open_replay", lambda _, m: told.append(("replay", m.event)))

    async def run() -> None:
        async with at_policies(opened) as pilot:
            await move_to(pilot, Policy.LAST)
            assert not table(pilot, "flips").is_on_screen
            await pilot.press("tab", "tab")
            assert table(pilot, "flips").has_focus
            await wait_until(pilot, lambda: "▸ evt_0000047" in lines(pilot, "flips")[1])
            await pilot.press("enter", "space")
            await wait_until(pilot, lambda: told == [("event", 48), ("replay", 48)])
            assert chosen(pilot) is Policy.SOURCE
            await pilot.press("escape")
            assert table(pilot, "scores").has_focus

    asyncio.run(run())


def test_a_held_key_is_never_behind(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one preview is being made the cursor moves on; of what it passed nothing is made."""
    begun, go_on = Event(), Event()
    made: list[Policy] = []

    def slow(inv: Any, policy: Policy) -> Any:
        made.append(policy)
        begun.set()
        assert go_on.wait(20)
        return changed_rows(inv, policy)

    async def run() -> None:
        async with at_policies(opened) as pilot:
            monkeypatch.setattr(policies, "changed_rows", slow)
            await pilot.press("k")
            await wait_until(pilot, begun.is_set)
            await pilot.press(*"kkkkkkk")
            await pilot.pause()
            assert said(pilot, "said").startswith(" last ")
            go_on.set()
            await wait_until(pilot, lambda: previewed(pilot))
            assert made == [Policy.CONFIDENT, Policy.LAST]

    asyncio.run(run())


def test_without_the_ticks_nothing_is_scored(opened: Opened, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    shutil.copy(SAMPLE / "final_output.csv", bundle)

    async def run() -> None:
        async with at_policies(opened, bundle) as pilot:
            assert "Without the ticks there is no score" in said(pilot, "said")
            await pilot.press("g", "j")
            await wait_until(pilot, lambda: "drops 35" in said(pilot, "said") and previewed(pilot))
            assert all(not line.startswith("source") for line in lines(pilot, "scores"))
            assert "dropped: line 217 stays" in lines(pilot, "changed")[1]

    asyncio.run(run())


def test_comes_back_to_the_policy_and_the_comparison(opened: Opened) -> None:
    async def run() -> None:
        async with at_policies(opened) as pilot:
            await move_to(pilot, Policy.MEDIAN)
            await pilot.press("d", "k", "q")
        async with at_policies(opened) as pilot:
            await wait_until(pilot, lambda: said(pilot, "said").startswith(" mean "))
            assert "against median" in said(pilot, "flips-head")
            assert chosen(pilot) is Policy.SOURCE  # a choice holds until one leaves

    asyncio.run(run())


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
def test_resizing_keeps_the_place(opened: Opened, size: tuple[int, int]) -> None:
    other: Callable[[int], int] = {80: 160, 160: 80, 24: 48, 48: 24}.__getitem__

    async def run() -> None:
        async with at_policies(opened, size=size) as pilot:
            await move_to(pilot, Policy.LAST)
            await pilot.press("tab", "j", "j")
            await pilot.resize_terminal(*map(other, size))
            await pilot.pause()
            assert table(pilot, "changed").has_focus
            assert table(pilot, "changed").cursor == 2
            assert said(pilot, "said").startswith(" last ")

    asyncio.run(run())


def test_where_the_keys_go_shows_without_colour(opened: Opened) -> None:
    """The pointer of a table that has not the keys is hollow."""

    async def run() -> None:
        async with at_policies(opened) as pilot:
            for keys, full in (([], "scores"), (["tab"], "changed"), (["escape"], "scores")):
                await pilot.press(*keys)
                await pilot.pause()
                hollow = "changed" if full == "scores" else "scores"
                assert [line[0] for line in lines(pilot, full) if line[:1] in ("▸", "▹")] == ["▸"]
                assert [line[0] for line in lines(pilot, hollow) if line[:1] in ("▸", "▹")] == ["▹"]

    asyncio.run(run())
