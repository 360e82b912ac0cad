"""Copying: the raw bytes that go to the terminal, and the file beside them."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from textual.app import App

from raceview.tui import clipboard

TEXT = "evt_1: ○ 1,642.30 −0.04\n" * 30
XTERM = {"TERM": "xterm-256color"}


class Driver:
    """Takes what would go to the terminal."""

    def __init__(self) -> None:
        self.written = ""

    def write(self, data: str) -> None:
        self.written += data


def app_on(driver: Driver) -> App[None]:
    app: App[None] = App()
    app._driver = driver  # type: ignore[assignment]
    return app


def decoded(command: str) -> str:
    match = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", command)
    assert match
    return base64.b64decode(match[1]).decode()


def test_a_bare_terminal_gets_osc_52() -> None:
    assert decoded(clipboard.sequence(TEXT, XTERM) or "") == TEXT


def test_tmux_gets_it_for_itself_and_to_hand_on() -> None:
    sent = clipboard.sequence(TEXT, {"TERM": "screen-256color", "TMUX": "/tmp/tmux", "STY": "outer"}) or ""
    own, _, wrapped = sent.partition("\x1bPtmux;")
    assert decoded(own) == TEXT
    assert wrapped.endswith("\x1b\\")
    inner = wrapped[:-2]
    assert inner.count("\x1b") == 2 * inner.count("\x1b\x1b")  # each escape is doubled
    assert decoded(inner.replace("\x1b\x1b", "\x1b")) == TEXT


def test_screen_gets_it_in_pieces() -> None:
    sent = clipboard.sequence(TEXT, {"TERM": "screen", "STY": "1.pts"}) or ""
    pieces = sent.split("\x1b\\")
    assert pieces.pop() == ""
    assert len(pieces) > 1
    assert all(piece.startswith("\x1bP") and len(piece) <= 256 for piece in pieces)
    assert decoded("".join(piece[2:] for piece in pieces)) == TEXT


@pytest.mark.parametrize("term", ["dumb", "linux", ""])
def test_terminals_without_a_clipboard_get_nothing(term: str) -> None:
    assert clipboard.sequence(TEXT, {"TERM": term}) is None


def test_the_whole_sequence_stays_below_what_terminals_read() -> None:
    assert len(clipboard.sequence("x" * clipboard.MOST_BYTES, XTERM) or "") == 100_000
    assert clipboard.sequence("x" * (clipboard.MOST_BYTES + 1), XTERM) is None
    assert clipboard.sequence("○" * (clipboard.MOST_BYTES // 3 + 1), XTERM) is None


def test_the_sentence_says_what_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    driver = Driver()
    said = clipboard.copy(app_on(driver), TEXT, tmp_path / "state")
    assert decoded(driver.written) == TEXT
    assert "not every terminal accepts it" in said
    copied = tmp_path / "state" / clipboard.FILE_NAME
    assert str(copied) in said
    assert copied.read_text() == TEXT
    assert copied.stat().st_mode & 0o777 == 0o600


def test_too_much_goes_to_the_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    driver = Driver()
    said = clipboard.copy(app_on(driver), "x" * 80_000, tmp_path)
    assert driver.written == ""
    assert "more than a terminal's clipboard takes" in said
    assert (tmp_path / clipboard.FILE_NAME).stat().st_size == 80_000


def test_nowhere_to_write_is_told_by_silence_about_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    (tmp_path / "file").touch()
    said = clipboard.copy(app_on(Driver()), TEXT, tmp_path / "file")
    assert said == "this terminal has no clipboard."
