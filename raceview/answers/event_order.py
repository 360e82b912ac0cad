"""The next event of a kind, in the order of time: where `n` leads from an event's page that no list led to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raceview.model import Outcome

if TYPE_CHECKING:
    from raceview.investigation import Investigation


def event_beside(inv: Investigation, event: int, step: int) -> int | None:
    """The next (`step` 1) or previous (-1) event of the same outcome; from a clean one, the next that is not clean."""
    on, down = (">", "") if step > 0 else ("<", " DESC")
    found = inv.engine.rows(
        f"SELECT t.event FROM ticks AS t JOIN ledger AS g ON g.event = t.event, "
        f"(SELECT k.time_ns, h.outcome FROM ticks AS k JOIN ledger AS h ON h.event = k.event WHERE k.event = {event}) "
        f"AS here WHERE (t.time_ns {on} here.time_ns OR t.time_ns = here.time_ns AND t.event {on} {event}) AND CASE "
        f"WHEN here.outcome = '{Outcome.EXACTLY_ONCE}' THEN g.outcome <> '{Outcome.EXACTLY_ONCE}' "
        f"ELSE g.outcome = here.outcome END ORDER BY t.time_ns{down}, t.event{down} LIMIT 1"
    )
    return int(found[0][0]) if found else None
