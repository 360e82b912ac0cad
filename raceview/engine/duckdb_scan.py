"""Scans files into the typed relations with DuckDB: runs the SQL of `duckdb_scan_sql` and takes in what came back.

The order of calls: per file `scan`, once `begin`, then per file `set_zone` where times without a zone are not UTC,
`odd` (what the SQL did not understand), `settle` (what Python made of it), and `publish`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from raceview.engine.duckdb_scan_sql import (
    BAD,
    GOOD,
    ODD,
    first_line,
    line_of_row,
    record_text,
    rows_before,
    scan_query,
    scan_table,
)
from raceview.engine.duckdb_values import without_zone
from raceview.engine.scan import ATTEMPTS, OUTPUTS, FileRelation, ScanMismatchError, ScanPlan

if TYPE_CHECKING:
    import duckdb

_BATCH = 50_000
_FEW = 1000
"""Odd lines that Python reads as fast as a second scan would."""


class DuckDBScanner:
    """Implements `raceview.engine.base.Scanner` on one connection."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, cursor: Callable[[], duckdb.DuckDBPyConnection]
    ) -> None:
        """`cursor` gives a further connection to the same database, which the caller of this closes."""
        self._connection = connection
        self._cursor = cursor
        self._faultless: dict[str, int] = {}
        """Records of the relations all of whose lines were understood."""

    def begin(self) -> None:
        """Start a bundle: an empty `quarantine`."""
        self._connection.execute(
            "CREATE OR REPLACE TABLE quarantine (file VARCHAR, line BIGINT, reason VARCHAR, text VARCHAR)"
        )

    def scan(self, plan: ScanPlan) -> None:
        """Read the file of `plan` in one pass. Different files may be scanned at once, in different threads.

        Raises ScanMismatchError where its records are not its lines, one to one; the careful scan always can.
        """
        import duckdb

        table = scan_table(plan.relation)
        self._faultless.pop(plan.relation.name, None)
        cursor = self._cursor()
        # Times of another shape than the usual are for Python, one by one; where they are many, SQL reads them all.
        for any_time in (False, True):
            try:
                cursor.execute(f"CREATE OR REPLACE TABLE {table} AS {scan_query(plan, any_time)}")
            except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
                raise ScanMismatchError(str(error)) from error
            ((count, odd, unread),) = cursor.execute(
                f"SELECT count(*), count(*) FILTER (state = {ODD}),"
                f" count(*) FILTER (state = {ODD} AND raw IS NULL) FROM {table} WHERE rowid >= {rows_before(plan)}"
            ).fetchall()
            if odd <= _FEW:
                break
        cursor.close()
        if count != max(plan.lines - first_line(plan) + 1, 0) or (unread and not plan.by_lines):
            raise ScanMismatchError(f"{count} records and {unread} unread in {plan.lines} lines")
        if not odd:
            self._faultless[plan.relation.name] = count

    def odd(self, plan: ScanPlan) -> Iterator[Sequence[tuple[int, str | None]]]:
        """The lines that the scan did not understand, in order, in batches of (line, text); None: an empty line."""
        if plan.relation.name in self._faultless:
            return
        line = line_of_row(plan)
        cursor = self._cursor()
        cursor.execute(
            f"SELECT {line} AS line, raw FROM {scan_table(plan.relation)}"
            f" WHERE state = {ODD} AND {line} >= {plan.layout.data_line} ORDER BY line"
        )
        while batch := cursor.fetchmany(_BATCH):
            yield batch
        cursor.close()

    def settle(self, plan: ScanPlan, good: Sequence[tuple[Any, ...]], bad: Sequence[tuple[Any, ...]]) -> None:
        """Take in records that were understood after all, and the quarantine's.

        `good` holds (line, text of the record, then the relation's columns), `bad` (file, line, reason, text).
        """
        if bad:
            self._append("quarantine", ("VARCHAR", "BIGINT", "VARCHAR", "VARCHAR"), bad)
            self._mark_bad(plan, [line for _, line, _, _ in bad])
        if good:
            self._mend(plan, good)

    def set_zone(self, plan: ScanPlan, offsets: Sequence[tuple[int | None, int]]) -> None:
        """Shift times that name no zone and were taken as UTC: `offsets` holds (local ns from which, ns east of UTC).

        The first entry holds from the beginning (None).
        """
        assignments = []
        for name, target in plan.relation.times.items():
            shift = str(offsets[0][1])
            for start, offset in offsets[1:]:
                shift = f"CASE WHEN {target} >= {start} THEN {offset} ELSE {shift} END"
            assignments.append(
                f"{target} = {target} - CASE WHEN {without_zone(name)} THEN {shift} ELSE 0 END"
            )
        table = scan_table(plan.relation)
        self._connection.execute(f"UPDATE {table} SET {', '.join(assignments)} WHERE state = {GOOD}")
        if plan.relation is ATTEMPTS:
            self._faultless.pop(plan.relation.name, None)
            self._connection.execute(
                f"UPDATE {table} SET state = {ODD} WHERE state = {GOOD} AND end_ns < start_ns"
            )

    def local_range(self, plan: ScanPlan) -> tuple[int, int] | None:
        """The least and the greatest of the times that name no zone, in ns, taken as UTC; None if there are none."""
        parts = [
            f"SELECT min({target}) AS low, max({target}) AS high FROM {scan_table(plan.relation)}"
            f" WHERE state = {GOOD} AND {without_zone(name)}"
            for name, target in plan.relation.times.items()
        ]
        low, high = self._row(f"SELECT min(low), max(high) FROM ({' UNION ALL '.join(parts)})")
        return None if low is None else (low, high)

    def publish(self, plan: ScanPlan) -> tuple[int, int]:
        """Make the relation of the good records. Returns how many records there are, and how many of them good."""
        relation, table = plan.relation, scan_table(plan.relation)
        lines, records, good = self._counted(plan)
        columns = ["row", "line"] if relation is OUTPUTS else ["line"]
        columns += relation.columns
        row, kind = "rowid", "VIEW"
        if relation is OUTPUTS:
            columns.append(f"{record_text(plan)} AS text")
            if records != lines:
                row, kind = "row_number() OVER () - 1", "TABLE"
        numbered = f"SELECT *, {row} AS row, {line_of_row(plan)} AS line FROM {table} WHERE state <> {ODD}"
        self._drop(relation.name)
        self._connection.execute(
            f"CREATE {kind} {relation.name} AS SELECT {', '.join(columns)} FROM ({numbered}) WHERE state = {GOOD}"
        )
        return records, good

    def _counted(self, plan: ScanPlan) -> tuple[int, int, int]:
        """How many lines there are, how many of them begin a record, and how many a good one."""
        known = self._faultless.get(plan.relation.name)
        if known is not None:
            return known, known, known
        lines, records, good = self._row(
            f"SELECT count(*), count(*) FILTER (state <> {ODD}), count(*) FILTER (state = {GOOD}) "
            f"FROM {scan_table(plan.relation)}"
        )
        return lines, records, good

    def publish_absent(self, relation: FileRelation) -> None:
        """The relation of a file that is not there: no rows."""
        columns = ["line BIGINT", *(f"{name} VARCHAR" for name in relation.texts)]
        columns += [f"{name} BIGINT" for name in relation.integers]
        if relation is OUTPUTS:
            columns = ["row BIGINT", *columns, "text VARCHAR"]
        self._drop(relation.name)
        self._connection.execute(f"CREATE TABLE {relation.name} ({', '.join(columns)})")

    def _mark_bad(self, plan: ScanPlan, lines: list[int]) -> None:
        self._connection.execute(
            f"UPDATE {scan_table(plan.relation)} AS s SET state = {BAD}"
            f" FROM (SELECT unnest(?::BIGINT[]) AS line) AS b WHERE {line_of_row(plan)} = b.line",
            [lines],
        )

    def _mend(self, plan: ScanPlan, good: Sequence[tuple[Any, ...]]) -> None:
        relation = plan.relation
        names = ("line", "raw", *relation.columns)
        types = (
            "BIGINT",
            "VARCHAR",
            *["VARCHAR"] * len(relation.texts),
            *["BIGINT"] * len(relation.integers),
        )
        lists = ", ".join(f"unnest(?::{kind}[]) AS {name}" for name, kind in zip(names, types, strict=True))
        assignments = ", ".join(f"{name} = g.{name}" for name in ("raw", *relation.columns))
        self._connection.execute(
            f"UPDATE {scan_table(relation)} AS s SET {assignments}, state = {GOOD}"
            f" FROM (SELECT {lists}) AS g WHERE {line_of_row(plan)} = g.line",
            [list(values) for values in zip(*good, strict=True)],
        )

    def _append(self, table: str, types: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        lists = ", ".join(f"unnest(?::{kind}[])" for kind in types)
        self._connection.execute(
            f"INSERT INTO {table} SELECT {lists}", [list(values) for values in zip(*rows, strict=True)]
        )

    def _drop(self, relation: str) -> None:
        drop_relation(self._connection, relation)

    def _row(self, query: str) -> Any:
        return self._connection.execute(query).fetchall()[0]


def drop_relation(connection: duckdb.DuckDBPyConnection, relation: str) -> None:
    """Drop what has this name, be it a table or a view (asking the catalogue which takes 20 ms the first time)."""
    import duckdb

    try:
        connection.execute(f"DROP VIEW IF EXISTS {relation}")
    except duckdb.CatalogException:
        connection.execute(f"DROP TABLE {relation}")
