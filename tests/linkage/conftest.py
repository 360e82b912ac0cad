"""Simulated bundles, each made, opened and read once for all tests that judge it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import raceview
from linkage.bundle_files import BundleFiles, Found, found_causes, load, shuffle
from raceview.simulate import Family, Order, simulate

SHUFFLED = "shuffled"
ORDERS = (*Order, SHUFFLED)


@dataclass(frozen=True)
class Shape:
    """What to simulate; `spacing_ms` is the mean gap between two ticks of one symbol, None the family's own."""

    family: Family
    order: str = Order.EVENT
    spacing_ms: float | None = None
    seed: int = 1
    events: int = 6_000

    def __str__(self) -> str:
        spacing = "" if self.spacing_ms is None else f"-{self.spacing_ms:g}ms"
        return f"{self.family}{spacing}-{self.order}"


@dataclass(frozen=True)
class Judged:
    """A bundle, and what the analysis says of it."""

    bundle: BundleFiles
    found: Found
    causes: dict[int, str]
    """Per duplicated event."""
    offsets_ms: dict[str, float]
    """Workers whose clock is said to be off."""


Simulated = Callable[[Shape], Judged]


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    @cache
    def make(shape: Shape) -> Judged:
        folder = tmp_path_factory.mktemp(str(shape))
        order = Order.EVENT if shape.order == SHUFFLED else Order(shape.order)
        simulate(folder, shape.family, shape.events, shape.seed, order, spacing_ms=shape.spacing_ms)
        if shape.order == SHUFFLED:
            shuffle(folder, shape.seed)
        return judge(folder)

    return make


def judge(folder: Path) -> Judged:
    bundle = load(folder)
    with raceview.open_bundle(folder) as inv:
        skews = [finding for finding in inv.summary()["findings"] if finding["finding"] == "clock_skew"]
        return Judged(
            bundle=bundle,
            found=Found.of(inv, bundle.names),
            causes=found_causes(bundle, inv),
            offsets_ms={finding["subject"]: finding["value"] for finding in skews},
        )
