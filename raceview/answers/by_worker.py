"""What each worker had a part in: its attempts, its time-outs, and the duplicated events it attempted."""

from __future__ import annotations

from dataclasses import dataclass

from raceview.investigation import Investigation


@dataclass(frozen=True, slots=True)
class WorkerShare:
    """One worker; an event that two workers attempted counts for both."""

    worker_id: str
    attempts: int
    timeouts: int
    duplicated_events: int


def by_worker(inv: Investigation) -> list[WorkerShare]:
    """All workers, those with most duplicated events first."""
    found = inv.engine.rows(
        "SELECT w.worker_id, count(*), CAST(sum(a.failed) AS BIGINT), count(DISTINCT d.event) FROM attempts AS a "
        "JOIN workers AS w ON w.worker = a.worker LEFT JOIN duplicated AS d ON d.event = a.event "
        "GROUP BY w.worker_id ORDER BY 4 DESC, w.worker_id"
    )
    return [WorkerShare(*line) for line in found]
