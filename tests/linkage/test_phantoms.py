"""Rows that no event can have produced, up to all of them: they are nobody's, and never surely somebody's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from linkage.bundle_files import NONE, UNITS
from linkage.made_bundle import Linked, Stream, link, stream
from raceview.model import NS_PER_SECOND

EVENTS = 1_000
FAR = 6_500 * UNITS
NEAR = 1_500 * UNITS
"""In the midst of the ticks' own prices."""


def nobodys() -> Stream:
    """As many phantoms as events, at the events' times and prices until they are moved away."""
    made = stream(EVENTS, gap_ms=3.0)
    made.attempt[:] = NONE
    return made


def surely_linked(found: Linked) -> int:
    return int((found.found.confidence[found.found.event != NONE] > 0.9).sum())


def test_all_rows_an_hour_late_are_the_events_all_the_same(tmp_path: Path) -> None:
    """A wrong time zone, say: every price and every gap fits, so nobody would call them phantoms."""
    made = nobodys()
    made.row_time += 3_600 * NS_PER_SECOND
    found = link(made, tmp_path)
    assert not len(found.phantoms)
    assert found.outcomes == {"altered": EVENTS}


def test_all_rows_of_symbols_that_do_not_tick(tmp_path: Path) -> None:
    made = nobodys()
    made.row_symbol += 50
    assert len(link(made, tmp_path).phantoms) == EVENTS


@pytest.mark.parametrize("price", [NEAR, FAR], ids=["among the prices", "far from every price"])
def test_all_rows_at_random(price: int, tmp_path: Path) -> None:
    made = stream(EVENTS, gap_ms=3.0)
    made.keep_rows(np.zeros(0, dtype=np.int64))
    made.add_phantoms(EVENTS, price)
    found = link(made, tmp_path)
    assert found.causes == {}
    assert found.offsets_ms == {}
    assert surely_linked(found) <= 0.01 * EVENTS


@pytest.mark.parametrize("price", [NEAR, FAR], ids=["among the prices", "far from every price"])
@pytest.mark.parametrize("jittered", [False, True])
@pytest.mark.parametrize("count", [10, 300])
def test_some_rows_among_those_of_events(count: int, jittered: bool, price: int, tmp_path: Path) -> None:
    made = stream(EVENTS, gap_ms=30.0)
    if jittered:
        made.jitter(-5, 5, cents=20)
    made.add_phantoms(count, price)
    made.shuffle()
    found = link(made, tmp_path)
    assert found.right >= 0.999
    wrong = np.setxor1d(found.phantoms, np.flatnonzero(made.attempt == NONE))
    # By chance a phantom may lie as close to an event as the event's own row does.
    assert len(wrong) <= (1 if price == NEAR else 0)
    assert surely_linked(found) <= EVENTS + len(wrong)
