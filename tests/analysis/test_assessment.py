"""The data set that the project began with, where it lies beside the project: every number that is known of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import raceview
from raceview.export import write_exports
from raceview.investigation import Investigation
from raceview.model import Options, Policy

DATA = Path(__file__).parents[2] / "../shared/data/assessment"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the assessment data lie beside the project, not in it"
)


@pytest.fixture(scope="module")
def assessment() -> Iterator[Investigation]:
    with raceview.open_bundle(DATA) as inv:
        yield inv


def test_what_became_of_its_events(assessment: Investigation) -> None:
    summary = assessment.summary()
    assert {name: count for name, count in summary["outcomes"].items() if count} == {
        "duplicated": 250,
        "unacknowledged": 100,
        "exactly_once": 69_650,
    }
    assert (summary["events"], summary["attempts"], summary["rows"]) == (70_000, 70_250, 70_250)
    assert (summary["phantom_rows"], summary["ambiguous_rows"], summary["findings"]) == (0, 0, [])


def test_the_obvious_key_finds_two_groups_and_both_hold_different_events(assessment: Investigation) -> None:
    found = assessment.summary()["duplicates"]
    assert (found["events"], found["rows"]) == (250, 250)
    assert (found["exact_key_groups"], found["exact_key_groups_of_different_events"]) == (2, 2)


def test_every_row_is_linked_as_the_truth_says(assessment: Investigation) -> None:
    with (DATA / "truth.csv").open(newline="") as file:
        truth = [(int(line["row"]), line["event_id"], line["role"]) for line in csv.DictReader(file)]
    links = assessment.links()[["row", "event_id", "role"]]
    assert list(links.itertuples(index=False, name=None)) == truth


def test_every_duplicate_has_the_cause_that_the_truth_says(assessment: Investigation) -> None:
    with (DATA / "truth.csv").open(newline="") as file:
        truth = {int(line["row"]): line["cause"] for line in csv.DictReader(file) if line["cause"]}
    assert dict(assessment.engine.rows("SELECT row, cause FROM causes")) == truth


@pytest.mark.parametrize("policy", [Policy.SOURCE, Policy.FIRST, Policy.CONFIDENT])
def test_the_clean_output_is_the_source(tmp_path: Path, policy: Policy) -> None:
    """Line for line; `first` and `confident` see no source when they choose."""
    with raceview.open_bundle(DATA, options=Options(policy=policy)) as inv:
        write_exports(inv, tmp_path)
    with (tmp_path / "deduplicated_output.csv").open(newline="") as file:
        clean = [(line["symbol"], line["timestamp"], float(line["price"])) for line in csv.DictReader(file)]
    with (DATA / "raw_tick_events.log").open() as file:
        ticks = [(tick["symbol"], tick["timestamp"], tick["price"]) for tick in map(json.loads, file)]
    assert clean == ticks
