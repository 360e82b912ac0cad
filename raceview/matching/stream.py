"""What the stream is like, and its rows in the order in which neighbours are found: the relation `near`.

Only DuckDB's ordered tables are relied upon: a window without an order of its own sees the rows as they are stored. So
`outputs_read` is looked at, and not `outputs`: the join that makes it leaves rows in some other order, and sorting ten
million takes as long as all the rest of this.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from raceview import sql
from raceview.engine.base import Engine
from raceview.matching.patterns import Ints

FARTHEST = 2**61
"""Rows farther than this from the middle time, in ns (73 years), or dearer, in price units, are left alone."""
EVERY_ROW = "1 = 1"
SLICES, LEAST_SLICE = 8, 500_000
"""How many slices a file's order is looked at in, and the rows of one at the least."""
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

    within: str
    """The condition under which a row is looked at."""
    rows: int
    time_step: int
    """All times are multiples of it, one time taken off."""
    price_step: int
    gap: float
    """Mean gap between neighbours of a symbol, no gap counted as longer than the 99th percentile: nights do not."""
    cadence: tuple[int, int] | None
    """Step and phase of the grid on which nearly all rows lie; None for an irregular stream."""


def survey(engine: Engine) -> Stream:
    """Look at the rows."""
    within = _within_reach(engine)
    placed = f"(SELECT row, symbol, time_ns, price_units FROM outputs_read WHERE {within})"
    ((rows,),) = engine.rows(f"SELECT count(*) FROM {placed}")
    some = sql.one_in(max(1, rows // SAMPLE_ROWS), "row")
    sample = engine.arrays(f"SELECT time_ns, price_units FROM {placed} WHERE {some}")
    time_step, price_step = (_common_step(values) for values in sample.values())
    _find_earliest(engine, placed, rows, sample["time_ns"])
    return Stream(
        within=within,
        rows=rows,
        time_step=time_step,
        price_step=price_step,
        gap=_mean_gap(engine),
        cadence=_cadence(engine, placed, rows, time_step),
    )


def arrange(engine: Engine, stream: Stream) -> None:
    """Make `near`: the rows sorted by symbol and time, so that partners are a few places further on.

    `flags` is 1 where the row is earlier than the one before it in the file, plus 2 where later than the next, plus 4
    where it lies on the cadence's grid, plus 8 where its time is that of another row, too.
    """
    source = " UNION ALL ".join(_slices(engine, stream))
    if stream.cadence:
        step, phase = stream.cadence
        source = (
            "SELECT row, symbol, time_ns, price_units, flags "
            f"+ CASE WHEN time_ns % {step} = {phase} THEN 4 ELSE 0 END "
            f"+ CASE WHEN shared_ns IS NOT NULL THEN 8 ELSE 0 END AS flags FROM ({source}) LEFT JOIN ("
            f"SELECT time_ns AS shared_ns FROM outputs_read WHERE {stream.within} GROUP BY time_ns HAVING count(*) > 1"
            ") ON shared_ns = time_ns"
        )
    engine.create(
        "near",
        "SELECT f.row, s.symbol_id, f.time_ns, f.price_units, CAST(f.flags AS TINYINT) AS flags "
        f"FROM ({source}) AS f JOIN symbols AS s ON s.symbol = f.symbol ORDER BY s.symbol_id, f.time_ns, f.row",
    )


def _slices(engine: Engine, stream: Stream) -> list[str]:
    """The rows with the flags of order, in slices: a window goes through its rows on one core, several on several."""
    ((last,),) = engine.rows("SELECT coalesce(max(row), 0) FROM outputs_read")
    # Where rows are left alone, the next one that is not may be any number of rows away.
    size = max(LEAST_SLICE, last // SLICES + 1) if stream.within == EVERY_ROW else last + 1
    return [
        "SELECT row, symbol, time_ns, price_units, flags FROM ("
        "SELECT row, symbol, time_ns, price_units, CASE WHEN lag(time_ns) OVER () > time_ns THEN 1 ELSE 0 END "
        "+ CASE WHEN lead(time_ns) OVER () < time_ns THEN 2 ELSE 0 END AS flags "
        f"FROM outputs_read WHERE {stream.within} AND row >= {first - 1} AND row <= {first + size}"
        f") WHERE row >= {first} AND row < {first + size}"
        for first in range(0, last + 1, size)
    ]


def _within_reach(engine: Engine) -> str:
    """The condition that times and prices lie near enough to each other for their differences to be reckoned with."""
    ((early, late, low, high),) = engine.rows(
        "SELECT min(time_ns), max(time_ns), min(price_units), max(price_units) FROM outputs_read"
    )
    if early is None or (late - early < FARTHEST and max(-low, high) < FARTHEST):
        return EVERY_ROW
    ((middle,),) = engine.rows("SELECT CAST(median(time_ns) AS BIGINT) FROM outputs_read")
    return (
        f"time_ns > {max(middle - FARTHEST, -(2**63))} AND time_ns < {min(middle + FARTHEST, 2**63 - 1)} "
        f"AND price_units > {-FARTHEST} AND price_units < {FARTHEST}"
    )


def _common_step(values: Ints) -> int:
    """The greatest common divisor of what they differ by."""
    return max(1, int(np.gcd.reduce(values - values.min()))) if len(values) else 1


def _find_earliest(engine: Engine, placed: str, rows: int, sample: Ints) -> None:
    """Make `earliest`, the first rows in time; not many more are sorted, for a sample tells about where they end."""
    at = 2 * FIRST_ROWS * len(sample) // max(1, rows)
    until = f"WHERE time_ns <= {np.partition(sample, at)[at]} " if at < len(sample) else ""
    engine.create(
        "earliest",
        f"SELECT row, symbol, time_ns FROM {placed} {until}ORDER BY time_ns, row LIMIT {FIRST_ROWS}",
    )


def _mean_gap(engine: Engine) -> float:
    ((gap,),) = engine.rows(
        "WITH gaps AS (SELECT time_ns - lag(time_ns) OVER (PARTITION BY symbol ORDER BY time_ns) AS gap "
        "FROM earliest), "
        "capped AS (SELECT quantile_cont(gap, 0.99) AS most FROM gaps) "
        "SELECT CAST(sum(CAST(floor(least(gap, most)) AS BIGINT)) AS DOUBLE) / count(gap) FROM gaps, capped "
        "WHERE gap IS NOT NULL"
    )
    return float(gap or 1)


def _cadence(engine: Engine, placed: str, rows: int, time_step: int) -> tuple[int, int] | None:
    found = engine.rows(
        "WITH gaps AS (SELECT time_ns - lag(time_ns) OVER (ORDER BY time_ns) AS gap FROM ("
        f"SELECT DISTINCT time_ns FROM (SELECT time_ns FROM earliest ORDER BY time_ns LIMIT {FIRST_ROWS // 2}))) "
        "SELECT gap, count(*) AS n, sum(count(*)) OVER () FROM gaps WHERE gap > 0 GROUP BY gap "
        "ORDER BY n DESC, gap LIMIT 1"
    )
    if not found or found[0][1] < COMMONEST * found[0][2] or found[0][0] <= time_step:
        return None
    step = int(found[0][0])
    ((phase, on),) = engine.rows(
        f"SELECT time_ns % {step} AS phase, count(*) AS n FROM {placed} GROUP BY phase ORDER BY n DESC, phase LIMIT 1"
    )
    return (step, int(phase)) if on > ON_GRID * rows else None
