"""The best assignment of rows to slots under given scores: each slot at most once, each row at most one slot.

Scores are the marginal probabilities, so that the assignment has the greatest expected number of right links among
all that respect the slots (maximum expected accuracy decoding, Holmes and Durbin 1998). Where each row's favourite
is free for the taking there is nothing to solve; small components are solved by dynamic programming over subsets of
slots, all of one shape at a time, and larger ones greedily.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from raceview.linkage.graph import Batch, Floats, Graph, Ints, batches, components
from raceview.linkage.groups import best_of, numbered
from raceview.linkage.marginals import EXACT_ROWS, EXACT_SLOTS

FREE = -1
HOPELESS = 0.02
"""Edges that score this much less than their row's best are not considered."""


def assign(graph: Graph) -> Ints:
    """The edge that each row takes, or FREE: the greatest total of `weight` (edges) and `free` (rows without)."""
    chosen, contested = _favourites(graph)
    if not contested.any():
        return chosen
    part, rows, edges = _subgraph(graph, contested, _worthwhile(graph))
    solved = np.full(part.rows, FREE, dtype=np.int64)
    done = np.zeros(part.rows, dtype=bool)
    for batch in batches(part, EXACT_SLOTS, EXACT_ROWS):
        solved[batch.row] = _best_of_subsets(batch, part.free)
        done[batch.row] = True
    if not done.all():
        _solve_large(part, ~done, solved)
    chosen[rows] = np.where(solved == FREE, FREE, edges[solved])
    return chosen


def _favourites(graph: Graph) -> tuple[Ints, np.ndarray]:
    """Each row's best edge (or FREE), and which rows sit in a component where two want the same slot."""
    chosen = np.full(graph.rows, FREE, dtype=np.int64)
    _, best = best_of(graph.edge_row, graph.weight, graph.rows)
    best = best[best >= 0]
    best = best[graph.weight[best] > graph.free[graph.edge_row[best]]]
    chosen[graph.edge_row[best]] = best
    demand = np.bincount(graph.edge_slot[best], minlength=graph.slots)
    if not (demand > 1).any():
        return chosen, np.zeros(graph.rows, dtype=bool)
    row_label, slot_label = components(graph)
    bad = np.zeros(int(max(row_label.max(), slot_label.max())) + 1, dtype=bool)
    bad[slot_label[demand > 1]] = True
    return chosen, bad[row_label]


def _worthwhile(graph: Graph) -> np.ndarray:
    """Edges that are not hopeless beside their row's best: the rest only ties components together."""
    best = graph.free.copy()
    np.maximum.at(best, graph.edge_row, graph.weight)
    return graph.weight >= HOPELESS * best[graph.edge_row]


def _subgraph(graph: Graph, wanted: np.ndarray, useful: np.ndarray | None = None) -> tuple[Graph, Ints, Ints]:
    """The part of the graph with the wanted rows and useful edges; and which rows and edges of the whole it has."""
    rows = np.flatnonzero(wanted)
    number = np.full(graph.rows, -1, dtype=np.int64)
    number[rows] = np.arange(len(rows))
    edges = np.flatnonzero(wanted[graph.edge_row] if useful is None else wanted[graph.edge_row] & useful)
    slots, slot = numbered(graph.edge_slot[edges], graph.slots)
    part = replace(
        graph,
        edge_row=number[graph.edge_row[edges]],
        edge_slot=slot,
        weight=graph.weight[edges],
        free=graph.free[rows],
        slots=len(slots),
    )
    return part, rows, edges


def _best_of_subsets(batch: Batch, free: Floats) -> Ints:
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


def _solve_large(graph: Graph, wanted: np.ndarray, solved: Ints) -> None:
    """Assign the wanted rows by locally dominant edges, writing into `solved`.

    An edge is taken when it is the best left for its row and for its slot; then both go, and so on (Preis 1999). The
    gain of an optimal matching over it is some thousandths here, at a hundred times the time.
    """
    row, slot = graph.edge_row, graph.edge_slot
    score = graph.weight - graph.free[row]
    left = np.flatnonzero(wanted[row] & (score > 0.0))
    # Of equal scores the first edge ranks highest, for rows and slots alike: every pass takes at least one edge.
    rank = np.zeros(len(score), dtype=np.int64)
    rank[left[np.lexsort((-left, score[left]))]] = np.arange(len(left))
    while len(left):
        best_of_row = np.full(graph.rows, -1, dtype=np.int64)
        best_of_slot = np.full(graph.slots, -1, dtype=np.int64)
        key = rank[left]
        np.maximum.at(best_of_row, row[left], key)
        np.maximum.at(best_of_slot, slot[left], key)
        dominant = left[(key == best_of_row[row[left]]) & (key == best_of_slot[slot[left]])]
        solved[row[dominant]] = dominant
        gone_row, gone_slot = np.zeros(graph.rows, dtype=bool), np.zeros(graph.slots, dtype=bool)
        gone_row[row[dominant]], gone_slot[slot[dominant]] = True, True
        left = left[~(gone_row[row[left]] | gone_slot[slot[left]])]
