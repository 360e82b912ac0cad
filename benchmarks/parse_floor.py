"""The floor: a DuckDB program that parses the three files into typed columns, and does nothing else with them.

Nothing is stored: every field is parsed and counted. With `--write FILE` the output's rows go to FILE instead, in
their order: less than that no deduplicator can do.
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
    "start_time": "TIMESTAMP",
    "end_time": "TIMESTAMP",
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
        _parse(connection, "read_json", given.bundle / "raw_tick_events.log", TICKS)
        _parse(connection, "read_csv", given.bundle / "worker_logs.csv", ATTEMPTS)
        _parse(connection, "read_csv", given.bundle / "final_output.csv", OUTPUT, given.write)


def _parse(
    connection: duckdb.DuckDBPyConnection,
    reader: str,
    path: Path,
    columns: dict[str, str],
    copy: Path | None = None,
) -> None:
    """Parse every field of the file; write them to `copy` if that is given, else count them."""
    form = (
        "format = 'newline_delimited'"
        if reader == "read_json"
        else "header = true, delim = ',', quote = '\"'"
    )
    scan = f"{reader}({_literal(path)}, columns = {columns!r}, {form})"
    if copy:
        connection.execute(f"COPY (SELECT * FROM {scan}) TO {_literal(copy)} (FORMAT csv, HEADER true)")
    else:
        counts = ", ".join(f"count({name})" for name in columns)
        print(path.name, *connection.execute(f"SELECT {counts} FROM {scan}").fetchall())


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


if __name__ == "__main__":
    main()
