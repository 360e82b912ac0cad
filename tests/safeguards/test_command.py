"""`raceview safeguards`: what it prints, in 80 columns, and as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import raceview
from raceview.export.safeguards_text import render_safeguards
from raceview.model import Safeguard
from safeguards.conftest import Opened

SAMPLE = Path(__file__).parents[2] / "data"


def _printed(*words: str) -> str:
    command = [sys.executable, "-m", "raceview", "safeguards", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def printed() -> list[str]:
    return _printed(str(SAMPLE)).splitlines()


def test_every_safeguard_has_its_line_within_80_columns(printed: list[str]) -> None:
    assert max(map(len, printed)) <= 80
    at = printed.index("safeguard                   prevented   harmed  price")
    assert [line.split()[0] for line in printed[at + 1 : at + 1 + len(Safeguard)]] == list(Safeguard)
    assert "ttl_key                     70 to 104        0  31 keys held at once" in printed
    assert "               20 ms         54 to 96        0  15 keys held at once" in printed
    assert (
        "symbol_time_key                    28        7  4,053 keys held, growing" in printed
    )  # 3 of them of phantoms


def test_json_is_what_the_investigation_says() -> None:
    with raceview.open_bundle(SAMPLE) as inv:
        assert json.loads(_printed(str(SAMPLE), "--json")) == {
            "bundle": "data",
            "safeguards": inv.safeguards().astype(object).to_dict("records"),
            "curves": inv.safeguard_curves().to_dict("records"),
        }


def test_what_is_unknown_is_said_once(bundle: Opened) -> None:
    inv = bundle(None, None, "ms\n 1000\n 1000")
    text = render_safeguards("x", inv.safeguards_list, inv.safeguard_curve_points)
    assert text.count("unknown: without the source events") == 1
    assert [line.split() for line in text.splitlines() if line.startswith("lease")] == [
        ["lease", *3 * ["unknown"]]
    ]


def test_one_of_a_thing_is_worded_as_one(linked: Opened) -> None:
    inv = linked(
        "event_id\n e1", "event_id worker_id start end\n e1 w1 1000 1010\n e1 w2 1005 1020", "event\n e1\n e1"
    )
    text = render_safeguards("x", inv.safeguards_list, inv.safeguard_curve_points)
    assert "1 duplicate row; how many" in text
    assert "0  1 key held, growing\n" in text
    assert "0  1 key held at once\n" in text
    assert "1 keys" not in text
