"""Bundles of every family, in every order of rows: links, duplicated events, phantoms, causes, clocks."""

from __future__ import annotations

import numpy as np
import pytest

from linkage.bundle_files import NONE, first_causes, precision_and_recall, repeated, share_right
from linkage.conftest import ORDERS, SHUFFLED, Shape, Simulated
from raceview.simulate import Family, Order

JITTER_20 = Shape(Family.JITTER, spacing_ms=20.0)
SHAPES = [*(Shape(family) for family in Family), JITTER_20]
ALMOST_EXACT = [shape for shape in SHAPES if shape.family is not Family.JITTER]
LINKS = {
    Shape(Family.ASSESSMENT): 1.0,
    Shape(Family.MIXED): 0.9995,
    Shape(Family.WALK): 0.9995,
    Shape(Family.SKEW): 0.9999,
    Shape(Family.STORM): 0.999,
    Shape(Family.JITTER): 0.965,
    JITTER_20: 0.84,
}
"""Least share of right links."""


def in_order(shape: Shape, order: str) -> Shape:
    return Shape(shape.family, order, shape.spacing_ms)


@pytest.fixture(params=ORDERS)
def order(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_links(shape: Shape, order: str, simulated: Simulated) -> None:
    judged = simulated(in_order(shape, order))
    assert share_right(judged.bundle, judged.found.event) >= LINKS[shape]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_phantoms(shape: Shape, order: str, simulated: Simulated) -> None:
    judged = simulated(in_order(shape, order))
    assert (
        np.flatnonzero(judged.found.event == NONE).tolist()
        == np.flatnonzero(judged.bundle.event == NONE).tolist()
    )


@pytest.mark.parametrize("shape", ALMOST_EXACT, ids=str)
def test_duplicated_events(shape: Shape, order: str, simulated: Simulated) -> None:
    judged = simulated(in_order(shape, order))
    found, true = (repeated(judged.bundle, event) for event in (judged.found.event, judged.bundle.event))
    assert len(true) >= 15
    assert min(precision_and_recall(found, true)) >= 0.999


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_causes(shape: Shape, order: str, simulated: Simulated) -> None:
    judged = simulated(in_order(shape, order))
    found, true = set(judged.causes.items()), set(first_causes(judged.bundle).items())
    assert min(precision_and_recall(found, true)) >= 0.99


@pytest.mark.parametrize(
    "shape", [Shape(Family.MIXED, spacing_ms=8.0), Shape(Family.STORM, spacing_ms=10.0)], ids=str
)
def test_rows_written_late_are_not_phantoms_in_emission_order(shape: Shape, simulated: Simulated) -> None:
    judged = simulated(in_order(shape, Order.EMISSION))
    assert (judged.found.event == NONE).tolist() == (judged.bundle.event == NONE).tolist()
    assert share_right(judged.bundle, judged.found.event) >= LINKS[Shape(shape.family)]


def test_the_skewed_worker_and_nobody_else_is_named(order: str, simulated: Simulated) -> None:
    judged = simulated(Shape(Family.SKEW, order))
    facts = judged.bundle.facts
    assert list(judged.offsets_ms) == [facts["skewed_worker"]]
    assert judged.offsets_ms[facts["skewed_worker"]] == pytest.approx(facts["skew_ms"], abs=0.1)


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape.family is not Family.SKEW], ids=str)
def test_no_other_clock_is_said_to_be_off(shape: Shape, order: str, simulated: Simulated) -> None:
    assert simulated(in_order(shape, order)).offsets_ms == {}


@pytest.mark.parametrize("shape", ALMOST_EXACT, ids=str)
def test_the_order_of_rows_changes_no_link_where_few_are_inexact(shape: Shape, simulated: Simulated) -> None:
    one, other = (simulated(in_order(shape, order)) for order in (ORDERS[0], SHUFFLED))
    events = [np.sort(judged.found.event) for judged in (one, other)]
    assert events[0].tolist() == events[1].tolist()
