"""What a user pins is not fitted: differences beyond it are no link, and a pin wider than the noise changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from linkage.bundle_files import Ints
from linkage.made_bundle import CENT, Stream, link, stream
from raceview.model import NS_PER_MS

EVENTS = 2_000


@pytest.fixture
def jittered() -> Stream:
    made = stream(EVENTS)
    made.jitter(-5, 5, cents=20)
    made.shuffle()
    return made


def deltas(made: Stream) -> tuple[Ints, Ints]:
    """Absolute differences of rows from their events."""
    return np.abs(made.row_time - made.time[made.event]), np.abs(made.row_price - made.price[made.event])


@pytest.mark.parametrize("jitter_ms", [5, 50, 1_000, 60_000])
def test_jitter_pinned_at_the_noise_or_wider(jitter_ms: int, jittered: Stream, tmp_path: Path) -> None:
    found = link(jittered, tmp_path, jitter_ns=jitter_ms * NS_PER_MS)
    assert found.right >= 0.999


@pytest.mark.parametrize("jitter_ms", [0, 2])
def test_rows_beyond_a_pinned_jitter_are_phantoms(jitter_ms: int, jittered: Stream, tmp_path: Path) -> None:
    late, _ = deltas(jittered)
    found = link(jittered, tmp_path, jitter_ns=jitter_ms * NS_PER_MS)
    assert found.phantoms == np.flatnonzero(late > jitter_ms * NS_PER_MS).tolist()


@pytest.mark.parametrize("cents", [20, 200, 100_000])
def test_price_tolerance_pinned_at_the_noise_or_wider(cents: int, jittered: Stream, tmp_path: Path) -> None:
    assert link(jittered, tmp_path, price_tolerance_units=cents * CENT).right >= 0.999


def test_both_pinned_far_wider_than_the_noise(jittered: Stream, tmp_path: Path) -> None:
    found = link(jittered, tmp_path, jitter_ns=1_000 * NS_PER_MS, price_tolerance_units=100_000 * CENT)
    assert found.right >= 0.999


@pytest.mark.parametrize("cents", [0, 5])
def test_rows_beyond_a_pinned_price_tolerance_are_phantoms(
    cents: int, jittered: Stream, tmp_path: Path
) -> None:
    _, off = deltas(jittered)
    found = link(jittered, tmp_path, price_tolerance_units=cents * CENT)
    assert found.phantoms == np.flatnonzero(off > cents * CENT).tolist()


def test_copies_beyond_a_pinned_jitter_are_not_duplicates(tmp_path: Path) -> None:
    made = stream(EVENTS)
    rows = made.write_again(np.arange(50, EVENTS, 41), late_ms=0.0)
    made.jitter(1, 8, cents=20, rows=rows)
    late, _ = deltas(made)
    found = link(made, tmp_path, jitter_ns=3 * NS_PER_MS)
    assert found.phantoms == np.flatnonzero(late > 3 * NS_PER_MS).tolist()
    assert len(found.causes) == len(rows) - len(found.phantoms) > 0


def test_copies_far_beyond_the_others_are_found_where_the_pin_allows_it(tmp_path: Path) -> None:
    made = stream(EVENTS)
    late = made.write_again(np.arange(50, EVENTS, 100), late_ms=0.0)
    made.jitter(-5, 5, cents=20)
    made.jitter(30_000, 30_005, rows=late)
    fitted = link(made, tmp_path / "fitted")
    pinned = link(made, tmp_path / "pinned", jitter_ns=31_000 * NS_PER_MS)
    assert set(late.tolist()) <= set(fitted.phantoms)
    assert pinned.right >= 0.999


def test_a_clock_may_be_off_by_more_than_the_pinned_jitter(tmp_path: Path) -> None:
    made = stream(EVENTS)
    made.jitter(-5, 5, cents=20)
    made.skew({1: 60.0})
    made.shuffle()
    found = link(made, tmp_path, jitter_ns=6 * NS_PER_MS)
    assert found.offsets_ms == pytest.approx({"w01": 60.0}, abs=1.0)
    assert found.right >= 0.995
