"""What the stream is like, and its rows in the order in which neighbours are found: the relation `near`.

Only DuckDB's ordered tables are relied upon: a window without an order of its own sees the rows as they are stored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from raceview import sql
from raceview.engine.base import Engine

FARTHEST = 2**61
"""Rows farther than this from the middle time, in ns (73 years), or dearer, in price units, are left alone."""
SAMPLE_ROWS = 50_000
FIRST_ROWS = 400_000
"""The earliest rows, which gaps are measured on."""
ON_GRID = 0.9
"""Share of the rows that must lie on a grid for it to be the stream's cadence."""
COMMONEST = 0.5
"""Share of the gaps between distinct times that must be the grid's step."""


@dataclass(frozen=True, slots=True)
class Stream:
    """The stream at a glance. Times in ns, prices in price units."""

    rows: int
    symbols: int
    collision: float
    """Probability that two rows drawn at random are of one symbol."""
    time_step: int
    """All times are multiples of it, one time taken off."""
    price_step: int
    gap: float
    """Mean gap between neighbours of a symbol, no gap counted as longer than the 99th percentile: nights do not."""
    cadence: tuple[int, int] | None
    """Step and phase of the grid on which nearly all rows lie; None for an irregular stream."""


def survey(engine: Engine) -> Stream:
    """Make `placed`, the rows in file order with their order flags, and look at them."""
    _place(engine)
    ((rows,),) = engine.rows("SELECT count(*) FROM placed")
    counts = engine.arrays(
        "SELECT symbol_id, count(*) AS n FROM placed GROUP BY symbol_id ORDER BY symbol_id"
    )["n"]
    shares = counts / max(1, counts.sum())
    time_step, price_step = (_step(engine, rows, column) for column in ("time_ns", "price_units"))
    return Stream(
        rows=rows,
        symbols=len(counts),
        collision=float((shares**2).sum()),
        time_step=time_step,
        price_step=price_step,
        gap=_mean_gap(engine),
        cadence=_cadence(engine, rows, time_step),
    )


def arrange(engine: Engine, stream: Stream) -> None:
    """Make `near` of `placed`: sorted by symbol and time, so that partners are a few places further on.

    `flags` gains 4 where the row lies on the cadence's grid, 8 where its time is that of another row, too.
    """
    source = "SELECT row, symbol_id, time_ns, price_units, flags FROM placed"
    if stream.cadence:
        step, phase = stream.cadence
        source = (
            "SELECT row, symbol_id, time_ns, price_units, CAST(flags "
            f"+ CASE WHEN time_ns % {step} = {phase} THEN 4 ELSE 0 END "
            "+ CASE WHEN shared_ns IS NOT NULL THEN 8 ELSE 0 END AS TINYINT) AS flags "
            "FROM placed LEFT JOIN (SELECT time_ns AS shared_ns FROM placed GROUP BY time_ns HAVING count(*) > 1) "
            "ON shared_ns = time_ns"
        )
    engine.create("near", f"{source} ORDER BY symbol_id, time_ns, row")
    engine.create("placed", "SELECT row FROM placed WHERE 1 = 0")  # the memory is wanted


def _place(engine: Engine) -> None:
    """`flags` is 1 where the row is earlier than the one before it in the file, plus 2 where later than the next.

    The rows stand in file order already where the scan made them, which a streaming pass finds out on its way.
    """
    ((middle,),) = engine.rows("SELECT CAST(coalesce(median(time_ns), 0) AS BIGINT) FROM outputs")
    low, high = middle - FARTHEST, middle + FARTHEST

    def place(window: str) -> None:
        engine.create(
            "placed",
            "SELECT row, symbol_id, time_ns, price_units, "
            f"CAST(CASE WHEN lag(time_ns) OVER {window} > time_ns THEN 1 ELSE 0 END "
            f"+ CASE WHEN lead(time_ns) OVER {window} < time_ns THEN 2 ELSE 0 END AS TINYINT) AS flags, "
            f"coalesce(row > lag(row) OVER {window}, true) AS in_order FROM outputs "
            f"WHERE time_ns > {max(low, -(2**63))} AND time_ns < {min(high, 2**63 - 1)} "
            f"AND price_units > {-FARTHEST} AND price_units < {FARTHEST}",
        )

    place("()")
    ((out_of_order,),) = engine.rows("SELECT count(*) FROM placed WHERE NOT in_order")
    if out_of_order:
        place("(ORDER BY row)")


def _step(engine: Engine, rows: int, column: str) -> int:
    """The greatest common divisor of what a sample of rows differs by."""
    some = sql.one_in(max(1, rows // SAMPLE_ROWS), "row")
    values = engine.arrays(f"SELECT {column} AS v FROM placed WHERE {some}")["v"]
    return max(1, int(np.gcd.reduce(values - values.min()))) if len(values) else 1


def _mean_gap(engine: Engine) -> float:
    ((gap,),) = engine.rows(
        "WITH gaps AS (SELECT time_ns - lag(time_ns) OVER (PARTITION BY symbol_id ORDER BY time_ns) AS gap FROM ("
        f"SELECT symbol_id, time_ns FROM placed ORDER BY time_ns, row LIMIT {FIRST_ROWS})), "
        "capped AS (SELECT quantile_cont(gap, 0.99) AS most FROM gaps) "
        "SELECT CAST(sum(CAST(floor(least(gap, most)) AS BIGINT)) AS BIGINT) / count(gap) FROM gaps, capped"
    )
    return float(gap or 1)


def _cadence(engine: Engine, rows: int, time_step: int) -> tuple[int, int] | None:
    found = engine.rows(
        "WITH gaps AS (SELECT time_ns - lag(time_ns) OVER (ORDER BY time_ns) AS gap FROM ("
        f"SELECT DISTINCT time_ns FROM (SELECT time_ns FROM placed ORDER BY time_ns LIMIT {FIRST_ROWS // 2}))) "
        "SELECT gap, count(*) AS n, sum(count(*)) OVER () FROM gaps WHERE gap > 0 GROUP BY gap "
        "ORDER BY n DESC, gap LIMIT 1"
    )
    if not found or found[0][1] < COMMONEST * found[0][2] or found[0][0] <= time_step:
        return None
    step = int(found[0][0])
    ((phase, on),) = engine.rows(
        f"SELECT time_ns % {step} AS phase, count(*) AS n FROM placed GROUP BY phase ORDER BY n DESC, phase LIMIT 1"
    )
    return (step, int(phase)) if on > ON_GRID * rows else None
