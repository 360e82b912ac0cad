"""Symbols, workers and event ids are whatever the files say: every view and screen shows them as text, and no more."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import re
import sys
import unicodedata
from pathlib import Path

import pytest
from terminal.driver import Terminal

from raceview.tui.app import RaceviewApp
from raceview.tui.opening import Opening
from tui.conftest import wait_until
from tui.pictures import picture, words

NASTY = {
    "colour": "\x1b[31;5mRED\x1b[0m",
    "erase": "\x1b[2J\x1b[H\x1b[?1049l",
    "title": "\x1b]0;OWNED\x07",
    "clipboard": "\x1b]52;c;T1dORUQ=\x07",
    "eight-bit": "\x9b31mRED\x9d0;OWNED\x9c",
    "rich": "[bold red]RED[/] [link=file:///]x[/link]",
    "textual": "[@click=app.quit]q[/] [$error]x[/$error] [/nope]",
    "controls": "a\tb\rc\bd\x07e\x7ff",
    "lines": "a\nb\u2028c",
    "reading": "\u202eRTL\u2066\u200f\u200b",
    "wide": "\u6f22\u5b57\u304b\u306a\uff21 \U0001f469\u200d\U0001f469\u200d\U0001f467 e\u0301\u0301",
    "long": "L" * 10_000,
}
NEVER = [
    b"OWNED\x07",
    b"\x1b[31;5m",
    b"\x1b]",
    *map(str.encode, "\x9b\x9d\x9c\u202e\u2066\u200f\u200b\u2028\u200d"),
]
"""What a terminal would act on, or what turns a line round."""
UNFIT = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
SHOWN = {
    "colour": r"\x1b[31;5mRED",
    "rich": "[bold red]RED[/]",
    "textual": "[@click=app.quit]q[/]",
    "controls": r"a\tb\rc",
}
_POINTER = re.compile(rb"\x1b\]22;[a-z]*\x07")
"""The shape of the mouse's pointer: Textual's own."""
PATHS = (
    "1 j j j j enter escape 1 G escape",
    "3 j enter n n n n n n n n n n n space l l l l escape escape escape",
    "3 t n n n n n w w w s s s enter escape space l l escape f f",
    "4 j j j enter escape l l enter escape l l escape",
    "5 j j tab j j tab escape e escape",
    "question_mark escape 2 n n right_square_bracket left_square_bracket 1",
)
"""Through every view and screen, event by event where there are some."""
WALK = [key for path in PATHS for key in path.split()]


def test_every_view_and_screen_shows_them_as_text(hostile: Path) -> None:
    seen = asyncio.run(_walk(hostile, (80, 24))) + asyncio.run(_walk(hostile, (160, 48)))
    assert {name for name, shown in SHOWN.items() if shown not in seen} == set()
    assert {letter for letter in seen if unicodedata.category(letter) in UNFIT} <= {"\n"}


def test_nothing_of_them_reaches_a_terminal(hostile: Path, tmp_path: Path) -> None:
    raceview = [sys.executable, "-m", "raceview", str(hostile)]
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "LANG": "C.UTF-8"}
    with Terminal(raceview, env=environment) as terminal:
        terminal.wait_for("exactly once")
        modes = terminal.modes
        for key in WALK:
            terminal.press({"question_mark": "?", **_BRACKETS}.get(key, key))
            terminal.settle(0.25 if key == "escape" else 0.1)  # a letter soon after it would make it alt
            assert terminal.modes == modes, key
            assert "raceview" in terminal.screen.display[0] or key not in "12345", key
        terminal.press("q")
        assert terminal.wait() == 0
    written = _POINTER.sub(b"", bytes(terminal.written))
    assert [raw for raw in NEVER if raw in written] == []
    assert set(re.findall(rb"[\x00-\x1f\x7f]", written)) <= {b"\x1b", b"\r", b"\n"}


_BRACKETS = {"left_square_bracket": "[", "right_square_bracket": "]"}


async def _walk(bundle: Path, size: tuple[int, int]) -> str:
    """All words that were on the screen on the way."""
    seen = []
    app = RaceviewApp(Opening(bundle))
    async with app.run_test(size=size) as pilot:
        await wait_until(pilot, lambda: app.case is not None and app.main.view is not None)
        for key in WALK:
            await pilot.press(key)
            await wait_until(pilot, lambda: all(worker.is_finished for worker in app.workers))
            assert app.is_running, key
            seen.append(words(picture(app)))
    return "\n".join(seen)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every nasty text as symbol, worker and event id of a race; one more event of it is lost, one timed out."""
    bundle = tmp_path_factory.mktemp("case") / "\x1b[31m[bold]\u202ecase"
    bundle.mkdir()
    ticks, attempts, outputs = [], [], []
    for at, text in enumerate(NASTY.values()):
        for what in ("race", "lost", "late"):
            moment = f"2025-07-12 09:{at:02}:0{len(what) - 4 + ('race lost late'.index(what) // 5)}"
            event, price = f"{text}{what}", f"{100 + at}.5"
            ticks.append(
                {
                    "event_id": event,
                    "timestamp": f"{moment}.000",
                    "symbol": text,
                    "price": price,
                    "source": text,
                }
            )
            status = "timeout" if what == "late" else "success"
            attempts.append([event, text, f"{moment}.000", "" if what == "late" else f"{moment}.020", status])
            if what == "race":
                attempts.append([event, f"other {text}", f"{moment}.010", f"{moment}.030", status])
            copies = {"race": 2, "lost": 0, "late": 1}[what]
            outputs += [[text, f"{moment}.00{copy}", price] for copy in range(copies)]
    log = "".join(json.dumps(tick) + "\n" for tick in ticks)
    (bundle / "raw_tick_events.log").write_text(re.sub(r'"price": "([0-9.]+)"', r'"price": \1', log))
    _write(
        bundle / "worker_logs.csv", ["event_id", "worker_id", "start_time", "end_time", "status"], attempts
    )
    _write(bundle / "final_output.csv", ["symbol", "timestamp", "price"], outputs)
    return bundle


def _write(file: Path, header: list[str], records: list[list[str]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(records)
