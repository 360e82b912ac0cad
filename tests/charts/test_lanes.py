"""Severity first: at every zoom, size and offset a cell shows its most severe content, and nothing looks clean that
is not. Against a brute force that asks every interval about every cell."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from raceview.charts.lanes import Bars, Cells, new_grid, put_bars, put_cells, put_folds, put_link, stack
from raceview.charts.marks import (
    BAR_END,
    BAR_START,
    BODIES,
    BUSY_GLYPHS,
    FOLD,
    LINK,
    OPEN_END,
    ORIGINAL_ROW,
    SEVERITIES,
    Severity,
)

MEANS: dict[str, Severity] = {
    **{mark.glyph: severity for severity, mark in SEVERITIES.items()},
    **{glyph: severity for severity, glyph in BODIES.items()},
    **dict.fromkeys([*BUSY_GLYPHS, BAR_END, BAR_START, ORIGINAL_ROW.glyph], Severity.BUSY),
    **dict.fromkeys([" ", OPEN_END, LINK, FOLD], Severity.IDLE),
}

Attempt = tuple[int, int, int, bool]
"""Start, length, severity, open."""
attempts = st.lists(
    st.tuples(
        st.integers(0, 300), st.integers(1, 80), st.integers(Severity.BUSY, Severity.LOST), st.booleans()
    ),
    max_size=25,
).map(sorted)


def brute(found: list[Attempt], edges: list[int]) -> list[Severity]:
    return [
        Severity(max((s for at, length, s, _ in found if at < end and at + length > start), default=0))
        for start, end in itertools.pairwise(edges)
    ]


def shown(glyphs: list[str]) -> list[Severity]:
    return [MEANS[glyph] for glyph in glyphs]


def test_every_glyph_means_one_severity() -> None:
    anomalies = [mark.glyph for s, mark in SEVERITIES.items() if s > Severity.BUSY]
    bodies = [glyph for s, glyph in BODIES.items() if s > Severity.BUSY]
    clean = [*BUSY_GLYPHS, BODIES[Severity.BUSY], BAR_END, BAR_START, ORIGINAL_ROW.glyph, " ", OPEN_END]
    assert len({*anomalies, *bodies, *clean}) == len(anomalies) + len(bodies) + len(clean)


@settings(max_examples=300, deadline=None)
@given(attempts, st.integers(-50, 320), st.integers(1, 40), st.integers(1, 60), st.integers(1, 4))
@example([(0, 80, 6, True), (10, 1, 1, False)], 5, 3, 20, 1)
def test_bars(found: list[Attempt], left: int, step: int, width: int, lines: int) -> None:
    edges = [left + step * i for i in range(width + 1)]
    there = [a for a in found if a[0] < edges[-1] and a[0] + a[1] > left]
    starts = np.array([a[0] for a in there], np.int64)
    ends = np.array([a[0] + a[1] for a in there], np.int64)
    depths = stack(starts, ends)
    bars = Bars(
        starts,
        ends,
        np.array([a[3] for a in there]),
        np.array([a[2] for a in there], np.int8),
        depths,
        [0] * len(there),
    )
    grid = new_grid(width, lines)
    put_bars(grid, 0, lines, bars, np.array(edges))
    for column in range(0, width, 3):
        put_link(grid, column, 0, lines - 1)
    put_folds(grid, [0, width - 1])
    for line in range(lines):
        mine = [a for a, depth in zip(there, depths, strict=True) if min(depth, lines - 1) == line]
        assert shown(list(grid.glyphs[line])) == brute(mine, edges)


@settings(max_examples=200, deadline=None)
@given(attempts, st.integers(-50, 320), st.integers(1, 40), st.integers(1, 60), st.booleans())
def test_cells(found: list[Attempt], left: int, step: int, width: int, rows: bool) -> None:
    edges = [left + step * i for i in range(width + 1)]
    worst = brute(found, edges)
    counts = [
        sum(at < end and at + length > start for at, length, _, _ in found)
        for start, end in itertools.pairwise(edges)
    ]
    grid = new_grid(width, 1)
    put_cells(grid, 0, Cells(np.array(worst), np.array(counts), np.array(counts)), (0, width // 2), rows=rows)
    assert shown(list(grid.glyphs[0])) == worst


def test_a_bar_with_all_its_parts() -> None:
    """Busy ones begin and end within a cell; an open one goes on with an arrow; a race has its cross and its body."""
    edges = np.arange(0, 210, 10)
    starts, ends = np.array([5, 60, 120]), np.array([43, 90, 150])
    bars = Bars(starts, ends, np.array([0, 1, 0]), np.array([1, 5, 6]), [0, 0, 0], [0, 0, 2])
    grid = new_grid(20, 1)
    put_bars(grid, 0, 1, bars, edges)
    assert "".join(grid.glyphs[0]) == "╺━━━╸ !╍╍→  ╳══     "  # noqa: RUF001  # the cross is meant


@given(attempts)
def test_bars_of_one_line_never_overlap(found: list[Attempt]) -> None:
    starts, ends = [a[0] for a in found], [a[0] + a[1] for a in found]
    depths = stack(np.array(starts, np.int64), np.array(ends, np.int64))
    for line in set(depths):
        mine = [(s, e) for s, e, depth in zip(starts, ends, depths, strict=True) if depth == line]
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(mine))
    at_once = max((sum(s <= at < e for s, e in zip(starts, ends, strict=True)) for at in starts), default=0)
    assert len(set(depths)) == at_once  # no more lines than it takes
