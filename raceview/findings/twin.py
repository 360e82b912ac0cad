"""Source events that are alike: both are real."""

from __future__ import annotations

from raceview.engine.base import Engine
from raceview.findings.finding import Finding
from raceview.model import FindingName


def twins(engine: Engine) -> list[Finding]:
    """Source events that cannot be told apart."""
    found = engine.rows(
        "SELECT s.symbol, k.timestamp, k.price, w.events, g.event_ids "
        "FROM twins AS w JOIN symbols AS s ON s.symbol_id = w.symbol_id JOIN ticks_read AS k ON k.line = w.first_event "
        "JOIN (SELECT a.first_event, string_agg(i.event_id, ', ' ORDER BY i.line) AS event_ids FROM twins AS a "
        "JOIN ticks AS t ON t.symbol_id = a.symbol_id AND t.time_ns = a.time_ns AND t.price_units = a.price_units "
        "JOIN ticks_read AS i ON i.line = t.event GROUP BY a.first_event) AS g ON g.first_event = w.first_event "
        "ORDER BY w.first_event"
    )
    return [
        Finding(
            FindingName.TWIN,
            f"{symbol} {timestamp} {value}",
            float(events),
            "events",
            None,
            None,
            f"{ids} are alike in symbol, time and price; all are kept",
        )
        for symbol, timestamp, value, events, ids in found
    ]
