"""The assignment of rows to slots: the greatest total on small graphs, a good one on large ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from linkage.brute_force import best_total, total
from linkage.bundle_files import Ints
from linkage.random_graphs import chain, graph_of, graphs
from raceview.linkage import assignment as module
from raceview.linkage.assignment import FREE, assign
from raceview.linkage.graph import Graph
from raceview.linkage.marginals import marginals


def total_of(graph: Graph, taken: Ints) -> float:
    """The assignment's total; each row has an edge of its own, each slot at most one row."""
    edges = taken[taken != FREE]
    assert (graph.edge_row[edges] == np.flatnonzero(taken != FREE)).all()
    assert len(set(graph.edge_slot[edges].tolist())) == len(edges)
    choice = tuple(None if edge == FREE else edge for edge in taken.tolist())
    return total(graph, list(range(graph.rows)), choice)


@settings(deadline=None, max_examples=120)
@given(graphs(0.05, 1.0))
def test_no_assignment_has_a_greater_total(graph: Graph) -> None:
    assert total_of(graph, assign(graph)) == pytest.approx(best_total(graph), abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(graphs(1e-6, 1.0))
def test_edges_far_below_their_rows_best_may_be_left_out(graph: Graph) -> None:
    best = best_total(graph)
    assert best - module.HOPELESS * graph.rows <= total_of(graph, assign(graph)) <= best + 1e-9


@settings(deadline=None, max_examples=60)
@given(graphs(0.05, 1.0))
def test_a_large_component_gets_at_least_half_of_the_gain(graph: Graph) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "EXACT_SLOTS", 0)
        found = total_of(graph, assign(graph))
    none = float(graph.free.sum())
    assert found - none >= 0.5 * (best_total(graph) - none) - 1e-9


def test_no_slot_is_taken_twice_among_many_equal_scores() -> None:
    rows, slots, each = 4000, 3000, 25
    rng = np.random.default_rng(5)
    edge_slot = np.sort(
        np.array([rng.choice(slots, each, replace=False) for _ in range(rows)]), axis=1
    ).ravel()
    edge_row = np.repeat(np.arange(rows), each)
    graph = Graph(edge_row, edge_slot, np.full(rows * each, 2.0), np.ones(rows), slots)
    taken = np.full(rows, FREE, dtype=np.int64)
    module._solve_large(graph, np.ones(rows, dtype=bool), taken)
    edges = taken[taken != FREE]
    assert len(np.unique(edge_slot[edges])) == len(edges) == slots
    assert (edge_row[edges] == np.flatnonzero(taken != FREE)).all()


def test_the_rival_gives_way_to_the_row_that_needs_the_slot_more() -> None:
    graph = graph_of([(0, 0, 0.9), (0, 1, 0.8), (1, 0, 0.7)], [0.01, 0.01], 2)
    assert assign(graph).tolist() == [1, 2]


def test_a_row_that_is_better_off_free_stays_free() -> None:
    assert assign(graph_of([(0, 0, 0.2)], [0.3], 1)).tolist() == [FREE]


def test_no_rows_and_no_edges() -> None:
    assert assign(graph_of([], [], 0)).tolist() == []
    assert assign(graph_of([], [0.5, 0.5], 2)).tolist() == [FREE, FREE]


@pytest.mark.parametrize("reach", [0.8, 1.5])
def test_greed_costs_little_where_scores_are_probabilities(
    reach: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    best = greedy = 0.0
    for seed in range(40):
        weighed = chain(seed, 9, reach)
        found = marginals(weighed)
        free = np.maximum(1.0 - np.bincount(weighed.edge_row, found, weighed.rows), 1e-9)
        graph = Graph(weighed.edge_row, weighed.edge_slot, np.maximum(found, 1e-12), free, weighed.slots)
        best += total_of(graph, assign(graph))
        with monkeypatch.context() as patch:
            patch.setattr(module, "EXACT_SLOTS", 0)
            greedy += total_of(graph, assign(graph))
    assert greedy >= 0.99 * best
