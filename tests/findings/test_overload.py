"""Duplicates in bursts and under load; and streams in which they are spread as chance has it."""

from __future__ import annotations

import numpy as np

from findings.conftest import load_stream
from raceview.engine import Engine
from raceview.findings.overload import overload
from raceview.findings.significance import judge
from raceview.model import NS_PER_MS

EVENTS = 4_000


def test_bursts(engine: Engine) -> None:
    """5 % of the events, but half of those from 1,001 to 1,300."""
    rng = np.random.default_rng(1)
    chance = np.full(EVENTS, 0.05)
    chance[1000:1300] = 0.5
    duplicated = 1 + np.flatnonzero(rng.random(EVENTS) < chance)
    load_stream(engine, 5 * NS_PER_MS * np.arange(EVENTS), duplicated)
    (one,) = judge(overload(engine))
    assert (str(one.finding), one.subject, one.unit) == ("overload", "time", "times the mean rate")
    assert 4 < one.value < 8
    assert (one.low, one.high) == (None, None)
    assert f"of {len(duplicated)} duplicated events fall into 1 stretch with " in one.evidence
    assert "from 1970-01-01T00:00:0" in one.evidence


def test_two_bursts_are_two_stretches(engine: Engine) -> None:
    rng = np.random.default_rng(2)
    chance = np.full(EVENTS, 0.02)
    chance[512:768] = chance[2048:2304] = 0.6
    load_stream(engine, 5 * NS_PER_MS * np.arange(EVENTS), 1 + np.flatnonzero(rng.random(EVENTS) < chance))
    (one,) = judge(overload(engine))
    assert " fall into 2 stretches with " in one.evidence


def test_load(engine: Engine) -> None:
    """The pace wanders; the rate goes with its square, and nothing but the pace is to blame."""
    rng = np.random.default_rng(3)
    pace = np.repeat(np.exp(rng.uniform(-1, 1, EVENTS // 40)), 40)
    time = np.rint(np.cumsum(rng.exponential(5 * NS_PER_MS, EVENTS) / pace)).astype(np.int64)
    duplicated = 1 + np.flatnonzero(rng.random(EVENTS) < 0.04 * pace**2)
    load_stream(engine, time, duplicated)
    found = {one.subject: one for one in judge(overload(engine))}
    load = found["load"]
    assert load.unit == "times the rate at twice the load"
    assert load.low is not None
    assert load.high is not None
    assert 1 < load.low < load.value < load.high
    assert " % of the events are duplicated in the busier half of the stream, at " in load.evidence


def test_chance_raises_nothing(engine: Engine) -> None:
    """100 streams, even or with gaps by chance, where a duplicate falls anywhere: the level allows for one or so."""
    rng = np.random.default_rng(4)
    alarms = 0
    for number in range(100):
        gaps = rng.exponential(5 * NS_PER_MS, EVENTS) if number % 2 else np.full(EVENTS, 5.0 * NS_PER_MS)
        rate = rng.uniform(0.002, 0.4)
        load_stream(engine, np.cumsum(gaps).astype(np.int64), 1 + np.flatnonzero(rng.random(EVENTS) < rate))
        alarms += bool(judge(overload(engine)))
    assert alarms <= 2


def test_short_streams_and_none_duplicated(engine: Engine) -> None:
    for events, duplicated in ((0, []), (50, [3, 4, 5]), (EVENTS, []), (EVENTS, range(1, EVENTS + 1))):
        load_stream(engine, np.arange(events) * NS_PER_MS, np.array(duplicated, dtype=np.int64))
        assert judge(overload(engine)) == []
