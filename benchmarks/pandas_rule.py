"""What somebody would write first: pandas, the three files, the last row of each (symbol, timestamp)."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd


def main() -> None:
    parser = argparse.ArgumentParser(description="Keep the last row per symbol and timestamp.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    ticks = pd.read_json(given.bundle / "raw_tick_events.log", lines=True)
    attempts = pd.read_csv(given.bundle / "worker_logs.csv")
    output = pd.read_csv(given.bundle / "final_output.csv")
    clean = output.drop_duplicates(["symbol", "timestamp"], keep="last")
    clean.to_csv(given.out, index=False)
    print(
        f"{len(ticks)} ticks, {len(attempts)} attempts, {len(output)} rows, {len(output) - len(clean)} dropped"
    )


if __name__ == "__main__":
    main()
