"""`deduplicate-stream` by turns with the pandas scripts that people write for an output: seconds, and what they remove.

The output is the file that is named, or that BENCH_OUTPUT names, else the assessment's where it lies beside the
project, else the sample's. What is right is told by the `truth.csv` beside it, a line per row with its event's id.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from compare import HERE, ROOT, folder, load, ratio, run, table, take_turns

ASSESSMENT = ROOT.parent / "shared" / "data" / "assessment" / "final_output.csv"
SAMPLE = ROOT / "data" / "final_output.csv"
OURS = "deduplicate-stream"
RULES = ("exact-key", "4-ms", "10-ms-0.50")
TURNS = 5


def main() -> None:
    given = _arguments()
    output: Path = given.output.resolve()
    truth = _truth(output.parent / "truth.csv")
    with folder(given.folder) as place:
        numbered = place / "numbered.csv"
        _number(output, numbered)
        kept = {}
        for name in (OURS, *RULES):
            run(_command(name, numbered, place / "clean.csv"))
            kept[name] = _kept(place / "clean.csv")
        commands = {name: _command(name, output, place / f"{name}.csv") for name in (OURS, *RULES)}
        taken = take_turns(commands, given.turns)
    print(
        f"{output.parent.name}/{output.name}: {len(truth):,} rows, {_copies(truth):,} of them copies; {load()}\n"
    )
    print(table(taken))
    print(
        f"\n{'':24}{'ours / theirs':>14}{'removed':>9}{'copies left':>13}{'wrongly removed':>17}{'events lost':>13}"
    )
    for name, rows in kept.items():
        speed = f"{ratio(taken[OURS], taken[name]):14.2f}" if name != OURS else f"{'':14}"
        print(f"{name:24}{speed}{_verdict(truth, rows)}")
    print("\ntarget: no copy left and nothing removed wrongly in the assessment's output")


def _arguments() -> argparse.Namespace:
    default = ASSESSMENT if ASSESSMENT.exists() else SAMPLE
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "output",
        type=Path,
        nargs="?",
        default=Path(os.environ.get("BENCH_OUTPUT", default)),
        help="(%(default)s)",
    )
    parser.add_argument(
        "--turns", type=int, default=TURNS, help="measured runs of each command (%(default)s)"
    )
    parser.add_argument("--folder", help="keep what is written here (default: a passing one)")
    return parser.parse_args()


def _command(name: str, source: Path, target: Path) -> Sequence[str]:
    if name == OURS:
        return [sys.executable, str(ROOT / "raceview" / "deduplicate_stream.py"), str(source), str(target)]
    return [sys.executable, str(HERE / "pandas_stream.py"), name, str(source), str(target)]


def _truth(path: Path) -> list[str]:
    """Each row's event; a row that is none's is an event of its own."""
    with path.open(encoding="utf-8", newline="") as file:
        return [line["event_id"] or f"row {row}" for row, line in enumerate(csv.DictReader(file))]


def _number(source: Path, target: Path) -> None:
    """The same rows with their numbers in a further column, which every script keeps: so that rows are known again."""
    with source.open(encoding="utf-8", newline="") as file, target.open("w", encoding="utf-8") as out:
        header, *lines = file.read().splitlines()
        out.write(f"{header},row\n")
        out.writelines(f"{line},{row}\n" for row, line in enumerate(lines))


def _kept(path: Path) -> set[int]:
    with path.open(encoding="utf-8", newline="") as file:
        return {int(line["row"]) for line in csv.DictReader(file)}


def _copies(truth: Sequence[str]) -> int:
    return len(truth) - len(set(truth))


def _verdict(truth: Sequence[str], kept: set[int]) -> str:
    """Rows removed, copies left, first rows of an event removed, and events of which no row is left."""
    first = {event: row for row, event in reversed(list(enumerate(truth)))}
    copies = sum(1 for row in kept if first[truth[row]] != row)
    wrongly = sum(1 for row in first.values() if row not in kept)
    lost = len(first) - len({truth[row] for row in kept})
    return f"{len(truth) - len(kept):9,}{copies:13,}{wrongly:17,}{lost:13,}"


if __name__ == "__main__":
    main()
