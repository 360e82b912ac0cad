"""Connected components, and their dense batches, against a plain union and find."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from linkage.brute_force import parts
from linkage.random_graphs import chain, graph_of, graphs
from raceview.linkage.graph import Graph, batches, components


def assert_same_parts(graph: Graph) -> None:
    row_label, slot_label = components(graph)
    names = parts(graph)
    pairs = {(int(label), names["row", row]) for row, label in enumerate(row_label)}
    pairs |= {(int(label), names["slot", slot]) for slot, label in enumerate(slot_label)}
    labels, roots = {label for label, _ in pairs}, {root for _, root in pairs}
    # One label per root and the other way round, and labels without gaps.
    assert len(pairs) == len(labels) == len(roots)
    assert labels == set(range(len(labels)))


@settings(deadline=None, max_examples=100)
@given(graphs(0.1, 1.0))
def test_labels_agree_with_union_and_find(graph: Graph) -> None:
    assert_same_parts(graph)


def test_a_chain_of_thousands() -> None:
    rows = 3_000
    edges = [(row, slot, 1.0) for row in range(rows) for slot in (row, row + 1)]
    backwards = [(rows - 1 - row, slot, 1.0) for row, slot, _ in edges]
    for one in (edges, backwards):
        row_label, slot_label = components(graph_of(one, [1.0] * rows, rows + 1))
        assert set(row_label.tolist()) == set(slot_label.tolist()) == {0}
    assert_same_parts(chain(1, 2_000, 1.0))


def test_a_slot_without_edges_is_a_component_of_its_own() -> None:
    row_label, slot_label = components(graph_of([(0, 1, 1.0)], [1.0, 1.0], 3))
    assert len({*row_label.tolist(), *slot_label.tolist()}) == 4
    assert row_label[0] == slot_label[1]


@settings(deadline=None, max_examples=60)
@given(graphs(0.1, 1.0, ordered=True))
def test_batches_hold_each_edge_of_small_components_once(graph: Graph) -> None:
    names = parts(graph)
    seen: list[int] = []
    for batch in batches(graph, 3, 4):
        assert batch.weight.shape[1] <= 4
        assert batch.weight.shape[2] <= 3
        inside = batch.edge >= 0
        assert (batch.weight[inside] == graph.weight[batch.edge[inside]]).all()
        assert (batch.weight[~inside] == 0.0).all()
        rows = np.broadcast_to(batch.row[:, :, None], batch.edge.shape)
        assert (graph.edge_row[batch.edge[inside]] == rows[inside]).all()
        assert (np.diff(batch.row, axis=1) > 0).all()
        seen.extend(batch.edge[inside].tolist())
    rows_in = [
        sum(names["row", other] == names["row", row] for other in range(graph.rows))
        for row in range(graph.rows)
    ]
    slots_in = [
        sum(names["slot", slot] == names["row", row] for slot in range(graph.slots))
        for row in range(graph.rows)
    ]
    small = [row for row in range(graph.rows) if rows_in[row] <= 4 and 0 < slots_in[row] <= 3]
    assert sorted(seen) == np.flatnonzero(np.isin(graph.edge_row, small)).tolist()


def test_a_batch_is_cut_where_its_tables_would_be_large() -> None:
    edges = [(row, slot, 1.0) for row in range(100) for slot in (2 * row, 2 * row + 1)]
    found = list(batches(graph_of(edges, [1.0] * 100, 200), 9, 18, chunk=64))
    assert [len(batch.row) for batch in found] == [16, 16, 16, 16, 16, 16, 4]
