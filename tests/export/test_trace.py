"""The trace: what Perfetto's own trace processor makes of it, and that it says what the CSVs say."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from analysis.hand_made import write_bundle
from hypothesis import given
from hypothesis import strategies as st

import raceview
from export.trace_processor import Rows, ask
from raceview.errors import UsageError
from raceview.export import write_exports
from raceview.export.trace import check, write_trace
from raceview.export.trace.lanes import _lanes

SAMPLE = Path(__file__).parents[2] / "data"

SLICES = """
SELECT process.name, thread.name, slice.ts, slice.dur, slice.name, slice.category, slice.depth, slice.arg_set_id
FROM slice JOIN thread_track ON track_id = thread_track.id JOIN thread USING (utid) JOIN process USING (upid)
ORDER BY slice.id
"""
FLOWS = """
SELECT extract_arg(a.arg_set_id, 'args.line'), extract_arg(b.arg_set_id, 'args.line')
FROM flow JOIN slice AS a ON a.id = slice_out JOIN slice AS b ON b.id = slice_in ORDER BY 2
"""
COMPLAINTS = "SELECT name, value FROM stats WHERE severity <> 'info' AND value > 0"
ARGS = """
SELECT arg_set_id, substr(key, 6), coalesce(string_value, int_value, real_value) FROM args WHERE key GLOB 'args.*'
"""


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice or instant as Perfetto has it; times in ns after the origin."""

    process: str
    track: str
    ts: int
    dur: int
    name: str
    categories: tuple[str, ...]
    depth: int
    args: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """A trace as Perfetto reads it, and the export of the same bundle."""

    slices: list[Slice]
    flows: Rows
    complaints: Rows
    origin_ns: int
    exports: Path

    def of(self, process: str) -> list[Slice]:
        return [one for one in self.slices if one.process.startswith(process)]

    def csv(self, name: str) -> list[dict[str, str]]:
        with (self.exports / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


def _read(bundle: Path, place: Path) -> Read:
    trace, exports = place / "trace.json", place / "exports"
    with raceview.open_bundle(bundle) as inv:
        write_trace(inv, trace)
        write_exports(inv, exports)
    slices, flows, complaints, values = ask(trace, SLICES, FLOWS, COMPLAINTS, ARGS)
    told: dict[int, dict[str, Any]] = {}
    for owner, name, value in values:
        told.setdefault(owner, {})[name] = value
    origin = json.loads(trace.read_bytes())["otherData"]["origin"]
    return Read(
        [
            Slice(
                process, track, ts, dur, name, tuple((category or "").split(",")), depth, told.get(args, {})
            )
            for process, track, ts, dur, name, category, depth, args in slices
        ],
        flows,
        complaints,
        int(np.datetime64(origin.removesuffix("Z"), "ns").astype(np.int64)),
        exports,
    )


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return _read(SAMPLE, tmp_path_factory.mktemp("sample"))


def _ns(text: str) -> int:
    return int(np.datetime64(text.removesuffix("Z"), "ns").astype(np.int64))


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def test_perfetto_has_nothing_to_complain_of(sample: Read) -> None:
    assert sample.complaints == []


def test_every_attempt_is_a_slice_of_its_worker(sample: Read) -> None:
    lines = sample.csv("timeline.csv")
    slices = {one.args["line"]: one for one in sample.of("workers")}
    assert len(sample.of("workers")) == len(lines) == len(slices)
    for line in lines:
        one = slices[int(line["line"])]
        assert one.track.partition(" (")[0] == line["worker_id"]
        assert sample.origin_ns + one.ts == _ns(line["start_time"])
        if line["end_time"]:
            assert one.dur == _ns(line["end_time"]) - _ns(line["start_time"])
        assert ("end" in one.args) == (not line["end_time"])
        assert _texts(one.args).items() >= {name: value for name, value in line.items() if value}.items()
        assert one.categories[0] == "attempt"
        marks = {name for name in ("timeout", "retry", "overlap") if name in one.categories}
        assert marks == {
            name
            for name, column in (("timeout", "failed"), ("retry", "retry"), ("overlap", "overlaps_event"))
            if line[column] == "1"
        }


def test_no_slice_of_a_worker_lies_in_another(sample: Read) -> None:
    assert {one.depth for one in sample.of("workers")} == {0}


def test_an_open_attempt_is_as_long_as_attempts_usually_are(sample: Read) -> None:
    lines = sample.csv("timeline.csv")
    lengths = [_ns(one["end_time"]) - _ns(one["start_time"]) for one in lines if one["end_time"]]
    opened = [one.dur for one in sample.of("workers") if "end" in one.args]
    assert opened
    assert set(opened) == {int(np.median(lengths))}


def test_every_row_is_an_instant_of_its_role(sample: Read) -> None:
    rows = sample.csv("row_audit.csv")
    instants = {one.args["row"]: one for one in sample.of("output rows")}
    assert len(sample.of("output rows")) == len(rows) == len(instants)
    for row in rows:
        one = instants[int(row["row"])]
        assert one.track == row["role"]
        assert (sample.origin_ns + one.ts, one.dur) == (_ns(row["timestamp"]), 0)
        assert _texts(one.args) == {name: value for name, value in row.items() if value}
        expected = ["row", row["role"], row["cause"], "ambiguous" if row["ambiguous"] == "1" else ""]
        assert list(one.categories) == [word for word in expected if word]


def test_anomalies_are_counted_as_in_the_exports(sample: Read) -> None:
    expected = Counter(one["cause"] for one in sample.csv("duplication_analysis.csv"))
    expected += Counter(
        one["outcome"] for one in sample.csv("event_ledger.csv") if one["outcome"] != "duplicated"
    )
    for one in sample.csv("timeline.csv"):
        flags = {"timeout": one["failed"], "retry": one["retry"], "overlap": one["overlaps_event"]}
        expected.update(name for name, flag in flags.items() if flag == "1")
    expected["phantom"] = sum(one["role"] == "phantom" for one in sample.csv("row_audit.csv"))
    anomalies = sample.of("anomalies")
    assert Counter(one.track for one in anomalies) == expected
    assert {one.categories for one in anomalies} == {("anomaly", category) for category in expected}


def test_an_anomaly_has_its_evidence(sample: Read) -> None:
    told = {
        one.args["event_id"]: (one.args["outcome"], one.args["evidence"])
        for one in sample.of("anomalies")
        if "outcome" in one.args
    }
    assert told == {
        one["event_id"]: (one["outcome"], one["evidence"]) for one in sample.csv("event_ledger.csv")
    }
    for one in sample.csv("duplication_analysis.csv"):  # also on the attempts themselves
        _, evidence = told[one["event_id"]]
        slices = [s for s in sample.of("workers") if s.args["event_id"] == one["event_id"]]
        assert {(s.args["cause"], s.args["evidence"]) for s in slices} <= {(one["cause"], evidence)}
        assert all(one["cause"] in s.categories for s in slices)


def test_flows_lead_from_attempt_to_attempt(sample: Read) -> None:
    attempts: dict[str, list[tuple[int, int]]] = {}
    for one in sample.csv("timeline.csv"):
        attempts.setdefault(one["event_id"], []).append((int(one["attempt"]), int(one["line"])))
    pairs = [
        (first, second)
        for several in attempts.values()
        for (_, first), (_, second) in zip(sorted(several), sorted(several)[1:], strict=False)
    ]
    assert pairs
    assert sample.flows == sorted(pairs, key=lambda pair: pair[1])


# Small bundles


HOSTILE = 'a"b\\c<script>é☃\u202e{0}😀\x01\t.'


def test_names_from_the_files_stay_as_they_are(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "bundle", None, None, "symbol\nAAA")
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    (folder / "worker_logs.csv").write_text(
        "event_id,worker_id,start_time,end_time,status\n"
        + "".join(
            f"{quoted},{quoted},{start},{end},success\n"
            for start, end in (
                ("1000000.000000001", "1000000.000000002"),
                ("1000000.000000001", "1000000.000000001"),
            )
        ),
        encoding="utf-8",
    )
    read = _read(folder, tmp_path)
    assert read.complaints == []
    first, second = read.of("workers")
    assert (first.track, second.track) == (HOSTILE, f"{HOSTILE} (2)")
    assert (first.ts, first.dur, second.ts, second.dur) == (1, 1, 1, 0)
    assert first.args["event_id"] == HOSTILE
    assert read.flows == [(2, 3)]


@pytest.mark.parametrize("kept", ["ticks", "attempts", "output", ""])
def test_a_bundle_of_what_is_there(tmp_path: Path, kept: str) -> None:
    """One file alone, and all three with nothing in them but their headers."""
    tables = {"ticks": "symbol\nAAA", "attempts": "event_id\ne1", "output": "symbol\nAAA"}
    given = {name: text if name == kept else None for name, text in tables.items()}
    if not kept:
        given = {"ticks": tables["ticks"], "attempts": "event_id", "output": "symbol"}
    folder = write_bundle(tmp_path / "bundle", *given.values())
    trace = tmp_path / "trace.json"
    with raceview.open_bundle(folder) as inv:
        write_trace(inv, trace)
    found = Counter(one["ph"] for one in json.loads(trace.read_bytes())["traceEvents"])
    expected = {
        "ticks": {},
        "attempts": {"X": 1},
        "output": {"i": 1},
        "": {"i": 1},
    }  # the last: it was not processed
    assert {kind: count for kind, count in found.items() if kind != "M"} == expected[kept]


# The file


@pytest.mark.parametrize("name", ["trace.json.zst", "trace", "trace.gz"])
def test_a_name_that_perfetto_would_not_open_is_refused(name: str) -> None:
    check(Path("trace.json"))
    check(Path("trace.json.gz"))
    with pytest.raises(UsageError, match=r"a trace is called something\.json or something\.json\.gz"):
        check(Path(name))


def test_the_same_bundle_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.json", "b.json", "a.json.gz", "b.json.gz"):
        with raceview.open_bundle(SAMPLE) as inv:
            write_trace(inv, tmp_path / name)
    plain, packed = ((tmp_path / f"a.json{suffix}").read_bytes() for suffix in ("", ".gz"))
    assert plain == (tmp_path / "b.json").read_bytes() == gzip.decompress(packed)
    assert packed == (tmp_path / "b.json.gz").read_bytes()


def test_parts_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with raceview.open_bundle(SAMPLE) as inv:
        write_trace(inv, tmp_path / "whole.json")
        monkeypatch.setattr("raceview.export.trace.records.PART", 777)
        write_trace(inv, tmp_path / "parts.json")
    assert (tmp_path / "whole.json").read_bytes() == (tmp_path / "parts.json").read_bytes()


def test_an_input_is_not_written_over(tmp_path: Path) -> None:
    rows = tmp_path / "final_output.csv"
    rows.write_bytes((SAMPLE / "final_output.csv").read_bytes())
    with raceview.open_bundle(output=rows) as inv, pytest.raises(UsageError, match="files that are read"):
        write_trace(inv, rows)


# Lanes


@st.composite
def _intervals(draw: st.DrawFn) -> list[tuple[int, int]]:
    found = draw(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), max_size=25))
    return sorted((start, start + length) for start, length in found)


@given(_intervals())
def test_lanes_do_not_overlap_and_are_as_few_as_can_be(intervals: list[tuple[int, int]]) -> None:
    columns = np.array(intervals, dtype=np.int64).reshape(-1, 2)
    lanes = _lanes(columns[:, 0], columns[:, 1]).tolist()
    last: dict[int, int] = {}
    for (start, end), lane in zip(intervals, lanes, strict=True):
        assert last.get(lane, start) <= start
        last[lane] = end
    deepest = max((sum(a <= at < b for a, b in intervals) for at, _ in intervals), default=0)
    assert len(last) == deepest
