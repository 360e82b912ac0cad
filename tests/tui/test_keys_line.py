"""The line of keys on narrow screens."""

from __future__ import annotations

import asyncio

from raceview.safe_text import columns
from raceview.tui.duplicates.view import DuplicatesView
from raceview.tui.event import screen as event_screen
from raceview.tui.findings.view import FindingsView
from raceview.tui.policies.view import PoliciesView
from raceview.tui.timeline.view import TimelineView
from raceview.tui.verdict.view import VerdictView
from raceview.tui.widgets.keys_line import KeysLine, fitting
from tui.conftest import Opened, wait_until

HINTS = [view.HINT for view in (VerdictView, TimelineView, DuplicatesView, FindingsView, PoliciesView)] + [
    event_screen.HINT
]


def test_keys_are_left_out_whole_and_the_way_out_stays() -> None:
    for hint in HINTS:
        for width in (40, 60, 80):
            keys = fitting(hint, width).split(" · ")
            assert columns(" · ".join(keys)) <= width
            assert keys[-1] == hint.split(" · ")[-1]
            assert set(keys) <= set(hint.split(" · "))
        assert fitting(hint, 100) == hint


def test_every_view_ends_with_the_way_to_all_keys() -> None:
    for hint in HINTS[:-1]:
        assert hint.split(" · ")[-1] in ("?", "? help")
    assert HINTS[-1].endswith("esc back")


def test_the_line_follows_the_width(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            line = pilot.app.screen.query_one(KeysLine)
            assert str(line.content) == VerdictView.HINT
            await pilot.resize_terminal(40, 24)
            await wait_until(pilot, lambda: len(str(line.content)) <= 40)
            assert str(line.content).endswith("? help")
            await pilot.resize_terminal(80, 24)
            await wait_until(pilot, lambda: str(line.content) == VerdictView.HINT)

    asyncio.run(run())
