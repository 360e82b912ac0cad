"""Answers that are one query each, as pandas frames; what they hold stands at the methods of `Investigation`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raceview.model import MILLIONTHS, NS_PER_MS

if TYPE_CHECKING:
    import pandas as pd

    from raceview.engine import Engine


def attempts(engine: Engine) -> pd.DataFrame:
    return engine.frame(
        "SELECT r.event_id, a.attempt, r.worker_id, a.start_ns, a.end_ns, r.status, r.line, "
        "coalesce(w.overlaps_event, 0) AS overlaps_event, coalesce(w.overlaps_worker, 0) AS overlaps_worker, "
        "coalesce(w.retry, 0) AS retry, a.failed FROM attempts AS a JOIN attempts_read AS r ON r.line = a.line "
        "LEFT JOIN windows AS w ON w.line = a.line ORDER BY a.line"
    )


def links(engine: Engine, inferred: bool) -> pd.DataFrame:
    unlinked, links, event_id = (
        ("NULL", "links_found", "CAST(NULL AS VARCHAR)") if inferred else ("'phantom'", "links", "k.event_id")
    )
    return engine.frame(
        f"SELECT o.row, o.line, o.symbol, o.time_ns, o.price_units, {event_id} AS event_id, "
        f"CASE WHEN l.row IS NULL THEN {unlinked} WHEN c.place > 1 THEN 'duplicate' ELSE 'original' END AS role, "
        f"l.confidence_millionths / {MILLIONTHS}.0 AS confidence, "
        "CASE WHEN l.row IS NOT NULL THEN coalesce(d.time_delta_ns, 0) END AS time_delta_ns, "
        "CASE WHEN l.row IS NOT NULL THEN coalesce(d.price_delta_units, 0) END AS price_delta_units "
        f"FROM outputs_read AS o LEFT JOIN {links} AS l ON l.row = o.row "
        "LEFT JOIN ticks_read AS k ON k.line = l.event LEFT JOIN deltas AS d ON d.row = o.row "
        "LEFT JOIN crowded AS c ON c.row = o.row ORDER BY o.row"
    )


def ledger(engine: Engine) -> pd.DataFrame:
    return engine.frame(
        "SELECT k.event_id, k.symbol, k.timestamp, k.price, g.outcome, g.attempts, g.rows "
        "FROM ledger AS g JOIN ticks_read AS k ON k.line = g.event ORDER BY g.event"
    )


def duplicates(engine: Engine) -> pd.DataFrame:
    return engine.frame(
        "SELECT k.event_id, k.symbol, k.timestamp, k.price, d.rows, d.kind, d.cause, "
        f"d.margin_ns / {NS_PER_MS}.0 AS margin_ms, d.confidence_millionths / {MILLIONTHS}.0 AS confidence, "
        "e.evidence FROM duplicated AS d JOIN ticks_read AS k ON k.line = d.event "
        "JOIN evidence AS e ON e.event = d.event ORDER BY d.event"
    )
