"""The files of a bundle: DuckDB makes the text from numpy columns, so that ten million events are no wait.

Each file is written under another name and renamed when all of them are whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from raceview.errors import OutputError
from raceview.simulate.truth import CAUSES, NO_CAUSE, ROLES

if TYPE_CHECKING:
    from raceview.simulate.rows import Rows
    from raceview.simulate.scenario import Scenario
    from raceview.simulate.ticks import Ticks
    from raceview.simulate.truth import Truth
    from raceview.simulate.workers import Attempts

TICKS_NAME = "raw_tick_events.log"
ATTEMPTS_NAME = "worker_logs.csv"
OUTPUT_NAME = "final_output.csv"
TRUTH_NAME = "truth.csv"
FACTS_NAME = "truth.json"
NAMES = (TICKS_NAME, ATTEMPTS_NAME, OUTPUT_NAME, TRUTH_NAME, FACTS_NAME)

EVENT_DIGITS = 7
ONE_COLUMN = "FORMAT csv, DELIMITER '\x01', QUOTE '', ESCAPE ''"
"""Lines are put together in SQL, and no byte of theirs may be quoted."""


@dataclass(frozen=True, slots=True)
class Content:
    """All that a bundle's files hold."""

    scenario: Scenario
    attempts: Attempts
    rows: Rows
    truth: Truth
    facts: Mapping[str, Any]


def refuse_real_bundle(out: Path) -> None:
    """Raise OutputError where the folder holds files of a bundle without the truth that comes with a simulated one."""
    there = [name for name in (TICKS_NAME, ATTEMPTS_NAME, OUTPUT_NAME) if (out / name).exists()]
    if there and not (out / FACTS_NAME).exists():
        raise OutputError(
            f"{out / there[0]}: not a simulated one, as {FACTS_NAME} would say; choose another folder"
        )


def write_bundle(out: Path, content: Content) -> None:
    """Write all five files into the folder, which is created. Raises `OutputError`."""
    refuse_real_bundle(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        try:
            with duckdb.connect() as connection:
                connection.execute("SET enable_progress_bar = false")
                writer = _Writer(connection, out, content.scenario)
                writer.ticks(content.scenario.ticks)
                writer.attempts(content.attempts)
                writer.output(content.rows)
                writer.truth(content.attempts, content.rows, content.truth)
            text = json.dumps(content.facts, indent=2) + "\n"
            _part(out / FACTS_NAME).write_text(text, encoding="utf-8", newline="\n")
            for name in NAMES:
                _part(out / name).replace(out / name)
        finally:
            for name in NAMES:
                _part(out / name).unlink(missing_ok=True)
    except (OSError, duckdb.IOException) as error:
        raise OutputError(f"cannot write the bundle to {out}: {error}") from error


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


class _Writer:
    """One file per method; columns come as numpy arrays, lines leave as text."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, out: Path, scenario: Scenario) -> None:
        self._connection = connection
        self._out = out
        self._symbol = _name_of("symbol", scenario.shape.symbols)
        digits = max(EVENT_DIGITS, len(str(scenario.ticks.time.size - 1)))
        self._event = f"'evt_' || lpad(event::VARCHAR, {digits}, '0')"

    def ticks(self, ticks: Ticks) -> None:
        line = (
            f"""'{{"event_id": "' || {self._event} || '", "timestamp": "' || {_time("time")}"""
            f""" || 'Z", "symbol": "' || {self._symbol} || '", "price": ' || {_PRICE}"""
            """ || ', "source": "stream-1"}'"""
        )
        columns = {
            "event": np.arange(ticks.time.size),
            "time": ticks.time,
            "symbol": ticks.symbol,
            "price": ticks.price,
        }
        self._copy(TICKS_NAME, None, line, columns)

    def attempts(self, attempts: Attempts) -> None:
        line = (
            f"{self._event} || ',worker-' || (worker + 1) || ',' || {_time('start')} || ','"
            f" || CASE WHEN stop < 0 THEN '' ELSE {_time('stop')} END"
            " || CASE WHEN timed_out THEN ',timeout' ELSE ',success' END"
        )
        columns = {
            "event": attempts.event,
            "worker": attempts.worker,
            "start": attempts.start,
            "stop": attempts.end,
            "timed_out": attempts.timed_out,
        }
        self._copy(ATTEMPTS_NAME, "event_id,worker_id,start_time,end_time,status", line, columns)

    def output(self, rows: Rows) -> None:
        line = f"{self._symbol} || ',' || {_time('time')} || 'Z,' || {_PRICE}"
        columns = {"symbol": rows.symbol, "time": rows.time, "price": rows.price}
        self._copy(OUTPUT_NAME, "symbol,timestamp,price", line, columns)

    def truth(self, attempts: Attempts, rows: Rows, truth: Truth) -> None:
        line = (
            f"row || ',' || CASE WHEN event < 0 THEN '' ELSE {self._event} END"
            " || CASE WHEN number = 0 THEN ',,' ELSE ',' || number || ',' END"
            f" || {_name_of('role', [role.value for role in ROLES])} || ','"
            f" || CASE WHEN cause = {NO_CAUSE} THEN '' ELSE"
            f" {_name_of('cause', [cause.value for cause in CAUSES])} END"
        )
        number = np.zeros(rows.attempt.size, np.int8)
        known = rows.attempt >= 0
        number[known] = attempts.number[rows.attempt[known]]
        columns = {
            "row": np.arange(rows.event.size),
            "event": rows.event,
            "number": number,
            "role": truth.role,
            "cause": truth.cause,
        }
        self._copy(TRUTH_NAME, "row,event_id,attempt,role,cause", line, columns)

    def _copy(self, name: str, header: str | None, line: str, columns: dict[str, Any]) -> None:
        self._connection.register("columns_given", columns)
        path = str(_part(self._out / name)).replace("'", "''")
        select = f'SELECT {line} AS "{header or "line"}" FROM columns_given'
        has_header = "true" if header else "false"
        self._connection.execute(f"COPY ({select}) TO '{path}' ({ONE_COLUMN}, HEADER {has_header})")
        self._connection.unregister("columns_given")


_PRICE = "(price / 100.0)::DOUBLE::VARCHAR"
"""The shortest text that reads back as the same double: what `json.dumps` writes."""


def _time(column: str) -> str:
    """SQL for microseconds as ISO-8601 without zone; the fraction has six digits, but zero is left out."""
    stamp = f"make_timestamp({column})"
    return (
        f"CASE WHEN {column} % 1000000 = 0 THEN strftime({stamp}, '%Y-%m-%dT%H:%M:%S')"
        f" ELSE strftime({stamp}, '%Y-%m-%dT%H:%M:%S.%f') END"
    )


def _name_of(column: str, names: list[str] | tuple[str, ...]) -> str:
    """SQL for the name with the number that the column holds, from 0."""
    literals = ", ".join(f"'{name}'" for name in names)
    return f"([{literals}])[{column} + 1]"
