"""Ten million events like the assessment's: making them, exporting them, and the floor that parses and writes.

Needs about 6 GB of disk where temporary files go (or in `--folder`), and some minutes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from compare import HERE, MIB, RACEVIEW, arguments, folder, load, ratio, simulated, table, take_turns

EVENTS = 10_000_000
GB = 10**9


def main() -> None:
    given = arguments(__doc__, 1)
    with folder(given.folder) as place:
        bundle, made = simulated(place / "ten-million", "--family", "assessment", "--events", str(EVENTS))
        print(f"{EVENTS:,} events, {_size(bundle) / GB:.2f} GB of text; {load()}\n", flush=True)
        if made:
            print(
                f"simulated in {made.wall:.0f} s, peak {made.peak / MIB:.0f} MiB   target < 120 s\n",
                flush=True,
            )
        floor = [
            sys.executable,
            str(HERE / "parse_floor.py"),
            str(bundle),
            "--write",
            str(place / "floor.csv"),
        ]
        export = [*RACEVIEW, str(bundle), "--export", "--out", str(place / "exports")]
        taken = take_turns(
            {"floor: parse and write": floor, "raceview --export": export}, given.turns, warm=False
        )
    floors, exports = taken.values()
    print(table(taken))
    print(f"\nexport / floor, turn by turn   {ratio(exports, floors):5.2f}   target <= 4")
    print(f"peak memory of the export      {max(one.peak for one in exports) / GB:5.2f} GB   target < 10 GB")


def _size(bundle: Path) -> int:
    names = ("raw_tick_events.log", "worker_logs.csv", "final_output.csv")
    return sum((bundle / name).stat().st_size for name in names)


if __name__ == "__main__":
    main()
