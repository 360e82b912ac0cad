"""Only the output is there: rows taken for one event are judged, picked and exported; nothing else is claimed."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import raceview
from analysis.conftest import Opened
from analysis.hand_made import relation, table
from raceview.export import write_exports
from raceview.export.summary import render_summary
from raceview.export.verdict import verdict
from raceview.model import Options, Policy

DATA = Path(__file__).parents[2] / "../shared/data/assessment"

OUTPUT = """
    symbol ms   price  first p    exact
    AAA    1000 100.00 -     -    -
    AAA    2000 100.00 1     1    -
    AAA    2004 100.30 1     0.9  -
    BBB    2000 50.00  -     -    -
    AAA    3000 100.10 4     1    -
    AAA    3000 100.10 4     0.75 1
    AAA    1999 100.10 1     0.8  -
    """
ATTEMPTS = "event_id worker_id status\n x w1 timeout\n x w2 success\n y w1 success"


@pytest.mark.parametrize("attempts", [None, ATTEMPTS])
def test_groups_are_events_named_by_the_line_of_their_first_row(
    matched: Opened, attempts: str | None
) -> None:
    inv = matched(OUTPUT, attempts)
    assert relation(
        inv, "SELECT row, event, place, suspect, confidence_millionths AS p FROM crowded ORDER BY row"
    ) == table(
        """
        row event place suspect p
        1   3     1     0       1000000
        2   3     2     0       900000
        4   6     1     0       1000000
        5   6     2     0       750000
        6   3     3     0       800000
        """
    )
    assert relation(
        inv, "SELECT event, rows, kind, cause, time_shift_ns AS ns FROM duplicated ORDER BY event"
    ) == table("event rows kind cause ns\n 3 3 price+time - 5000000\n 6 2 identical - 0")


def test_events_are_called_after_their_first_row(matched: Opened) -> None:
    found = matched(OUTPUT).engine.rows(
        "SELECT line, event_id, symbol, price, source FROM ticks_read ORDER BY line"
    )
    assert found == [
        (2, "row 0", "AAA", "100.00", ""),
        (3, "row 1", "AAA", "100.00", ""),
        (5, "row 3", "BBB", "50.00", ""),
        (6, "row 4", "AAA", "100.10", ""),
    ]


def test_a_copy_is_dropped_though_another_event_is_alike(matched: Opened) -> None:
    """Row 2 has the values of row 0 and is told apart from it: that does not make row 0's copy any less of one."""
    inv = matched("ms first p exact\n 1000 0 1 -\n 1000 0 0.9 1\n 1000 - - -")
    assert relation(inv, "SELECT row, event, place, suspect FROM crowded ORDER BY row") == table(
        "row event place suspect\n 0 2 1 0\n 1 2 2 0"
    )
    inv.need("changes")
    assert relation(inv, "SELECT row, action FROM changes") == table("row action\n 1 dropped")


def test_the_summary_says_that_it_is_inferred_and_claims_no_more(matched: Opened, tmp_path: Path) -> None:
    inv = matched(OUTPUT)
    summary = inv.counted()
    assert summary["inferred"] == {
        "pairs": 3,
        "silence": None,
        "gain": 50.0,
        "clarity": 0.9,
        "groups": 2,
        "copies": 3,
        "expected_copies": 2.45,
        "exact_repeats": 1,
        "exact_by_chance": 0.0,
    }
    assert (summary["events"], summary["rows"], summary["lowest_confidence"]) == (4, 7, 0.75)
    assert {name: count for name, count in summary["outcomes"].items() if count} == {
        "duplicated": 2,
        "unknown": 2,
    }
    assert sum(summary["causes"].values()) == 0
    assert (summary["findings"], summary["scoreboard"], summary["phantom_rows"]) == ([], [], 0)
    assert verdict(summary) == [
        "Inferred from the output alone: 3 rows of 7 are further rows of 2 events (42.86 %), each with a probability.",
        "1 of them repeats another row exactly: that cannot be told from a twin, a second real event that is alike.",
        "No cause is named, and nothing is known of lost events.",
        "Not given: ticks and attempts. So nothing is said about what should have been emitted; why, and by which "
        "worker.",
    ]
    text = render_summary(summary, [], tmp_path)
    assert "least probability of a copy 0.750" in text
    assert "exactly once" not in text
    json.dumps(summary, allow_nan=False)


def test_where_nothing_is_claimed_the_summary_says_why(matched: Opened) -> None:
    inv = matched("ms\n 1000\n 2000")
    assert verdict(inv.counted())[:2] == [
        "Inferred from the output alone: none of 2 rows is taken for a copy of another.",
        "Of rows that differ nothing is claimed: the rows are as those of different events would be.",
    ]
    assert inv.summary()["lowest_confidence"] is None


def test_the_exports_give_no_id_no_cause_and_no_source(matched: Opened, tmp_path: Path) -> None:
    inv = matched(OUTPUT, ATTEMPTS)
    write_exports(inv, tmp_path / "out")
    assert _cells(
        tmp_path / "out/duplication_analysis.csv",
        "event_id",
        "source_price",
        "cause",
        "workers",
        "attempts",
        "rows",
    ) == [
        ("", "", "", "", "", "1;2;6"),
        ("", "", "", "", "", "4;5"),
    ]
    audit = tmp_path / "out/row_audit.csv"
    assert _cells(audit, "row", "event_id", "role", "confidence", "time_delta_ms", "action") == [
        ("0", "", "", "", "", "kept"),
        ("1", "", "original", "1", "0", "kept"),
        ("2", "", "duplicate", "0.9", "4", "dropped"),
        ("3", "", "", "", "", "kept"),
        ("4", "", "original", "1", "0", "kept"),
        ("5", "", "duplicate", "0.75", "0", "dropped"),
        ("6", "", "duplicate", "0.8", "-1", "dropped"),
    ]  # fmt: skip
    assert _cells(tmp_path / "out/event_ledger.csv", "event_id", "outcome", "attempts", "rows") == [
        ("", "duplicated", "", "3"),
        ("", "duplicated", "", "2"),
    ]
    assert [line["events"] for line in _lines(tmp_path / "out/duplicates_by_symbol.csv")] == ["3", "1"]
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert manifest["counts"]["inferred"]["copies"] == 3
    assert manifest["conservation"]["dropped"] == 3


@pytest.mark.parametrize(
    ("policy", "kept"),
    [
        (Policy.FIRST, ["100.00", "100.00", "50.00", "100.10"]),
        (Policy.LAST, ["100.00", "50.00", "100.10", "100.10"]),
        (Policy.HIGHEST, ["100.00", "100.30", "50.00", "100.10"]),
        (Policy.LOWEST, ["100.00", "100.00", "50.00", "100.10"]),
        (Policy.MEAN, ["100.00", "100.13", "50.00", "100.10"]),
        (Policy.MEDIAN, ["100.00", "100.10", "50.00", "100.10"]),
        (Policy.MAJORITY, ["100.00", "100.00", "50.00", "100.10"]),
        (Policy.SUCCESSFUL, ["100.00", "100.00", "50.00", "100.10"]),
        (Policy.CONFIDENT, ["100.00", "100.00", "50.00", "100.10"]),
        (Policy.NONE, ["100.00", "100.00", "100.30", "50.00", "100.10", "100.10", "100.10"]),
        (Policy.EXACT_KEY, ["100.00", "100.00", "100.30", "50.00", "100.10", "100.10"]),
    ],
)
def test_every_policy_but_source(matched: Opened, tmp_path: Path, policy: Policy, kept: list[str]) -> None:
    write_exports(matched(OUTPUT, policy=policy), tmp_path / "out")
    assert [line["price"] for line in _lines(tmp_path / "out/deduplicated_output.csv")] == kept


def test_a_bundle_with_ticks_is_not_inferred(linked: Opened) -> None:
    inv = linked("event_id\n a", None, "ms event\n 1000 a")
    assert (inv.inferred, inv.summary()["inferred"]) == (None, None)


@pytest.mark.skipif(not DATA.is_dir(), reason="the assessment data lie beside the project, not in it")
def test_the_assessment_from_its_output_alone(tmp_path: Path) -> None:
    """All 250 copies, and no other row: as the truth, which it does not see, says."""
    with raceview.open_bundle(output=DATA / "final_output.csv", options=Options()) as inv:
        inferred = {row for (row,) in inv.engine.rows("SELECT row FROM inferred WHERE row <> first_row")}
        assert inv.summary()["inferred"]["copies"] == len(inferred)
    with (DATA / "truth.csv").open(newline="") as file:
        copies = {int(line["row"]) for line in csv.DictReader(file) if line["role"] == "duplicate"}
    assert copies <= inferred
    assert len(inferred - copies) <= 1


def _lines(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _cells(path: Path, *names: str) -> list[tuple[str, ...]]:
    return [tuple(line[name] for name in names) for line in _lines(path)]
