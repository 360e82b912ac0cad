"""Edge probabilities: exact ones against an enumeration of all assignments, approximate ones against exact ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from linkage.brute_force import edge_probabilities
from linkage.bundle_files import Floats
from linkage.random_graphs import chain, graph_of, graphs
from raceview.linkage import marginals as module
from raceview.linkage.graph import Graph, batches
from raceview.linkage.marginals import exact_marginals, marginals

MEAN_ERROR = 0.02
"""Of the approximation, over the edges of components that have more than one assignment to choose from."""


@settings(deadline=None, max_examples=80)
@given(graphs(1e-6, 1e6))
def test_every_assignment_counts_by_its_weight(graph: Graph) -> None:
    assert marginals(graph) == pytest.approx(edge_probabilities(graph), abs=1e-9)


@settings(deadline=None, max_examples=80)
@given(graphs(1e-3, 1e3, ordered=True))
def test_rows_out_of_order_count_less(graph: Graph) -> None:
    assert marginals(graph) == pytest.approx(edge_probabilities(graph), abs=1e-9)


def test_two_rows_that_may_have_swapped_their_slots() -> None:
    graph = graph_of([(0, 0, 2.0), (0, 1, 1.0), (1, 0, 1.0), (1, 1, 2.0)], [1e-12, 1e-12], 2)
    assert marginals(graph) == pytest.approx([0.8, 0.2, 0.2, 0.8])


def test_the_place_of_rows_in_the_file_decides_between_equals() -> None:
    edges = [(0, 0, 1.0), (0, 1, 1.0), (1, 0, 1.0), (1, 1, 1.0)]
    graph = graph_of(edges, [1e-12, 1e-12], 2, place=[1.0, 2.0], inversion=0.25)
    assert marginals(graph) == pytest.approx([0.8, 0.2, 0.2, 0.8])


def test_one_component_at_a_time() -> None:
    graph = graph_of([(0, 0, 3.0), (0, 1, 1.0)], [4.0], 2)
    (batch,) = batches(graph, 9, 18)
    assert exact_marginals(batch, graph.free).tolist() == [[[0.375, 0.125]]]


def test_weights_far_beyond_floats_do_not_overflow() -> None:
    rows = 18
    edges = [(row, slot, 1e-40 if row < 9 else 1e40) for row in range(rows) for slot in range(9)]
    found = marginals(graph_of(edges, [1e-40 if row < 9 else 1e40 for row in range(rows)], 9))
    by_row = found.reshape(rows, 9).sum(axis=1)
    # All rows weigh their slots as much as their freedom, so that none is preferred to another.
    assert by_row == pytest.approx([by_row[0]] * rows)


def test_no_rows_and_no_edges() -> None:
    assert marginals(graph_of([], [], 0)).tolist() == []
    assert marginals(graph_of([], [1.0, 1.0], 3)).tolist() == []


def approximate(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> Floats:
    with monkeypatch.context() as patch:
        patch.setattr(module, "EXACT_SLOTS", 0)
        return marginals(graph)


@pytest.mark.parametrize("reach", [0.4, 0.8, 1.5])
def test_the_approximation_is_near_the_exact_sum(reach: float, monkeypatch: pytest.MonkeyPatch) -> None:
    errors: list[float] = []
    for seed in range(60):
        graph = chain(seed, 9, reach)
        exact, near = marginals(graph), approximate(graph, monkeypatch)
        open_to_choice = (exact > 1e-3) & (exact < 1 - 1e-3)
        errors.extend(np.abs(near - exact)[open_to_choice])
    assert len(errors) > 200
    assert np.mean(errors) <= MEAN_ERROR


@pytest.mark.parametrize("seed", range(5))
def test_the_approximation_gives_probabilities(seed: int) -> None:
    graph = chain(seed, 400, 3.0)
    found = marginals(graph)
    assert found.min() >= 0.0
    assert found.max() <= 1.0
    assert np.bincount(graph.edge_row, found).max() <= 1.0 + 1e-9


@settings(deadline=None, max_examples=40)
@given(graphs(1e-6, 1e6))
def test_the_approximation_gives_probabilities_whatever_the_graph(graph: Graph) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "EXACT_SLOTS", 0)
        found = marginals(graph)
    assert ((found >= 0.0) & (found <= 1.0)).all()
    assert (np.bincount(graph.edge_row, found, graph.rows) <= 1.0 + 1e-9).all()


@pytest.mark.parametrize("free", [1e-3, 1e-9])
def test_rivals_for_one_slot_of_a_large_component_share_it(
    free: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = graph_of([(row, 0, 1.0) for row in range(3)], [free] * 3, 1)
    assert approximate(graph, monkeypatch) == pytest.approx([1 / 3] * 3, abs=0.02)


def test_slots_of_a_large_component_are_not_filled_twice_over() -> None:
    graph = chain(7, 400, 3.0)
    assert np.bincount(graph.edge_slot, marginals(graph)).max() <= 1.1
