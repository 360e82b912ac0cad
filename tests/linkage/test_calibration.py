"""Of the rows that are given confidence c, a share c is right: over all families, orders and two densities."""

from __future__ import annotations

import numpy as np
import pytest

from linkage.bundle_files import NONE, Floats
from linkage.conftest import ORDERS, SHUFFLED, Shape, Simulated
from raceview.simulate import Family

BINS = np.append(np.arange(20) / 20, 1.0 + 1e-9)
LEAST_ROWS = 1_000
WITHIN = 0.02
POOLED = [Shape(family, order) for family in Family for order in ORDERS]
POOLED += [Shape(Family.JITTER, order, 20.0) for order in ORDERS]
POOLED += [Shape(Family.JITTER, SHUFFLED, spacing, seed) for spacing in (100.0, 20.0) for seed in (2, 3)]


@pytest.fixture(scope="module")
def pooled(simulated: Simulated) -> tuple[Floats, Floats]:
    """Confidence of each link, and 1.0 where it names the very event: of k twins each gets 1/k."""
    confidence, right = [], []
    for shape in POOLED:
        judged = simulated(shape)
        linked = judged.found.event != NONE
        confidence.append(judged.found.confidence[linked])
        right.append((judged.found.event == judged.bundle.event)[linked].astype(np.float64))
    return np.concatenate(confidence), np.concatenate(right)


def test_confidence_is_the_share_of_right_links(pooled: tuple[Floats, Floats]) -> None:
    confidence, right = pooled
    bin_of = np.digitize(confidence, BINS) - 1
    rows = np.bincount(bin_of, minlength=20)
    gaps = {
        f"{BINS[one]:.2f}": round(float(confidence[bin_of == one].mean() - right[bin_of == one].mean()), 4)
        for one in np.flatnonzero(rows >= LEAST_ROWS)
    }
    assert len(gaps) >= 2
    assert {low: gap for low, gap in gaps.items() if abs(gap) > WITHIN} == {}


def test_confidence_tells_more_than_the_base_rate(pooled: tuple[Floats, Floats]) -> None:
    confidence, right = pooled
    given, base = log_loss(confidence, right), log_loss(np.full(len(right), right.mean()), right)
    assert given < 0.5 * base


def log_loss(chance: Floats, right: Floats) -> float:
    """Mean surprise, in nats; certainty counts as one in a million short of it."""
    sure = np.clip(chance, 1e-6, 1 - 1e-6)
    return float(-(right * np.log(sure) + (1.0 - right) * np.log(1.0 - sure)).mean())
