"""Source events that are alike: both are real."""

from __future__ import annotations

from raceview.engine.base import Engine
from raceview.findings.finding import Finding
from raceview.model import FindingName


def twins(engine: Engine) -> list[Finding]:
    """Source events that cannot be told apart."""
    found = engine.rows(
        "SELECT s.symbol, k.timestamp, k.price, w.events, "
        "(SELECT string_agg(i.event_id, ', ' ORDER BY i.line) FROM ticks AS t JOIN ticks_read AS i ON i.line = t.event "
        "WHERE t.symbol_id = w.symbol_id AND t.time_ns = w.time_ns AND t.price_units = w.price_units) "
        "FROM twins AS w JOIN symbols AS s ON s.symbol_id = w.symbol_id "
        "JOIN ticks_read AS k ON k.line = w.first_event ORDER BY w.first_event"
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
