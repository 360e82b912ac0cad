"""The probability of each edge of an assignment problem: exact where components are small, approximate elsewhere.

The partition function of weighted matchings is a permanent. For a component of few slots it is summed exactly by
dynamic programming over subsets of filled slots (the recursion of Held and Karp 1962, with sums for minima), for all
components of one shape at a time. For larger ones the marginals are those of the fractional Bethe free energy of
Chertkov and Yedidia (JMLR 14, 2013): unlike plain belief propagation, which turns certain of itself on every short
cycle, it is right about the commonest one, two rows that may have swapped their events.
"""

from __future__ import annotations

import numpy as np

from raceview.linkage.graph import Batch, Floats, Graph, Ints, batches

EXACT_SLOTS = 9
"""Slots up to which a component is summed exactly: its table has 2**slots cells per row."""
EXACT_ROWS = 18
PASSES = 150
"""Bound on the passes of the approximation; it stops earlier where nothing moves any more."""
SETTLED = 1e-3
RELAXATION = 1.8
"""Over-relaxation of the slots' scaling (Thibault, Chizat, Dossal and Papadakis 2021), against slow convergence."""


def marginals(graph: Graph) -> Floats:
    """The probability of each edge, in the order of the graph's edges. A row's leftover is its being free."""
    probability = np.zeros(len(graph.weight))
    done = np.zeros(graph.rows, dtype=bool)
    for batch in batches(graph, EXACT_SLOTS, EXACT_ROWS):
        inside = batch.edge >= 0
        probability[batch.edge[inside]] = exact_marginals(batch, graph.free, graph.inversion)[inside]
        done[batch.row] = True
    open_edges = np.flatnonzero(~done[graph.edge_row])
    if len(open_edges):
        probability[open_edges] = _fractional(graph, open_edges)
    return probability


def exact_marginals(batch: Batch, free: Floats, inversion: float = 1.0) -> Floats:
    """Exact edge probabilities of a batch, shaped like `batch.weight`."""
    count, height, width = batch.weight.shape
    # Scaling a row's weights cancels in the marginals and keeps products far from underflow.
    scale = np.maximum(batch.weight.max(axis=2), free[batch.row])
    weight, idle = batch.weight / scale[:, :, None], free[batch.row] / scale
    table = 1 << width
    filled = np.arange(table)
    without = [filled[(filled >> slot) & 1 == 0] for slot in range(width)]
    penalty = [_penalty(batch.later[:, slot], masks, inversion) for slot, masks in enumerate(without)]
    before = np.zeros((height + 1, count, table))
    before[0, :, 0] = 1.0
    for row in range(height):
        after = before[row] * idle[:, row, None]
        for slot, masks in enumerate(without):
            after[:, masks | (1 << slot)] += (
                before[row][:, masks] * penalty[slot] * weight[:, row, slot, None]
            )
        total = after.sum(axis=1, keepdims=True)
        before[row + 1] = after / total
    probability: Floats = np.empty(weight.shape)
    beyond = np.ones((count, table))
    for row in range(height - 1, -1, -1):
        through = np.empty((count, width))
        for slot, masks in enumerate(without):
            step = before[row][:, masks] * penalty[slot] * beyond[:, masks | (1 << slot)]
            through[:, slot] = step.sum(axis=1) * weight[:, row, slot]
        stay = (before[row] * beyond).sum(axis=1) * idle[:, row]
        probability[:, row, :] = through / (through.sum(axis=1) + stay)[:, None]
        onward = beyond * idle[:, row, None]
        for slot, masks in enumerate(without):
            onward[:, masks] += beyond[:, masks | (1 << slot)] * penalty[slot] * weight[:, row, slot, None]
        beyond = onward / onward.max(axis=1, keepdims=True)
    return probability


def _penalty(later: Ints, masks: Ints, inversion: float) -> Floats | float:
    """Factor per component and mask for filling a slot when `later` ones of the mask are filled already."""
    if inversion == 1.0:
        return 1.0
    return np.where(masks & later[:, None], inversion, 1.0)


def _fractional(graph: Graph, edges: Ints) -> Floats:
    """Marginals of the edges by fixed-point passes on the fractional Bethe free energy.

    Stationarity gives b (1-b)**g = w x_row y_slot; a free row and an empty slot are edges that nobody else contests
    (no factor 1-b). Each pass rescales rows, then slots, as Sinkhorn's iteration does. g = 1 - 1/degree is exact for
    two rows between two slots and tends to belief propagation's 1 where many rows contest many slots.
    """
    rows, row = np.unique(graph.edge_row[edges], return_inverse=True)
    slots, slot = np.unique(graph.edge_slot[edges], return_inverse=True)
    best = np.maximum(np.maximum.reduceat(graph.weight[edges], _starts(row)), graph.free[rows])
    weight, free = graph.weight[edges] / best[row], graph.free[rows] / best
    degree = np.minimum(np.bincount(row)[row], np.bincount(slot)[slot])
    exponent = 1.0 - 1.0 / np.maximum(degree, 2)
    belief = weight / (free + np.bincount(row, weight))[row]
    pull = np.ones(len(slots))
    for _ in range(PASSES):
        # The factor (1-b)**g is that of the previous pass.
        reach = weight * pull[slot] / np.maximum(1.0 - belief, 1e-12) ** exponent
        share = reach / (free + np.bincount(row, reach, len(rows)))[row]
        load = np.bincount(slot, share / np.maximum(pull[slot], 1e-300), len(slots))
        pull = pull ** (1.0 - RELAXATION) / (1.0 + load) ** RELAXATION
        moved = float(np.abs(share - belief).max())
        overfull = float(np.bincount(slot, share, len(slots)).max()) - 1.0
        belief = share
        if max(moved, overfull) < SETTLED:
            break
    return belief


def _starts(sorted_group: Ints) -> Ints:
    """Where each run of equal values begins."""
    return np.flatnonzero(np.r_[True, sorted_group[1:] != sorted_group[:-1]])
