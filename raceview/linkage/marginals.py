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
from raceview.linkage.groups import numbered, starts_of

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
    # Components come last in all arrays, so that each step runs along memory.
    weight, idle = batch.weight.transpose(1, 2, 0), free[batch.row.T]
    # Scaling a row's weights cancels in the marginals and keeps products far from underflow.
    scale = np.maximum(weight.max(axis=1), idle)
    weight, idle = weight / scale[:, None], idle / scale
    penalty = _penalties(batch.later, inversion)
    before = _sums_before(weight, idle, penalty)
    probability = np.empty((height, width, count))
    beyond = np.ones((1 << width, count))
    for row in range(height - 1, -1, -1):
        through = probability[row]
        stay = np.einsum("mc,mc->c", before[row], beyond) * idle[row]
        onward = beyond * idle[row]
        for slot in range(width):
            step = _with(beyond, slot) * weight[row, slot]
            if penalty is not None:
                step *= penalty[slot]
            _without(onward, slot)[...] += step
            step *= _without(before[row], slot)
            step.reshape(-1, count).sum(axis=0, out=through[slot])
        through /= through.sum(axis=0) + stay
        beyond = onward / onward.max(axis=0)
    marginal: Floats = probability.transpose(2, 0, 1)
    return marginal


def _sums_before(weight: Floats, idle: Floats, penalty: list[Floats] | None) -> Floats:
    """Per row, subset of slots and component: the sum over what earlier rows may take that fills just these slots."""
    height, width, count = weight.shape
    before = np.zeros((height, 1 << width, count))
    before[0, 0] = 1.0
    for row in range(height - 1):
        after = before[row + 1]
        np.multiply(before[row], idle[row], out=after)
        for slot in range(width):
            step = _without(before[row], slot) * weight[row, slot]
            if penalty is not None:
                step *= penalty[slot]
            _with(after, slot)[...] += step
        after /= after.sum(axis=0)
    return before


def _without(table: Floats, slot: int) -> Floats:
    """The subsets that lack a slot, of a table (subset, component): a view of three axes."""
    return table.reshape(-1, 2, 1 << slot, table.shape[1])[:, 0]


def _with(table: Floats, slot: int) -> Floats:
    """The same subsets with the slot in them."""
    return table.reshape(-1, 2, 1 << slot, table.shape[1])[:, 1]


def _penalties(later: Ints, inversion: float) -> list[Floats] | None:
    """Per slot, factors shaped like the subsets that lack it: `inversion` where one of them has a later slot."""
    width = later.shape[1]
    if inversion == 1.0 or width == 1:
        return None
    subsets = np.arange(1 << width)
    penalty = []
    for slot in range(width):
        lacking = subsets.reshape(-1, 2, 1 << slot)[:, 0, :, None]
        penalty.append(np.where(lacking & later[:, slot], inversion, 1.0))
    return penalty


def _fractional(graph: Graph, edges: Ints) -> Floats:
    """Marginals of the edges by fixed-point passes on the fractional Bethe free energy.

    Stationarity gives b (1-b)**g = w x_row y_slot; a free row and an empty slot are edges that nobody else contests
    (no factor 1-b). Each pass rescales rows, then slots, as Sinkhorn's iteration does. g = 1 - 1/degree is exact for
    two rows between two slots and tends to belief propagation's 1 where many rows contest many slots.
    """
    rows, row = numbered(graph.edge_row[edges], graph.rows)
    slots, slot = numbered(graph.edge_slot[edges], graph.slots)
    best = np.maximum(np.maximum.reduceat(graph.weight[edges], starts_of(row)), graph.free[rows])
    weight, free = graph.weight[edges] / best[row], graph.free[rows] / best
    degree = np.minimum(np.bincount(row)[row], np.bincount(slot)[slot])
    exponent = 1.0 - 1.0 / np.maximum(degree, 2)
    belief = weight / (free + np.bincount(row, weight))[row]
    pull = np.ones(len(slots))
    for _ in range(PASSES):
        # The factor (1-b)**g is that of the previous pass.
        reach = weight * pull[slot] * np.exp(-exponent * np.log(np.maximum(1.0 - belief, 1e-12)))
        share = reach / (free + np.bincount(row, reach, len(rows)))[row]
        filled = np.bincount(slot, share, len(slots))
        load = filled / np.maximum(pull, 1e-300)
        pull = pull ** (1.0 - RELAXATION) / (1.0 + load) ** RELAXATION
        moved = float(np.abs(share - belief).max())
        overfull = float(filled.max()) - 1.0
        belief = share
        if max(moved, overfull) < SETTLED:
            break
    return belief
