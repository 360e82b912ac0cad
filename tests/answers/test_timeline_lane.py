"""One lane against a brute force: what cells hold, what a window meets, where stacking begins."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from raceview.answers.timeline import Lane
from raceview.answers.timeline_folds import Folds
from raceview.charts.marks import Severity

Attempt = tuple[int, int, int]
"""Start, length, severity."""
attempts = st.lists(
    st.tuples(st.integers(0, 400), st.integers(1, 200), st.integers(Severity.BUSY, Severity.LOST)),
    max_size=30,
).map(sorted)


def lane(found: list[Attempt], events: list[int] | None = None) -> Lane:
    count = len(found)
    starts = np.array([a[0] for a in found], np.int64)
    return Lane(
        0,
        "w",
        starts,
        starts + np.array([a[1] for a in found], np.int64),
        np.array([a[2] for a in found], np.int8),
        np.arange(2, count + 2),
        np.array(events if events is not None else range(1, count + 1), np.int64),
        np.zeros(count, np.int8),
    )


def meets(attempt: Attempt, start: int, end: int) -> bool:
    return attempt[0] < end and attempt[0] + attempt[1] > start


@settings(max_examples=300, deadline=None)
@given(attempts, st.lists(st.integers(-50, 700), min_size=2, max_size=20).map(sorted))
def test_cells(found: list[Attempt], edges: list[int]) -> None:
    cells = [[a for a in found if meets(a, *cell)] for cell in pairwise(edges)]
    cells = [there if end > start else [] for there, (start, end) in zip(cells, pairwise(edges), strict=True)]
    if len(set(edges)) < len(edges):
        return  # cells have a width
    mine, at = lane(found), np.array(edges)
    assert mine.counts(at).tolist() == [len(there) for there in cells]
    assert mine.worst(at).tolist() == [max((a[2] for a in there), default=0) for there in cells]
    assert mine.anomalies(at).tolist() == [sum(a[2] > Severity.BUSY for a in there) for there in cells]


@settings(max_examples=200, deadline=None)
@given(attempts, st.integers(-50, 650), st.integers(1, 300))
def test_within(found: list[Attempt], start: int, length: int) -> None:
    places = lane(found).within(start, start + length).tolist()
    assert places == [i for i, a in enumerate(found) if meets(a, start, start + length)]


def test_within_finds_one_that_began_thousands_of_attempts_ago() -> None:
    found = [(0, 10**6, 1), *((10 * i, 5, 1) for i in range(1, 5000))]
    assert lane(found).within(40_001, 40_004).tolist() == [0, 4000]


@given(attempts, st.integers(0, 29))
def test_stacking_begins_from_idle(found: list[Attempt], place: int) -> None:
    if place < len(found):
        begin = lane(found).fresh_before(place, 1000)
        assert begin <= place
        assert all(a[0] + a[1] <= found[begin][0] for a in found[:begin])


def test_stacking_reaches_back_so_far_and_no_farther() -> None:
    busy = lane([(i, 100, 1) for i in range(1000)])
    assert busy.fresh_before(999, 2000) == 0
    assert busy.fresh_before(999, 300) == 900
    assert busy.fresh_before(901, 300) == 900


@given(attempts)
def test_depth(found: list[Attempt]) -> None:
    at_once = (sum(meets(other, a[0], a[0] + 1) for other in found) for a in found)
    assert lane(found).depth == max(at_once, default=1)


@given(attempts, st.sets(st.integers(1, 30)))
def test_only(found: list[Attempt], events: set[int]) -> None:
    left = lane(found).only(np.array(sorted(events), np.int64))
    assert left.events.tolist() == [event for event in range(1, len(found) + 1) if event in events]
    assert left.starts.tolist() == [a[0] for i, a in enumerate(found, start=1) if i in events]


def test_an_empty_lane() -> None:
    empty, edges = lane([]), np.array([0, 5, 10])
    assert empty.worst(edges).tolist() == [0, 0]
    assert empty.within(0, 10).tolist() == []
    assert len(empty.only(np.array([1]))) == 0


@settings(max_examples=200, deadline=None)
@given(attempts, st.integers(1, 4), st.integers(-50, 700), st.integers(1, 40), st.integers(1, 60))
def test_folds_hide_idle_time_only(
    found: list[Attempt], usual: int, left: int, step: int, width: int
) -> None:
    mine = lane(found)
    folds = Folds.between([mine], usual)
    for start, end in zip(folds.starts.tolist(), folds.ends.tolist(), strict=True):
        assert end > start
        assert not any(meets(a, start - usual, end + usual) for a in found)
    edges = folds.real(left + step * np.arange(width + 1)).tolist()
    assert edges == sorted(edges)
    cells = [[a for a in found if meets(a, *cell)] for cell in pairwise(edges)]
    worst = [max((a[2] for a in there), default=0) for there in cells]
    assert mine.worst(np.array(edges)).tolist() == worst
    for shown in range(left, left + step * width, step):
        real = int(folds.real(np.array([shown]))[0])
        assert folds.shown(real) == shown
    told = folds.inside(np.array(edges))
    assert [length for _, length in told] == [
        int(e - s) for s, e in zip(folds.starts, folds.ends, strict=True) if edges[0] <= s < edges[-1]
    ]


def test_a_gap_is_folded_when_it_is_long() -> None:
    night = lane([(0, 10, 1), (20, 10, 1), (10_000, 10, 1)])
    folds = Folds.between([night], 10)
    assert (folds.starts.tolist(), folds.ends.tolist()) == ([40], [9_990])
    assert folds.shown(10_000) == 10_000 - 9_950
    assert folds.shown(5_000) == 40
    assert len(Folds.between([night, lane([(5_000, 4_000, 1)])], 1_000)) == 0
    assert len(Folds.between([lane([])], 10)) == 0
