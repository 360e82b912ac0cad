"""Restarts at one delay are found whatever it is; those that are spread out are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from findings.conftest import ints
from raceview.engine import Engine
from raceview.findings.finding import Finding
from raceview.findings.lease_expiry import lease_expiry
from raceview.findings.significance import judge
from raceview.model import NS_PER_MS


def found(engine: Engine, delays_ms: npt.ArrayLike) -> list[Finding]:
    """What restarts after these delays show; beside each lies a pair of attempts that is no restart."""
    delay = np.rint(np.asarray(delays_ms, dtype=float) * NS_PER_MS).astype(np.int64)
    count = len(delay)
    first, start, zeros, ones = ints(
        np.arange(count), 10**12 * np.arange(count), np.zeros(count), np.ones(count)
    )
    pairs = {
        "first": ones, "second": ones + 1, "first_line": first, "first_start_ns": start,
        "second_start_ns": start + delay, "zombie": ones,
    }  # fmt: skip
    other = pairs | {"first_line": first + count, "second_start_ns": start + 5, "zombie": zeros}
    engine.load("attempt_pairs", {name: np.append(column, other[name]) for name, column in pairs.items()})
    engine.load("attempts", {"line": np.append(first, first + count), "failed": np.append(ones, zeros)})
    return judge([lease_expiry(engine)])


@pytest.mark.parametrize("lease_ms", [0.5, 45.0, 30_000.0])
def test_a_lease(engine: Engine, lease_ms: float) -> None:
    rng = np.random.default_rng(1)
    delays = lease_ms * np.append(rng.uniform(1.0, 1.05, 60), rng.uniform(0.1, 4.0, 20))
    (one,) = found(engine, delays)
    assert (str(one.finding), one.subject, one.unit) == ("lease_expiry", "restarts", "ms")
    assert one.low is not None
    assert one.high is not None
    assert lease_ms <= one.low <= one.value <= one.high <= 1.06 * lease_ms
    within = np.sum((delays >= delays[:60].min()) & (delays <= 1.1 * delays[:60].min()))
    assert one.evidence.startswith(f"{within} of 80 restarts after a time-out ({within / 0.8:.1f} %) come ")


def test_all_at_once(engine: Engine) -> None:
    (one,) = found(engine, [30.0] * 12)
    assert (one.value, one.low, one.high) == (30.0, 30.0, 30.0)
    assert one.evidence == (
        "12 of 12 restarts after a time-out (100.0 %) come 30 to 30 ms after the attempt that timed out had started"
    )


@pytest.mark.parametrize("law", ["exponential", "uniform", "lognormal", "gamma"])
def test_delays_that_are_spread_out(engine: Engine, law: str) -> None:
    rng = np.random.default_rng(2)
    laws: dict[str, Callable[[int], npt.NDArray[np.float64]]] = {
        "exponential": lambda size: rng.exponential(30, size),
        "uniform": lambda size: rng.uniform(0, 60, size),
        "lognormal": lambda size: rng.lognormal(3, 0.3, size),
        "gamma": lambda size: rng.gamma(4, 10, size),
    }
    assert [found(engine, laws[law](size)) for size in (10, 50, 300, 5_000)] == [[]] * 4


def test_few_restarts_prove_nothing(engine: Engine) -> None:
    assert found(engine, []) == []
    assert found(engine, [30.0, 30.5, 30.2]) == []


def test_starts_at_one_instant_are_no_delay(engine: Engine) -> None:
    assert found(engine, [0.0] * 50) == []
