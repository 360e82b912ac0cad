"""The output alone: which rows are further copies, against the truth of simulated families, beside three other ways.

Exact key (the first row per symbol and time stays; the brief's keeps the last), the 10 ms + 0.50 rule on neighbours in
the file, and Splink 5 where `--splink PYTHON` names an interpreter that has it. A file has some 250 copies, whose
calibration scatters: the rows of several seeds are judged together. Then ten million rows, against DuckDB's parse and
write.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
from compare import HERE, MIB, ROOT, folder, load, ratio, simulated, table, take_turns

from raceview.engine.duckdb_engine import DuckDBEngine
from raceview.matching import match_rows
from raceview.model import Options

Chance = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Judged = dict[str, tuple[Chance, Mask]]
"""By way: each row's probability to be a further copy, and whether it is one."""

EVENTS = 70_000
FAMILIES = ("assessment", "mixed", "walk", "skew", "storm", "jitter")
LIKELY = 0.01
"""Calibration is that of grouped rows with this probability or more: over all rows everything is calibrated."""
DRAWS = 200
OURS = "raceview"
READ = (
    "SELECT row_number() OVER () - 1 AS row, symbol, epoch_ns(timestamp) AS time_ns, "
    "CAST(price * 1000000 AS BIGINT) * 1000 AS price_units FROM read_csv('{file}', columns={{"
    "'symbol': 'VARCHAR', 'timestamp': 'TIMESTAMP_NS', 'price': 'DECIMAL(18,6)'}})"
)
EXACT_KEY = (
    "SELECT row FROM outputs QUALIFY row_number() OVER (PARTITION BY symbol_id, time_ns ORDER BY row) > 1"
)
RULE = (
    "SELECT b.row FROM outputs AS a JOIN outputs AS b ON b.row = a.row + 1 AND b.symbol_id = a.symbol_id "
    "WHERE abs(b.time_ns - a.time_ns) <= 10000000 AND abs(b.price_units - a.price_units) <= 500000000"
)


def main() -> None:
    given = _arguments()
    print(
        f"{EVENTS:,} events a family, seeds {', '.join(map(str, given.seeds))} together; {load()}\n"
        f"calibration: expected error over grouped rows of p >= {LIKELY}\n"
    )
    print(
        f"{'':26}{'precision':>10}{'recall':>8}{'F1':>8}{'calibr.':>9}{'by chance':>10}{'tp/fp/fn':>19}{'s':>7}"
    )
    with folder(given.folder) as place:
        for family in FAMILIES:
            for order in ("event", "emission"):
                _family(place, family, order, given)
        if given.rows:
            _ten_million(place, given)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--turns", type=int, default=3, help="measured runs of ten million rows (%(default)s)"
    )
    parser.add_argument("--folder", help="keep bundles here, and use them again (default: a passing one)")
    parser.add_argument(
        "--seeds", type=int, nargs="+", default=range(201, 221), help="of the families (201 to 220)"
    )
    parser.add_argument("--splink", help="an interpreter that has splink")
    parser.add_argument("--rows", type=int, default=10_000_000, help="0: the families alone (%(default)s)")
    return parser.parse_args()


def _family(place: Path, family: str, order: str, given: argparse.Namespace) -> None:
    """One family in one order: a line for each way, over all seeds."""
    ways: dict[str, list[tuple[Chance, Mask]]] = {}
    seconds = []
    for seed in given.seeds:
        options = ("--family", family, "--order", order, "--events", str(EVENTS), "--seed", str(seed))
        bundle, _ = simulated(place / f"{family}-{order}-{seed}", *options)
        judged, took = _judged(bundle, given.splink)
        seconds.append(took)
        for way, one in judged.items():
            ways.setdefault(way, []).append(one)
    for way, found in ways.items():
        chance, further = (np.concatenate(parts) for parts in zip(*found, strict=True))
        own = way == OURS
        _line(
            f"{family}, {order}: {way}" if own else f"  {way}",
            chance,
            further,
            float(np.mean(seconds)) if own else None,
        )


def _judged(bundle: Path, splink: str | None) -> tuple[Judged, float]:
    """What each way says of the rows of a file, and the seconds that ours took."""
    further = _truth(bundle)
    judged: Judged = {}
    engine = DuckDBEngine()
    try:
        engine.create("outputs_read", READ.format(file=bundle / "final_output.csv"))
        engine.create(
            "symbols",
            "SELECT symbol, row_number() OVER (ORDER BY symbol) AS symbol_id FROM outputs_read GROUP BY symbol",
        )
        engine.create(
            "outputs",
            "SELECT row, symbol_id, time_ns, price_units FROM outputs_read JOIN symbols USING (symbol)",
        )
        start = time.perf_counter()
        match_rows(engine, Options(threshold=LIKELY))
        seconds = time.perf_counter() - start
        lines = engine.arrays(
            "SELECT row, probability_millionths, exact FROM inferred WHERE row <> first_row"
        )
        chance = _spread(len(further), lines["row"], lines["probability_millionths"] / 1e6)
        kept = np.ones(len(further), dtype=bool)
        kept[lines["row"][lines["exact"] == 1]] = False
        judged[OURS] = chance, further
        judged["without exact repeats"] = chance[kept], further[kept]
        for way, query in (("exact key", EXACT_KEY), ("10 ms + 0.50", RULE)):
            judged[way] = _spread(len(further), engine.arrays(query)["row"], 1.0), further
    finally:
        engine.close()
    if splink:
        command = [splink, str(HERE / "splink_rows.py"), str(bundle / "final_output.csv")]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        pairs = np.array([line.split() for line in run.stdout.splitlines()], dtype=np.float64).reshape(-1, 2)
        judged["Splink 5"] = _spread(len(further), pairs[:, 0].astype(np.int64), pairs[:, 1]), further
    return judged, seconds


def _truth(bundle: Path) -> Mask:
    """Whether each row is a further copy of an event that has a row before; phantoms are none."""
    with (bundle / "truth.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    seen: set[str] = set()
    further = np.zeros(len(lines), dtype=bool)
    for row, line in enumerate(lines):
        event = line["event_id"]
        further[row] = bool(event) and line["role"] != "phantom" and event in seen
        seen.add(event)
    return further


def _spread(rows: int, row: npt.NDArray[np.int64], chance: Chance | float) -> Chance:
    all_rows = np.zeros(rows)
    all_rows[row] = chance
    return all_rows


def _line(name: str, chance: Chance, further: Mask, seconds: float | None = None) -> None:
    claimed = chance >= 0.5
    right, wrong, missed = (int(x.sum()) for x in (claimed & further, claimed & ~further, ~claimed & further))
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    f1 = 2 * right / max(1, 2 * right + wrong + missed)
    counts = f"{right}/{wrong}/{missed}"
    took = "" if seconds is None else f"{seconds:7.1f}"
    rates = f"{precision:10.4f}{recall:8.4f}{f1:8.4f}"
    errors = f"{_calibration(chance, further):9.4f}{_by_chance(chance):10.4f}"
    print(f"{name:26}{rates}{errors}{counts:>19}{took}", flush=True)


def _calibration(chance: Chance, further: Mask) -> float:
    """Expected calibration error over ten bins of probability (Naeini, Cooper and Hauskrecht 2015)."""
    likely = chance >= LIKELY
    gap = np.bincount((chance[likely] * 10).astype(int).clip(0, 9), chance[likely] - further[likely], 10)
    return float(np.abs(gap).sum() / max(1, likely.sum()))


def _by_chance(chance: Chance) -> float:
    """The calibration error that these probabilities would show on the average if they were right: few rows scatter."""
    draw = np.random.default_rng(1)
    likely = chance[chance >= LIKELY]
    return float(np.mean([_calibration(likely, draw.random(len(likely)) < likely) for _ in range(DRAWS)]))


def _ten_million(place: Path, given: argparse.Namespace) -> None:
    options = (
        "--family",
        "mixed",
        "--order",
        "emission",
        "--events",
        str(given.rows),
        "--seed",
        str(given.seeds[0]),
    )
    bundle, _ = simulated(place / f"rows-{given.rows}", *options)
    output = bundle / "final_output.csv"
    floor = (
        "import duckdb; duckdb.sql(\"COPY (SELECT * FROM read_csv('{}', columns={{'symbol': 'VARCHAR', "
        "'timestamp': 'TIMESTAMP', 'price': 'DECIMAL(18,6)'}})) TO '{}' (HEADER)\")"
    ).format(output, place / "floor.csv")
    script = str(ROOT / "raceview" / "deduplicate_stream.py")
    commands = {
        "floor: parse, write": [sys.executable, "-c", floor],
        "deduplicate_stream": [sys.executable, script, str(output), str(place / "clean.csv")],
    }
    taken = take_turns(commands, given.turns, warm=False)
    parsed, ours = taken.values()
    print(f"\n{given.rows:,} events; {load()}\n{table(taken)}")
    print(f"\nours / floor, turn by turn   {ratio(ours, parsed):5.2f}   target <= 3")
    print(f"peak memory, MiB             {max(one.peak for one in ours) / MIB:5.0f}   target < 4096")


if __name__ == "__main__":
    main()
