"""Copies that no attempt in the worker log accounts for: the log lacks the retries, or there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from linkage.bundle_files import NONE
from linkage.made_bundle import CENT, Stream, link, stream

EVENTS = 10_000
COPIED = np.arange(50, EVENTS, 33)


def copied(gap_ms: float) -> Stream:
    """One event in 33 is written twice, the copy a few ms late and a few cents off; prices hardly move."""
    steps = np.random.default_rng(5).integers(-6, 7, EVENTS) * CENT
    made = stream(EVENTS, symbols=5, gap_ms=gap_ms, price=1_500 * 100 * CENT + np.cumsum(steps))
    rows = made.write_again(COPIED, late_ms=0.0)
    made.jitter(1, 9, cents=6, rows=rows)
    return made


@pytest.mark.parametrize("known", ["first attempts", "nothing"])
def test_copies_of_unlogged_attempts(known: str, tmp_path: Path) -> None:
    made = copied(gap_ms=2.0)
    made.unlogged = np.arange(EVENTS if known == "first attempts" else 0, len(made.attempt_event))
    found = link(made, tmp_path)
    assert found.phantoms == []
    assert found.right >= 0.99


@pytest.mark.parametrize("known", ["first attempts", "nothing"])
def test_rows_of_nobody_are_not_taken_for_such_copies(known: str, tmp_path: Path) -> None:
    made = copied(gap_ms=2.0)
    made.keep_rows(np.arange(EVENTS))
    made.add_phantoms(300, price=1_500 * 100 * CENT)
    made.unlogged = np.arange(EVENTS if known == "first attempts" else 0, len(made.attempt_event))
    found = link(made, tmp_path)
    assert found.right == 1.0
    assert len(np.setxor1d(found.phantoms, np.flatnonzero(made.attempt == NONE))) <= 3


def test_later_rows_are_off_though_first_ones_never_are(tmp_path: Path) -> None:
    """Among ticks so dense that a copy lies near a dozen of them, it is known by the attempt that wrote it."""
    found = link(copied(gap_ms=0.4), tmp_path)
    assert found.right >= 0.9999
    assert found.outcomes["duplicated"] == len(COPIED)
