"""The best assignment of rows to slots under given scores: each slot at most once, each row at most one slot.

Scores are the marginal probabilities, so that the assignment has the greatest expected number of right links among
all that respect the slots (maximum expected accuracy decoding, Holmes and Durbin 1998). Where each row's favourite
is free for the taking there is nothing to solve; small components are solved by dynamic programming over subsets of
slots, all of one shape at a time, and larger ones by scipy.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from raceview.linkage.graph import Batch, Graph, batches, components, type_floats, type_ints
from raceview.linkage.marginals import EXACT_ROWS, EXACT_SLOTS

FREE = -1


def assign(graph: Graph) -> type_ints:
    """The edge that each row takes, or FREE: the greatest total of `weight` (edges) and `free` (rows without)."""
    chosen, contested = _favourites(graph)
    if not contested.any():
        return chosen
    part, rows, edges = _subgraph(graph, contested)
    solved = np.full(part.rows, FREE, dtype=np.int64)
    done = np.zeros(part.rows, dtype=bool)
    for batch in batches(part, EXACT_SLOTS, EXACT_ROWS):
        solved[batch.row] = _best_of_subsets(batch, part.free)
        done[batch.row] = True
    if not done.all():
        _solve_large(part, ~done, solved)
    chosen[rows] = np.where(solved == FREE, FREE, edges[solved])
    return chosen


def _favourites(graph: Graph) -> tuple[type_ints, np.ndarray]:
    """Each row's best edge (or FREE), and which rows sit in a component where two want the same slot."""
    chosen = np.full(graph.rows, FREE, dtype=np.int64)
    order = np.lexsort((-np.arange(len(graph.weight)), graph.weight, graph.edge_row))
    last = np.flatnonzero(np.r_[np.diff(graph.edge_row[order]) != 0, True]) if len(order) else order
    best = order[last]
    best = best[graph.weight[best] > graph.free[graph.edge_row[best]]]
    chosen[graph.edge_row[best]] = best
    demand = np.bincount(graph.edge_slot[best], minlength=graph.slots)
    if not (demand > 1).any():
        return chosen, np.zeros(graph.rows, dtype=bool)
    row_label, slot_label = components(graph)
    bad = np.unique(slot_label[demand > 1])
    return chosen, np.isin(row_label, bad)


def _subgraph(graph: Graph, wanted: np.ndarray) -> tuple[Graph, type_ints, type_ints]:
    """The part of the graph with the wanted rows; and which rows and edges of the whole it has."""
    rows = np.flatnonzero(wanted)
    number = np.full(graph.rows, -1, dtype=np.int64)
    number[rows] = np.arange(len(rows))
    edges = np.flatnonzero(wanted[graph.edge_row])
    slots, slot = np.unique(graph.edge_slot[edges], return_inverse=True)
    part = replace(
        graph,
        edge_row=number[graph.edge_row[edges]],
        edge_slot=slot.astype(np.int64),
        weight=graph.weight[edges],
        free=graph.free[rows],
        slots=len(slots),
    )
    return part, rows, edges


def _best_of_subsets(batch: Batch, free: type_floats) -> type_ints:
    """The edge (graph numbering) per component and row of the best assignment, FREE where the row has none."""
    count, height, width = batch.weight.shape
    score = np.where(batch.edge >= 0, batch.weight, -np.inf)
    table = 1 << width
    filled = np.arange(table)
    without = [filled[(filled >> slot) & 1 == 0] for slot in range(width)]
    best = np.full((count, table), -np.inf)
    best[:, 0] = 0.0
    choice = np.full((height, count, table), FREE, dtype=np.int8)
    for row in range(height):
        after = best + free[batch.row[:, row], None]
        for slot, masks in enumerate(without):
            into = masks | (1 << slot)
            through = best[:, masks] + score[:, row, slot, None]
            better = through > after[:, into]
            after[:, into] = np.where(better, through, after[:, into])
            choice[row][:, into] = np.where(better, slot, choice[row][:, into])
        best = after
    taken = np.full((count, height), FREE, dtype=np.int64)
    mask, every = best.argmax(axis=1), np.arange(count)
    for row in range(height - 1, -1, -1):
        slot = choice[row][every, mask].astype(np.int64)
        has = slot >= 0
        taken[has, row] = batch.edge[every[has], row, slot[has]]
        mask = np.where(has, mask & ~(1 << np.maximum(slot, 0)), mask)
    return taken


def _solve_large(graph: Graph, wanted: np.ndarray, solved: type_ints) -> None:
    """Solve the components of the wanted rows together with scipy's sparse solver, writing into `solved`.

    A private column per row stands for its being free, so that a full matching always exists; the solver wants
    costs that are not zero.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - costs half a second; only large components need it
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415

    part, rows, edges = _subgraph(graph, wanted)
    private = np.arange(part.rows)
    cost = 2.0 - np.concatenate([part.weight, part.free])
    matrix = csr_array(
        (cost, (np.concatenate([part.edge_row, private]), np.concatenate([part.edge_slot, part.slots + private]))),
        shape=(part.rows, part.slots + part.rows),
    )
    row, column = min_weight_full_bipartite_matching(matrix)
    taken = column < part.slots
    key = part.edge_row * (part.slots + 1) + part.edge_slot
    order = np.argsort(key)
    at = np.searchsorted(key[order], row[taken] * (part.slots + 1) + column[taken])
    solved[rows[row[taken]]] = edges[order[at]]
