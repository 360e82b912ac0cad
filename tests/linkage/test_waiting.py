"""Where rows cannot tell where matches lie, events do that wait for one by the worker log."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from linkage.bundle_files import NONE
from linkage.made_bundle import CENT, Stream, link, stream


def dense() -> Stream:
    """One symbol with a tick each millisecond, whose price hardly moves: each row has a dozen near it by chance."""
    steps = np.random.default_rng(3).integers(-6, 7, 10_000) * CENT
    made = stream(10_000, symbols=1, gap_ms=1.0, price=1_500 * 100 * CENT + np.cumsum(steps))
    rows = made.write_again(np.arange(50, 10_000, 33), late_ms=0.0)
    made.jitter(1, 9, cents=6, rows=rows)
    return made


def test_ticks_so_dense_that_every_row_has_some_by_chance(tmp_path: Path) -> None:
    found = link(dense(), tmp_path)
    assert found.right >= 0.998
    assert found.phantoms == []
    assert found.outcomes["duplicated"] == len(range(50, 10_000, 33))


def test_a_source_of_a_tenth_of_the_ticks(tmp_path: Path) -> None:
    """One remaining row in thirty has a tick at all: too few to be seen among the others."""
    made = stream(30_000)
    rows = made.write_again(np.arange(50, 30_000, 33), late_ms=0.0)
    made.jitter(1, 9, cents=20, rows=rows)
    made.held = made.rng.random(30_000) < 0.1
    found = link(made, tmp_path)
    linked = found.found.event != NONE
    assert found.right >= 0.999
    assert (found.found.event[linked] == found.bundle.event[linked]).mean() >= 0.997


def test_events_that_wait_in_vain_find_nothing(tmp_path: Path) -> None:
    """Their second attempts wrote nothing, and the rows that are left are nobody's."""
    made = dense()
    made.keep_rows(np.arange(10_000))
    made.add_phantoms(300, price=1_500 * 100 * CENT)
    found = link(made, tmp_path)
    assert found.right == 1.0
    assert found.outcomes.get("duplicated", 0) <= 3
