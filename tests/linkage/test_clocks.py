"""Workers whose clocks are off: found, and told from jitter, from lateness, and from one another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from linkage.bundle_files import Floats
from linkage.made_bundle import CENT, Linked, Stream, jitter_law, link, stream
from linkage.oracle import Law
from raceview.model import NS_PER_MS


def assert_offsets(found: Linked, expected: dict[str, float], within_ms: float) -> None:
    """These workers are off by that much, and nobody else is."""
    assert found.offsets_ms == pytest.approx(expected, abs=within_ms)


def shuffled(made: Stream, folder: Path) -> Linked:
    made.shuffle()
    return link(made, folder)


def test_one_of_forty_workers(tmp_path: Path) -> None:
    made = stream(4_000, workers=40)
    made.jitter(-5, 5, cents=20)
    made.skew({7: 20.0})
    found = shuffled(made, tmp_path)
    assert_offsets(found, {"w07": 20.0}, within_ms=2.0)
    assert found.right >= 0.999


@pytest.mark.parametrize(("jitter", "within_ms"), [(0.0, 0.001), (5.0, 1.0)], ids=["exact", "jittered"])
def test_two_of_seven_workers(jitter: float, within_ms: float, tmp_path: Path) -> None:
    made = stream(2_500, workers=7)
    made.jitter(-jitter, jitter, cents=20 if jitter else 0)
    made.skew({2: -31.25, 5: 12.5})
    found = shuffled(made, tmp_path)
    assert_offsets(found, {"w02": -31.25, "w05": 12.5}, within_ms)
    assert found.right >= 0.999


def test_all_rows_late_and_one_worker_far_behind(tmp_path: Path) -> None:
    made = stream(2_000)
    made.jitter(1, 8, cents=20)
    made.skew({1: -40.0})
    found = shuffled(made, tmp_path)
    assert_offsets(found, {"w01": -40.0}, within_ms=0.5)
    assert found.right >= 0.999


def test_all_rows_late_is_nobodys_clock(tmp_path: Path) -> None:
    made = stream(2_000)
    made.jitter(1, 8, cents=20)
    assert_offsets(shuffled(made, tmp_path), {}, within_ms=0.0)


def test_a_skewed_worker_where_prices_say_nothing(tmp_path: Path) -> None:
    made = stream(2_000, price=np.full(2_000, 150_000 * CENT))
    made.jitter(-2, 2)
    made.skew({1: 15.0})
    found = shuffled(made, tmp_path)
    assert_offsets(found, {"w01": 15.0}, within_ms=0.5)
    mine, best = found.against(jitter_law(-2, 2, 0, {"w01": 15.0}))
    assert mine >= 0.99 * best


def test_gaussian_jitter(tmp_path: Path) -> None:
    made = stream(3_000, gap_ms=5.0)
    made.row_time += np.rint(made.rng.normal(0.0, 3_000.0, 3_000)).astype(np.int64) * 1000
    made.row_price += np.rint(made.rng.normal(0.0, 100.0, 3_000)).astype(np.int64) * CENT
    found = shuffled(made, tmp_path)
    assert_offsets(found, {}, within_ms=0.0)

    def bell(values: Floats, deviation: float, step: float) -> Floats:
        return np.asarray(np.exp(-0.5 * (values / deviation) ** 2) * step / (deviation * np.sqrt(2 * np.pi)))

    law = Law(
        *(0.0, 0.0, 0.0, 1.0),
        lambda values: bell(values.astype(np.float64), 3.0 * NS_PER_MS, 1000.0),
        lambda values: bell(values.astype(np.float64), 100.0 * CENT, CENT),
        (-20 * NS_PER_MS, 20 * NS_PER_MS),
        {"": 0},
    )
    mine, best = found.against(law)
    assert mine >= 0.995 * best


@pytest.mark.parametrize("jitter", [0.0, 5.0], ids=["exact", "jittered"])
def test_two_seconds_off_where_a_symbol_ticks_each_50_ms(jitter: float, tmp_path: Path) -> None:
    made = stream(1_500, gap_ms=50.0 / 3, workers=4)
    made.jitter(-jitter, jitter, cents=20 if jitter else 0)
    made.skew({2: 2_000.0})
    found = shuffled(made, tmp_path)
    assert_offsets(found, {"w02": 2_000.0}, within_ms=1.0)
    assert found.right >= 0.999
    assert found.phantoms == []


@pytest.mark.parametrize("share", [0.3, 0.7, 1.0])
@pytest.mark.parametrize("late_ms", [0.0, 4.0])
def test_a_skewed_worker_where_most_events_were_written_twice(
    share: float, late_ms: float, tmp_path: Path
) -> None:
    made = stream(2_000)
    made.write_again(np.flatnonzero(made.rng.random(2_000) < share), late_ms)
    made.skew({1: 20.0})
    found = shuffled(made, tmp_path)
    assert_offsets(found, {"w01": 20.0}, within_ms=0.001)
    assert found.right >= 0.999
    assert found.phantoms == []


def test_a_skewed_worker_where_each_worker_wrote_its_events_twice(tmp_path: Path) -> None:
    made = stream(2_000)
    made.write_again(np.arange(2_000), late_ms=0.0)
    made.worker[2_000:] = made.worker[:2_000]
    made.skew({1: 20.0})
    found = shuffled(made, tmp_path)
    assert_offsets(found, {"w01": 20.0}, within_ms=0.001)
    assert found.outcomes == {"duplicated": 2_000}


def test_two_seconds_off_within_reach(tmp_path: Path) -> None:
    made = stream(2_000, gap_ms=50.0, workers=4)
    made.jitter(-5, 5, cents=20)
    made.skew({2: -2_000.0})
    found = shuffled(made, tmp_path)
    assert_offsets(found, {"w02": -2_000.0}, within_ms=1.0)
    assert found.right >= 0.999
