"""What safeguards cost, counted in the bundle."""

from __future__ import annotations

import numpy as np

from raceview.engine.base import Engine
from raceview.model import NS_PER_SECOND
from raceview.safeguards.answer import Price

HELD = "keys held at once"


def keys_for_ever(engine: Engine, refused: int, rows_of: str = "links") -> Price:
    """A sink that never forgets holds a key per row that it took: they grow with the output.

    `rows_of` is the relation of the rows that bear such a key: a phantom has no event's, only what stands in it.
    """
    ((rows,),) = engine.rows(f"SELECT count(*) FROM {rows_of}")
    return Price(rows - refused, "keys held, growing")


def keys_within(engine: Engine, settings_ns: list[int]) -> list[Price]:
    """Most events whose source times lie within one stretch of each length: the keys that a TTL holds at once."""
    times = np.sort(engine.arrays("SELECT time_ns FROM ticks")["time_ns"])
    held = []
    for setting in settings_ns:
        before = np.searchsorted(times, times - setting, "right")
        held.append(Price(int((np.arange(1, times.size + 1) - before).max(initial=0)), HELD))
    return held


def attempts_at_peak(engine: Engine, what: str) -> Price:
    """Attempts that start in the busiest second."""
    ((most,),) = engine.rows(
        "SELECT coalesce(max(n), 0) FROM "
        f"(SELECT count(*) AS n FROM attempts GROUP BY start_ns // {NS_PER_SECOND}) AS seconds"
    )
    return Price(most, f"{what}/s at peak")


def hottest_symbol(engine: Engine) -> Price:
    """How busy the worker of the hottest symbol would be: its work, as logged, by the time that the log spans.

    Above 100 % it could not keep up.
    """
    found = engine.rows(
        "SELECT max(busy_ns), max(last_ns) - min(first_ns) FROM (SELECT "
        "CAST(sum(CASE WHEN a.failed = 0 THEN a.end_ns - a.start_ns ELSE 0 END) AS BIGINT) AS busy_ns, "
        "min(a.start_ns) AS first_ns, max(coalesce(a.end_ns, a.start_ns)) AS last_ns "
        "FROM attempts AS a JOIN ticks AS t ON t.event = a.event WHERE a.attempt = 1 GROUP BY t.symbol_id) AS s"
    )
    ((busy, span),) = found
    return Price(round(100 * busy / span, 2) if span else 0.0, "% of a worker, top symbol")
