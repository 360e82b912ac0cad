"""The case is solved with keys alone, as a new user would: what is pressed, and what is then on the screen."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from export.whole_set import policy_of
from textual.pilot import Pilot

from raceview.charts.marks import SEVERITIES, Severity
from tui.conftest import ASSESSMENT, SAMPLE, Opened, screen_lines, wait_until

FEWER_THAN = 12
WINDOW = r"worker-\d [\d:.]+–"  # an en dash stands between start and end
RACE = SEVERITIES[Severity.RACE].glyph
STAGES = [
    ("", r"(?s)[\d,]+ events.*emitted"),
    ("n", rf"(?s)race 1 of.*{RACE}.*{WINDOW}.*{WINDOW}"),
    ("enter", r"(?s)duplicated: .*attempts.*1 +worker-\d.*2 +worker-\d"),
    ("", r"Why +worker-\d"),
    ("", r"(?s)\d .*original +kept.*duplicate +dropped"),
    ("5", r"(?s)exact-key.*✓ source +\d"),
    ("k enter", r"▸ ✓ confident"),
    ("e", r"(?s)Export.*policy +confident.*deduplicated_output\.csv"),
    ("enter", r"✓ 10 files written to exports"),
]
"""What is pressed, and what is then on the screen: the verdict, a race with both windows, its page with the windows,
the reason and the rows, the picker, the choice, the dialog, the export."""


def on_screen(pilot: Pilot[None]) -> str:
    return "\n".join(screen_lines(pilot.app))


@pytest.mark.parametrize("bundle", [SAMPLE, ASSESSMENT], ids=["sample", "assessment"])
@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["80x24", "160x48"])
def test_the_case_is_solved_with_few_keys(
    opened: Opened, bundle: Path, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not bundle.is_dir():
        pytest.skip("the assessment bundle is not here")
    monkeypatch.chdir(tmp_path)
    pressed: list[str] = []

    async def run() -> None:
        async with opened(bundle, size=size) as pilot:
            for keys, seen in STAGES:
                for key in keys.split():
                    pressed.append(key)
                    await pilot.press(key)
                try:
                    await wait_until(pilot, lambda seen=seen: re.search(seen, on_screen(pilot)))  # type: ignore[misc]
                except AssertionError:
                    pytest.fail(f"after {pressed} not on screen: {seen}\n{on_screen(pilot)}")

    asyncio.run(run())
    assert len(pressed) < FEWER_THAN
    assert policy_of(tmp_path / "exports") == "confident"
