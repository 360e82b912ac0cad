"""Prices that say little, or are strange: constant, on a coarse grid, zero, negative."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from linkage.bundle_files import UNITS, Ints
from linkage.made_bundle import CENT, jitter_law, link, stream

EVENTS = 2_000
COPIED = np.arange(50, EVENTS, 97)


def constant() -> Ints:
    return np.full(EVENTS, 1_500 * UNITS)


def coarse() -> Ints:
    """Runs of 400 equal prices, so that neighbours nearly always share one."""
    return (1_000 + 5 * (np.arange(EVENTS) // 400 % 4)) * UNITS


def around_zero() -> Ints:
    prices = np.random.default_rng(3).integers(-500, 501, EVENTS) * CENT
    prices[::50] = 0
    return prices


@pytest.mark.parametrize(
    "price", [constant(), coarse(), around_zero()], ids=["constant", "coarse", "around zero"]
)
@pytest.mark.parametrize("cents", [0, 20])
def test_late_copies(price: Ints, cents: int, tmp_path: Path) -> None:
    made = stream(EVENTS, price=price)
    rows = made.write_again(COPIED, late_ms=0.0)
    made.jitter(1, 8, cents=cents, rows=rows)
    made.shuffle()
    found = link(made, tmp_path)
    # A copy that falls close to another event of the same price may go to that one.
    assert found.right >= 0.999
    assert set(found.causes.values()) == {"concurrent_claim"}
    assert len(found.causes) >= 0.95 * len(COPIED)


@pytest.mark.parametrize(
    ("price", "cents"),
    [(constant(), 0), (coarse(), 0), (around_zero(), 20), (constant(), 20)],
    ids=["constant", "coarse", "around zero", "constant and shifted"],
)
def test_every_row_jittered(price: Ints, cents: int, tmp_path: Path) -> None:
    made = stream(EVENTS, price=price)
    made.jitter(-5, 5, cents=cents)
    made.shuffle()
    found = link(made, tmp_path)
    mine, best = found.against(jitter_law(-5, 5, cents))
    assert mine >= 0.995 * best
    assert found.phantoms == []
    assert found.offsets_ms == {}


def test_the_order_of_the_file_says_what_constant_prices_do_not(tmp_path: Path) -> None:
    made = stream(EVENTS, price=constant())
    made.jitter(-5, 5)
    assert link(made, tmp_path).right >= 0.999
