"""A million events, every row jittered by up to 5 ms: the linkage step alone, and the whole export.

A symbol ticks each 100 ms, then each 20 ms; rows stand in the order of their events, then shuffled, which takes what
a row's place in the file says away.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from compare import HERE, MIB, RACEVIEW, arguments, folder, load, run, simulated

EVENTS = 1_000_000
SPACINGS_MS = (100, 20)


def main() -> None:
    given = arguments(__doc__, 1)
    print(f"{EVENTS:,} events, every row jittered; {load()}; target of the linkage: 10 s\n")
    print(
        f"{'spacing, order':20}{'inexact rows':>14}{'linkage s':>11}{'opening s':>11}{'export s':>10}{'peak MiB':>10}"
    )
    with folder(given.folder) as place:
        for spacing in SPACINGS_MS:
            options = ("--family", "jitter", "--events", str(EVENTS), "--spacing-ms", str(spacing))
            bundle, _ = simulated(place / f"jitter-{spacing}", *options)
            _measure(f"{spacing} ms, by event", bundle, place, given.turns)
            _measure(f"{spacing} ms, shuffled", _shuffled(bundle), place, given.turns)


def _measure(name: str, bundle: Path, place: Path, turns: int) -> None:
    for _ in range(turns):
        link, opened, rest = run([sys.executable, str(HERE / "link_step.py"), str(bundle)]).stdout.split()
        export = run([*RACEVIEW, str(bundle), "--export", "--out", str(place / "exports")])
        print(
            f"{name:20}{int(rest):14,}{float(link):11.1f}{float(opened):11.1f}{export.wall:10.1f}"
            f"{export.peak / MIB:10.0f}",
            flush=True,
        )


def _shuffled(bundle: Path) -> Path:
    """The same bundle with the rows of its output in random order, the same each time."""
    out = bundle.with_name(f"{bundle.name}-shuffled")
    if not out.exists():
        header, *rows = (bundle / "final_output.csv").read_bytes().splitlines(keepends=True)
        random.Random(1).shuffle(rows)
        out.mkdir()
        for name in ("raw_tick_events.log", "worker_logs.csv"):
            (out / name).symlink_to(bundle / name)
        (out / "final_output.csv").write_bytes(header + b"".join(rows))
    return out


if __name__ == "__main__":
    main()
