"""How many pairs bear each pattern, and how many there would be if all rows were different events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from raceview import sql
from raceview.engine.base import Engine
from raceview.matching.null import distant_pairs, distant_prices, expected_order, order_code, rank_share
from raceview.matching.patterns import NAMES, PLACES, TURNS, Bins, Floats, Ints, Reach, pairs, strangers
from raceview.matching.smoothing import shares
from raceview.matching.stream import Stream

WINDOW_GAPS = 1.5
"""Pairs lie within so many mean gaps of a symbol."""
FAR_GAPS = 0.7
"""Pairs of one symbol farther apart than this, and within four times as much, tell how prices of different events
differ."""
FIT_ROWS = 300_000
"""Rows whose pairs are counted, about."""
BLOCK_GAPS = 256
"""Mean gaps of a symbol in a stretch of time that is counted as a whole, or not."""
STRANGER_PAIRS = 1_500_000
"""Pairs of different symbols that are counted, about."""


@dataclass(frozen=True, slots=True)
class Counts:
    """One item per pattern that occurs (a cell): its columns, how often it occurs, and what the null says of it."""

    lag: Ints
    place: Ints
    turn: Ints
    slot: Ints
    price: Ints
    rank: Ints
    pairs: Floats
    order_null: Floats
    """Pairs of different events to be expected of the cell's lag, order and rank, whatever their prices."""
    rank_share: Floats
    """P(rank | lag, place, turn)."""
    price_null: Floats
    """(rank x turn, price): P(price difference | different events)."""
    distant: Floats
    """(rank, turn, price): the pairs that it was measured on, farther apart than the lag `far`."""
    far: int
    turn_null: Floats
    """(lag, place, turn): P(turn | lag, place) of different events."""
    slot_null: Floats
    """(lag, slot): P(slot | lag) of different events."""
    order: Floats
    """(lag, place, turn, slot): pairs of different events to be expected of each order."""
    bins: Bins
    rows: int
    """Rows whose pairs were counted."""
    share: float
    """Their share of all rows."""

    @property
    def class_of(self) -> Ints:
        """The line of `price_null` that goes for each cell."""
        return self.rank * TURNS + self.turn

    def with_patterns(self, patterns: Mapping[str, Ints]) -> Counts:
        """With further cells, for those of the patterns that none of the counted pairs bears: none of theirs either."""
        known = np.stack([getattr(self, name) for name in NAMES], axis=1)
        given = np.stack([patterns[name] for name in NAMES], axis=1)
        both, first = np.unique(np.concatenate([known, given]), axis=0, return_index=True)
        new = both[first >= len(known)]
        cells = {name: np.concatenate([known[:, at], new[:, at]]) for at, name in enumerate(NAMES)}
        counted = np.concatenate([self.pairs, np.zeros(len(new))])
        rank = rank_share(cells | {"n": counted}, self.bins.lags)
        order_null = self.order.ravel()[order_code(cells, self.bins.lags)] * rank
        return replace(
            self,
            lag=cells["lag"],
            place=cells["place"],
            turn=cells["turn"],
            slot=cells["slot"],
            price=cells["price"],
            rank=cells["rank"],
            pairs=counted,
            order_null=order_null,
            rank_share=rank,
        )


def count(engine: Engine, stream: Stream) -> Counts | None:
    """Count the patterns in `near`; None where no two rows of a symbol are near."""
    window, far = max(1, int(WINDOW_GAPS * stream.gap)), int(FAR_GAPS * stream.gap)
    symbols = _rows_by_symbol(engine)
    bins = Bins(max(stream.time_step, window // 2**10), stream.price_step, window, len(symbols) > 1)
    source, rows = _sample(engine, stream)
    share = rows / max(1, stream.rows)
    columns = f"{', '.join(NAMES)}, count(*) AS n"
    cells = numbers(
        engine, f"SELECT {columns} FROM (SELECT rank, {bins.columns()} FROM {pairs(Reach(window), source)})"
    )
    if not len(cells["n"]):
        return None
    distant = numbers(
        engine,
        f"SELECT rank, turn, price, count(*) AS n FROM (SELECT rank, {bins.columns()} "
        f"FROM {pairs(Reach(4 * far), source)} WHERE abs(time_delta) > {far})",
    )
    others, rate = cells, 1.0
    if len(symbols) > 1:
        per_row = 2 * window / stream.gap * FAR_GAPS * (len(symbols) - 1)
        sampled = max(1, round(max(1.0, per_row * rows) / STRANGER_PAIRS))
        others = _others(engine, bins, source, sampled)
        collision = float(((symbols / symbols.sum()) ** 2).sum())
        rate = sampled / 2 * collision / (1 - collision)
    far_pairs = distant_pairs(distant, int(max(cells["price"].max(), distant["price"].max(initial=0))) + 1)
    order = expected_order(others, rate, bins.lags)
    rank = rank_share(cells, bins.lags)
    return Counts(
        **{name: cells[name] for name in NAMES},
        pairs=cells["n"].astype(np.float64),
        order_null=order.ravel()[order_code(cells, bins.lags)] * rank,
        rank_share=rank,
        price_null=distant_prices(far_pairs),
        distant=far_pairs,
        far=bins.lag(far),
        turn_null=shares(order.sum(3)).reshape((2 * bins.lags + 1) * PLACES, TURNS),
        slot_null=shares(order.sum((1, 2))),
        order=order,
        bins=bins,
        rows=rows,
        share=share,
    )


def _sample(engine: Engine, stream: Stream) -> tuple[str, int]:
    """The relation whose pairs are counted, and its rows: stretches of time, so that neighbours stay neighbours."""
    every = max(1, round(stream.rows / FIT_ROWS))
    if every == 1:
        return "near", stream.rows
    block = max(1, int(BLOCK_GAPS * stream.gap))
    taken = sql.one_in(every, f"CAST(floor(time_ns / {block}) AS BIGINT)")
    engine.create("near_sampled", f"SELECT * FROM near WHERE {taken}")
    ((rows,),) = engine.rows("SELECT count(*) FROM near_sampled")
    return "near_sampled", rows


def _rows_by_symbol(engine: Engine) -> Ints:
    return engine.arrays("SELECT count(*) AS n FROM near GROUP BY symbol_id ORDER BY symbol_id")["n"]


def _others(engine: Engine, bins: Bins, source: str, every: int) -> dict[str, Ints]:
    """Patterns of pairs of different symbols in `source`, of one row in `every`."""
    return numbers(
        engine,
        f"SELECT lag, place, turn, slot, count(*) AS n FROM (SELECT {bins.columns()} "
        f"FROM {strangers(bins.window, every, source)})",
    )


def numbers(engine: Engine, query: str) -> dict[str, Ints]:
    """The groups of a query, in order: sums over them are the same in each run."""
    found = engine.arrays(f"{query} GROUP BY ALL ORDER BY ALL")
    return {name: values.astype(np.int64) for name, values in found.items()}
