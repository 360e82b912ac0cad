"""Bundles with hardly anything in them, and bundles in which nothing is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from linkage.made_bundle import jitter_law, link, stream


def test_one_event_and_its_row(tmp_path: Path) -> None:
    found = link(stream(1), tmp_path)
    assert found.outcomes == {"exactly_once": 1}
    assert found.found.confidence.tolist() == [1.0]


def test_one_event_whose_row_is_late(tmp_path: Path) -> None:
    made = stream(1)
    made.jitter(3, 3)
    assert link(made, tmp_path).outcomes == {"altered": 1}


def test_one_event_written_twice(tmp_path: Path) -> None:
    made = stream(1)
    made.write_again(np.array([0]), late_ms=4.0)
    found = link(made, tmp_path)
    assert found.outcomes == {"duplicated": 1}
    assert found.causes == {"e0": "concurrent_claim"}


@pytest.mark.parametrize("events", [5, 20])
def test_a_few_events_of_which_one_is_written_twice(events: int, tmp_path: Path) -> None:
    made = stream(events)
    made.write_again(np.array([events // 2]), late_ms=4.0)
    found = link(made, tmp_path)
    assert found.right == 1.0
    assert found.causes == {f"e{events // 2}": "concurrent_claim"}


def test_one_row_of_many_events(tmp_path: Path) -> None:
    made = stream(50)
    made.keep_rows(np.array([17]))
    found = link(made, tmp_path)
    assert found.found.event.tolist() == [17]
    assert found.outcomes == {"exactly_once": 1, "lost": 49}


def test_no_rows(tmp_path: Path) -> None:
    made = stream(50)
    made.keep_rows(np.zeros(0, dtype=np.int64))
    assert link(made, tmp_path).outcomes == {"lost": 50}


@pytest.mark.parametrize("shuffled", [False, True])
def test_one_symbol(shuffled: bool, tmp_path: Path) -> None:
    made = stream(2_000, symbols=1, gap_ms=30.0)
    made.jitter(-5, 5, cents=20)
    if shuffled:
        made.shuffle()
    found = link(made, tmp_path)
    assert found.right >= 0.999
    assert found.offsets_ms == {}


@pytest.mark.parametrize("shuffled", [False, True])
def test_a_clean_bundle_has_no_duplicate_no_cause_no_offset(shuffled: bool, tmp_path: Path) -> None:
    made = stream(3_000)
    if shuffled:
        made.shuffle()
    found = link(made, tmp_path)
    assert (found.right, found.causes, found.offsets_ms, found.ambiguous) == (1.0, {}, {}, 0)
    assert found.outcomes == {"exactly_once": 3_000}
    assert found.fitted.noise is None


@pytest.mark.parametrize("gap_ms", [10.0, 3.0])
@pytest.mark.parametrize("shuffled", [False, True])
def test_jitter_alone_is_no_duplicate_no_cause_no_offset(
    gap_ms: float, shuffled: bool, tmp_path: Path
) -> None:
    made = stream(3_000, gap_ms=gap_ms)
    made.jitter(-5, 5, cents=20)
    if shuffled:
        made.shuffle()
    found = link(made, tmp_path)
    assert (found.causes, found.offsets_ms, found.phantoms) == ({}, {}, [])
    mine, best = found.against(jitter_law(-5, 5, 20))
    assert mine >= 0.995 * best
