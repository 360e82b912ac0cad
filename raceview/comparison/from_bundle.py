"""The facts of a bundle, asked of its investigation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from raceview.comparison.side import FILES, Duplicate, Facts, Records, Times
from raceview.investigation import Investigation
from raceview.model import Outcome


def facts_of_bundle(inv: Investigation) -> Facts:
    """The same as `from_export.facts_of_export` gives of this investigation's export."""
    inv.need("by_symbol")
    log = inv.engine.arrays("SELECT worker, failed FROM attempts ORDER BY line")
    return Facts(
        name=inv.files.name,
        missing=frozenset(role for role in FILES if getattr(inv.files, role) is None),
        inferred=inv.inferred is not None,
        event_times=inv.engine.arrays("SELECT time_ns FROM ticks")["time_ns"],
        outcome_times=dict(_outcome_times(inv)),
        duplicates=list(_duplicates(inv)),
        symbol_events=dict(inv.engine.rows("SELECT symbol, events FROM by_symbol")),
        workers=[name for (name,) in inv.engine.rows("SELECT worker_id FROM workers ORDER BY worker")],
        attempt_workers=log["worker"].astype(np.int64),
        attempt_failed=log["failed"].astype(np.int64),
        rows=inv.engine.rows("SELECT count(*) FROM outputs")[0][0],
        phantom_rows=inv.engine.arrays("SELECT row FROM phantoms")["row"].astype(np.int64),
        files={
            file.role: Records.of(file.records, file.quarantined, _quarantined(inv, file.name))
            for file in inv.files.present()
        },
        findings=[finding.as_dict() for finding in inv.findings_list],
    )


def _outcome_times(inv: Investigation) -> Iterator[tuple[str, Times]]:
    for outcome in Outcome:
        if outcome not in {Outcome.EXACTLY_ONCE, Outcome.UNKNOWN}:
            found = inv.engine.arrays(
                "SELECT t.time_ns FROM ledger AS g JOIN ticks AS t ON t.event = g.event "
                f"WHERE g.outcome = '{outcome}'"
            )
            yield outcome, found["time_ns"]


def _duplicates(inv: Investigation) -> Iterator[Duplicate]:
    workers: dict[int, set[str]] = {}
    for event, worker in inv.engine.rows(
        "SELECT DISTINCT a.event, w.worker_id FROM attempts AS a JOIN duplicated AS d ON d.event = a.event "
        "JOIN workers AS w ON w.worker = a.worker"
    ):
        workers.setdefault(event, set()).add(worker)
    for event, time_ns, symbol, cause in inv.engine.rows(
        "SELECT d.event, t.time_ns, s.symbol, d.cause FROM duplicated AS d JOIN ticks AS t ON t.event = d.event "
        "JOIN symbols AS s ON s.symbol_id = d.symbol_id ORDER BY d.event"
    ):
        yield Duplicate(time_ns, symbol, cause, frozenset(workers.get(event, ())))


def _quarantined(inv: Investigation, name: str) -> tuple[int, ...]:
    """Lines of the records that could not be used, of the files of this base name."""
    found = inv.engine.rows("SELECT file, line FROM quarantine ORDER BY file, line")
    return tuple(line for file, line in found if file == name)
