"""Pairs of near rows and the pattern that each bears: small integers that say how its two rows lie to each other.

A pattern is: `lag` (time difference, signed: the row later in the file less the earlier one), `place` (distance in the
file), `turn` (whether each row is out of time order beside its neighbours in the file), `slot` (whether each lies on
the grid of the stream's cadence, and shares its time), `price` (difference) and `rank` (how many places apart the rows
are in the time order of their symbol). Differences are counted in steps while small and in parts of an octave beyond.
Only counts of patterns, and the pairs that look alike, leave the engine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PER_OCTAVE = 3
"""Bins of lag and of price difference per doubling."""
RANKS = 6
"""Neighbours of its symbol, in time, that a row is paired with."""
PLACES = 17
"""Two bins per doubling of the distance in the file; the last holds all that is beyond."""
TURNS = 16
SLOTS = 16
PRICE_STEPS = 16
"""Price differences up to so many steps have a bin each."""
NAMES = ("lag", "place", "turn", "slot", "price", "rank")


@dataclass(frozen=True, slots=True)
class Reach:
    """How far apart the rows of a pair may be: in time (ns), rank, place (rows) and price (price units); None: any."""

    window: int
    ranks: int = RANKS
    distance: int | None = None
    price: int | None = None


@dataclass(frozen=True, slots=True)
class Bins:
    """How differences are told apart. `window` is the longest time difference of a pair; times in ns."""

    time_unit: int
    price_step: int
    window: int
    ordered: bool = True
    """Whether order is looked at: not in a stream of one symbol, where nothing tells what is usual."""

    @property
    def lags(self) -> int:
        """The greatest lag; the least is its negative."""
        return 1 + self.lag(self.window)

    def lag(self, time: int) -> int:
        """The lag of two rows so many ns apart."""
        return 1 + int(PER_OCTAVE * math.log2(max(time / self.time_unit, 1))) if time else 0

    def reach(self, lag: Ints, place: Ints, price: Ints, rank: Ints) -> Reach:
        """What pairs that bear one of these patterns keep within."""
        latest, farthest, dearest, most = (
            int(np.abs(values).max(initial=0)) for values in (lag, place, price, rank)
        )
        octaves = max(0.0, (dearest + 1 - PRICE_STEPS) / PER_OCTAVE)
        steps = min(dearest + 1, PRICE_STEPS) * math.exp2(octaves)
        told_apart = self.ordered and farthest < PLACES - 1
        return Reach(
            window=min(self.window, math.ceil(self.time_unit * math.exp2(latest / PER_OCTAVE))),
            ranks=max(1, most),
            distance=math.ceil(math.exp2((farthest + 1) / 2)) if told_apart else None,
            price=math.ceil(self.price_step * steps),
        )

    def columns(self) -> str:
        """The pattern's columns, but for `rank`, of what `pairs` or `strangers` select."""
        place = f"least(floor(2 * log2(distance)), {PLACES - 1})" if self.ordered else "0"
        turn = "(a_flags & 3) + 4 * (b_flags & 3)" if self.ordered else "0"
        slot = "(a_flags >> 2) + 4 * (b_flags >> 2)" if self.ordered else "0"
        moved = f"1 + floor({PER_OCTAVE} * log2(greatest(abs(time_delta) / {self.time_unit}.0, 1)))"
        few = PRICE_STEPS * self.price_step
        return (
            f"CAST(CASE WHEN time_delta = 0 THEN 0 ELSE sign(time_delta) * ({moved}) END AS SMALLINT) AS lag, "
            f"CAST({place} AS TINYINT) AS place, CAST({turn} AS TINYINT) AS turn, CAST({slot} AS TINYINT) AS slot, "
            f"CAST(CASE WHEN price_delta <= {few} THEN price_delta // {self.price_step} "
            f"ELSE {PRICE_STEPS} + floor({PER_OCTAVE} * log2(price_delta / {few}.0)) END AS SMALLINT) AS price"
        )


def pairs(reach: Reach, source: str = "near") -> str:
    """Pairs of one symbol in `source`, which is `near` or some of it: a row and its next ones within reach."""
    limits = [
        "symbol2 = symbol_id",
        f"time2 - time_ns <= {reach.window}",
        *([f"abs(price2 - price_units) <= {reach.price}"] if reach.price is not None else []),
        *([f"abs(row2 - row) <= {reach.distance}"] if reach.distance is not None else []),
    ]
    parts = (
        f"SELECT row, time_ns, price_units, flags, row2, time2, price2, flags2, {rank} AS rank FROM ("
        f"SELECT *, lead(symbol_id, {rank}) OVER () AS symbol2, lead(row, {rank}) OVER () AS row2, "
        f"lead(time_ns, {rank}) OVER () AS time2, lead(price_units, {rank}) OVER () AS price2, "
        f"lead(flags, {rank}) OVER () AS flags2 FROM {source}) WHERE {' AND '.join(limits)}"
        for rank in range(1, reach.ranks + 1)
    )
    return _in_file_order(" UNION ALL ".join(parts))


def strangers(window: int, every: int, source: str = "near") -> str:
    """Pairs of different symbols in `source` within the window, of one row in `every`, joined on buckets of time."""
    from raceview import sql

    return _in_file_order(
        "SELECT x.row, x.time_ns, x.price_units, x.flags, y.row AS row2, y.time_ns AS time2, "
        "y.price_units AS price2, y.flags AS flags2, 0 AS rank FROM ("
        f"SELECT *, unnest([bucket_of - 1, bucket_of, bucket_of + 1]) AS bucket FROM ("
        f"SELECT *, CAST(floor(time_ns / {window}) AS BIGINT) AS bucket_of FROM {source} "
        f"WHERE {sql.one_in(every, 'row')})) AS x "
        f"JOIN (SELECT *, CAST(floor(time_ns / {window}) AS BIGINT) AS bucket FROM {source}) AS y "
        f"ON x.bucket = y.bucket AND x.symbol_id <> y.symbol_id AND abs(y.time_ns - x.time_ns) <= {window}"
    )


def _in_file_order(found: str) -> str:
    """a is before b in the file; deltas are b less a, that of the price without its sign."""
    return (
        "(SELECT least(row, row2) AS a, greatest(row, row2) AS b, abs(row2 - row) AS distance, "
        "CASE WHEN row < row2 THEN time2 - time_ns ELSE time_ns - time2 END AS time_delta, "
        "abs(price2 - price_units) AS price_delta, rank, "
        "CASE WHEN row < row2 THEN flags ELSE flags2 END AS a_flags, "
        f"CASE WHEN row < row2 THEN flags2 ELSE flags END AS b_flags FROM ({found}))"
    )


def lag_group(lag: Ints) -> Ints:
    """Lags of one sign and two octaves, numbered from 0."""
    group = np.where(lag == 0, 0, np.sign(lag) * (1 + np.abs(lag) // (2 * PER_OCTAVE)))
    numbered: Ints = group - group.min(initial=0)
    return numbered


def price_bin(steps: npt.NDArray[np.float64]) -> Ints:
    """The bin of a price difference of so many steps."""
    beyond = PRICE_STEPS + np.floor(PER_OCTAVE * np.log2(np.maximum(steps, 1) / PRICE_STEPS))
    return np.where(steps <= PRICE_STEPS, steps, beyond).astype(np.int64)


def price_steps(bins: Ints) -> Floats:
    """The middle of a bin of price differences, in steps."""
    middle = np.round(PRICE_STEPS * 2.0 ** ((bins - PRICE_STEPS + 0.5) / PER_OCTAVE))
    return np.where(bins <= PRICE_STEPS, bins, middle).astype(np.float64)
