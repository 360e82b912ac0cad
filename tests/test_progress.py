"""The progress bar: drawn on a terminal, silent everywhere else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

DRAW = """
import sys
from raceview.progress import progress_bar
with progress_bar() as progress:
    print(progress is None, "rich" in sys.modules)
    if progress:
        progress("linking", 2, 4)
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
    assert b"linking" in drawn
