"""`raceview compare`: false alarms between two runs of one system, and how often a fix by half is seen.

Whole bundles are simulated, written and analysed: pairs with the same parameters and different chance. The simulator
plants a fixed number of faults; here that number is left to chance, as binomial as lone faults are, and in a storm it
goes with how many of the bursts struck. `Sides` made without files are compared by the thousand.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
from compare import ROOT, load

sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from comparison.made_sides import bursty  # noqa: E402

import raceview  # noqa: E402
from raceview.comparison.judge import Comparison, Verdict  # noqa: E402
from raceview.comparison.rates import Pair, pair_of  # noqa: E402
from raceview.comparison.read import side_of  # noqa: E402
from raceview.comparison.side import Side  # noqa: E402
from raceview.simulate import Family, simulation  # noqa: E402
from raceview.simulate.families import Shape, draw_shape  # noqa: E402
from raceview.simulate.faults import REPEATED  # noqa: E402

SHAPES = (
    (0.0036, 1, 1.0),
    (0.02, 1, 1.0),
    (0.3, 200, 0.5),
    (0.1, 300, 0.2),
    (0.02, 500, 0.25),
    (0.003, 200, 0.1),
)
"""Rate, length of a burst in events, share of the stretches of that length that are one."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=40, help="pairs of bundles of each family (%(default)s)")
    parser.add_argument("--events", type=int, default=2000, help="events of a bundle (%(default)s)")
    parser.add_argument(
        "--made", type=int, default=500, help="pairs of sides made without files (%(default)s)"
    )
    given = parser.parse_args()
    print(f"{load()}\n\nwhole bundles, {given.events:,} events each")
    print(f"{'family':14}{'pairs':>6}{'duplicates':>12}{'any line':>10}{'gate':>6}{'half seen':>11}")
    for family in (Family.MIXED, Family.STORM):
        _bundles(family, given.pairs, given.events)
    print(f"\nduplicates alone, {given.made:,} pairs each")
    print(f"{'rate':>7}{'burst':>7}{'events':>8}{'false':>8}{'covered':>9}{'half seen':>11}")
    for rate, length, stormy in SHAPES:
        for events in (4_000, 16_000, 64_000):
            _made(rate, length, stormy, events, given.made)


def _bundles(family: Family, pairs: int, events: int) -> None:
    """One line: the share of pairs in which something was called changed, and of fixes that were seen."""
    sides = list(_sides(family, events, 2 * pairs, 1.0))
    fixed = list(_sides(family, events, pairs, 0.5))
    alike = [Comparison.of(*pair) for pair in zip(sides[::2], sides[1::2], strict=True)]
    mended = [Comparison.of(*pair) for pair in zip(sides[::2], fixed, strict=True)]
    changed = {Verdict.BETTER, Verdict.WORSE}
    shares = (
        [one.headline.verdict in changed for one in alike],
        [any(line.verdict in changed for line in one.lines[1:]) for one in alike],
        [bool(one.worse) for one in alike],
        [one.headline.verdict is Verdict.BETTER for one in mended],
    )
    first, any_line, gate, seen = (f"{np.mean(share):.3f}" for share in shares)
    print(f"{family:14}{pairs:6}{first:>12}{any_line:>10}{gate:>6}{seen:>11}", flush=True)


def _sides(family: Family, events: int, count: int, share: float) -> Iterator[Side]:
    """Runs of one system; of its repeating faults the share that a fix leaves."""
    shape = draw_shape(family, None, np.random.default_rng(1))
    for seed in range(count):
        rng = np.random.default_rng([seed, int(2 * share)])
        drawn = _by_chance(shape, events, share, rng)
        with (
            tempfile.TemporaryDirectory(prefix="raceview-bench-") as folder,
            patch.object(simulation, "draw_shape", lambda *_, drawn=drawn: drawn),
        ):
            simulation.simulate(Path(folder), family, events, seed + 10_000 * int(2 * share))
            with raceview.open_bundle(folder) as inv:
                yield side_of(inv)


def _by_chance(shape: Shape, events: int, share: float, rng: np.random.Generator) -> Shape:
    struck = 1.0
    if shape.burst_events:
        stretches = max(2, events // min(shape.burst_events, events // 8))
        struck = 2 * rng.binomial(stretches, 0.5) / stretches
    faults = {
        fault: rng.binomial(events, min(1.0, rate * (share * struck if fault in REPEATED else 1.0))) / events
        for fault, rate in shape.faults.items()
    }
    return replace(shape, faults=faults)


def _made(rate: float, length: int, stormy: float, events: int, pairs: int) -> None:
    rng = np.random.default_rng(7)
    alike: list[Pair] = []
    mended: list[Pair] = []
    for _ in range(pairs):
        before = bursty(rng, events, rate, length, stormy)
        alike.append(pair_of(before, bursty(rng, events, rate, length, stormy)))
        mended.append(pair_of(before, bursty(rng, events, rate / 2, length, stormy)))
    false = np.mean([pair.p_value <= 0.05 for pair in alike])
    covered = np.mean([pair.ratio is None or pair.ratio.low <= 1 <= pair.ratio.high for pair in alike])
    seen = np.mean([pair.p_value <= 0.05 for pair in mended])
    burst = length if length > 1 else "-"
    print(f"{rate:7.2%}{burst:>7}{events:8,}{false:8.3f}{covered:9.3f}{seen:11.3f}", flush=True)


if __name__ == "__main__":
    main()
