"""How a program without a screen is ended from outside: by ctrl-c, by a signal; temporary files go in any case."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

INTERRUPTED = 128 + signal.SIGINT
"""The exit code of a program that ctrl-c ended."""


@contextmanager
def interrupts_noted() -> Iterator[list[int]]:
    """The SIGINTs that came meanwhile: an engine that is interrupted may answer with an error of its own."""
    seen: list[int] = []

    def note(number: int, _: object) -> NoReturn:
        seen.append(number)
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, note)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def unwinds_on_signal() -> Iterator[None]:
    """Meanwhile SIGTERM and SIGHUP raise SystemExit(128 + their number), so that what was begun is cleared away."""

    came: list[int] = []

    def leave(number: int, _: object) -> NoReturn:
        came.append(number)
        for other in before:  # a second one must not cut that short
            signal.signal(other, signal.SIG_IGN)
        raise SystemExit(128 + number)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    before = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}  # nohup
    for number in before:
        signal.signal(number, leave)
    try:
        yield
    except Exception:  # an engine that was at work answers with an error of its own
        if came:
            raise SystemExit(128 + came[0]) from None
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
