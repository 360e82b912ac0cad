"""The CSV tables of an export: their names, headers and the SQL that fills them. Names and headers are a contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from raceview.sql.decimals import MILLIONTH_DIGITS, confidence, decimal_text, milliseconds, price

if TYPE_CHECKING:
    from raceview.bundle.source_file import SourceFile
    from raceview.investigation import Investigation


@dataclass(frozen=True, slots=True)
class Table:
    """One file: its columns, in order, and the rest of a SELECT that names them all."""

    name: str
    columns: tuple[str, ...]
    query: str
    needs: tuple[str, ...] = ()
    """Relations that are made on demand."""
    long: str = ""
    """For a table as long as an input: the SQL of its greatest key. Its query then has a {range} to fill in, and no
    order."""
    key: str = ""
    """The key's column in the query; the lines are in the order of it."""
    unquoted: bool = False
    """No value of it needs quotes."""

    @property
    def order(self) -> str:
        """The column that the key is in the result."""
        return self.key.partition(".")[2]


_NOTHING = "CAST(NULL AS VARCHAR)"


def tables(inv: Investigation) -> list[Table]:
    """All tables but the deduplicated output, the scoreboard and the findings."""
    return [
        analysis(inv.inferred is not None, inv.log_tells),
        _by_symbol(inv.files.output is not None),
        _row_audit(inv),
        _event_ledger(inv),
        _timeline(inv),
        _quarantine(),
    ]


def analysis(inferred: bool, log_tells: bool) -> Table:
    """One line per duplicated event, in the order of the source; `log_tells`: as `Investigation.log_tells`.

    Where the events are inferred there is no source: time is that of the event's first row, what is the source's own
    is empty, and so is the cause.
    """
    event_id, source_price = (_NOTHING, _NOTHING) if inferred else ("k.event_id", "k.price")
    attempts = "coalesce(w.attempts, 0)" if log_tells else _NOTHING
    return Table(
        "duplication_analysis.csv",
        (
            "symbol",
            "timestamp",
            "occurrences",
            "price_shift",
            "event_id",
            "price_min",
            "price_max",
            "time_shift_ms",
            "source_price",
            "kind",
            "cause",
            "workers",
            "attempts",
            "rows",
            "confidence",
        ),
        f"""
        SELECT k.symbol, k.timestamp, d.rows AS occurrences,
            {price("(d.price_max_units - d.price_min_units)")} AS price_shift, {event_id} AS event_id,
            {price("d.price_min_units")} AS price_min, {price("d.price_max_units")} AS price_max,
            {milliseconds("d.time_shift_ns")} AS time_shift_ms, {source_price} AS source_price, d.kind,
            nullif(d.cause, '') AS cause, w.workers, {attempts} AS attempts, r.listed AS rows,
            {confidence("d.confidence_millionths")} AS confidence
        FROM duplicated AS d
        JOIN ticks_read AS k ON k.line = d.event
        JOIN (
            SELECT event, string_agg(CAST(row AS VARCHAR), ';' ORDER BY row) AS listed FROM crowded GROUP BY event
        ) AS r ON r.event = d.event
        LEFT JOIN (
            SELECT a.event, string_agg(n.worker_id, ';' ORDER BY a.attempt) AS workers, count(*) AS attempts
            FROM attempts AS a
            JOIN duplicated AS u ON u.event = a.event
            JOIN workers AS n ON n.worker = a.worker
            GROUP BY a.event
        ) AS w ON w.event = d.event
        ORDER BY d.event
        """,
    )


def _by_symbol(written: bool) -> Table:
    """Events and duplicates of each symbol; without an output nobody knows of duplicates."""
    counts = ("duplicated_events", "extra_rows", "identical", "price_shifted", "time_shifted")
    duplicated, extra, identical, price_shifted, time_shifted = (
        name if written else f"CAST(NULL AS BIGINT) AS {name}" for name in counts
    )
    rate = decimal_text("duplicate_rate_millionths", MILLIONTH_DIGITS) if written else _NOTHING
    return Table(
        "duplicates_by_symbol.csv",
        (
            "symbol",
            "events",
            "duplicated_events",
            "extra_rows",
            "duplicate_rate",
            "identical",
            "price_shifted",
            "time_shifted",
            "price_shift_min",
            "price_shift_max",
            "time_shift_min_ms",
            "time_shift_max_ms",
        ),
        f"""
        SELECT symbol, events, {duplicated}, {extra}, {rate} AS duplicate_rate,
            {identical}, {price_shifted}, {time_shifted},
            {price("price_shift_min_units")} AS price_shift_min, {price("price_shift_max_units")} AS price_shift_max,
            {milliseconds("time_shift_min_ns")} AS time_shift_min_ms,
            {milliseconds("time_shift_max_ns")} AS time_shift_max_ms
        FROM by_symbol
        ORDER BY symbol
        """,
        needs=("by_symbol",),
    )


def _row_audit(inv: Investigation) -> Table:
    """Every row that was read, once, and what became of it.

    Where events are inferred, nothing is said of a row that is alone.
    """
    unlinked = "'phantom'" if inv.files.ticks is not None else "NULL"
    # Only what lies in the range is to be joined with the ticks: a left join would take in all of them for each part.
    links = (
        f"SELECT row, {_NOTHING} AS event_id FROM links_found"
        if inv.inferred
        else "SELECT m.row, k.event_id FROM links AS m JOIN ticks_read AS k ON k.line = m.event"
    )
    return Table(
        "row_audit.csv",
        (
            "row",
            "line",
            "symbol",
            "timestamp",
            "price",
            "event_id",
            "attempt",
            "role",
            "cause",
            "confidence",
            "ambiguous",
            "time_delta_ms",
            "price_delta",
            "action",
        ),
        f"""
        SELECT o.row, o.line, o.symbol, o.timestamp, o.price, l.event_id,
            CASE WHEN n.row IS NOT NULL THEN n.attempt WHEN l.row IS NOT NULL THEN 1 END AS attempt,
            CASE WHEN n.duplicate = 1 THEN 'duplicate' WHEN l.row IS NOT NULL THEN 'original' ELSE {unlinked} END
                AS role,
            n.cause,
            CASE
                WHEN n.confidence_millionths < 1000000 THEN {confidence("n.confidence_millionths")}
                WHEN l.row IS NOT NULL THEN '1'
            END AS confidence,
            CASE WHEN n.confidence_millionths < {inv.threshold_millionths} THEN 1 ELSE 0 END AS ambiguous,
            CASE
                WHEN n.time_delta_ns IS NOT NULL THEN {milliseconds("n.time_delta_ns")}
                WHEN l.row IS NOT NULL THEN '0'
            END AS time_delta_ms,
            CASE
                WHEN n.price_delta_units IS NOT NULL THEN {price("n.price_delta_units")}
                WHEN l.row IS NOT NULL THEN '0'
            END AS price_delta,
            coalesce(n.action, 'kept') AS action
        FROM outputs_read AS o
        LEFT JOIN ({links}) AS l ON l.row = o.row
        LEFT JOIN row_notes AS n ON n.row = o.row
        WHERE {{range}}
        """,
        needs=("row_notes",),
        long="SELECT max(row) FROM outputs",
        key="o.row",
        unquoted=_unquoted(inv.files.output, inv.files.ticks),
    )


def _event_ledger(inv: Investigation) -> Table:
    """The events that were not processed exactly once, and why one can say so; counts nobody knows are empty.

    Where events are inferred, nothing is known of one with a single row, nor whose attempts are whose.
    """
    attempts = "g.attempts" if inv.log_tells else "CAST(NULL AS BIGINT) AS attempts"
    event_id = _NOTHING if inv.inferred else "k.event_id"
    known = " AND g.outcome <> 'unknown'" if inv.inferred else ""
    rows = "g.rows" if inv.files.output else "CAST(NULL AS BIGINT) AS rows"
    return Table(
        "event_ledger.csv",
        ("event_id", "symbol", "timestamp", "price", "outcome", "attempts", "rows", "evidence"),
        f"""
        SELECT {event_id} AS event_id, k.symbol, k.timestamp, k.price, g.outcome, {attempts}, {rows}, e.evidence
        FROM ledger AS g
        JOIN ticks_read AS k ON k.line = g.event
        LEFT JOIN evidence AS e ON e.event = g.event
        WHERE g.outcome <> 'exactly_once'{known}
        ORDER BY g.event
        """,
    )


def _timeline(inv: Investigation) -> Table:
    """Every attempt, in the order of the worker log."""
    return Table(
        "timeline.csv",
        (
            "event_id",
            "attempt",
            "worker_id",
            "start_time",
            "end_time",
            "status",
            "line",
            "overlaps_event",
            "overlaps_worker",
            "retry",
            "failed",
        ),
        """
        SELECT r.event_id, coalesce(w.attempt, 1) AS attempt, r.worker_id, r.start_time,
            nullif(r.end_time, '') AS end_time, r.status, r.line, coalesce(w.overlaps_event, 0) AS overlaps_event,
            coalesce(w.overlaps_worker, 0) AS overlaps_worker, coalesce(w.retry, 0) AS retry,
            CASE WHEN r.status = 'timeout' THEN 1 ELSE 0 END AS failed
        FROM attempts_read AS r
        LEFT JOIN windows AS w ON w.line = r.line
        WHERE {range}
        """,
        long="SELECT max(line) FROM attempts",
        key="r.line",
        unquoted=_unquoted(inv.files.attempts),
    )


def _unquoted(*files: SourceFile | None) -> bool:
    return all(file.unquoted for file in files if file is not None)


def _quarantine() -> Table:
    return Table(
        "quarantine.csv",
        ("file", "line", "reason", "text"),
        "SELECT file, line, reason, text FROM quarantine ORDER BY file, line",
    )
