"""How well findings tell what is planted: a worker's clock, on every family of bundles; and how seldom they cry wolf.

    python benchmarks/clock_skew.py [SEEDS] [EVENTS]

One line per family of simulated bundles of EVENTS (4,000): in how many of SEEDS (100) the skewed worker was found,
within 0.1 ms, with an interval that holds the truth, and how wide that was; how many other workers were blamed, with a
clock planted and without; and in how many bundles overload, worker_pair and sequence_gap were raised, which only storms
plant.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

import raceview
from raceview.model import FindingName
from raceview.simulate import Family, simulate, simulation
from raceview.simulate.families import MS, Shape, draw_shape

WITHIN_MS = 0.1
PLANTED_BY_NOBODY = (FindingName.OVERLOAD, FindingName.WORKER_PAIR, FindingName.SEQUENCE_GAP)
"""Only storms come in bursts, and have an overload in time."""


def skewed_shape(family: Family, spacing_ms: float | None, rng: np.random.Generator) -> Shape:
    """The family's shape, with one worker's clock off by 2 to 50 ms."""
    shape = draw_shape(family, spacing_ms, rng)
    if shape.skew:
        return shape
    size = int(rng.integers(2 * MS, 50 * MS))
    return replace(
        shape, skewed_worker=int(rng.integers(shape.workers)), skew=size if rng.random() < 0.5 else -size
    )


def measure(family: Family, events: int, planted: bool, seed: int) -> Counter[str]:
    """What one seed showed."""
    simulation.draw_shape = skewed_shape if planted else draw_shape
    with tempfile.TemporaryDirectory() as folder:
        facts = simulate(Path(folder), family, events, seed).facts
        with raceview.open_bundle(folder) as inv:
            clocks = {f.subject: f for f in inv.findings_list if f.finding is FindingName.CLOCK_SKEW}
            raised = {f.finding for f in inv.findings_list}
    truth = facts["skew_ms"]
    found = clocks.pop(facts["skewed_worker"], None)
    seen = Counter(blamed=len(clocks), seeds=1, **{name: name in raised for name in PLANTED_BY_NOBODY})
    if found is not None and found.low is not None and found.high is not None:
        seen["found"] += 1
        seen["within"] += abs(found.value - truth) <= WITHIN_MS
        seen["covered"] += found.low <= truth <= found.high
        seen["width_ns"] += round((found.high - found.low) * 1e6)
    return seen


def main(seeds: int = 100, events: int = 4000) -> None:
    print(
        f"{'family':12}{'skew':>6}{'seeds':>7}{'found':>7}{'0.1 ms':>8}{'covered':>9}{'width ms':>10}{'blamed':>8}"
        + "".join(f"{name:>14}" for name in PLANTED_BY_NOBODY)
    )
    with ProcessPoolExecutor() as pool:
        for family in Family:
            for planted in (True, False):
                if planted or family is not Family.SKEW:
                    seen = sum(
                        pool.map(partial(measure, family, events, planted), range(1, seeds + 1)), Counter()
                    )
                    width = seen["width_ns"] / 1e6 / max(1, seen["found"])
                    print(
                        f"{family:12}{'yes' if planted else 'no':>6}{seen['seeds']:7}{seen['found']:7}"
                        f"{seen['within']:8}{seen['covered']:9}{width:10.4f}{seen['blamed']:8}"
                        + "".join(f"{seen[name]:14}" for name in PLANTED_BY_NOBODY),
                        flush=True,
                    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
