"""The findings list: each kind where it holds, nothing where it does not; filters; pages."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from analysis.conftest import Opened

import raceview
from raceview.answers.filters import parse
from raceview.answers.finding_kinds import ON_REQUEST, FindingKind
from raceview.answers.findings_list import findings_list
from raceview.answers.nearest_events import nearest_events
from raceview.investigation import Investigation
from raceview.model import FindingName, Outcome
from raceview.simulate import Family, Order, simulate

SAMPLE = Path(__file__).parents[2] / "data"

TICKS = """
event_id symbol ms    price
clean    AAA    1000  100.00
lost     AAA    2000  100.00
abandon  BBB    3000  100.00
unproc   AAA    4000  100.00
altered  AAA    5000  100.00
unack    BBB    6000  100.00
unlogged AAA    7000  100.00
overlap  AAA    8000  100.00
twin1    AAA    9000  100.00
twin2    AAA    9000  100.00
doubtful AAA    10000 100.00
suspect  AAA    11000 100.00
twice    AAA    12000 100.00
twice    AAA    12500 100.00
busy1    AAA    13000 100.00
busy2    AAA    14000 100.00
broken   AAA    15000 abc
"""
ATTEMPTS = """
event_id worker_id start end   status
clean    w1        1010  1020  success
lost     w1        2010  2020  success
abandon  w1        3010  -     timeout
altered  w1        5010  5020  success
unack    w2        6010  6020  timeout
overlap  w1        8010  8020  success
overlap  w2        8015  8025  success
twin1    w1        9010  9020  success
twin2    w2        9010  9020  success
doubtful w1        10010 10020 success
suspect  w1        11010 11020 success
busy1    w3        13010 14020 success
busy2    w3        14010 14030 success
"""
OUTPUT = """
event    symbol ms    price  confidence group
clean    AAA    1000  100.00 1          1
altered  AAA    5005  100.00 1          1
unack    BBB    6000  100.00 1          1
unlogged AAA    7000  100.00 1          1
overlap  AAA    8000  100.00 1          1
twin1    AAA    9000  100.00 1          1
twin2    AAA    9000  100.00 1          1
doubtful AAA    10000 100.00 0.4        0.4
suspect  AAA    11000 100.00 1          1
suspect  AAA    11009 100.00 0.6        0.3
-        BBB    20000 100.00 1          1
busy1    AAA    13000 100.00 1          1
busy2    AAA    14000 100.00 1          1
"""

EXPECTED = [
    ("lost", "lost: succeeded (line 3), but no row was written", "raw_tick_events.log", 2),
    ("abandoned", "abandon: timed out (line 4), and no row was written", "raw_tick_events.log", 3),
    ("unprocessed", "unproc: no attempt and no row", "raw_tick_events.log", 4),
    ("unprocessed", "twice: no attempt and no row", "raw_tick_events.log", 13),
    ("unprocessed", "twice: no attempt and no row", "raw_tick_events.log", 14),
    ("phantom", "row 10 at 100: no event can have produced it", "final_output.csv", 12),
    ("ambiguous", "doubtful has row 7 with confidence 0.4 only", "final_output.csv", 9),
    (
        "suspect",
        "suspect may not be what row 9 is a duplicate of: confidence 0.6; the row is kept",
        "final_output.csv",
        11,
    ),
    ("altered", "altered: row 1 is +5 ms and 0 off its tick", "raw_tick_events.log", 5),
    ("unacknowledged", "unack: timed out (line 6), yet row 2 was written", "raw_tick_events.log", 6),
    ("unlogged", "unlogged: row 3, but no attempt in the worker log", "raw_tick_events.log", 7),
    (
        "id_collision",
        "twice at line 13 comes again with another payload at line 14",
        "raw_tick_events.log",
        14,
    ),
    ("twin", "twin1, twin2 are alike in symbol, time and price; all are kept", "raw_tick_events.log", 9),
    ("quarantined", "", "raw_tick_events.log", 17),
    (
        "timeout",
        "abandon timed out on w1, taken at 2024-06-03T09:30:03.010000, no end logged",
        "worker_logs.csv",
        4,
    ),
    (
        "timeout",
        "unack timed out on w2, taken at 2024-06-03T09:30:06.010000, given up at 2024-06-03T09:30:06.020000",
        "worker_logs.csv",
        6,
    ),
    (
        "event_overlap",
        "overlap: w1 held it from 2024-06-03T09:30:08.010000 to 2024-06-03T09:30:08.020000 (line 7); "
        "w2 claimed it at 2024-06-03T09:30:08.015000; no second row",
        "worker_logs.csv",
        8,
    ),
    (
        "worker_overlap",
        "busy1 was held by w3 beside busy2 (line 14), from 2024-06-03T09:30:13.010000 "
        "to 2024-06-03T09:30:14.020000",
        "worker_logs.csv",
        13,
    ),
    (
        "worker_overlap",
        "busy2 was held by w3 beside busy1 (line 13), from 2024-06-03T09:30:14.010000 "
        "to 2024-06-03T09:30:14.030000",
        "worker_logs.csv",
        14,
    ),
]


@pytest.fixture
def inv(linked: Opened) -> Investigation:
    return linked(TICKS, ATTEMPTS, OUTPUT)


def found(inv: Investigation, where: str) -> list[str]:
    """The findings that a filter lets through, by the id their sentence begins with."""
    listed = findings_list(inv, parse(where))
    return [f"{line.kind} {line.what.split()[0].rstrip(':')}" for line in listed.page(0, len(listed))]


def test_each_kind_with_its_evidence_and_its_place(inv: Investigation) -> None:
    listed = findings_list(inv, parse(""))
    lines = [
        (str(line.kind), "" if line.kind == "quarantined" else line.what, line.file, line.line)
        for line in listed.page(0, len(listed))
    ]
    assert lines == EXPECTED
    assert sum(count or 0 for count in listed.counts.values()) == len(listed) == len(EXPECTED)


def test_a_quarantined_record_stands_there_whole(inv: Investigation) -> None:
    (line,) = findings_list(inv, parse("finding:quarantined")).page(0, 9)
    assert '"event_id": "broken"' in line.what
    assert (line.event, line.row, line.at_ns) == (None, None, None)


def test_a_finding_knows_its_event(inv: Investigation) -> None:
    listed = findings_list(inv, parse(""))
    events = {(str(line.kind), line.event) for line in listed.page(0, len(listed))}
    assert {("lost", 2), ("ambiguous", 11), ("timeout", 3), ("phantom", None)} <= events


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("outcome:lost", ["lost lost"]),
        ("finding:timeout", ["timeout abandon", "timeout unack"]),
        ("finding:timeout worker:w2", ["timeout unack"]),
        ("finding:timeout outcome:abandoned", ["timeout abandon"]),
        ("symbol:BBB finding:phantom finding:lost finding:abandoned", ["abandoned abandon", "phantom row"]),
        ("finding:twin twin2", ["twin twin1,"]),
        ("finding:phantom worker:w1", []),
        ("finding:worker_overlap worker:w1", []),
        ("outcome:exactly_once twin", ["exactly_once twin1", "exactly_once twin2"]),
        ("outcome:duplicated", ["duplicated suspect"]),
        ("finding:unprocessed finding:lost unproc", ["unprocessed unproc"]),
    ],
)  # fmt: skip
def test_filters(inv: Investigation, where: str, expected: list[str]) -> None:
    assert found(inv, where) == expected


def test_a_finding_is_a_filter_of_events_too(inv: Investigation) -> None:
    events = inv.engine.rows(parse("finding:timeout finding:lost finding:phantom").events())
    assert sorted(event for (event,) in events) == [2, 3, 6]


@pytest.mark.parametrize(
    ("missing", "unknown"),
    [
        ("attempts", {"lost", "timeout", "unlogged", "event_overlap", "worker_overlap", "clock_skew"}),
        ("output", {"lost", "phantom", "altered", "ambiguous"}),
        ("ticks", {"lost", "phantom", "twin", "id_collision", "clock_skew"}),
    ],
)
def test_what_needs_a_missing_file_is_not_known(bundle: Opened, missing: str, unknown: set[str]) -> None:
    files: dict[str, str | None] = {"ticks": "ms\n 1000", "attempts": "event_id\n e1", "output": "ms\n 1000"}
    inv = bundle(**(files | {missing: None}))
    counts = findings_list(inv, parse("")).counts
    assert unknown <= {str(kind) for kind, count in counts.items() if count is None}
    assert counts[FindingKind.QUARANTINED] == 0


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (["worker_logs.csv"], 1),
        (["worker_logs.csv", "final_output.csv"], 1),
        (["final_output.csv"], None),
    ],
)
def test_the_log_tells_of_restarts_without_the_source(
    tmp_path: Path, given: list[str], found: int | None
) -> None:
    for name in given:
        shutil.copy(SAMPLE / name, tmp_path)
    with raceview.open_bundle(tmp_path) as inv:
        kind = FindingKind.LEASE_EXPIRY
        assert findings_list(inv, parse("finding:lease_expiry")).counts == {kind: found}
        assert [str(one.finding) for one in inv.findings_list] == [str(kind)] * (found or 0)


def test_a_clean_bundle_has_none(bundle: Opened) -> None:
    inv = bundle("ms\n 1000\n 2000\n 3000", "event_id\n e1\n e2\n e3", "ms\n 1000\n 2000\n 3000")
    assert len(findings_list(inv, parse(""))) == 0


def test_counts_are_those_of_the_summary(sample: Investigation) -> None:
    summary = sample.summary()
    every = findings_list(sample, parse(" ".join(f"finding:{kind}" for kind in FindingKind))).counts
    assert {str(outcome): every[FindingKind(outcome)] for outcome in Outcome} == summary["outcomes"]
    assert every[FindingKind.PHANTOM] == summary["phantom_rows"]
    assert every[FindingKind.AMBIGUOUS] == summary["ambiguous_rows"]
    of_the_system = Counter(finding["finding"] for finding in summary["findings"])
    assert {name: count for name in FindingName if (count := every[FindingKind(name)])} == of_the_system
    assert set(of_the_system) == {FindingName.TWIN, FindingName.LEASE_EXPIRY}
    assert every[FindingKind.SAME_KEY] == summary["duplicates"]["exact_key_groups"]
    assert every[FindingKind.FALSE_KEY] == summary["duplicates"]["exact_key_groups_of_different_events"]


def test_pages_are_parts_of_the_whole(sample: Investigation) -> None:
    listed = findings_list(sample, parse(""))
    whole = listed.page(0, len(listed))
    assert len(whole) == len(listed)
    assert not {line.kind for line in whole} & set(ON_REQUEST)
    assert [line for start in range(0, len(listed), 97) for line in listed.page(start, start + 97)] == whole


def test_a_clock_that_is_off_is_a_finding_of_its_worker(tmp_path: Path) -> None:
    simulate(tmp_path, Family.SKEW, 3000, 7, Order.EVENT, None)
    with raceview.open_bundle(tmp_path) as inv:
        lines = findings_list(inv, parse("finding:clock_skew")).page(0, 99)
        assert [line.what for line in lines] == [finding.evidence for finding in inv.findings_list]
        assert lines
        (subject, *_) = [finding.subject for finding in inv.findings_list]
        assert len(findings_list(inv, parse(f"finding:clock_skew worker:{subject}"))) == 1
        assert len(findings_list(inv, parse("finding:clock_skew worker:nobody"))) == 0
        assert len(findings_list(inv, parse("finding:clock_skew symbol:AAA"))) == 0


def test_the_events_nearest_to_a_phantom_row(inv: Investigation) -> None:
    near = nearest_events(inv, 10, 5)
    assert [(event.event_id, event.outcome, event.time_delta_ns // 10**6) for event in near] == [
        ("unack", "unacknowledged", 14000),
        ("abandon", "abandoned", 17000),
    ]
