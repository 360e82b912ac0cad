"""What a process that is raceview's alone may do to itself; a library must not."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
from collections.abc import Callable
from typing import NoReturn, TextIO

COLLECT_AFTER = 50_000
"""New objects before the collector looks for cycles. Imports make many objects and no garbage: 700, the interpreter's
own number, has it look a hundred times, a fortieth of a small export."""


def set_up() -> None:
    """Before anything is loaded: numpy's algebra stays in one thread, and the collector of cycles looks less often.

    The matrices are small: OpenBLAS' further threads find nothing to do, and wait for it in a loop, on the cores that
    the engine works on. A standard stream that was closed by who started the process becomes one that goes nowhere.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(COLLECT_AFTER)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):  # in the order of their numbers
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - as long as the process


def leave_after(main: Callable[[], NoReturn]) -> NoReturn:
    """Run `main`, which ends with SystemExit, and leave without taking the interpreter apart where nobody waits for it.

    Everything is written and closed by then. To free each module and array one by one took a twentieth of the time of
    a small export, and a thread that still imports in the background would hold what others then miss.
    """
    try:
        main()
    except SystemExit as end:
        others = set(threading.enumerate()) - {threading.main_thread()}
        if not isinstance(end.code, int) or any(not thread.daemon for thread in others):
            raise
        atexit._run_exitfuncs()
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except OSError:
            raise end from None  # the interpreter has its own way to say so
        os._exit(end.code)


def give_up(stream: TextIO) -> None:
    """Let what is still to come on a stream that nobody reads go nowhere: what is buffered would fail again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
