"""The events that a phantom row lies nearest to: what somebody looks at who does not believe that it came from none."""

from __future__ import annotations

from dataclasses import dataclass

from raceview.investigation import Investigation


@dataclass(frozen=True, slots=True)
class NearEvent:
    """An event of the row's symbol; the differences are row less event."""

    event: int
    event_id: str
    outcome: str
    time_ns: int
    time_delta_ns: int
    price_delta_units: int


def nearest_events(inv: Investigation, row: int, count: int) -> list[NearEvent]:
    """The events of the row's symbol nearest in time, the nearest first."""
    found = inv.engine.rows(
        "SELECT t.event, k.event_id, g.outcome, t.time_ns, o.time_ns - t.time_ns, o.price_units - t.price_units "
        "FROM outputs AS o JOIN ticks AS t ON t.symbol_id = o.symbol_id JOIN ticks_read AS k ON k.line = t.event "
        f"JOIN ledger AS g ON g.event = t.event WHERE o.row = {row} "
        f"ORDER BY abs(o.time_ns - t.time_ns), t.event LIMIT {count}"
    )
    return [NearEvent(*line) for line in found]
