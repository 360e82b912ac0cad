"""The floor: a DuckDB program that parses the three files into typed columns, and does nothing else with them.

With `--write FILE` the output's columns also go to FILE, in their order: less than that no deduplicator can do.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

PRICE = "DECIMAL(18, 9)"
TICKS = {
    "event_id": "VARCHAR",
    "timestamp": "TIMESTAMPTZ",
    "symbol": "VARCHAR",
    "price": PRICE,
    "source": "VARCHAR",
}
ATTEMPTS = {
    "event_id": "VARCHAR",
    "worker_id": "VARCHAR",
    "start_time": "TIMESTAMPTZ",
    "end_time": "TIMESTAMPTZ",
    "status": "VARCHAR",
}
OUTPUT = {"symbol": "VARCHAR", "timestamp": "TIMESTAMPTZ", "price": PRICE}


def main() -> None:
    parser = argparse.ArgumentParser(description="Parse the three files of a bundle.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--write", metavar="FILE", type=Path, help="write the output's rows, too")
    given = parser.parse_args()
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        connection.execute(_scan("ticks", "read_json", given.bundle / "raw_tick_events.log", TICKS))
        connection.execute(_scan("attempts", "read_csv", given.bundle / "worker_logs.csv", ATTEMPTS))
        connection.execute(_scan("output", "read_csv", given.bundle / "final_output.csv", OUTPUT))
        if given.write:
            connection.execute(f"COPY output TO {_literal(given.write)} (FORMAT csv, HEADER true)")


def _scan(relation: str, reader: str, path: Path, columns: dict[str, str]) -> str:
    form = (
        "format = 'newline_delimited'"
        if reader == "read_json"
        else "header = true, delim = ',', quote = '\"'"
    )
    return (
        f"CREATE TEMP TABLE {relation} AS "
        f"SELECT * FROM {reader}({_literal(path)}, columns = {columns!r}, {form})"
    )


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


if __name__ == "__main__":
    main()
