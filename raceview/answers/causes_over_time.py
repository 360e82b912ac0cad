"""When events were duplicated, and why: how many of each cause in equal spans of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from raceview.answers.over_time import duplicates_over_time
from raceview.model import Cause

if TYPE_CHECKING:
    from raceview.investigation import Investigation


@dataclass(frozen=True, slots=True)
class CausesOverTime:
    """Spans of `width_ns` each from `start_ns` on. `counts` has a number per span for each cause that occurs.

    Where no cause is known the one key is ''.
    """

    start_ns: int
    end_ns: int
    width_ns: int
    counts: dict[str, tuple[int, ...]]

    @property
    def totals(self) -> tuple[int, ...]:
        """Duplicated events in each span."""
        return tuple(map(sum, zip(*self.counts.values(), strict=True)))


def causes_over_time(inv: Investigation, cells: int) -> CausesOverTime | None:
    """At most `cells` spans; None where there is no event."""
    spans = duplicates_over_time(inv, cells)
    if spans is None:
        return None
    found = inv.engine.rows(
        f"SELECT coalesce(d.cause, ''), (t.time_ns - {spans.start_ns}) // {spans.width_ns} AS cell, count(*) "
        "FROM duplicated AS d JOIN ticks AS t ON t.event = d.event GROUP BY 1, 2"
    )
    counts: dict[str, list[int]] = {}
    for cause in (*Cause, ""):
        if any(cause == other for other, _, _ in found):
            counts[str(cause)] = [0] * cells
    for cause, cell, count in found:
        counts[cause][cell] = count
    return CausesOverTime(
        spans.start_ns, spans.end_ns, spans.width_ns, {cause: tuple(of) for cause, of in counts.items()}
    )
