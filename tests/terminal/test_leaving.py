"""However the investigator ends, the terminal is as it was, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from terminal.driver import Terminal
from terminal.remote import PROMPT, Remote

SIGNALS = [signal.SIGHUP, signal.SIGTERM, signal.SIGINT]
OFF = {"alternate_on": "0", "cursor_flag": "1", "mouse_any_flag": "0", "mouse_sgr_flag": "0"}


def _is_sane(host: Remote, client: Terminal) -> None:
    """The shell is back on its own screen, one sees what one types, and tmux knows of no mode left on."""
    client.wait_for(PROMPT)
    client.wait_until(lambda: {flag: host.pane(flag) for flag in OFF} == OFF, "all modes off")
    client.type("stty -a | tr ';' ' '\r")
    settings = client.wait_for(r"\biexten\b").split()
    assert {"icanon", "echo", "isig", "icrnl", "opost"} <= set(settings)
    client.wait_for(PROMPT)
    client.type("echo s''ane\r")
    client.wait_for(r"echo s''ane\nsane\nhere:")


def _nothing_is_left(host: Remote) -> None:
    _within(10, lambda: not host.raceviews())
    assert list(host.temporary.iterdir()) == []


def _within(seconds: float, holds: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.05)


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
def test_leaving_by_key(host: Remote, key: str) -> None:
    with host.tmux("--demo") as client:
        client.wait_for("exactly once")
        assert host.pane("alternate_on") == "1"
        client.press(key)
        _is_sane(host, client)
    _nothing_is_left(host)


def test_leaving_while_loading(host: Remote) -> None:
    with host.tmux("--demo") as client:
        client.wait_for("1 Verdict")
        client.press("q")
        _is_sane(host, client)
    _nothing_is_left(host)


@pytest.mark.parametrize("number", SIGNALS)
def test_being_ended(host: Remote, number: signal.Signals) -> None:
    with host.tmux("--demo") as client:
        client.wait_for("exactly once")
        (pid,) = host.raceviews()
        os.kill(pid, number)
        _is_sane(host, client)
    _nothing_is_left(host)


def test_the_connection_breaks(host: Remote) -> None:
    with host.login(host.command("--demo")) as client:
        client.wait_for("exactly once")
        assert host.raceviews()
        os.kill(client.pid, signal.SIGKILL)  # the ssh client, as when a laptop is closed
    _nothing_is_left(host)


def test_the_window_is_closed_inside_tmux(host: Remote) -> None:
    with host.tmux("--demo") as client:
        client.wait_for("exactly once")
        host.ask_tmux("kill-session", "-t", "case")
        assert client.wait() == 0
    _nothing_is_left(host)
