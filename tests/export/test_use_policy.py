"""A policy chosen after opening writes what it would have written from the start, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

import raceview
from export.golden_set import INPUT
from export.whole_set import policy_of
from raceview import Investigation, Options, Policy
from raceview.cli.options import POLICIES
from raceview.errors import UsageError
from raceview.export import file_names, write_exports

SAMPLE = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def sample() -> Iterator[Investigation]:
    with raceview.open_bundle(SAMPLE) as inv:
        yield inv


def exported(inv: Investigation, out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in write_exports(inv, out)}


@pytest.mark.parametrize("policy", POLICIES)
def test_chosen_late_or_early_writes_the_same(sample: Investigation, policy: Policy, tmp_path: Path) -> None:
    sample.use_policy(policy)
    late = exported(sample, tmp_path / "late")
    with raceview.open_bundle(SAMPLE, options=Options(policy=policy)) as early:
        assert late == exported(early, tmp_path / "early")
    assert sample.summary()["policy"] == str(policy)


def test_phantoms_are_dropped_whatever_is_chosen(tmp_path: Path) -> None:
    with raceview.open_bundle(SAMPLE, options=Options(drop_phantoms=True)) as inv:
        inv.use_policy(Policy.LAST)
        late = exported(inv, tmp_path / "late")
    with raceview.open_bundle(SAMPLE, options=Options(drop_phantoms=True, policy=Policy.LAST)) as early:
        assert late == exported(early, tmp_path / "early")


def test_source_needs_the_ticks() -> None:
    with raceview.open_bundle(output=SAMPLE / "final_output.csv") as inv:
        with pytest.raises(UsageError, match="raw_tick_events"):
            inv.use_policy(Policy.SOURCE)
        assert inv.policy is Policy.FIRST


def test_an_export_and_a_choice_do_not_mix(tmp_path: Path) -> None:
    """Another policy is asked for in the middle of an export: it waits until that is written."""
    with (
        raceview.open_bundle(INPUT, options=Options(policy=Policy.FIRST)) as inv,
        ThreadPoolExecutor() as threads,
    ):
        asked = Event()

        def choose() -> None:
            asked.set()
            inv.use_policy(Policy.LAST)

        def tell(step: str, done: int, total: int) -> None:
            if not asked.is_set():
                threads.submit(choose)
                assert asked.wait(10)

        write_exports(inv, tmp_path, tell)
        assert policy_of(tmp_path) == "first"
        threads.shutdown()
        write_exports(inv, tmp_path)
        assert policy_of(tmp_path) == "last"


def test_ended_by_its_progress_it_leaves_the_old_set(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def stop(step: str, done: int, total: int) -> None:
        if done == total:
            raise Enough

    with raceview.open_bundle(INPUT, options=Options(policy=Policy.FIRST)) as inv:
        assert [path.name for path in write_exports(inv, tmp_path)] == file_names(inv)
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        inv.use_policy(Policy.LAST)
        with pytest.raises(Enough):
            write_exports(inv, tmp_path, stop)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
