"""Simulated bundles: a clean one raises nothing, others only what was planted in them; clocks are measured well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import raceview
from raceview.findings import Finding
from raceview.model import FindingName
from raceview.simulate import Family, simulate, simulation
from raceview.simulate.families import Shape, draw_shape

EVENTS = 2_000


def found(folder: Path, family: Family, seed: int) -> tuple[list[Finding], Mapping[str, Any]]:
    """What a bundle shows, twins aside, and what was planted."""
    facts = simulate(folder, family, EVENTS, seed).facts
    with raceview.open_bundle(folder) as inv:
        return [one for one in inv.findings_list if one.finding is not FindingName.TWIN], facts


@pytest.mark.parametrize("family", [Family.ASSESSMENT, Family.WALK, Family.JITTER])
def test_a_clean_bundle_raises_none(tmp_path: Path, family: Family) -> None:
    assert found(tmp_path, family, 5)[0] == []


def test_restarts_come_when_the_lease_is_over(tmp_path: Path) -> None:
    (lease,), facts = found(tmp_path, Family.MIXED, 5)
    assert lease.finding is FindingName.LEASE_EXPIRY
    assert facts["lease_ms"] <= lease.value <= facts["lease_ms"] + 2


def test_a_storm_comes_in_bursts(tmp_path: Path) -> None:
    lease, bursts = found(tmp_path, Family.STORM, 5)[0]
    assert lease.finding is FindingName.LEASE_EXPIRY
    assert (bursts.finding, bursts.subject) == (FindingName.OVERLOAD, "time")
    assert bursts.value > 1.3


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_skewed_clock(tmp_path: Path, seed: int) -> None:
    (clock,), facts = found(tmp_path, Family.SKEW, seed)
    assert (clock.finding, clock.subject) == (FindingName.CLOCK_SKEW, facts["skewed_worker"])
    assert clock.value == pytest.approx(facts["skew_ms"], abs=0.1)
    assert clock.low is not None
    assert clock.high is not None
    assert clock.low <= facts["skew_ms"] <= clock.high


def test_rows_and_log_together_tell_more_than_rows_that_are_off_anyway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every row is up to 5 ms off besides: its median alone is known to half a millisecond."""

    def skewed(family: Family, spacing_ms: float | None, rng: np.random.Generator) -> Shape:
        return replace(draw_shape(family, spacing_ms, rng), skewed_worker=1, skew=-12_345)

    monkeypatch.setattr(simulation, "draw_shape", skewed)
    (clock,), _ = found(tmp_path, Family.JITTER, 5)
    assert (clock.finding, clock.subject) == (FindingName.CLOCK_SKEW, "worker-2")
    assert clock.value == pytest.approx(-12.345, abs=0.2)
    assert clock.low is not None
    assert clock.high is not None
    assert clock.low <= -12.345 <= clock.high
    assert clock.high - clock.low < 0.3
