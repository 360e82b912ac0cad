"""The golden export, byte for byte; the same bytes again under whatever does not matter."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from export.golden_set import EXPECTED, export_golden, open_golden
from raceview.export import write_exports
from raceview.model import Cause, Options, Outcome, Policy

HEADERS = {
    "duplication_analysis.csv": "symbol,timestamp,occurrences,price_shift,event_id,price_min,price_max,time_shift_ms,"
    "source_price,kind,cause,workers,attempts,rows,confidence",
    "duplicates_by_symbol.csv": "symbol,events,duplicated_events,extra_rows,duplicate_rate,identical,price_shifted,"
    "time_shifted,price_shift_min,price_shift_max,time_shift_min_ms,time_shift_max_ms",
    "row_audit.csv": "row,line,symbol,timestamp,price,event_id,attempt,role,cause,confidence,ambiguous,time_delta_ms,"
    "price_delta,action",
    "event_ledger.csv": "event_id,symbol,timestamp,price,outcome,attempts,rows,evidence",
    "timeline.csv": "event_id,attempt,worker_id,start_time,end_time,status,line,overlaps_event,overlaps_worker,retry,"
    "failed",
    "policy_scoreboard.csv": "policy,rows,kept_once,real_lost,duplicates_left,wrong_prices,price_error_mean,"
    "price_error_max,wrong_times,time_error_max_ms,oracle",
    "findings.csv": "finding,subject,value,unit,low,high,evidence",
    "quarantine.csv": "file,line,reason,text",
}  # fmt: skip


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return export_golden(tmp_path_factory.mktemp("golden"))


def test_the_files_and_their_order(exported: dict[str, bytes]) -> None:
    assert sorted(exported) == sorted(path.name for path in EXPECTED.iterdir())
    assert set(exported) == {*HEADERS, "deduplicated_output.csv", "manifest.json"}
    assert list(exported)[-1] == "manifest.json"


@pytest.mark.parametrize("name", sorted(path.name for path in EXPECTED.iterdir()))
def test_every_byte(exported: dict[str, bytes], name: str) -> None:
    assert exported[name].decode() == (EXPECTED / name).read_bytes().decode()


@pytest.mark.parametrize("name", HEADERS)
def test_headers_are_a_contract(exported: dict[str, bytes], name: str) -> None:
    assert exported[name].decode().split("\n")[0] == HEADERS[name]


def test_the_golden_bundle_has_every_outcome_and_cause(exported: dict[str, bytes]) -> None:
    counts = json.loads(exported["manifest.json"])["counts"]
    assert {name for name, count in counts["outcomes"].items() if count} == set(Outcome) - {Outcome.UNKNOWN}
    assert {name for name, count in counts["causes"].items() if count} == set(Cause)


def test_the_manifest_describes_the_files_beside_it(exported: dict[str, bytes]) -> None:
    files = json.loads(exported["manifest.json"])["files"]
    assert files == {
        name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(exported.items())
        if name != "manifest.json"
    }


def test_the_manifest_holds_no_path_and_no_clock(tmp_path: Path, exported: dict[str, bytes]) -> None:
    elsewhere = export_golden(tmp_path / "a" / "b")
    assert elsewhere["manifest.json"] == exported["manifest.json"]
    assert str(tmp_path).encode() not in elsewhere["manifest.json"]


@pytest.mark.parametrize("threads", [1, 4])
def test_the_same_bytes_with_any_number_of_threads(
    tmp_path: Path, exported: dict[str, bytes], threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    connect = duckdb.connect

    def connect_with_threads(config: dict[str, Any]) -> duckdb.DuckDBPyConnection:
        return connect(config=config | {"threads": str(threads)})

    monkeypatch.setattr(duckdb, "connect", connect_with_threads)
    with open_golden() as inv:
        assert inv.engine.rows("SELECT current_setting('threads')") == [(threads,)]
    assert export_golden(tmp_path) == exported


def test_an_export_over_another_leaves_nothing_of_it_and_touches_nothing_else(
    tmp_path: Path, exported: dict[str, bytes]
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with open_golden() as inv:
        write_exports(inv, tmp_path)
    assert export_golden(tmp_path) == exported
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*exported, "notes.txt"])


@pytest.mark.parametrize(
    ("policy", "drop_phantoms"),
    [
        *((policy, False) for policy in Policy),
        *((policy, True) for policy in (Policy.EXACT_KEY, Policy.FIRST)),
    ],
)
def test_every_policy_writes_what_its_score_and_its_manifest_say(
    tmp_path: Path, policy: Policy, drop_phantoms: bool
) -> None:
    with open_golden(Options(policy=policy, drop_phantoms=drop_phantoms)) as inv:
        write_exports(inv, tmp_path)
        (scored,) = (score["rows"] for score in inv.scores if score["policy"] == policy)
    proof = json.loads((tmp_path / "manifest.json").read_bytes())["conservation"]
    lines = (tmp_path / "row_audit.csv").read_text().splitlines()[1:]
    audited = Counter(line.rsplit(",", 1)[1] for line in lines)
    assert {"records": 26, "quarantined": 1, "kept": 0, "corrected": 0, "dropped": 0} | audited == proof
    assert len(lines) == proof["records"] - proof["quarantined"]
    rows = len((tmp_path / "deduplicated_output.csv").read_bytes().splitlines()) - 1
    assert rows == proof["kept"] + proof["corrected"] == scored
