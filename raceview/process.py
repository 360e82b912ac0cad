"""What a process that is raceview's alone may do to itself; a library must not."""

from __future__ import annotations

import gc
import os
from typing import TextIO

COLLECT_AFTER = 50_000
"""New objects before the collector looks for cycles. Imports make many objects and no garbage: 700, the interpreter's
own number, has it look a hundred times, a fortieth of a small export."""


def set_up() -> None:
    """Before anything is loaded: numpy's algebra stays in one thread, and the collector of cycles looks less often.

    The matrices are small: OpenBLAS' further threads find nothing to do, and wait for it in a loop, on the cores that
    the engine works on.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(COLLECT_AFTER)


def give_up(stream: TextIO) -> None:
    """Let what is still to come on a stream that nobody reads go nowhere: what is buffered would fail again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
