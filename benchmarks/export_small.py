"""70,000 events: the whole `raceview BUNDLE --export`, process start included, against the floor and plain pandas.

The bundle is the assessment's where it lies beside the project, else a simulated one of its shape.
"""

from __future__ import annotations

import sys

from compare import HERE, RACEVIEW, ROOT, arguments, folder, load, ratio, simulated, table, take_turns

ASSESSMENT = ROOT.parent / "shared" / "data" / "assessment"
TURNS = 9


def main() -> None:
    given = arguments(__doc__, TURNS)
    with folder(given.folder) as place:
        bundle = ASSESSMENT
        if not bundle.is_dir():
            bundle, _ = simulated(place / "assessment", "--family", "assessment", "--events", "70000")
        commands = {
            "floor: parse": [sys.executable, str(HERE / "parse_floor.py"), str(bundle)],
            "pandas, exact key": [
                *(sys.executable, str(HERE / "pandas_rule.py")),
                *(str(bundle), str(place / "pandas_output.csv")),
            ],
            "raceview --export": [*RACEVIEW, str(bundle), "--export", "--out", str(place / "exports")],
        }
        taken = take_turns(commands, given.turns)
    floor, pandas, export = taken.values()
    print(f"70,000 events, {'the assessment' if bundle is ASSESSMENT else 'simulated'}; {load()}\n")
    print(table(taken))
    print(f"\nexport / floor, turn by turn    {ratio(export, floor):5.2f}   target <= 3")
    print(f"export / pandas, turn by turn   {ratio(export, pandas):5.2f}   target <= 1")


if __name__ == "__main__":
    main()
