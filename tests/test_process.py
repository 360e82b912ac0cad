"""What a process of raceview's own sets for itself, seen from inside one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

THREADS_AND_COLLECTOR = (
    "from raceview.process import set_up; set_up()\n"
    "import gc, os, numpy\n"
    "numpy.ones((400, 400)) @ numpy.ones((400, 400))\n"
    "print(len(os.listdir('/proc/self/task')), gc.get_threshold()[0])"
)


def seen(**environment: str) -> list[int]:
    """Threads of the process, and new objects before its collector looks for cycles."""
    bare = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    words = [sys.executable, "-c", THREADS_AND_COLLECTOR]
    ran = subprocess.run(words, capture_output=True, check=True, text=True, env=bare | environment)
    return [int(word) for word in ran.stdout.split()]


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="threads are counted as Linux lists them")
def test_algebra_stays_in_one_thread_unless_the_user_says_otherwise() -> None:
    assert seen() == [1, 50_000]
    assert seen(OPENBLAS_NUM_THREADS="3")[0] == min(3, len(os.sched_getaffinity(0)))
