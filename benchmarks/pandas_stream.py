"""The scripts that people write for an output with duplicates: pandas and one rule."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd


def exact_key(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per symbol and timestamp: the last."""
    return rows.drop_duplicates(["symbol", "timestamp"], keep="last")


def four_ms(rows: pd.DataFrame) -> pd.DataFrame:
    """Of neighbours in the file with one symbol, at most 4 ms apart, the last."""
    near = _same_symbol(rows) & (_apart(rows) <= pd.Timedelta(milliseconds=4))
    return rows[~near.shift(-1, fill_value=False)]


def ten_ms_half(rows: pd.DataFrame) -> pd.DataFrame:
    """Of neighbours in the file with one symbol, at most 10 ms and 0.50 apart, the first."""
    alike = rows["price"].diff().abs() <= 0.50
    return rows[~(_same_symbol(rows) & (_apart(rows) <= pd.Timedelta(milliseconds=10)) & alike)]


def _same_symbol(rows: pd.DataFrame) -> pd.Series[bool]:
    return rows["symbol"] == rows["symbol"].shift()


def _apart(rows: pd.DataFrame) -> pd.Series[pd.Timedelta]:
    return pd.to_datetime(rows["timestamp"], format="ISO8601").diff().abs()


RULES = {"exact-key": exact_key, "4-ms": four_ms, "10-ms-0.50": ten_ms_half}


def main() -> None:
    parser = argparse.ArgumentParser(description="Remove duplicates by one rule.")
    parser.add_argument("rule", choices=RULES)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    given = parser.parse_args()
    RULES[given.rule](pd.read_csv(given.source)).to_csv(given.target, index=False)


if __name__ == "__main__":
    main()
