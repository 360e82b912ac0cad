"""Severity first, through the whole picture: whatever the zoom, the size and the offset, the worst thing that a
worker did in a column is what its lane shows there. Also with idle gaps folded, and in the density above."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from charts.test_lanes import MEANS
from hypothesis import given, settings
from hypothesis import strategies as st

from raceview.answers.timeline import ROWS, Lane, Lanes
from raceview.answers.timeline_folds import Folds
from raceview.charts.marks import LEVELS, Severity
from raceview.charts.plot import Run
from raceview.charts.window import Window
from raceview.safe_text import columns
from raceview.tui.timeline.picture import ABOVE, Sight, lay_out, picture

Attempt = tuple[int, int, int, int, int]
"""Start, length, severity, event, open."""
attempts = st.lists(
    st.tuples(
        st.integers(0, 3000),
        st.integers(1, 120),
        st.integers(Severity.BUSY, Severity.LOST),
        st.integers(0, 9),
        st.integers(0, 1),
    ),
    max_size=40,
).map(sorted)


def lane(worker: int, found: list[Attempt]) -> Lane:
    columns = np.array(found, np.int64).reshape(-1, 5).T
    starts, lengths, severities, events, unended = columns
    name = "rows" if worker == ROWS else f"worker-{worker}"
    return Lane(worker, name, starts, starts + lengths, severities, np.arange(len(found)), events, unended)


def case(workers: list[list[Attempt]], rows: list[Attempt]) -> Lanes:
    lanes = tuple(lane(number, found) for number, found in enumerate(workers))
    rows_lane = lane(ROWS, [(at, 1, severity, event, 0) for at, _, severity, event, _ in rows])
    none = np.zeros(0, np.int64)
    folds = Folds.between([*lanes, rows_lane], 5)
    return Lanes(lanes, rows_lane, none, none, 5, folds, (0, 3200))


def worst(found: Lane, edges: list[int]) -> list[int]:
    whole = list(zip(found.starts.tolist(), found.ends.tolist(), found.severities.tolist(), strict=True))
    return [
        max((s for a, b, s in whole if a < end and b > start), default=0) for start, end in pairwise(edges)
    ]


def text(line: list[Run]) -> str:
    return "".join(run.text for run in line)


@settings(max_examples=250, deadline=None)
@given(
    st.lists(attempts, max_size=5),
    attempts,
    st.tuples(st.integers(-100, 3100), st.integers(1, 60)),
    st.tuples(st.integers(30, 130), st.integers(3, 30)),
    st.booleans(),
    st.data(),
)
def test_every_lane_shows_the_worst_of_each_column(
    workers: list[list[Attempt]],
    rows: list[Attempt],
    window: tuple[int, int],
    size: tuple[int, int],
    fold: bool,
    data: st.DataObject,
) -> None:
    lanes = case(workers, rows)
    there = [(at, place) for at in range(len(lanes)) for place in range(len(lanes[at]))]
    here = data.draw(st.sampled_from([None, *there]))
    layout = lay_out(lanes, *size, data.draw(st.integers(0, 5)), here)
    sight = Sight(lanes, lanes.folds if fold else Folds.none(), Window(*window, layout.width), here)
    lines, _ = picture(sight, layout)
    assert len(lines) == ABOVE + layout.lines <= ABOVE + size[1]
    edges = sight.edges.tolist()
    each = layout.deep + layout.apart
    for at in [*range(layout.first, layout.after), layout.workers]:
        rows_lane = at == layout.workers
        first = layout.lines - 1 if rows_lane else (at - layout.first) * each
        drawn = [
            text(line)[layout.names :] for line in lines[ABOVE + first :][: 1 if rows_lane else layout.deep]
        ]
        shown = [max(MEANS[line[column]] for line in drawn) for column in range(layout.width)]
        assert shown == worst(lanes[at], edges)
    if here:
        assert here[0] == layout.workers or layout.first <= here[0] < layout.after


@settings(max_examples=60, deadline=None)
@given(st.lists(attempts, max_size=3), attempts, st.integers(20, 100))
def test_no_column_of_the_density_looks_clean_that_is_not(
    workers: list[list[Attempt]], rows: list[Attempt], width: int
) -> None:
    lanes = case(workers, rows)
    layout = lay_out(lanes, width, 20, 0, None)
    whole = Window.fitting(*lanes.span, layout.width)
    sight = Sight(lanes, Folds.none(), whole, None)
    density = text(picture(sight, layout)[0][0])[layout.names :]
    edges = sight.edges.tolist()
    all_worst = np.max([worst(lane, edges) for lane in lanes], axis=0)
    for glyph, severity in zip(density, all_worst, strict=True):
        if severity == Severity.IDLE:
            assert glyph == " "
        else:
            assert (glyph == LEVELS[0]) == (severity == Severity.BUSY)


def test_lanes_that_do_not_fit_are_counted_and_the_selected_one_is_there() -> None:
    lanes = case([[(10, 5, 1, 1, 0)]] * 30, [])
    layout = lay_out(lanes, 80, 12, 0, None)
    assert (layout.first, layout.after, layout.workers) == (0, 11, 30)
    layout = lay_out(lanes, 80, 12, layout.first, (20, 0))
    assert (layout.first, layout.after) == (10, 21)
    layout = lay_out(lanes, 80, 12, layout.first, (15, 0))
    assert (layout.first, layout.after) == (10, 21)  # no move without need
    layout = lay_out(lanes, 80, 12, layout.first, (30, 0))
    assert (layout.first, layout.after) == (10, 21)  # the rows are always there


def test_names_that_are_wide_or_long_leave_the_columns_in_place() -> None:
    lanes = case([[(10, 5, 6, 1, 0)], [(10, 5, 6, 1, 0)]], [])
    wide = Lane(0, "作業者作業者作業者作業者\x1b[31m", *[getattr(lanes[0], n) for n in NAMES])
    lanes = Lanes((wide, lanes[1]), lanes.rows, lanes.races, lanes.race_times, 5, lanes.folds, lanes.span)
    layout = lay_out(lanes, 80, 12, 0, None)
    lines, _ = picture(Sight(lanes, Folds.none(), Window(0, 1, layout.width), None), layout)
    each = layout.deep + layout.apart
    one, other = (text(lines[ABOVE + at * each]) for at in (0, 1))
    assert "\x1b" not in one
    assert columns(one[: one.index("═")]) == columns(other[: other.index("═")])


NAMES = ("starts", "ends", "severities", "lines", "events", "unended")
