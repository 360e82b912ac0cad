"""Workers whose clock is off."""

from __future__ import annotations

import numpy as np

from raceview import sql
from raceview.engine.base import Engine
from raceview.findings.finding import Finding
from raceview.linkage.link import Linkage
from raceview.linkage.window import median_with_error
from raceview.model import NS_PER_MS, FindingName

SAMPLED_STARTS = 200_000
"""Attempts whose claim delay is looked at, to see a worker's log clock."""
LEAST_STARTS = 20
"""Attempts that a worker needs for its log clock to be looked at."""
EVIDENCE = 6.0
"""Standard errors that a worker's clock must be off to be reported."""
NORMAL_95 = 1.96


def clock_skew(engine: Engine, linkage: Linkage) -> list[Finding]:
    """Workers whose clock is off against the median worker: in the rows they wrote, or in the log they kept."""
    names = dict(engine.rows("SELECT worker, worker_id FROM workers"))
    windows = _log_offsets(engine, len(names))
    found = []
    for worker, name in sorted(names.items(), key=lambda item: item[1]):
        of_rows = linkage.skew_of(worker)
        of_log = windows.get(worker)
        best = of_rows or of_log
        if best is None:
            continue
        value, error = best
        told = []
        if of_rows:
            told.append(f"its rows are {of_rows[0] / NS_PER_MS:+.6g} ms off")
        if of_log:
            told.append(f"its log is {of_log[0] / NS_PER_MS:+.6g} ms off")
        found.append(
            Finding(
                FindingName.CLOCK_SKEW,
                name,
                round(value / NS_PER_MS, 6),
                "ms",
                round((value - NORMAL_95 * error) / NS_PER_MS, 6),
                round((value + NORMAL_95 * error) / NS_PER_MS, 6),
                f"{name}: " + ", ".join(told) + " against the median worker",
            )
        )
    return found


def _log_offsets(engine: Engine, workers: int) -> dict[int, tuple[float, float]]:
    """Workers whose attempts start early or late against their ticks: offset and standard error in ns.

    A slow worker starts late too, so a clock is blamed only where the quickest starts moved as the median did.
    """
    ((count,),) = engine.rows("SELECT count(*) FROM attempts WHERE attempt = 1 AND event > 0")
    every = max(1, count // SAMPLED_STARTS)
    found = engine.arrays(
        "SELECT a.worker, a.start_ns - t.time_ns AS delay FROM attempts AS a JOIN ticks AS t ON t.event = a.event "
        f"WHERE a.attempt = 1 AND {sql.one_in(every, 'a.line')}"
    )
    medians: dict[int, tuple[float, float, float]] = {}
    for worker in range(workers):
        delay = np.sort(found["delay"][found["worker"] == worker])
        if len(delay) >= LEAST_STARTS:
            middle, error = median_with_error(delay, np.ones(len(delay)))
            medians[worker] = (middle, error, float(delay[len(delay) // 50]))
    if len(medians) <= 1:
        return {}
    usual = sorted(middle for middle, _, _ in medians.values())[(len(medians) - 1) // 2]
    quick = sorted(low for _, _, low in medians.values())[(len(medians) - 1) // 2]
    off = {}
    for worker, (middle, error, low) in medians.items():
        shift = middle - usual
        moved = low - quick
        if abs(shift) > max(EVIDENCE * error, 1.0) and abs(moved - shift) < 0.5 * abs(shift):
            off[worker] = (shift, error)
    return off
