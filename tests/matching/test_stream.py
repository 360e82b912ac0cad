"""`near` against its definition, and that no pair is lost by looking no farther than its pattern reaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from matching.streams import CENT, US, Ints, Rows, drawn, load
from raceview.engine.duckdb_engine import DuckDBEngine
from raceview.matching.patterns import NAMES, Bins, Reach, pairs
from raceview.matching.stream import EVERY_ROW, FARTHEST, Stream, arrange, survey


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine()
    yield engine
    engine.close()


def defined(rows: Rows, kept: Ints, cadence: tuple[int, int] | None) -> list[tuple[int, ...]]:
    """`near` of the rows `kept`, as `arrange` puts it in words."""
    time = rows.time[kept].tolist()
    lines = []
    for at, row in enumerate(kept.tolist()):
        flags = 1 * (at > 0 and time[at - 1] > time[at])
        flags += 2 * (at + 1 < len(time) and time[at + 1] < time[at])
        if cadence:
            flags += 4 * (time[at] % cadence[0] == cadence[1]) + 8 * (time.count(time[at]) > 1)
        lines.append((row, int(rows.symbol[row]), time[at], int(rows.price[row]), flags))
    return sorted(lines, key=lambda line: (line[1], line[2], line[0]))


@pytest.mark.parametrize("grid", [True, False])
@pytest.mark.parametrize("slices", [1, 2, 100, 10_000])
def test_order_is_looked_at_in_slices_as_in_one(
    grid: bool, slices: int, engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("raceview.matching.stream.SLICES", slices)
    monkeypatch.setattr("raceview.matching.stream.LEAST_SLICE", 1)
    rows = drawn(5, 600, copied=0.05, grid=grid, emission=True)
    everyone = np.arange(len(rows.time))
    load(engine, rows)
    stream = survey(engine)
    arrange(engine, stream)
    assert stream.cadence == ((5_000 * US, 0) if grid else None)
    assert engine.rows("SELECT * FROM near") == defined(rows, everyone, stream.cadence)
    flags = {flags for (flags,) in engine.rows("SELECT DISTINCT flags % 4 FROM near")}
    assert flags >= {1, 2}  # else the file's order would not have been looked at


def test_rows_beyond_reach_are_left_alone(engine: DuckDBEngine) -> None:
    rows = drawn(6, 40)
    rows.time[7], rows.time[11] = rows.time[-1] + FARTHEST, rows.time[0] - FARTHEST
    rows.price[20], rows.price[30] = FARTHEST, -FARTHEST
    load(engine, rows)
    stream = survey(engine)
    arrange(engine, stream)
    assert stream.rows == 36
    kept = np.setdiff1d(np.arange(40), [7, 11, 20, 30])
    assert engine.rows("SELECT * FROM near") == defined(rows, kept, stream.cadence)


def test_gaps_of_decades_are_reckoned_with(engine: DuckDBEngine) -> None:
    rows = drawn(6, 16)
    symbol = np.repeat(np.arange(8), 2)
    time = np.where(np.arange(16) % 2 == 0, 0, FARTHEST - 1)
    load(engine, replace(rows, symbol=symbol, time=time))
    assert survey(engine).gap >= FARTHEST - 1


def test_no_rows(engine: DuckDBEngine) -> None:
    load(engine, drawn(1, 1), 0)
    stream = survey(engine)
    arrange(engine, stream)
    assert stream == Stream(EVERY_ROW, 0, 1, 1, 1.0, None)
    assert engine.rows("SELECT * FROM near") == []


@pytest.mark.parametrize("seed", range(4))
def test_no_pair_lies_beyond_the_reach_of_its_pattern(seed: int, engine: DuckDBEngine) -> None:
    rows = drawn(seed, 300, symbols=3, copied=0.2, emission=seed % 2 == 0)
    load(engine, rows)
    stream = survey(engine)
    arrange(engine, stream)
    bins = Bins(stream.time_step, 5 * CENT, int(2 * stream.gap))

    def of(reach: Reach) -> list[tuple[int, ...]]:
        return engine.rows(
            f"SELECT {', '.join(NAMES)}, a, b FROM (SELECT a, b, rank, {bins.columns()} FROM {pairs(reach)})"
        )

    found = of(Reach(bins.window))
    patterns = sorted({line[:6] for line in found})
    for pattern in patterns[:: max(1, len(patterns) // 25)]:
        lag, place, _, _, price, rank = (np.array([number]) for number in pattern)
        within = of(bins.reach(lag, place, price, rank))
        assert sorted(line for line in within if line[:6] == pattern) == sorted(
            line for line in found if line[:6] == pattern
        )
        assert len(within) <= len(found)
    nearest = of(bins.reach(*(np.array([number]) for number in (0, 0, 0, 1))))
    assert len(nearest) < len(found) / 4
