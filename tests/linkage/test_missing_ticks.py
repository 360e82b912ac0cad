"""A source that does not hold all ticks: the rows of the others are phantoms, and the rest is found all the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import raceview
from linkage.bundle_files import NONE
from linkage.made_bundle import CENT, Linked, Stream, link, stream
from raceview.errors import OutputError

EVENTS = 3_000
Held = Callable[[np.random.Generator], npt.NDArray[np.bool_]]
HELD: dict[str, Held] = {
    "the first third": lambda _: np.arange(EVENTS) < EVENTS // 3,
    "every third": lambda _: np.arange(EVENTS) % 3 == 0,
    "a third at random": lambda rng: rng.random(EVENTS) < 1 / 3,
    "one in ten": lambda rng: rng.random(EVENTS) < 0.1,
    "nine in ten": lambda rng: rng.random(EVENTS) < 0.9,
}


def thinned(held: str, price: npt.NDArray[np.int64] | None = None) -> Stream:
    made = stream(EVENTS, symbols=5, price=price)
    made.held = HELD[held](made.rng)
    return made


def links(found: Linked) -> tuple[float, float]:
    """Share of the links that are right, and what their confidence says it is."""
    linked = found.found.event != NONE
    right = found.found.event[linked] == found.bundle.event[linked]
    return float(right.mean()), float(found.found.confidence[linked].mean())


@pytest.mark.parametrize("held", HELD)
def test_rows_as_their_ticks_are(held: str, tmp_path: Path) -> None:
    found = link(thinned(held), tmp_path)
    assert found.right == 1.0
    assert links(found)[0] >= 0.999


@pytest.mark.parametrize("held", HELD)
def test_all_rows_a_little_off(held: str, tmp_path: Path) -> None:
    made = thinned(held)
    made.jitter(-5, 5, cents=20)
    found = link(made, tmp_path)
    assert found.right >= 0.98
    assert links(found)[0] >= 0.99


@pytest.mark.parametrize("held", HELD)
def test_prices_that_wander_are_no_proof(held: str, tmp_path: Path) -> None:
    """The next tick of the symbol bears about the same price: what is said to be sure is right all the same."""
    steps = np.random.default_rng(9).integers(-10, 11, EVENTS) * CENT
    made = thinned(held, 1_500 * 100 * CENT + np.cumsum(steps))
    made.jitter(-5, 5, cents=20)
    found = link(made, tmp_path)
    precision, confidence = links(found)
    assert found.right >= 0.85
    assert precision >= confidence - 0.05


@pytest.mark.parametrize("late_ms", [300.0, 5_000.0])
def test_all_rows_late_by_the_same(late_ms: float, tmp_path: Path) -> None:
    made = stream(EVENTS, symbols=5)
    made.jitter(late_ms - 5, late_ms + 5, cents=20)
    found = link(made, tmp_path)
    assert found.right >= 0.999


def test_some_rows_late_by_a_time_out(tmp_path: Path) -> None:
    made = stream(EVENTS, symbols=5)
    made.jitter(-5, 5, cents=20)
    made.jitter(300, 300, rows=np.arange(0, EVENTS, 10))
    found = link(made, tmp_path)
    assert found.right >= 0.999


def test_where_memory_runs_out_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = stream(200)
    made.jitter(-5, 5, cents=20)
    link(made, tmp_path)

    def too_large(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("raceview.linkage.link.solve", too_large)
    with pytest.raises(OutputError, match=r"^no memory left to link 200 rows, each with about \d+ ticks"):
        raceview.open_bundle(tmp_path)
