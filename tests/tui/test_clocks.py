"""If a clock were off: the counts move with the keys, are those of the analysis, and say what they hang on."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot

from raceview.answers import clocks as answers
from raceview.answers.clocks import Clocks, clocks
from raceview.investigation import open_bundle
from raceview.model import NS_PER_MS, Cause, words
from raceview.tui.clocks import screen
from raceview.tui.clocks.screen import ASKING, ClocksScreen
from raceview.tui.clocks.words import margin, supposed
from raceview.tui.verdict.findings import CLOCKS
from raceview.tui.widgets.doors import DoorPage
from tui.conftest import SAMPLE, Opened, screen_lines, wait_until
from tui.test_safeguards import CLEAN


@asynccontextmanager
async def at_clocks(opened: Opened, bundle: Path = SAMPLE, **how: Any) -> AsyncIterator[Pilot[None]]:
    """The screen, every clock asked."""
    async with opened(bundle, **how) as pilot:
        await pilot.press("c")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ClocksScreen))
        await wait_until(pilot, lambda: ASKING not in text(pilot))
        yield pilot


def text(pilot: Pilot[None]) -> str:
    return "\n".join(screen_lines(pilot.app))


def flat(pilot: Pilot[None]) -> str:
    return " ".join(text(pilot).split())


def shown(pilot: Pilot[None]) -> dict[str, list[str]]:
    """The numbers beside each cause."""
    lines = screen_lines(pilot.app)
    return {
        cause: next(line.split()[len(cause.split()) :] for line in lines if line.startswith(f" {cause} "))
        for cause in map(words, Cause)
    }


def changed(now: int, then: int) -> list[str]:
    difference = [f"+{then - now}"] if then > now else [f"−{now - then}"] if then < now else []
    return [str(now), str(then), *difference]


def _shows(pilot: Pilot[None], expected: dict[str, list[str]]) -> bool:
    return shown(pilot) == expected


@pytest.mark.parametrize("size", [(60, 24), (80, 24), (160, 48)])
def test_the_counts_are_those_of_the_analysis(opened: Opened, size: tuple[int, int]) -> None:
    """As logged, then with the second worker's times moved to either side."""
    with open_bundle(SAMPLE) as inv:
        lines = {(line["worker_id"], line["shift_ms"]): line for line in inv.sensitivity_lines()}
    step = min(shift for _, shift in lines if shift > 0)
    moves = {("l", "l", "l"): 3, ("0", "H", "h"): -6, ("L", "left", "shift+left", "right"): -6, ("0",): 0}

    async def run() -> None:
        async with at_clocks(opened, size=size) as pilot:
            await pilot.press("j")
            for keys, steps in moves.items():
                await pilot.press(*keys)
                then, now = lines["worker-2", steps * step], lines["worker-2", 0.0]
                expected = {words(cause): changed(now[cause], then[cause]) for cause in Cause}
                await wait_until(pilot, partial(_shows, pilot, expected))
                said = f"{then['changed']} of 96 duplicated events would have another cause"
                assert size[0] == 60 or said in text(pilot)
            await pilot.press("j", "l")
            three = lines["worker-3", step]
            await wait_until(pilot, lambda: shown(pilot)["redelivery"] == changed(17, three["redelivery"]))

    asyncio.run(run())


def test_says_what_is_supposed_and_how_far_it_holds(opened: Opened) -> None:
    async def run() -> None:
        async with at_clocks(opened) as pilot:
            assert "All clocks are right: every cause as logged." in flat(pilot)
            await pilot.press("j", "l")
            await wait_until(pilot, lambda: "If the clock of worker-2 were 2 ms behind, and" in flat(pilot))
            assert "34 concurrent claims stay so at least until it is off by 3.208 ms" in flat(pilot)
            assert "17 redeliveries stay so at least until it is off by 1.567 ms" in flat(pilot)
            await pilot.press("h", "h")
            await wait_until(pilot, lambda: "worker-2 were 2 ms ahead" in flat(pilot))
            assert "▲" in text(pilot)

    asyncio.run(run())


def test_no_cause_changes_before_its_margin_and_one_does_at_it() -> None:
    """The sentence, against the analysis asked at the very shifts it names."""
    with open_bundle(SAMPLE) as inv:
        found = clocks(inv)
        assert found
        for worker in found.trials:
            hold = found.holds_all_ns(worker)
            assert hold
            within, beyond = (hold - 1) / NS_PER_MS, (hold + 1) / NS_PER_MS
            lines = inv.sensitivity_lines([-beyond, -within, 0, within, beyond])
            moved = {line["shift_ms"]: line["changed"] for line in lines if line["worker_id"] == worker}
            assert moved[-within] == moved[within] == 0
            assert moved[-beyond] + moved[beyond] > 0


def test_the_ends_of_the_grid_are_ends(opened: Opened) -> None:
    async def run() -> None:
        async with at_clocks(opened) as pilot:
            await pilot.press(*["H"] * 9, "h")
            await wait_until(pilot, lambda: "were 40 ms ahead" in flat(pilot))
            await pilot.press(*["L"] * 17)
            await wait_until(pilot, lambda: "were 40 ms behind" in flat(pilot))

    asyncio.run(run())


def test_reached_by_a_door_of_the_verdict_and_left_again(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            page = pilot.app.query_one(DoorPage)
            assert page.go_to(CLOCKS)
            await pilot.press("enter")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, ClocksScreen))
            await pilot.press("escape")
            await wait_until(pilot, lambda: len(pilot.app.screen_stack) == 1)
            await pilot.press("c")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, ClocksScreen))
            await pilot.press("c")
            await wait_until(pilot, lambda: len(pilot.app.screen_stack) == 1)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (["raw_tick_events.log", "final_output.csv"], "not known: attempts not given"),
        (["final_output.csv"], "not known: ticks and attempts not given"),
        (["raw_tick_events.log", "worker_logs.csv"], "not known: output not given"),
    ],
)
def test_what_is_not_known_is_said_to_be(
    opened: Opened, tmp_path: Path, files: list[str], sentence: str
) -> None:
    for name in files:
        shutil.copy(SAMPLE / name, tmp_path)

    async def run() -> None:
        async with at_clocks(opened, tmp_path) as pilot:
            assert sentence in text(pilot)
            await pilot.press("l", "L", "0", "y", "j")
            await pilot.press("escape")
            assert not pilot.app.query_one(DoorPage).go_to(CLOCKS)

    asyncio.run(run())


def test_a_log_without_an_attempt_has_no_clocks(opened: Opened, tmp_path: Path) -> None:
    for name, content in CLEAN.items():
        lines = content.splitlines(keepends=True)
        (tmp_path / name).write_text(lines[0] if name == "worker_logs.csv" else content)

    async def run() -> None:
        async with at_clocks(opened, tmp_path) as pilot:
            assert "no attempt is logged: there are no clocks to doubt" in text(pilot)

    asyncio.run(run())


def test_where_no_cause_hangs_on_two_clocks(opened: Opened, tmp_path: Path) -> None:
    for name, content in CLEAN.items():
        (tmp_path / name).write_text(content)

    async def run() -> None:
        async with at_clocks(opened, tmp_path) as pilot:
            assert "no cause of a duplicate hangs on two clocks" in text(pilot)

    asyncio.run(run())


def test_keys_are_taken_while_it_asks(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = Event(), Event()

    def slow(inv: Any) -> Clocks | None:
        begun.set()
        assert go_on.wait(20)
        return answers.clocks(inv)

    monkeypatch.setattr(screen, "clocks", slow)

    async def run() -> None:
        async with opened() as pilot:
            await pilot.press("c")
            await wait_until(pilot, begun.is_set)
            await wait_until(pilot, lambda: ASKING in text(pilot))
            await pilot.press("l", "y", "j")
            await pilot.press("escape")
            await wait_until(pilot, lambda: len(pilot.app.screen_stack) == 1)
            go_on.set()
            await pilot.pause()

    asyncio.run(run())


def test_what_is_shown_is_copied(opened: Opened) -> None:
    async def run() -> None:
        async with at_clocks(opened) as pilot:
            await pilot.press("j", "l", "y")
            copied = Path(os.environ["XDG_STATE_HOME"]) / "raceview" / "copied.txt"
            await wait_until(pilot, copied.exists)
            assert copied.read_text().startswith(" If the clock of worker-2 were 2 ms behind")

    asyncio.run(run())


def test_words_for_one_and_for_none() -> None:
    none = dict.fromkeys(Cause, 0)
    trial = answers.Trial({**none, Cause.REDELIVERY: 1, Cause.UNEXPLAINED: 2}, 0)
    found = Clocks([0], {"a\x1b": [trial], "b": [trial]}, {("a\x1b", Cause.REDELIVERY): 1_500_000})
    assert margin(found, "a\x1b") == "1 redelivery stays so at least until it is off by 1.5 ms."
    at_once = Clocks([0], {"b": [trial]}, {("b", Cause.REDELIVERY): 0, ("b", Cause.UNEXPLAINED): 2_000_000})
    assert margin(at_once, "b") == (
        "2 unexplained stay so at least until it is off by 2 ms, "
        "of 1 redelivery one changes as soon as it is off at all."
    )
    assert margin(found, "b") == "No cause hangs on the clock of b."
    assert supposed("a\x1b", -NS_PER_MS) == "If the clock of a\\x1b were 1 ms ahead, and all others right:"
