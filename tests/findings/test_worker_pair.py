"""Who duplicates with whom: pairs and workers beyond what their attempts make likely, each said once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from findings.conftest import Ints, ints
from raceview.engine import Engine
from raceview.findings.finding import Finding
from raceview.findings.significance import judge
from raceview.findings.worker_pair import worker_pairs

WORKERS = 6


def found(engine: Engine, first: npt.ArrayLike, second: npt.ArrayLike, attempts: Ints) -> list[Finding]:
    """What duplicated events show that these two workers had (twice the same: one worker alone)."""
    one, two = ints(np.asarray(first), np.asarray(second))
    events = np.arange(1, len(one) + 1)
    alone = one == two
    engine.load_rows(
        "workers",
        {"worker": "BIGINT", "worker_id": "VARCHAR"},
        [(n, f"w{n}") for n in range(len(attempts))],
    )
    # Attempts of nothing that was duplicated, then the only ones of events that one attempt wrote twice.
    engine.load(
        "attempts",
        {
            "worker": np.append(np.repeat(np.arange(len(attempts)), attempts), one[alone]),
            "event": np.append(np.zeros(attempts.sum(), dtype=np.int64), events[alone]),
            "attempt": np.ones(attempts.sum() + alone.sum(), dtype=np.int64),
        },
    )
    engine.load(
        "attempt_pairs",
        {
            "first_line": 10 * events[~alone], "second_line": 10 * events[~alone] + 1,
            "first_worker": one[~alone], "second_worker": two[~alone],
        },
    )  # fmt: skip
    lines = [
        (int(e), None, None) if a else (int(e), int(10 * e), int(10 * e + 1))
        for e, a in zip(events, alone, strict=True)
    ]
    engine.load_rows("duplicated", dict.fromkeys(("event", "first_line", "second_line"), "BIGINT"), lines)
    return judge([worker_pairs(engine)])


def chance(rng: np.random.Generator, events: int, attempts: Ints) -> tuple[Ints, Ints]:
    """Two different workers per event, drawn by their attempts; one alone in every tenth."""
    share = attempts / attempts.sum()
    weights = np.outer(share, share) * ~np.eye(len(share), dtype=bool)
    pairs = rng.choice(weights.size, events, p=(weights / weights.sum()).ravel())
    first, second = np.divmod(pairs, len(share))
    single = np.flatnonzero(rng.random(events) < 0.1)
    first[single] = second[single] = rng.choice(len(share), len(single), p=share)
    return first, second


EVEN = np.full(WORKERS, 1000)


def test_a_pair(engine: Engine) -> None:
    first, second = chance(np.random.default_rng(1), 100, EVEN)
    (one,) = found(engine, np.append(first, [2] * 40), np.append(second, [4] * 40), EVEN)
    assert (str(one.finding), one.subject, one.workers) == ("worker_pair", "w2 w4", ("w2", "w4"))
    assert one.unit == "times what is likely"
    assert one.low is not None
    assert one.high is not None
    assert 3 < one.low < one.value < one.high < 7
    assert one.evidence.startswith("w2 and w4 met in 4")


def test_a_worker_that_collides_with_everybody_is_one_finding(engine: Engine) -> None:
    first, second = chance(np.random.default_rng(2), 60, EVEN)
    others = np.resize([0, 1, 2, 4, 5], 150)
    (one,) = found(engine, np.append(first, [3] * 150), np.append(second, others), EVEN)
    assert (str(one.finding), one.subject, one.workers) == ("overload", "w3", ("w3",))
    assert one.evidence.startswith("w3 took part in 1")


def test_a_worker_that_writes_twice_by_itself(engine: Engine) -> None:
    first, second = chance(np.random.default_rng(3), 60, EVEN)
    (one,) = found(engine, np.append(first, [5] * 60), np.append(second, [5] * 60), EVEN)
    assert (str(one.finding), one.subject) == ("overload", "w5")


def test_a_busy_worker_has_its_share(engine: Engine) -> None:
    attempts = np.array([6000, 1000, 1000, 500, 100, 1000])
    assert found(engine, *chance(np.random.default_rng(4), 400, attempts), attempts) == []


def test_chance_raises_nothing(engine: Engine) -> None:
    alarms = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        attempts = rng.integers(200, 3000, int(rng.integers(2, 9)))
        alarms += bool(found(engine, *chance(rng, int(rng.integers(1, 500)), attempts), attempts))
    assert alarms <= 1


def test_one_worker_and_nobody_to_differ_from(engine: Engine) -> None:
    assert found(engine, [0] * 50, [0] * 50, np.array([100])) == []


def test_nothing_duplicated(engine: Engine) -> None:
    assert found(engine, [], [], EVEN) == []
