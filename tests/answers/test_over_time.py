"""When duplicates happened, and which workers had a part in them."""

from __future__ import annotations

import pytest
from analysis.conftest import Opened

from raceview.answers.by_worker import WorkerShare, by_worker
from raceview.answers.over_time import duplicates_over_time
from raceview.investigation import Investigation

TICKS = """
event_id ms
e1       1000
e2       2000
e3       3000
e4       4000
e5       5000
"""
ATTEMPTS = """
event_id worker_id start end  status
e1       w1        1010  1020 success
e2       w1        2010  2020 success
e2       w2        2011  2021 success
e3       w2        3010  -    timeout
e5       w1        5010  5020 success
e5       w1        5015  5025 success
"""
OUTPUT = """
event ms
e1    1000
e2    2000
e2    2003
e3    3000
e5    5000
e5    5001
"""


def test_spans_hold_what_happened_in_them(linked: Opened) -> None:
    inv = linked(TICKS, ATTEMPTS, OUTPUT)
    found = duplicates_over_time(inv, 5)
    assert found is not None
    assert found.counts == (0, 1, 0, 0, 1)
    assert (found.end_ns - found.start_ns) == 4_000_000_000
    assert [time and (time - found.start_ns) // 10**9 for time in found.firsts] == [None, 1, None, None, 4]
    assert found.at_ns(1) == found.firsts[1]
    assert found.start_ns < found.at_ns(0) < found.at_ns(1) < found.at_ns(2) < found.at_ns(3) < found.end_ns


def test_workers_with_what_they_had_a_part_in(linked: Opened) -> None:
    inv = linked(TICKS, ATTEMPTS, OUTPUT)
    assert by_worker(inv) == [WorkerShare("w1", 4, 0, 2), WorkerShare("w2", 2, 1, 1)]


def test_no_event_no_time(bundle: Opened) -> None:
    assert duplicates_over_time(bundle(None, ATTEMPTS, None), 4) is None


def test_inferred_events_have_a_time(matched: Opened) -> None:
    found = duplicates_over_time(matched("ms first\n 1000 -\n 2000 1\n 2004 1"), 2)
    assert found is not None
    assert found.counts == (0, 1)


@pytest.mark.parametrize("cells", [1, 7, 78, 158])
def test_no_duplicate_is_left_out(sample: Investigation, cells: int) -> None:
    found = duplicates_over_time(sample, cells)
    assert found is not None
    assert sum(found.counts) == sample.summary()["duplicates"]["events"]
