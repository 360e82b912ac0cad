"""Bundles that lack a file: what can be known is said, the rest is unknown; nothing is guessed, nothing breaks."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import raceview
from analysis.conftest import Opened
from analysis.hand_made import relation, table
from raceview.errors import UsageError
from raceview.export import write_exports
from raceview.export.summary import render_summary
from raceview.model import Policy
from raceview.simulate.families import Family
from raceview.simulate.simulation import simulate

FILES = {
    "ticks": "event_id\n once\n twice\n altered\n never",
    "attempts": """
        event_id worker_id start end  status
        once     w1        1010  1020 success
        twice    w1        2010  2020 success
        twice    w2        2015  2030 success
        altered  w1        3010  -    timeout
        """,
    "output": """
        ms   price  event
        1000 100.00 once
        2000 100.00 twice
        2000 100.01 twice
        3000 100.05 altered
        """,
}
NONE = dict.fromkeys(
    (
        "duplicated", "altered", "unlogged", "unacknowledged", "exactly_once", "lost", "abandoned", "unprocessed",
        "unknown",
    ),
    0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("absent", "counts", "outcomes"),
    [
        ((), (4, 4, 4), {"exactly_once": 1, "duplicated": 1, "altered": 1, "unprocessed": 1}),
        (("attempts",), (4, 0, 4), {"duplicated": 1, "altered": 1, "unknown": 2}),
        (("output",), (4, 4, 0), {"unknown": 4}),
        (("attempts", "output"), (4, 0, 0), {"unknown": 4}),
        (("ticks",), (4, 4, 4), {"unknown": 4}),
        (("ticks", "output"), (0, 4, 0), {}),
        (("ticks", "attempts"), (4, 0, 4), {"unknown": 4}),
    ],
)
def test_what_is_known(
    bundle: Opened,
    linked: Opened,
    matched: Opened,
    tmp_path: Path,
    absent: tuple[str, ...],
    counts: tuple[int, ...],
    outcomes: dict[str, int],
) -> None:
    there = {role: text for role, text in FILES.items() if role not in absent}
    inv = (linked if "ticks" in there else matched)(**there) if "output" in there else bundle(**there)
    summary = inv.counted()
    assert (summary["events"], summary["attempts"], summary["rows"]) == counts
    assert summary["outcomes"] == NONE | outcomes
    assert summary["missing"] == list(absent)
    assert summary["phantom_rows"] == summary["ambiguous_rows"] == 0
    assert sum(summary["causes"].values()) == (0 if absent else 1)
    assert bool(summary["scoreboard"]) == (not {"ticks", "output"} & set(absent))
    written = write_exports(inv, tmp_path / "out")
    assert ("deduplicated_output.csv" in [path.name for path in written]) == ("output" not in absent)
    assert render_summary(summary, written, tmp_path / "out").startswith(f"raceview: {inv.files.name}\n")


def test_without_the_worker_log_no_cause_is_named(linked: Opened, tmp_path: Path) -> None:
    inv = linked(FILES["ticks"], None, FILES["output"])
    assert relation(inv, "SELECT event, rows, kind, cause FROM duplicated") == table(
        "event rows kind cause\n 2 2 price -"
    )
    assert inv.duplicates()["evidence"].tolist() == ["2 rows; rows 1, 2"]
    write_exports(inv, tmp_path / "out")
    with (tmp_path / "out/duplication_analysis.csv").open(newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["cause"], line["workers"], line["attempts"], line["rows"]) == ("", "", "", "1;2")


def test_without_the_output_no_event_is_called_lost(bundle: Opened) -> None:
    inv = bundle(FILES["ticks"], FILES["attempts"], None)
    assert relation(inv, "SELECT event, attempts, failed, rows, outcome FROM ledger ORDER BY event") == table(
        """
        event attempts failed rows outcome
        1     1        0      0    unknown
        2     2        0      0    unknown
        3     1        1      0    unknown
        4     0        0      0    unknown
        """
    )


def test_without_the_source_no_row_is_called_a_phantom_and_none_is_dropped(
    matched: Opened, tmp_path: Path
) -> None:
    """Where no two rows are taken for one event: see `test_inferred` for the others."""
    inv = matched(FILES["output"], FILES["attempts"])
    assert inv.policy is Policy.FIRST
    links = inv.links()
    assert (
        links[["event_id", "role", "confidence", "time_delta_ns", "price_delta_units"]].isna().all(axis=None)
    )
    out = tmp_path / "out"
    write_exports(inv, out)
    assert (out / "deduplicated_output.csv").read_bytes() == (
        tmp_path / "matched/final_output.csv"
    ).read_bytes()


def test_without_the_source_its_values_cannot_be_asked_for(matched: Opened) -> None:
    with pytest.raises(UsageError, match=r"^--policy source needs raw_tick_events.log"):
        matched(FILES["output"], policy=Policy.SOURCE)


def test_the_duplicates_are_found_without_the_worker_log_too(tmp_path: Path) -> None:
    made = simulate(tmp_path, Family.ASSESSMENT, 3000, 1)
    with (
        raceview.open_bundle(tmp_path) as whole,
        raceview.open_bundle(ticks=made.ticks, output=made.output) as part,
    ):
        found = [inv.duplicates()["event_id"].tolist() for inv in (whole, part)]
    assert found[0] == found[1]
    assert len(found[0]) == made.facts["outcomes"]["duplicated"] > 0
