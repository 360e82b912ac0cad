"""What makes the numbers true: the same world run again with the safeguard really in place.

The simulator knows when each attempt wrote and whether one that timed out was stalled or dead; the analysis has the
three files. What it gives as exact must be what the second run comes to, and what it gives as a span must hold it.
Rows stand in the order in which they were written, as the rules that ask for it assume.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import raceview
from raceview.model import Safeguard
from raceview.safeguards import CurvePoint, Safeguarded
from raceview.simulate import Family, Order, make
from raceview.simulate.intervention import InPlace
from raceview.simulate.rows import NOBODY
from raceview.simulate.write import Content, write_bundle

EVENTS = 2000
WORLDS = [
    *((family, seed) for family in (Family.MIXED, Family.STORM, Family.SKEW) for seed in (1, 2)),
    (Family.ASSESSMENT, 1),
    (Family.JITTER, 1),
]
AT_THE_SINK = {
    Safeguard.UNIQUE_EVENT_ID,
    Safeguard.SYMBOL_TIME_KEY,
    Safeguard.TTL_KEY,
    Safeguard.SOURCE_TIME,
    Safeguard.SOURCE_TIME_KEY,
    Safeguard.SOURCE_TIME_PRICE_KEY,
    Safeguard.FENCING_TOKEN,
}
AT_MOST = {Safeguard.TTL_KEY, Safeguard.FENCING_TOKEN}
"""Which rows these refuse is not known, so neither is which are left: their harm is an upper bound."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Of each event: its rows, and those with the source's own values."""

    rows: NDArray[np.int64]
    exact: NDArray[np.int64]

    @classmethod
    def of(cls, content: Content) -> Tally:
        ticks, rows = content.scenario.ticks, content.rows
        own = rows.event != NOBODY
        exact = own & (rows.time == ticks.time[rows.event]) & (rows.price == ticks.price[rows.event])
        events = ticks.time.size
        return cls(
            np.bincount(rows.event[own], minlength=events), np.bincount(rows.event[exact], minlength=events)
        )

    def prevented(self, again: Tally) -> int:
        return int(np.maximum(self.rows - 1, 0).sum() - np.maximum(again.rows - 1, 0).sum())

    def lost(self, again: Tally) -> int:
        return int(((self.rows > 0) & (again.rows == 0)).sum())

    def altered(self, again: Tally) -> int:
        return int(((again.rows > 0) & (self.exact > 0) & (again.exact == 0)).sum())


@dataclass(frozen=True, slots=True)
class World:
    """A bundle, what the analysis says of it, and the means to run it again."""

    family: Family
    seed: int
    tally: Tally
    found: list[Safeguarded]
    curves: list[CurvePoint]

    def again(self, safeguard: Safeguard, setting_ms: float) -> Tally:
        in_place = InPlace(safeguard, round(setting_ms * 1000))
        return Tally.of(make(self.family, EVENTS, self.seed, Order.EMISSION, safeguard=in_place))


@pytest.fixture(scope="module", params=WORLDS, ids=lambda world: f"{world[0]}-{world[1]}")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    family, seed = request.param
    folder: Path = tmp_path_factory.mktemp("world")
    content = make(family, EVENTS, seed, Order.EMISSION)
    write_bundle(folder, content)
    with raceview.open_bundle(folder) as inv:
        yield World(family, seed, Tally.of(content), inv.safeguards_list, inv.safeguard_curve_points)


def _span(one: Safeguarded) -> tuple[int, int]:
    assert one.prevented_low is not None
    assert one.prevented_high is not None
    return one.prevented_low, one.prevented_high


def _setting_ms(one: Safeguarded) -> float:
    """`TTL 12 ms`, `lease 15 ms`: the others have none, or none that the simulator would ask for."""
    waits = {Safeguard.TTL_KEY, Safeguard.LEASE, Safeguard.TIMEOUT}
    return float(one.setting.split()[1]) if one.setting and one.safeguard in waits else 0.0


def test_each_safeguard_prevents_and_harms_what_it_does_when_it_is_there(world: World) -> None:
    wrong = []
    for one in world.found:
        again = world.again(one.safeguard, _setting_ms(one))
        low, high = _span(one)
        prevented, harmed = world.tally.prevented(again), world.tally.lost(again)
        harmed += world.tally.altered(again) if one.safeguard in AT_THE_SINK else 0
        told = one.harmed or 0
        right = harmed <= told if one.safeguard in AT_MOST else harmed == told
        if not (low <= prevented <= high and right):
            wrong.append((str(one.safeguard), low, prevented, high, harmed, told))
    assert wrong == []
    assert [one.safeguard for one in world.found] == list(Safeguard)


def test_so_it_is_at_every_setting(world: World) -> None:
    wrong = []
    for point in world.curves:
        again = world.again(point.safeguard, point.setting_value)
        prevented = world.tally.prevented(again)
        if (
            not point.prevented_low <= prevented <= point.prevented_high
            or world.tally.lost(again) > point.harmed
        ):
            wrong.append((str(point.safeguard), point.setting_value, prevented, point))
    assert wrong == []


def test_what_the_log_tells_is_given_without_a_span(world: World) -> None:
    """Claims, but where a chain of several kinds blurs them: within two hundredths of the duplicates."""
    duplicates = int(np.maximum(world.tally.rows - 1, 0).sum())
    for one in world.found:
        assert one.duplicates == duplicates
        if one.safeguard in {Safeguard.ATOMIC_CLAIM, Safeguard.SINGLE_WRITER, Safeguard.TRANSACTION}:
            low, high = _span(one)
            assert high - low <= 0.02 * duplicates + 1
        if one.safeguard in AT_THE_SINK - AT_MOST:
            assert one.prevented_low == one.prevented_high
