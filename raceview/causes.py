"""Why events were duplicated, with the evidence; and what the bundle says about the system as a whole.

Causes are decided in SQL (`causes`, `duplicated`, `evidence`); findings are few and made here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from raceview import sql
from raceview.engine.base import Engine
from raceview.linkage.link import Linkage
from raceview.linkage.window import median_with_error
from raceview.model import NS_PER_MS, FindingName
from raceview.sql.decimals import milliseconds, price

SAMPLED_STARTS = 200_000
"""Attempts whose claim delay is looked at, to see a worker's log clock."""
LEAST_STARTS = 20
"""Attempts that a worker needs for its log clock to be looked at."""
EVIDENCE = 6.0
"""Standard errors that a worker's clock must be off to be reported."""
NORMAL_95 = 1.96


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `findings.csv`: what, about whom, how much, with a 95 % interval where it is an estimate."""

    finding: FindingName
    subject: str
    value: float
    unit: str
    low: float | None
    high: float | None
    evidence: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "finding": str(self.finding),
            "subject": self.subject,
            "value": self.value,
            "unit": self.unit,
            "low": self.low,
            "high": self.high,
            "evidence": self.evidence,
        }


def explain(engine: Engine, has_attempts: bool) -> None:
    """Make `causes`, `duplicated` and `evidence`."""
    sql.create(engine, "causes", has_attempts=int(has_attempts))
    sql.create(engine, "duplicated")
    sql.create(
        engine,
        "evidence",
        early_ms=milliseconds("(a.end_ns - b.start_ns)"),
        late_ms=milliseconds("(b.start_ns - a.end_ns)"),
        time_delta_ms=milliseconds("f.time_delta_ns", signed=True),
        price_delta=price("f.price_delta_units", signed=True),
    )


def findings(engine: Engine, linkage: Linkage) -> list[Finding]:
    """All findings, skewed clocks first, then by subject."""
    return [*clock_skew(engine, linkage), *id_collisions(engine), *twins(engine)]


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


def twins(engine: Engine) -> list[Finding]:
    """Source events that cannot be told apart."""
    sql.create(engine, "twins")
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
