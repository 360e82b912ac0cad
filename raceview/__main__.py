"""`python -m raceview`, and the `raceview` command: the command line as a process of its own."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from typing import NoReturn

from raceview.process import set_up


def run() -> NoReturn:
    """Run the command line and leave, without taking the interpreter apart where nothing waits for that.

    Everything is written and closed by then. To free each module and array one by one took a twentieth of the time of
    a small export.
    """
    set_up()
    from raceview.cli.main import main

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


if __name__ == "__main__":
    run()
