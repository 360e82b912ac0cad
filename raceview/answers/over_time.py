"""When the duplicated events happened: how many in each of a number of equal spans from the first tick to the last."""

from __future__ import annotations

from dataclasses import dataclass

from raceview.investigation import Investigation


@dataclass(frozen=True, slots=True)
class OverTime:
    """Spans of `width_ns` each from `start_ns` on; `firsts` holds the time of the first duplicated event of each."""

    start_ns: int
    end_ns: int
    width_ns: int
    counts: tuple[int, ...]
    firsts: tuple[int | None, ...]

    def at_ns(self, cell: int) -> int:
        """Where to look for what a span holds: its first duplicated event, else its middle."""
        first = self.firsts[cell]
        return self.start_ns + cell * self.width_ns + self.width_ns // 2 if first is None else first


def duplicates_over_time(inv: Investigation, cells: int) -> OverTime | None:
    """At most `cells` spans, each at least a nanosecond; None where there are no ticks."""
    ((start, end),) = inv.engine.rows("SELECT min(time_ns), max(time_ns) FROM ticks")
    if start is None:
        return None
    width = (end - start) // cells + 1
    found = inv.engine.rows(
        f"SELECT (t.time_ns - {start}) // {width} AS cell, count(*), min(t.time_ns) FROM duplicated AS d "
        "JOIN ticks AS t ON t.event = d.event GROUP BY cell"
    )
    counts: list[int] = [0] * cells
    firsts: list[int | None] = [None] * cells
    for cell, count, first in found:
        counts[cell], firsts[cell] = count, first
    return OverTime(start, end, width, tuple(counts), tuple(firsts))
