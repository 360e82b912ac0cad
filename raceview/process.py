"""What a process that is raceview's alone sets for itself before it loads anything; a library must not."""

from __future__ import annotations

import gc
import os

COLLECT_AFTER = 50_000
"""New objects before the collector looks for cycles. Imports make many objects and no garbage: 700, the interpreter's
own number, has it look a hundred times, a fortieth of a small export."""


def set_up() -> None:
    """Keep numpy's algebra in one thread, and the collector of cycles from looking all the time.

    The matrices are small: OpenBLAS' further threads find nothing to do, and wait for it in a loop, on the cores that
    the engine works on.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(COLLECT_AFTER)
