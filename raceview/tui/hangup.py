"""Being ended from outside: the terminal is given back as it was found, and nothing is left behind.

Textual does not catch these signals: the process would die with the mouse reported, the echo off and its temporary
folders there.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

from textual.app import App

ENDING = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)


@contextmanager
def ends_on_signal(app: App[Any]) -> Iterator[list[int]]:
    """While it lasts, a signal makes the app leave as `q` does; gives the numbers of those that came."""
    came: list[int] = []

    def leave(number: int, _: object) -> None:
        came.append(number)
        # A terminal that goes away sends SIGHUP, then SIGCONT; at that Textual would take up the terminal again.
        signal.signal(signal.SIGCONT, signal.SIG_IGN)
        _let_go_of_a_dead_terminal()
        if not app.is_running:
            raise SystemExit(128 + number)
        # not from here: the event loop may be asleep, or at any point of its work
        Thread(target=_exit, args=(app,), daemon=True).start()

    before = {number: signal.getsignal(number) for number in (*ENDING, signal.SIGCONT)}
    for number in ENDING:
        signal.signal(number, leave)
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _exit(app: App[Any]) -> None:
    with suppress(RuntimeError):  # it has come to its end meanwhile
        app.call_from_thread(app.exit)


def _let_go_of_a_dead_terminal() -> None:
    """Where the terminal is gone, writing fails: Textual's writer would die of it, and the app wait for it forever."""
    with suppress(OSError, ValueError, AttributeError):
        try:
            termios.tcgetattr(sys.__stdin__.fileno())  # type: ignore[union-attr] # None raises too
        except termios.error:
            nowhere = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(nowhere, descriptor)
            os.close(nowhere)
