"""The order of the file: learned where there is one, and not where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from linkage.bundle_files import Floats, Ints
from raceview.linkage.position import BestLinks, best_links, learn_order, out_of_order

EVENT, EMISSION = 0, 1
ROWS = 1_000
MS = 1_000_000


class File:
    """Rows of one event each, jittered by up to 5 ms and clearly linked, in the order of one of their times."""

    def __init__(self, order: str, seed: int = 1) -> None:
        rng = np.random.default_rng(seed)
        self.event = np.cumsum(rng.integers(1, 10 * MS, ROWS)).astype(np.int64)
        self.emission = self.event + rng.integers(5 * MS, 15 * MS, ROWS)
        self.time = self.event + rng.integers(-5 * MS, 5 * MS, ROWS)
        keys = {"event": self.event, "emission": self.emission, "time": self.time, "none": rng.random(ROWS)}
        order_of_rows = np.argsort(keys[order])
        self.event, self.emission, self.time = (
            column[order_of_rows] for column in (self.event, self.emission, self.time)
        )

    def coordinates(self) -> list[Floats]:
        return [self.event.astype(np.float64), self.emission.astype(np.float64)]

    def clear(self) -> BestLinks:
        return BestLinks(np.arange(ROWS), np.ones(ROWS, dtype=bool))


@pytest.mark.parametrize(("order", "coordinate"), [("event", EVENT), ("emission", EMISSION)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_is_learned(order: str, coordinate: int, seed: int) -> None:
    file = File(order, seed)
    found = learn_order(file.clear(), file.coordinates(), file.time)
    assert found is not None
    assert found.coordinate == coordinate
    assert 0.0 < found.inversion <= 1.0 / ROWS


def test_the_share_of_rows_out_of_order_is_learned_with_it() -> None:
    file = File("event")
    swapped = np.arange(ROWS)
    swapped[10:ROWS:50], swapped[11:ROWS:50] = swapped[11:ROWS:50].copy(), swapped[10:ROWS:50].copy()
    found = learn_order(file.clear(), [file.coordinates()[0][swapped]], file.time[swapped])
    assert found is not None
    assert found.inversion == pytest.approx(0.02, rel=0.01)


@pytest.mark.parametrize("order", ["none", "time"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_order_is_learned(order: str, seed: int) -> None:
    file = File(order, seed)
    assert learn_order(file.clear(), file.coordinates(), file.time) is None


def test_few_clear_rows_say_nothing() -> None:
    file = File("event")
    clear = BestLinks(np.arange(ROWS), np.arange(ROWS) < 400)
    assert learn_order(clear, file.coordinates(), file.time) is None


def test_rows_that_are_not_clear_do_not_testify() -> None:
    file = File("event")
    place = file.coordinates()[0]
    place[::5] = np.random.default_rng(4).permutation(place[::5])
    doubtful = np.arange(ROWS) % 5 == 0
    found = learn_order(BestLinks(np.arange(ROWS), ~doubtful), [place], file.time)
    assert found is not None
    assert found.inversion <= 1.0 / ROWS
    assert learn_order(file.clear(), [place], file.time) is None


def test_the_likeliest_edge_of_each_row() -> None:
    row = np.array([0, 0, 2, 2, 2], dtype=np.int64)
    found = best_links(row, np.array([0.02, 0.95, 0.3, 0.4, 0.3]), 4)
    assert found.edge[[0, 2]].tolist() == [1, 3]
    assert found.clear.tolist() == [True, False, False, False]


def counted(places: list[float], clear: list[bool], row: int, candidate: float) -> int:
    best = BestLinks(np.arange(len(places)), np.array(clear))
    rows: Ints = np.array([row], dtype=np.int64)
    return int(out_of_order(best, np.array(places), rows, np.array([candidate]))[0])


@pytest.mark.parametrize(
    ("candidate", "neighbours"), [(3.0, 0), (4.5, 1), (100.0, 3), (0.5, 2), (1.0, 1), (2.0, 0)]
)
@pytest.mark.parametrize("clear", [True, False])
def test_neighbours_that_a_place_is_out_of_order_with(candidate: float, neighbours: int, clear: bool) -> None:
    # Row 3 stands between clear rows at 0, 1, 2 and at 4, 5, 6; its own place is not held against it.
    places = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert counted(places, [True] * 3 + [clear] + [True] * 3, 3, candidate) == neighbours
