"""Workers whose clock is off, and by how much: seen in the rows that they wrote, in the log that they kept, or in both.

A row's time less its tick's, and an attempt's start less its tick's, are off by the same where it is one clock; then
both are weighed by their precision (inverse variances, the fixed-effect estimate of Cochran 1954).
"""

from __future__ import annotations

import numpy as np

from raceview import sql
from raceview.engine.base import Engine
from raceview.findings.finding import Finding
from raceview.findings.significance import NORMAL_95
from raceview.linkage.link import Linkage
from raceview.linkage.noise import step_of
from raceview.linkage.window import median_with_error
from raceview.model import NS_PER_MS, FindingName, rounded

SAMPLED_STARTS = 200_000
"""Attempts whose claim delay is looked at, to see a worker's log clock."""
LEAST_STARTS = 20
"""Attempts that a worker needs for its log clock to be looked at."""
EVIDENCE = 6.0
"""Standard errors that a worker's clock must be off to be reported."""
_ALONE = "a.event NOT IN (SELECT event FROM event_attempts WHERE attempts > 1)"
AGREE = 4.0
"""Standard errors within which rows and log may differ and yet show one clock."""


def clock_skew(engine: Engine, linkage: Linkage) -> list[Finding]:
    """Workers whose clock is off against the median worker: in the rows they wrote, or in the log they kept."""
    names = dict(engine.rows("SELECT worker, worker_id FROM workers"))
    windows, step = _log_offsets(engine, len(names))
    found = []
    for worker, name in sorted(names.items(), key=lambda item: item[1]):
        of_rows = linkage.skew_of(worker)
        of_log = windows.get(worker)
        if of_rows is None and of_log is None:
            continue
        value, error = _pooled([one for one in (of_rows, of_log) if one], step)
        told = []
        if of_rows:
            told.append(f"its rows are {rounded(of_rows[0] / NS_PER_MS, 6, '+')} ms off")
        if of_log:
            told.append(f"its log is {rounded(of_log[0] / NS_PER_MS, 6, '+')} ms off")
        found.append(
            Finding(
                FindingName.CLOCK_SKEW,
                name,
                round(value / NS_PER_MS, 6),
                "ms",
                round((value - NORMAL_95 * error) / NS_PER_MS, 6),
                round((value + NORMAL_95 * error) / NS_PER_MS, 6),
                f"{name}: " + ", ".join(told) + " against the median worker",
                (name,),
            )
        )
    return found


def _pooled(seen: list[tuple[float, float]], step: int) -> tuple[float, float]:
    """One offset and its standard error, ns; the first alone where they contradict each other: two clocks are off.

    No clock is known better than to the step in which times are written.
    """
    values, errors = (np.array(part) for part in zip(*seen, strict=True))
    variances = errors**2 + step**2 / 12
    if np.ptp(values) > AGREE * np.sqrt(variances.sum()):
        return float(values[0]), float(np.sqrt(variances[0]))
    weights = 1 / variances
    return float((weights * values).sum() / weights.sum()), float(1 / np.sqrt(weights.sum()))


def _log_offsets(engine: Engine, workers: int) -> tuple[dict[int, tuple[float, float]], int]:
    """Workers whose attempts start early or late against their ticks: offset and standard error, ns; the log's step.

    A slow worker starts late too, so a clock is blamed only where the quickest starts moved as the median did. Events
    with one attempt tell: which of several seems to be the first depends on the clock itself.
    """
    ((count,),) = engine.rows(f"SELECT count(*) FROM attempts AS a WHERE a.event > 0 AND {_ALONE}")
    every = max(1, count // SAMPLED_STARTS)
    found = engine.arrays(
        "SELECT a.worker, a.start_ns, a.start_ns - t.time_ns AS delay "
        f"FROM attempts AS a JOIN ticks AS t ON t.event = a.event WHERE {_ALONE} AND {sql.one_in(every, 'a.line')}"
    )
    medians: dict[int, tuple[float, float, float]] = {}
    for worker in range(workers):
        delay = np.sort(found["delay"][found["worker"] == worker])
        if len(delay) >= LEAST_STARTS:
            middle, error = median_with_error(delay, np.ones(len(delay)))
            medians[worker] = (middle, error, float(delay[len(delay) // 50]))
    starts = found["start_ns"]
    step = step_of(starts - starts[0]) if len(starts) else 1
    if len(medians) <= 1:
        return {}, step
    usual, doubt, _ = sorted(medians.values())[(len(medians) - 1) // 2]
    quick = sorted(low for _, _, low in medians.values())[(len(medians) - 1) // 2]
    off = {}
    for worker, (middle, own, low) in medians.items():
        shift = middle - usual
        moved = low - quick
        error = float(np.hypot(own, doubt))
        if abs(shift) > max(EVIDENCE * error, 1.0) and abs(moved - shift) < 0.5 * abs(shift):
            off[worker] = (shift, error)
    return off, step
