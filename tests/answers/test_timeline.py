"""Lanes of a case: who did what, how severe it was, and the way from one attempt to the next."""

from __future__ import annotations

import numpy as np
import pytest
from analysis.conftest import Opened

import raceview
from raceview.answers import timeline_walk as walk
from raceview.answers.filters import parse
from raceview.answers.timeline import Lane, Lanes, make_lanes, matching
from raceview.answers.timeline_moment import moment
from raceview.charts.marks import Severity
from raceview.model import Role

TICKS = """
event_id ms
e1       1000
e2       2000
e3       3000
e4       4000
e5       5000
e6       6000
e7       7000
e8       8000
"""
ATTEMPTS = """
event_id worker_id start end  status
e1       w1        1010  1020 success
e2       w1        2010  2020 success
e2       w2        2011  2021 success
e3       w2        3010  -    timeout
e5       w1        5010  5020 success
e6       w2        6010  6020 success
e6       w1        6030  6040 success
e7       w2        7010  7020 success
"""
OUTPUT = """
event ms
e1    1000
e2    2000
e2    2003
e3    3000
e6    6000
e6    6000
e7    7004
e8    8000
-     8500
"""
SECOND = 10**9


def told(lane: Lane) -> list[tuple[int, Severity]]:
    """Events by number (0: none), with what is shown of them."""
    return [(int(event), Severity(int(s))) for event, s in zip(lane.events, lane.severities, strict=True)]


def lanes_of(linked: Opened) -> tuple[Lanes, raceview.Investigation]:
    inv = linked(TICKS, ATTEMPTS, OUTPUT)
    return make_lanes(inv), inv


def test_each_attempt_is_as_severe_as_what_became_of_it(linked: Opened) -> None:
    lanes, _ = lanes_of(linked)
    assert [lane.name for lane in lanes] == ["w1", "w2", "rows"]
    w1, w2 = lanes.workers
    assert told(w1) == [(1, Severity.BUSY), (2, Severity.RACE), (5, Severity.LOST), (6, Severity.COPY)]
    assert told(w2) == [
        (2, Severity.RACE),
        (3, Severity.TIMEOUT),
        (6, Severity.COPY),
        (7, Severity.ALTERED),
    ]


def test_rows_and_the_rows_that_are_missing(linked: Opened) -> None:
    lanes, _ = lanes_of(linked)
    assert told(lanes.rows) == [
        (1, Severity.BUSY),
        (2, Severity.BUSY),
        (2, Severity.COPY),
        (3, Severity.BUSY),
        (4, Severity.LOST),
        (5, Severity.LOST),
        (6, Severity.BUSY),
        (6, Severity.COPY),
        (7, Severity.ALTERED),
        (8, Severity.STRAY),
        (0, Severity.STRAY),
    ]
    assert [int(line) for line in lanes.rows.lines if line < 0] == [-1, -1]


def test_an_open_attempt_is_as_long_as_usual_and_marked(linked: Opened) -> None:
    lanes, _ = lanes_of(linked)
    w2 = lanes.workers[1]
    assert lanes.usual_ns == 10_000_000
    assert w2.unended.tolist() == [0, 1, 0, 0]
    assert int(w2.ends[1] - w2.starts[1]) == lanes.usual_ns


def test_races_in_time_order(linked: Opened) -> None:
    """e2 was held twice at once, e6 was only written twice."""
    lanes, _ = lanes_of(linked)
    assert lanes.races.tolist() == [2, 6]
    start = lanes.span[0]
    assert walk.race_after(lanes, None, start, 1) == 0
    assert walk.race_after(lanes, None, start, -1) == 1
    assert walk.race_after(lanes, None, start + 2 * SECOND, 1) == 1
    assert walk.race_after(lanes, 2, start, 1) == 1
    assert walk.race_after(lanes, 6, start, 1) == 0
    assert walk.race_after(lanes, 2, start, -1) == 1
    assert walk.number_of(lanes, 1) is None


def test_a_filter_leaves_its_events_alone(linked: Opened) -> None:
    lanes, inv = lanes_of(linked)
    left = lanes.only(matching(inv, parse("cause:concurrent_claim").events()))
    assert [(lane.name, lane.events.tolist()) for lane in left] == [
        ("w1", [2]),
        ("w2", [2]),
        ("rows", [2, 2]),
    ]
    assert left.races.tolist() == [2]
    assert left.span == lanes.span
    nothing = lanes.only(np.zeros(0, np.int64))
    assert (len(nothing.workers), len(nothing.rows), len(nothing.races)) == (0, 0, 0)


def test_walking(linked: Opened) -> None:
    lanes, _ = lanes_of(linked)
    assert walk.along(lanes[0], 0, 1) == 1
    assert walk.along(lanes[0], 3, 1) == 3
    assert walk.across(lanes, (0, 1), 1) == (1, 0)
    assert walk.across(lanes, (0, 1), -1) == (0, 1)
    assert walk.across(lanes, (1, 1), 1) == (2, 3)
    assert walk.sibling(lanes, (0, 1), 1) == (1, 0)
    assert walk.sibling(lanes, (1, 0), 1) == (0, 1)
    assert walk.sibling(lanes, (0, 0), 1) == (0, 0)
    assert lanes.find(4) == [(2, 4)]  # no attempt: the row that is missing


def test_walking_by_cells_stops_at_the_worst_of_each(linked: Opened) -> None:
    lanes, _ = lanes_of(linked)
    start = lanes.span[0]
    edges = np.array([start, start + 3 * SECOND, start + 20 * SECOND])
    w1 = lanes[0]
    assert walk.along_cells(w1, 0, 1, edges) == 2  # the lost one of two
    assert walk.along_cells(w1, 2, -1, edges) == 1  # the race of two
    assert walk.along_cells(w1, 2, 1, edges) == 3  # past the window
    assert walk.along_cells(w1, 0, -1, edges) == 0


@pytest.mark.parametrize("missing", ["ticks", "attempts", "output"])
def test_nothing_is_lost_where_a_file_is_missing(bundle: Opened, missing: str) -> None:
    tables = {"ticks": TICKS, "attempts": ATTEMPTS, "output": "ms\n1000\n2000\n2000"}
    inv = bundle(**{role: None if role == missing else table for role, table in tables.items()})
    lanes = make_lanes(inv)
    assert len(lanes.workers) == (0 if missing == "attempts" else 2)
    assert len(lanes.rows) == (0 if missing == "output" else 3)
    assert all(severity < Severity.LOST for lane in lanes for severity in lane.severities)
    assert lanes.span[0] < lanes.span[1]


def test_what_is_said_of_an_event(linked: Opened) -> None:
    _, inv = lanes_of(linked)
    race = moment(inv, 2)
    assert race is not None
    assert race.event_id == "e2"
    assert [(a.worker, a.line) for a in race.attempts] == [("w1", 3), ("w2", 4)]
    assert [(row.row, row.role, row.time_delta_ns) for row in race.rows] == [
        (1, Role.ORIGINAL, 0),
        (2, Role.DUPLICATE, 3_000_000),
    ]
    assert race.reasons == (
        "concurrent claim: w2 took it 9 ms before w1 let go.",
        "Holds unless a clock is off by more than 9 ms.",
    )
    lost = moment(inv, 5)
    assert lost is not None
    assert lost.reasons[0].startswith("lost: ")
    assert moment(inv, 99) is None


def test_the_sample_adds_up(sample: raceview.Investigation) -> None:
    lanes, summary = make_lanes(sample), sample.summary()
    assert lanes.size == summary["attempts"]
    assert int((lanes.rows.lines >= 0).sum()) == summary["rows"]
    first, last = lanes.span
    whole = np.array([first, last])
    for lane in lanes:
        assert lane.counts(whole).tolist() == [len(lane)]
        assert lane.worst(whole).tolist() == [int(lane.severities.max())]
    for event in lanes.races[:20].tolist():
        assert moment(sample, event) is not None
