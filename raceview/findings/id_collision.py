"""Event ids that stand for several payloads."""

from __future__ import annotations

from raceview.engine.base import Engine
from raceview.findings.finding import Finding
from raceview.model import FindingName


def id_collisions(engine: Engine) -> list[Finding]:
    """Event ids that stand for more than one payload."""
    found = engine.rows(
        "SELECT k.event_id, count(DISTINCT r.same) + 1, min(r.line), min(k.line) FROM tick_repeats AS r "
        "JOIN ticks_read AS k ON k.line = r.first WHERE r.same <> r.first GROUP BY k.event_id ORDER BY k.event_id"
    )
    return [
        Finding(
            FindingName.ID_COLLISION,
            event_id,
            float(payloads),
            "payloads",
            None,
            None,
            f"{event_id} at line {first} comes again with another payload at line {again}",
        )
        for event_id, payloads, again, first in found
    ]
