"""What linkage makes of a bundle, held against one who knows how its rows were made."""

from __future__ import annotations

import numpy as np
import pytest

from linkage.brute_force import edge_probabilities
from linkage.bundle_files import NONE, share_right
from linkage.conftest import SHUFFLED, Judged, Shape, Simulated
from linkage.oracle import Chances, chances, expected_right, law_of, likeliest, row_marginals
from linkage.random_graphs import chain
from raceview.simulate import Family, Order

SHARE = 0.995
"""Of the oracle's right links."""

SHAPES = [Shape(family) for family in Family] + [Shape(Family.JITTER, spacing_ms=20.0)]
TIGHT = [Shape(Family.WALK, spacing_ms=10.0), Shape(Family.SKEW, spacing_ms=5.0)]


def asked(judged: Judged) -> list[Chances]:
    noise = judged.bundle.facts["noise"]
    steps = round(noise["time_step_ms"] * 1e6), round(noise["price_step"] * 1e9)
    return chances(judged.bundle, law_of(judged.bundle), steps)


@pytest.mark.parametrize("seed", range(5))
def test_the_oracle_sums_over_all_assignments(seed: int) -> None:
    graph = chain(seed, 6, 1.0)
    offers: dict[int, list[tuple[int, float]]] = {row: [] for row in range(graph.rows)}
    for row, slot, weight in zip(graph.edge_row, graph.edge_slot, graph.weight, strict=True):
        offers[int(row)].append((int(slot), float(weight)))
    found = row_marginals(list(offers), offers, dict(enumerate(graph.free.tolist())))
    edges = zip(graph.edge_row.tolist(), graph.edge_slot.tolist(), strict=True)
    assert [found[row][slot] for row, slot in edges] == pytest.approx(edge_probabilities(graph), abs=1e-9)


@pytest.mark.parametrize("shape", [SHAPES[-2], SHAPES[-1]], ids=str)
def test_the_oracle_gets_what_it_expects(shape: Shape, simulated: Simulated) -> None:
    judged = simulated(shape)
    known = asked(judged)
    best = likeliest(known)
    # Most open questions are two rows that may have swapped their events: right twice or not at all.
    chance = 4 * np.sqrt(2.0 * sum(1.0 - max(one.values()) for one in known)) / len(known)
    assert share_right(judged.bundle, best) == pytest.approx(
        expected_right(judged.bundle, known, best), abs=chance
    )


@pytest.mark.parametrize("shape", [*SHAPES, *TIGHT], ids=str)
@pytest.mark.parametrize("order", list(Order))
def test_as_many_right_links_as_the_oracle(shape: Shape, order: str, simulated: Simulated) -> None:
    judged = simulated(Shape(shape.family, order, shape.spacing_ms))
    right = share_right(judged.bundle, judged.found.event)
    assert right >= SHARE * share_right(judged.bundle, likeliest(asked(judged)))


@pytest.mark.parametrize("shape", [*SHAPES, *TIGHT], ids=str)
def test_as_many_right_links_without_the_order_of_the_file(shape: Shape, simulated: Simulated) -> None:
    judged = simulated(Shape(shape.family, SHUFFLED, shape.spacing_ms))
    known = asked(judged)
    right, best = (
        expected_right(judged.bundle, known, event) for event in (judged.found.event, likeliest(known))
    )
    assert SHARE * best <= right <= best + 1e-9


def test_phantoms_are_nobodys(simulated: Simulated) -> None:
    judged = simulated(Shape(Family.MIXED))
    assert (likeliest(asked(judged)) == NONE).tolist() == (judged.bundle.event == NONE).tolist()
