"""The progress bar: drawn on a terminal, silent everywhere else."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from rich.progress import Progress as Bar

from raceview.progress import progress_bar

DRAW = """
import sys
from raceview.progress import progress_bar
with progress_bar() as progress:
    print(progress is None, "rich" in sys.modules)
    if progress:
        progress("reading", 0, 4)
        progress("[b]a.log\\x1b[2J", 500, 1000)
        progress("b.csv", 100, 2000)
        progress("b.csv", 2000, 2000)
        progress("linking", 2, 4)
        progress("writing c.csv", 1, 3)
"""


def _draw(stderr: int) -> str:
    return subprocess.run(
        [sys.executable, "-c", DRAW], stdout=subprocess.PIPE, stderr=stderr, text=True, check=True, timeout=60
    ).stdout


def test_nothing_is_drawn_or_loaded_without_a_terminal(tmp_path: Path) -> None:
    talk = tmp_path / "stderr"
    with talk.open("w", encoding="utf-8") as file:
        assert _draw(file.fileno()) == "True False\n"
    assert talk.read_text(encoding="utf-8") == ""


def test_a_terminal_sees_the_step_on_stderr_only() -> None:
    seen, terminal = pty.openpty()
    assert _draw(terminal) == "False True\n"
    drawn = os.read(seen, 1 << 16)
    os.close(terminal)
    os.close(seen)
    for told in (b"[b]a.log\\x1b[2J", b"b.csv", b"linking", b"writing c.csv"):
        assert told in drawn, told
    assert b"\x1b[2J" not in drawn


def test_files_that_are_read_side_by_side_have_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := io.StringIO())
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    shown: list[list[str]] = []
    begun = Bar.start

    def start(bar: Bar) -> None:
        begun(bar)
        bars.append(bar)

    bars: list[Bar] = []
    monkeypatch.setattr(Bar, "start", start)
    with progress_bar() as progress:
        assert progress is not None
        for step in (
            ("reading", 0, 4),
            ("a.log", 500, 1000),
            ("b.csv", 100, 2000),
            ("b.csv", 2000, 2000),
            ("a.log", 1000, 1000),
            ("linking", 2, 4),
            ("done", 4, 4),
            ("writing c.csv", 1, 3),
        ):
            progress(*step)
            shown.append([task.description for task in bars[0].tasks if task.visible])
    assert shown == [
        ["reading"],
        ["reading", "a.log"],
        ["reading", "a.log", "b.csv"],
        ["reading", "a.log", "b.csv"],
        ["reading", "a.log", "b.csv"],
        ["linking", "a.log", "b.csv"],
        ["done", "a.log", "b.csv"],
        ["writing c.csv"],
    ]
