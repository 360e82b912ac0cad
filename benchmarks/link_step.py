"""Opens a bundle and prints how many seconds the linkage step took, and the whole opening."""

from __future__ import annotations

import sys
import time

import raceview


def main() -> None:
    began: dict[str, float] = {}

    def note(step: str, done: int, total: int) -> None:
        began.setdefault(step, time.perf_counter())

    start = time.perf_counter()
    with raceview.open_bundle(sys.argv[1], progress=note) as inv:
        opened = time.perf_counter() - start
        print(began["judging"] - began["linking"], opened, inv.linkage.rest)


if __name__ == "__main__":
    main()
