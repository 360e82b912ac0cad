"""Streams made by hand or drawn, given to the matching as the relation `outputs_read`, and its answer scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from raceview.engine.duckdb_engine import DuckDBEngine
from raceview.matching import Matching, match_rows
from raceview.model import MILLIONTHS, Options

Ints = npt.NDArray[np.int64]
US, CENT = 1_000, 10_000_000


@dataclass(frozen=True)
class Rows:
    """Rows in file order; `event` numbers what each came from."""

    symbol: Ints
    time: Ints
    price: Ints
    event: Ints

    @property
    def further(self) -> npt.NDArray[np.bool_]:
        """Whether a row is not the first of its event."""
        first = np.unique(self.event, return_index=True)[1]
        return ~np.isin(np.arange(len(self.event)), first)


@dataclass(frozen=True)
class Answer:
    """What the matching says: lines of `inferred` by row, and the rest."""

    matching: Matching
    first_of: dict[int, int]
    probability: dict[int, float]
    exact: set[int]

    @property
    def copies(self) -> set[int]:
        return {row for row, first in self.first_of.items() if row != first}


def load(engine: DuckDBEngine, rows: Rows, count: int | None = None) -> None:
    """Make `outputs_read` and `symbols` of the rows, or of the first `count`."""
    columns = {
        "row": np.arange(len(rows.time)),
        "symbol": rows.symbol.astype(str),
        "time_ns": rows.time,
        "price_units": rows.price,
    }
    engine.load("outputs_read", {name: values[:count] for name, values in columns.items()})
    engine.create("symbols", "SELECT DISTINCT CAST(symbol AS BIGINT) AS symbol_id, symbol FROM outputs_read")


def matched(rows: Rows, **options: float) -> Answer:
    """Match the rows in an engine of their own."""
    engine = DuckDBEngine()
    try:
        load(engine, rows)
        matching = match_rows(engine, Options(**options))  # type: ignore[arg-type]  # threshold alone
        lines = engine.rows("SELECT row, first_row, probability_millionths, exact FROM inferred ORDER BY row")
    finally:
        engine.close()
    return Answer(
        matching,
        {row: first for row, first, _, _ in lines},
        {row: chance / MILLIONTHS for row, _, chance, _ in lines},
        {row for row, _, _, exact in lines if exact},
    )


def score(answer: Answer, rows: Rows) -> tuple[float, float]:
    """Precision and recall of the further copies."""
    true = set(np.flatnonzero(rows.further).tolist())
    both = len(true & answer.copies)
    return both / max(1, len(answer.copies)), both / max(1, len(true))


def drawn(
    seed: int,
    count: int,
    symbols: int = 8,
    copied: float = 0.0,
    grid: bool = False,
    walk: bool = True,
    burst_us: int = 0,
    emission: bool = False,
) -> Rows:
    """A stream of a row each 5 ms, at random or on a grid; copies come 1 to 10 ms late, up to 0.50 off.

    Prices are in steps of 0.05: a walk by symbol, or independent. With `burst_us`, ticks have children of their symbol
    about so long after them. With `emission`, rows stand in the order in which workers finished.
    """
    draw = np.random.default_rng(seed)
    time = np.arange(count) * 5_000 if grid else np.cumsum(draw.exponential(5_000, count).astype(int) + 1)
    symbol = draw.integers(0, symbols, count)
    if burst_us:
        parent = np.repeat(np.arange(count), draw.geometric(0.5, count))[:count]
        child = np.concatenate([[False], parent[1:] == parent[:-1]])
        time = time[parent] + np.where(child, draw.exponential(burst_us, count).astype(int) + 1, 0)
        order = np.argsort(time, kind="stable")
        time, symbol = time[order], symbol[parent][order]
    price = draw.integers(20_000, 50_000, count)
    if walk:
        for one in range(symbols):
            mine = symbol == one
            price[mine] = 20_000 + 1_000 * one + np.cumsum(draw.integers(-1, 2, mine.sum()))
    written = time + draw.integers(5_000, 15_000, count) * emission
    again = np.flatnonzero(draw.random(count) < copied)
    late = time[again] + draw.integers(1_000, 10_001, len(again))
    event = np.concatenate([np.arange(count), again])
    written = np.concatenate([written, written[again] + 3_000 if emission else late])
    order = np.argsort(written, kind="stable")
    off = np.concatenate([price, price[again] + draw.integers(-10, 11, len(again))])
    return Rows(
        symbol=np.concatenate([symbol, symbol[again]])[order],
        time=np.concatenate([time, late])[order] * US,
        price=off[order] * 5 * CENT,
        event=event[order],
    )
