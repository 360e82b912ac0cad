"""Why events were duplicated, with the evidence: decided in SQL (`causes`, `duplicated`, `evidence`)."""

from __future__ import annotations

from raceview import sql
from raceview.engine.base import Engine
from raceview.sql.decimals import milliseconds, price


def explain(engine: Engine, has_attempts: bool) -> None:
    """Make `causes`, `duplicated` and `evidence`."""
    sql.create(
        engine,
        "causes",
        has_attempts=int(has_attempts),
        crowded="crowded",
        ledger="ledger",
        attempt_pairs="attempt_pairs",
    )
    sql.create(engine, "duplicated")
    sql.create(
        engine,
        "evidence",
        early_ms=milliseconds("(a.end_ns - b.start_ns)"),
        late_ms=milliseconds("(b.start_ns - a.end_ns)"),
        time_delta_ms=milliseconds("f.time_delta_ns", signed=True),
        price_delta=price("f.price_delta_units", signed=True),
    )
