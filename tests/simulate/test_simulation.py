"""The files as files: their style, their bytes for a seed, and what is refused."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bundle_recount import load

from raceview.errors import OutputError, UsageError
from raceview.simulate import Family, Order, simulate

FILES = {"raw_tick_events.log", "worker_logs.csv", "final_output.csv", "truth.csv", "truth.json"}
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(?!000000)\d{6})?"
PRICE = r"[1-9]\d*\.(0|\d?[1-9])"


@pytest.mark.parametrize("family", Family)
def test_a_seed_gives_the_same_bytes_and_another_gives_others(tmp_path: Path, family: Family) -> None:
    for name, seed in (("one", 7), ("again", 7), ("other", 8)):
        simulate(tmp_path / name, family, 500, seed)
    for name in FILES:
        one, again, other = ((tmp_path / run / name).read_bytes() for run in ("one", "again", "other"))
        assert one == again
        assert one != other or name == "truth.csv"


def test_no_two_seeds_share_their_settings(tmp_path: Path) -> None:
    facts = [simulate(tmp_path / str(seed), Family.MIXED, 50, seed).facts for seed in range(6)]
    for setting in ("symbols", "spacing_ms", "noise"):
        assert len({json.dumps(fact[setting]) for fact in facts}) == len(facts)


@pytest.mark.parametrize("family", Family)
def test_the_files_are_in_the_style_of_the_real_ones(tmp_path: Path, family: Family) -> None:
    simulate(tmp_path, family, 1_000, 11)
    ticks, attempts, output, truth = (
        (tmp_path / name).read_bytes().decode("ascii")
        for name in ("raw_tick_events.log", "worker_logs.csv", "final_output.csv", "truth.csv")
    )
    for number, line in enumerate(ticks.splitlines()):
        tick = json.loads(line)
        assert json.dumps(tick) == line
        assert list(tick) == ["event_id", "timestamp", "symbol", "price", "source"]
        assert (tick["event_id"], tick["source"]) == (f"evt_{number:07d}", "stream-1")
        assert re.fullmatch(TIME + "Z", tick["timestamp"])
        assert round(tick["price"], 2) == tick["price"] > 0
    for text, header, record in (
        (
            *(attempts, "event_id,worker_id,start_time,end_time,status"),
            rf"evt_\d{{7}},worker-\d,{TIME},({TIME},success|({TIME})?,timeout)",
        ),
        (output, "symbol,timestamp,price", rf"[A-Z]+,{TIME}Z,{PRICE}"),
        (truth, "row,event_id,attempt,role,cause", r"\d+,(evt_\d{7})?,\d?,[a-z]+,[a-z_]*"),
    ):
        first, *rest = text.splitlines()
        assert first == header
        assert all(re.fullmatch(record, line) for line in rest)
        assert text.endswith("\n")
        assert "\r" not in text


def test_what_is_returned_tells_what_was_written(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "down"
    result = simulate(folder, Family.MIXED, 700, 4, Order.EMISSION)
    assert {path.name for path in folder.iterdir()} == FILES
    assert result.folder == folder
    bundle = load(folder)
    assert result.facts == bundle.facts
    assert (result.event_count, result.row_count) == (len(bundle.ticks), len(bundle.rows))
    assert result.attempt_count == len(result.attempts.read_text().splitlines()) - 1
    assert (result.facts["family"], result.facts["seed"], result.facts["order"]) == ("mixed", 4, "emission")


@pytest.mark.parametrize("family", Family)
@pytest.mark.parametrize("events", [1, 2, 17])
def test_tiny_bundles(tmp_path: Path, family: Family, events: int) -> None:
    simulate(tmp_path, family, events, 0)
    assert len(load(tmp_path).ticks) == events


@pytest.mark.parametrize("family", Family)
@pytest.mark.parametrize("spacing_ms", [2, 150.0])
def test_spacing_is_the_mean_gap_per_symbol(tmp_path: Path, family: Family, spacing_ms: float) -> None:
    result = simulate(tmp_path, family, 2_000, 9, spacing_ms=spacing_ms)
    times = [tick.time for tick in load(tmp_path).ticks.values()]
    gap_us = (times[-1] - times[0]) / (len(times) - 1) * len(result.facts["symbols"])
    assert gap_us == pytest.approx(spacing_ms * 1_000, rel=0.1)
    assert result.facts["spacing_ms"] == pytest.approx(spacing_ms)


def test_a_bundle_is_replaced(tmp_path: Path) -> None:
    simulate(tmp_path, Family.STORM, 300, 1)
    simulate(tmp_path, Family.WALK, 100, 1)
    assert len(load(tmp_path).ticks) == 100


@pytest.mark.parametrize(
    ("events", "seed", "spacing_ms"),
    [
        (0, 1, None),
        (-5, 1, None),
        (2**40, 1, None),
        (10, -1, None),
        (10, 1, 0.0),
        (10, 1, -2.0),
        (10, 1, float("nan")),
        (10, 1, float("inf")),
    ],
)
def test_nonsense_is_refused_before_anything_is_written(
    tmp_path: Path, events: int, seed: int, spacing_ms: float | None
) -> None:
    with pytest.raises(UsageError):
        simulate(tmp_path / "bundle", Family.WALK, events, seed, spacing_ms=spacing_ms)
    assert not (tmp_path / "bundle").exists()


def test_a_file_in_the_way_is_one_clear_error(tmp_path: Path) -> None:
    in_the_way = tmp_path / "bundle"
    in_the_way.write_text("mine")
    with pytest.raises(OutputError, match="bundle"):
        simulate(in_the_way, Family.WALK, 10, 1)
    assert in_the_way.read_text() == "mine"


def test_a_bundle_that_was_not_simulated_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "worker_logs.csv").write_text("mine")
    with pytest.raises(OutputError, match=r"worker_logs\.csv: not a simulated one"):
        simulate(tmp_path, Family.WALK, 10, 1)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("worker_logs.csv", "mine")]
    for seed in (1, 2):
        made = simulate(tmp_path / "made", Family.WALK, 10, seed)
    assert made.facts["seed"] == 2


def test_a_failed_write_leaves_no_parts_and_no_new_file(tmp_path: Path) -> None:
    (tmp_path / ".final_output.csv.part").mkdir()
    with pytest.raises(OutputError):
        simulate(tmp_path, Family.WALK, 10, 1)
    assert not any(path.is_file() for path in tmp_path.iterdir())


def test_a_folder_name_with_a_quote(tmp_path: Path) -> None:
    simulate(tmp_path / "it's", Family.WALK, 10, 1)
    assert len(load(tmp_path / "it's").ticks) == 10


def test_importing_the_package_loads_neither_numpy_nor_duckdb() -> None:
    code = (
        "import sys, raceview.simulate; print([m for m in ('numpy', 'duckdb', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
