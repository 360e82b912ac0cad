"""How `raceview` begins and ends in a real pseudo-terminal: exit codes, and what is told when the screen is gone."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal.driver import Terminal
from textual.app import App

from raceview.tui import hangup
from tui.conftest import SAMPLE

RACEVIEW = (sys.executable, "-m", "raceview")
DISK_THAT_HANGS = """
import sys, threading
import raceview.bundle.read
from raceview.__main__ import run

raceview.bundle.read.survey = lambda *_: threading.Event().wait()
sys.argv[0] = "raceview"
run()
"""
PROJECT = Path(__file__).parents[2]
SANE = {7, 25}
"""Lines wrap and the cursor shows: what every terminal does by itself."""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """With temporary files and state of the test's own."""
    (tmp_path / "tmp").mkdir()
    ours = {"TMPDIR": str(tmp_path / "tmp"), "XDG_STATE_HOME": str(tmp_path / "state")}
    return {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(PROJECT), **ours}


@pytest.fixture
def nothing_left(tmp_path: Path) -> Iterator[None]:
    yield
    assert list((tmp_path / "tmp").glob("raceview*")) == []


def test_a_failure_to_load_is_one_sentence_after_the_screen(env: dict[str, str], tmp_path: Path) -> None:
    output = tmp_path / "final_output.csv"
    output.write_text("nothing,of,use\n", encoding="utf-8")
    with Terminal([*RACEVIEW, "--output", str(output)], env=env) as terminal:
        assert terminal.wait() == 4
        last = bytes(terminal.written).split(b"\x1b[?1049l")[-1].decode()
        sentence = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", last).strip()
        assert sentence.startswith("raceview: ")
        assert "final_output.csv" in sentence
        assert "\n" not in sentence
        assert terminal.modes == SANE


@pytest.mark.parametrize(("key", "code"), [("q", 0), ("ctrl+c", 0), ("ctrl+q", 0)])
@pytest.mark.usefixtures("nothing_left")
def test_leaving_by_key(env: dict[str, str], key: str, code: int) -> None:
    with Terminal([*RACEVIEW, str(SAMPLE)], env=env) as terminal:
        terminal.wait_for(r"4,000 events")
        terminal.press(key)
        assert terminal.wait() == code
        assert terminal.modes == SANE


@pytest.mark.parametrize("key", ["escape", "q", "ctrl+c"])
@pytest.mark.usefixtures("nothing_left")
def test_leaving_while_a_file_does_not_come(env: dict[str, str], key: str) -> None:
    """A thread that waits for a disk cannot be stopped; the prompt comes back all the same."""
    with Terminal([sys.executable, "-c", DISK_THAT_HANGS, str(SAMPLE)], env=env) as terminal:
        terminal.wait_for("esc or q leaves")
        terminal.press(key)
        assert terminal.wait(seconds=10) == 0
        assert terminal.modes == SANE


@pytest.mark.usefixtures("nothing_left")
def test_one_that_is_stopped_leaves_when_it_goes_on(env: dict[str, str]) -> None:
    """A closing terminal sends SIGHUP and SIGCONT. Stopped meanwhile, raceview finds both at once.

    Which it sees first is the kernel's to say, as threads may get one each: the screen may come once more, but goes.
    """
    with Terminal([*RACEVIEW, str(SAMPLE)], env=env) as terminal:
        terminal.wait_for(r"4,000 events")
        terminal.settle()
        os.kill(terminal.pid, signal.SIGSTOP)
        os.waitpid(terminal.pid, os.WUNTRACED)
        os.kill(terminal.pid, signal.SIGHUP)
        os.kill(terminal.pid, signal.SIGCONT)
        assert terminal.wait() == 128 + signal.SIGHUP
        assert terminal.modes == SANE


def test_the_handlers_are_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that Textual sets meanwhile as well; after a signal that ended it, too."""
    monkeypatch.setattr(hangup, "_let_go_of_a_dead_terminal", lambda: None)  # it would be that of the tests
    numbers = [*hangup.ENDING, signal.SIGCONT]
    before = [signal.getsignal(number) for number in numbers]
    app: App[None] = App()  # it never runs: a signal ends the program
    with hangup.ends_on_signal(app) as came:
        signal.signal(signal.SIGCONT, lambda number, _: came.append(number))  # as Textual's driver does
        with pytest.raises(SystemExit) as ended:
            signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGCONT)
    assert ended.value.code == 128 + signal.SIGHUP
    assert came == [signal.SIGHUP]
    assert [signal.getsignal(number) for number in numbers] == before


@pytest.mark.usefixtures("nothing_left")
def test_a_terminal_that_goes_away(env: dict[str, str]) -> None:
    """As the kernel does it."""
    with Terminal([*RACEVIEW, str(SAMPLE)], env=env) as terminal:
        terminal.wait_for(r"4,000 events")
        os.close(terminal.fd)
        terminal.fd, terminal.ended = -1, True
        assert terminal.wait() == 128 + signal.SIGHUP


def test_the_place_is_kept_however_it_ends(env: dict[str, str]) -> None:
    with Terminal([*RACEVIEW, str(SAMPLE)], env=env) as terminal:
        terminal.wait_for(r"4,000 events")
        terminal.press("5")
        terminal.settle()
        os.kill(terminal.pid, 15)
        assert terminal.wait() == 128 + 15
        assert terminal.modes == SANE
    with Terminal([*RACEVIEW, str(SAMPLE)], env=env) as terminal:
        terminal.wait_for(r"exact-key")
        terminal.press("q")
        assert terminal.wait() == 0


@pytest.mark.parametrize("term", ["screen", "tmux", "linux", "xterm"])
def test_sixteen_colours_are_enough(env: dict[str, str], term: str) -> None:
    with Terminal([*RACEVIEW, str(SAMPLE)], env={**env, "TERM": term, "COLORTERM": ""}) as terminal:
        terminal.wait_for(r"4,000 events")
        terminal.settle()
        assert b"\x1b[38;2" not in terminal.written
        assert b";48;2" not in terminal.written
        terminal.press("q")
        assert terminal.wait() == 0


def test_no_color_means_none(env: dict[str, str]) -> None:
    with Terminal([*RACEVIEW, str(SAMPLE)], env={**env, "NO_COLOR": "1"}) as terminal:
        terminal.wait_for(r"4,000 events")
        for key in "12345":
            terminal.press(key)
            terminal.settle()
        terminal.press("q")
        assert terminal.wait() == 0
        codes = {
            code
            for found in re.findall(rb"\x1b\[([0-9;]*)m", bytes(terminal.written))
            for code in found.split(b";")
        }
        coloured = {b"38", b"48", *(str(base + n).encode() for base in (30, 40, 90, 100) for n in range(8))}
        assert not codes & coloured


@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
def test_a_terminal_that_cannot_draw(env: dict[str, str], term: str) -> None:
    with Terminal([*RACEVIEW, str(SAMPLE)], env={**env, "TERM": term}) as terminal:
        assert terminal.wait() == 2
        assert "add --export" in " ".join(terminal.text.split())
        assert "\x1b" not in bytes(terminal.written).decode()
