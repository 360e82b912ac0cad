"""How long the system waited before it gave an attempt up, and how long work takes, as logged."""

from __future__ import annotations

from raceview.engine.base import Engine


def patience_ns(engine: Engine) -> int | None:
    """The longest time-out with an end; else the shortest wait from a time-out to the next attempt; else None."""
    ((logged,),) = engine.rows("SELECT max(end_ns - start_ns) FROM attempts WHERE failed = 1")
    if logged is not None:
        return int(logged)
    ((waited,),) = engine.rows(
        "SELECT min(b.start_ns - a.start_ns) FROM held AS a JOIN held AS b ON b.event = a.event "
        "AND b.attempt > a.attempt WHERE a.failed = 1 AND b.start_ns > a.start_ns"
    )
    return None if waited is None else int(waited)


def longest_work_ns(engine: Engine) -> int:
    """The longest success; 0 where there is none."""
    ((longest,),) = engine.rows("SELECT coalesce(max(end_ns - start_ns), 0) FROM attempts WHERE failed = 0")
    return int(longest)
