"""Clocks that might be off: margins and counts against the definitions, and against a log that really was shifted."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import raceview
from analysis.conftest import Opened
from raceview import sensitivity
from raceview.model import Cause
from raceview.simulate import Family, simulate

EVENTS = 60
LONGEST_MS = 40
BEYOND = 1e-6
"""A nanosecond in ms."""


@dataclass(frozen=True)
class Attempt:
    """By its line; times in ms."""

    worker: int
    start: float
    end: float
    failed: bool


def cause_of(attempts: Sequence[Attempt], known: frozenset[int]) -> str:
    """The cause of a second row by the definitions, from all pairs of attempts that hold the known ones (by place)."""
    found = []
    for at, other in combinations(range(len(attempts)), 2):
        first, second = sorted((attempts[at], attempts[other]), key=lambda attempt: attempt.start)
        overlap = second.start < first.end or second.start == first.start
        if not known <= {at, other}:
            continue
        if first.failed or second.failed:
            found.append(0)
        elif overlap:
            found.append(1 if first.worker != second.worker else 2)
        else:
            found.append(3)
    return list(Cause)[min(found)] if found else Cause.UNEXPLAINED


def shifted(attempts: Sequence[Attempt], worker: int, shift: float) -> list[Attempt]:
    return [
        replace(one, start=one.start + shift, end=one.end + shift) if one.worker == worker else one
        for one in attempts
    ]


def margin_of(attempts: Sequence[Attempt], known: frozenset[int]) -> float:
    """The least shift of any worker at which, or just beyond which, the cause is another; NaN if there is none."""
    cause = cause_of(attempts, known)
    for size in range(3 * LONGEST_MS):
        for worker in {attempt.worker for attempt in attempts}:
            for shift in (size, -size, size + BEYOND, -size - BEYOND):
                if cause_of(shifted(attempts, worker, shift), known) != cause:
                    return float(size)
    return float("nan")


def drawn(rng: np.random.Generator) -> tuple[list[Attempt], frozenset[int]]:
    """Two to four attempts of up to three workers, and which of them are known to have written the two rows."""
    count = int(rng.choice([2, 3, 4], p=[0.4, 0.4, 0.2]))
    attempts = []
    for _ in range(count):
        start = int(rng.integers(0, LONGEST_MS))
        attempts.append(
            Attempt(
                worker=int(rng.integers(3)),
                start=start,
                end=start + int(rng.integers(1, LONGEST_MS // 3)),
                failed=bool(rng.random() < 0.05),
            )
        )
    known = rng.permutation(count)[: int(rng.integers(0, 3))]
    return attempts, frozenset(known.tolist())


@pytest.mark.parametrize("seed", range(3))
def test_margins_and_counts_are_those_of_the_definitions(
    linked: Opened, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(seed)
    cases = [drawn(rng) for _ in range(EVENTS)]
    log, output = ["event_id worker_id start end status"], ["event attempt"]
    for number, (attempts, known) in enumerate(cases, start=1):
        base = 1000 * number
        order = sorted(range(len(attempts)), key=lambda at: (attempts[at].start, at))
        for one in attempts:
            status = "timeout" if one.failed else "success"
            log.append(f"e{number} w{one.worker} {base + one.start} {base + one.end} {status}")
        written = [str(order.index(at) + 1) for at in sorted(known)] + ["-", "-"]
        output += [f"e{number} {written[0]}", f"e{number} {written[1]}"]
    inv = linked(
        "event_id\n" + "\n".join(f"e{n}" for n in range(1, EVENTS + 1)), "\n".join(log), "\n".join(output)
    )

    duplicates = inv.duplicates()
    assert duplicates.cause.tolist() == [cause_of(*case) for case in cases]
    margins = [margin_of(*case) for case in cases]
    np.testing.assert_array_equal(duplicates.margin_ms.to_numpy(), margins)
    assert np.isnan(margins).any()
    assert not np.isnan(margins).all()

    shifts = [-25.0, -7.5, -2.0, 0.0, 1.0, 4.5, 30.0]
    expected = []
    for worker in range(3):
        for shift in shifts:
            causes = [cause_of(shifted(attempts, worker, shift), known) for attempts, known in cases]
            changed = sum(one != cause_of(*case) for one, case in zip(causes, cases, strict=True))
            counts = Counter(causes)
            expected.append([f"w{worker}", shift, *(counts[cause] for cause in Cause), changed])
    assert inv.sensitivity(shifts).to_numpy().tolist() == expected
    for few in (1, EVENTS * len(shifts)):  # a worker at a time, or some
        monkeypatch.setattr(sensitivity, "MOST_TRIALS", few)
        assert inv.sensitivity(shifts).to_numpy().tolist() == expected


def test_a_log_that_really_was_shifted(tmp_path: Path) -> None:
    simulate(tmp_path / "bundle", Family.MIXED, 700, seed=3)
    shifts = [-12.0, 0.0, 3.25]
    with raceview.open_bundle(tmp_path / "bundle") as inv:
        before, links = inv.duplicates(), inv.links()
        told = inv.sensitivity(shifts)
    for worker in ("worker-1", "worker-2"):
        for shift in shifts:
            _shift_log(tmp_path / "bundle", worker, shift)
            with raceview.open_bundle(tmp_path / "bundle") as inv:
                assert inv.links()[["row", "event_id", "role"]].equals(links[["row", "event_id", "role"]])
                after = inv.duplicates()
                counts = inv.summary()["causes"]
            _shift_log(tmp_path / "bundle", worker, -shift)
            assert after.event_id.equals(before.event_id)
            changed = int((after.cause != before.cause).sum())
            (line,) = told[(told.worker_id == worker) & (told.shift_ms == shift)].to_dict("records")
            assert line == {"worker_id": worker, "shift_ms": shift} | counts | {"changed": changed}
    assert told.changed.max() > 0


def test_shifts_are_round_and_reach_the_margins(linked: Opened) -> None:
    inv = linked(
        "event_id\n e1\n e2",
        """
        event_id worker_id start end
        e1       w1        1010  1020
        e1       w2        1013  1030
        e2       w1        2010  2020
        e2       w2        2053  2060
        """,
        "event\n e1\n e1\n e2\n e2",
    )
    found = inv.sensitivity()
    mine = found[found.worker_id == "w1"]
    assert mine.shift_ms.tolist() == [float(shift) for shift in range(-34, 35, 2)]
    expected = [(shift <= -7) + (shift >= 20) + (33 < shift < 50) for shift in mine.shift_ms]
    assert mine.changed.tolist() == expected


def test_nothing_to_shift(bundle: Opened) -> None:
    names = ["worker_id", "shift_ms", *Cause, "changed"]
    clean = bundle("event_id\n e1\n e2", "event_id\n e1\n e2", "ms\n 1000\n 2000").sensitivity()
    assert clean.columns.tolist() == names
    assert clean.to_numpy().tolist() == [["w1", 0.0, *[0] * len(Cause), 0]]


def test_no_log_no_sensitivity(bundle: Opened) -> None:
    inv = bundle("event_id\n e1", None, "ms\n 1000\n 1000")
    assert len(inv.sensitivity()) == 0


def _shift_log(folder: Path, worker: str, shift_ms: float) -> None:
    """Write the worker's times anew, so much later."""
    path = folder / "worker_logs.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    for line in lines:
        if line["worker_id"] == worker:
            for column in ("start_time", "end_time"):
                if line[column]:
                    moved = datetime.fromisoformat(line[column]) + timedelta(milliseconds=shift_ms)
                    line[column] = moved.isoformat(timespec="microseconds")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
