"""The kinds of findings: what may be wrong with an event, a row, an attempt, a clock or a record, and how it is read.

Each kind that is not `MEASURED` is one SELECT of the same columns (`COLUMNS`), one line per finding. Conditions go
around it, from outside.
"""

from __future__ import annotations

from enum import StrEnum

from raceview.model import Outcome
from raceview.sql.decimals import confidence, price


class FindingKind(StrEnum):
    """The order of a list of several kinds: what explains others, then the gravest first."""

    CLOCK_SKEW = "clock_skew"
    OVERLOAD = "overload"
    WORKER_PAIR = "worker_pair"
    SEQUENCE_GAP = "sequence_gap"
    LOST = "lost"
    ABANDONED = "abandoned"
    UNPROCESSED = "unprocessed"
    PHANTOM = "phantom"
    """A row that no event can have produced."""
    AMBIGUOUS = "ambiguous"
    """A row that may come from another event than the one named."""
    SUSPECT = "suspect"
    """A duplicate row that may be none."""
    ALTERED = "altered"
    UNACKNOWLEDGED = "unacknowledged"
    UNLOGGED = "unlogged"
    ID_COLLISION = "id_collision"
    TWIN = "twin"
    QUARANTINED = "quarantined"
    LEASE_EXPIRY = "lease_expiry"
    TIMEOUT = "timeout"
    EVENT_OVERLAP = "event_overlap"
    """Two attempts of one event overlap, and yet it has no second row."""
    WORKER_OVERLAP = "worker_overlap"
    """An attempt that overlaps another one of its worker."""
    SAME_KEY = "same_key"
    """Rows that share symbol and timestamp: what keying on these would take for one event."""
    FALSE_KEY = "false_key"
    """Those among them that hold different events."""
    DUPLICATED = "duplicated"
    UNKNOWN = "unknown"
    EXACTLY_ONCE = "exactly_once"


ON_REQUEST = (
    FindingKind.SAME_KEY,
    FindingKind.FALSE_KEY,
    FindingKind.DUPLICATED,
    FindingKind.UNKNOWN,
    FindingKind.EXACTLY_ONCE,
)
"""Kinds that are listed only where they are asked for by name: they have a list of their own, or are no trouble."""

MEASURED = (
    FindingKind.CLOCK_SKEW,
    FindingKind.LEASE_EXPIRY,
    FindingKind.OVERLOAD,
    FindingKind.WORKER_PAIR,
    FindingKind.SEQUENCE_GAP,
)
"""Kinds that are measured outside SQL: `Investigation.findings_list` has them, of the same names."""

NEEDS: dict[FindingKind, tuple[str, ...]] = {
    **dict.fromkeys(FindingKind, ("ticks", "attempts", "output")),
    **dict.fromkeys(
        (
            FindingKind.PHANTOM,
            FindingKind.AMBIGUOUS,
            FindingKind.SUSPECT,
            FindingKind.ALTERED,
            FindingKind.FALSE_KEY,
            FindingKind.DUPLICATED,
        ),
        ("ticks", "output"),
    ),
    **dict.fromkeys((FindingKind.ID_COLLISION, FindingKind.TWIN, FindingKind.UNKNOWN), ("ticks",)),
    **dict.fromkeys(
        (FindingKind.TIMEOUT, FindingKind.WORKER_OVERLAP, FindingKind.LEASE_EXPIRY), ("attempts",)
    ),
    FindingKind.CLOCK_SKEW: ("ticks", "attempts"),
    FindingKind.OVERLOAD: ("ticks", "output"),
    FindingKind.SEQUENCE_GAP: ("ticks",),
    FindingKind.SAME_KEY: ("output",),
    FindingKind.QUARANTINED: (),
}
"""The files without which a kind cannot be known."""

INFERRED = (FindingKind.DUPLICATED, FindingKind.FALSE_KEY, FindingKind.UNKNOWN)
"""Kinds that are known of events that are inferred, too."""

COLUMNS = "at_ns, symbol, what, file, line, event, row, worker"
"""When (ns; NULL: nothing to do with a time); the symbol; a sentence; the file (by role, a quarantined record's by
name) and line it stands in; the event, the row and the worker it is about, NULL where it is about none."""


def source(kind: FindingKind, threshold_millionths: int) -> str:
    """SQL of the findings of a kind that is not `MEASURED`."""
    if kind in [str(outcome) for outcome in Outcome]:
        return _OUTCOME.format(outcome=kind, otherwise=_OTHERWISE.get(kind, ""))
    return _SOURCES[kind].format(threshold=threshold_millionths)


_OTHERWISE = {
    FindingKind.EXACTLY_ONCE: "processed exactly once",
    FindingKind.UNKNOWN: "a file that the verdict needs is missing",
}

_OUTCOME = """
    SELECT k.time_ns AS at_ns, k.symbol, k.event_id || ': ' || coalesce(e.evidence, '{otherwise}') AS what,
        'ticks' AS file, k.line, k.line AS event, NULL AS row, NULL AS worker
    FROM ledger AS g
    JOIN ticks_read AS k ON k.line = g.event
    LEFT JOIN evidence AS e ON e.event = g.event
    WHERE g.outcome = '{outcome}'"""

_PHANTOM = f"""
    SELECT o.time_ns AS at_ns, o.symbol,
        'row ' || CAST(o.row AS VARCHAR) || ' at ' || {price("o.price_units")} || ': no event can have produced it'
            AS what,
        'output' AS file, o.line, NULL AS event, o.row, NULL AS worker
    FROM phantoms AS p
    JOIN outputs_read AS o ON o.row = p.row"""

_AMBIGUOUS = f"""
    SELECT o.time_ns AS at_ns, o.symbol,
        k.event_id || ' has row ' || CAST(o.row AS VARCHAR) || ' with confidence '
            || {confidence("l.confidence_millionths")} || ' only' AS what,
        'output' AS file, o.line, l.event, o.row, NULL AS worker
    FROM links AS l
    JOIN outputs_read AS o ON o.row = l.row
    JOIN ticks_read AS k ON k.line = l.event
    WHERE l.confidence_millionths < {{threshold}}"""

_SUSPECT = f"""
    SELECT o.time_ns AS at_ns, o.symbol,
        k.event_id || ' may not be what row ' || CAST(o.row AS VARCHAR) || ' is a duplicate of: confidence '
            || {confidence("c.confidence_millionths")} || '; the row is kept' AS what,
        'output' AS file, o.line, c.event, o.row, NULL AS worker
    FROM crowded AS c
    JOIN outputs_read AS o ON o.row = c.row
    JOIN ticks_read AS k ON k.line = c.event
    WHERE c.suspect = 1"""

_TWIN = """
    SELECT w.time_ns AS at_ns, s.symbol, i.ids || ' are alike in symbol, time and price; all are kept' AS what,
        'ticks' AS file, w.first_event AS line, w.first_event AS event, NULL AS row, NULL AS worker
    FROM twins AS w
    JOIN symbols AS s ON s.symbol_id = w.symbol_id
    JOIN (
        SELECT g.first_event, string_agg(k.event_id, ', ' ORDER BY k.line) AS ids
        FROM twins AS g
        JOIN ticks AS t ON t.symbol_id = g.symbol_id AND t.time_ns = g.time_ns AND t.price_units = g.price_units
        JOIN ticks_read AS k ON k.line = t.event
        GROUP BY g.first_event
    ) AS i ON i.first_event = w.first_event"""

_ID_COLLISION = """
    SELECT k.time_ns AS at_ns, k.symbol,
        k.event_id || ' at line ' || CAST(k.line AS VARCHAR) || ' comes again with another payload at line '
            || CAST(c.again AS VARCHAR) AS what,
        'ticks' AS file, c.again AS line, k.line AS event, NULL AS row, NULL AS worker
    FROM (SELECT first, min(line) AS again FROM tick_repeats WHERE same <> first GROUP BY first) AS c
    JOIN ticks_read AS k ON k.line = c.first"""

_QUARANTINED = """
    SELECT NULL AS at_ns, '' AS symbol, reason || ': ' || text AS what, file, line, NULL AS event, NULL AS row,
        NULL AS worker
    FROM quarantine"""

_TIMEOUT = """
    SELECT a.start_ns AS at_ns, coalesce(k.symbol, '') AS symbol,
        r.event_id || ' timed out on ' || r.worker_id || ', taken at ' || r.start_time || ', '
            || CASE WHEN a.end_ns IS NULL THEN 'no end logged' ELSE 'given up at ' || r.end_time END AS what,
        'attempts' AS file, a.line, k.line AS event, NULL AS row, a.worker
    FROM attempts AS a
    JOIN attempts_read AS r ON r.line = a.line
    LEFT JOIN ticks_read AS k ON k.line = a.event
    WHERE a.failed = 1"""

_EVENT_OVERLAP = """
    SELECT p.second_start_ns AS at_ns, coalesce(k.symbol, '') AS symbol,
        a.event_id || ': ' || a.worker_id || ' held it from ' || a.start_time || CASE
            WHEN p.first_end_ns IS NULL THEN ' with no end logged' ELSE ' to ' || a.end_time END
            || ' (line ' || CAST(a.line AS VARCHAR) || '); ' || b.worker_id || ' claimed it at ' || b.start_time
            || '; no second row' AS what,
        'attempts' AS file, b.line, k.line AS event, NULL AS row, NULL AS worker
    FROM attempt_pairs AS p
    JOIN attempts_read AS a ON a.line = p.first_line
    JOIN attempts_read AS b ON b.line = p.second_line
    LEFT JOIN ticks_read AS k ON k.line = p.event
    WHERE p.overlap = 1 AND p.event NOT IN (SELECT event FROM duplicated)"""

_WORKER_OVERLAP = """
    SELECT a.start_ns AS at_ns, coalesce(k.symbol, '') AS symbol,
        r.event_id || ' was held by ' || r.worker_id || ' beside '
            || coalesce(o.event_id || ' (line ' || CAST(o.line AS VARCHAR) || ')', 'an earlier attempt') || ', from '
            || r.start_time || CASE
                WHEN r.end_ns IS NULL THEN ' with no end logged' ELSE ' to ' || r.end_time END AS what,
        'attempts' AS file, a.line, k.line AS event, NULL AS row, a.worker
    FROM (
        SELECT n.line, n.event, n.worker, n.start_ns, CASE
                WHEN next_ns < coalesce(end_ns, start_ns) OR next_ns = start_ns THEN next_line
                WHEN last_ns = start_ns OR last_end_ns > start_ns THEN last_line
            END AS other
        FROM (
            SELECT line, event, worker, start_ns, end_ns,
                lead(line) OVER near AS next_line, lead(start_ns) OVER near AS next_ns,
                lag(line) OVER near AS last_line, lag(start_ns) OVER near AS last_ns,
                lag(coalesce(end_ns, start_ns)) OVER near AS last_end_ns
            FROM attempts
            WINDOW near AS (PARTITION BY worker ORDER BY start_ns, line)
        ) AS n
        JOIN windows AS w ON w.line = n.line
        WHERE w.overlaps_worker = 1
    ) AS a
    JOIN attempts_read AS r ON r.line = a.line
    LEFT JOIN attempts_read AS o ON o.line = a.other
    LEFT JOIN ticks_read AS k ON k.line = a.event"""

_SAME_KEY = """
    SELECT o.time_ns AS at_ns, o.symbol,
        'rows ' || g.listed || ' share symbol and timestamp; ' || CASE
            WHEN g.events > 1 THEN 'they are ' || CAST(g.events AS VARCHAR) || ' events: ' || g.ids
            WHEN g.events = 1 THEN 'all are ' || g.ids ELSE 'their events are not known' END AS what,
        'output' AS file, o.line, g.event, o.row, NULL AS worker
    FROM (
        SELECT m.last_row, count(DISTINCT l.event) AS events, min(l.event) AS event,
            string_agg(CAST(m.row AS VARCHAR), ', ' ORDER BY m.row) AS listed,
            string_agg(DISTINCT k.event_id, ', ' ORDER BY k.event_id) AS ids,
            max(CASE WHEN l.event <> z.event THEN 1 ELSE 0 END) AS mixed
        FROM (
            SELECT row, last_row FROM same_key UNION ALL SELECT DISTINCT last_row, last_row FROM same_key
        ) AS m
        LEFT JOIN links AS l ON l.row = m.row
        LEFT JOIN links AS z ON z.row = m.last_row
        LEFT JOIN ticks_read AS k ON k.line = l.event
        GROUP BY m.last_row
    ) AS g
    JOIN outputs_read AS o ON o.row = g.last_row"""

_FALSE_KEY = f"{_SAME_KEY} WHERE g.mixed = 1"

_SOURCES = {
    FindingKind.PHANTOM: _PHANTOM,
    FindingKind.AMBIGUOUS: _AMBIGUOUS,
    FindingKind.SUSPECT: _SUSPECT,
    FindingKind.ID_COLLISION: _ID_COLLISION,
    FindingKind.TWIN: _TWIN,
    FindingKind.QUARANTINED: _QUARANTINED,
    FindingKind.TIMEOUT: _TIMEOUT,
    FindingKind.EVENT_OVERLAP: _EVENT_OVERLAP,
    FindingKind.WORKER_OVERLAP: _WORKER_OVERLAP,
    FindingKind.SAME_KEY: _SAME_KEY,
    FindingKind.FALSE_KEY: _FALSE_KEY,
}
