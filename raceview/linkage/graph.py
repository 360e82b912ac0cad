"""The assignment problem that linkage solves: rows, slots, and the weights between them.

Each event offers one *slot* per attempt; a row fills at most one slot, a slot takes at most one row. Weights are
likelihoods relative to leaving the slot empty, so that an assignment's probability is proportional to the product
of the weights of the edges it uses and the free weights of the rows it leaves without a slot. A row is *free* when
it is a phantom or a further row of an event whose attempts are all spoken for.

Nothing here knows times, prices or files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from raceview.linkage.groups import starts_of

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Graph:
    """Edges sorted by row. `weight > 0` per edge, `free > 0` per row; rows and slots are numbered from 0.

    Where rows are known to come in the order of their slots' `place`, each row whose slot lies before that of an
    earlier row multiplies the probability by `inversion`.
    """

    edge_row: Ints
    edge_slot: Ints
    weight: Floats
    free: Floats
    slots: int
    place: Floats | None = None
    inversion: float = 1.0

    @property
    def rows(self) -> int:
        return len(self.free)


@dataclass(frozen=True, slots=True)
class Batch:
    """Components of one shape, as dense arrays: `weight[k, r, s]` of component k, 0 where there is no edge.

    `edge[k, r, s]` is the index of that edge in the graph, -1 where there is none; `row[k, r]` the graph's row.
    Bit t of `later[k, s]` is set where slot t has a later place than slot s.
    """

    weight: Floats
    edge: Ints
    row: Ints
    later: Ints


def components(graph: Graph) -> tuple[Ints, Ints]:
    """Label rows and slots by connected component: (label per row, label per slot), labels dense from 0.

    A row ties its slots to one another. Minimum labels spread along these ties while paths are halved (Shiloach &
    Vishkin 1982), so that even a chain of thousands of nodes takes a handful of passes over the arrays. What has no
    edges gets a label of its own.
    """
    first = starts_of(graph.edge_row)
    tied = np.ones(len(graph.edge_row), dtype=bool)
    tied[first] = False
    right = np.flatnonzero(tied)
    parent = _least_tied(graph.edge_slot[right - 1], graph.edge_slot[right], graph.slots)
    label = (np.cumsum(parent == np.arange(graph.slots)) - 1)[parent]
    row_label = np.full(graph.rows, -1, dtype=np.int64)
    row_label[graph.edge_row[first]] = label[graph.edge_slot[first]]
    alone = np.flatnonzero(row_label < 0)
    row_label[alone] = label.max(initial=-1) + 1 + np.arange(len(alone))
    return row_label, label


def _least_tied(left: Ints, right: Ints, nodes: int) -> Ints:
    """Per node, the least node that it is tied to, however long the way."""
    parent = np.arange(nodes, dtype=np.int64)
    while True:
        a, b = parent[left], parent[right]
        apart = np.flatnonzero(a != b)
        if not len(apart):
            return parent
        left, right, a, b = left[apart], right[apart], a[apart], b[apart]
        np.minimum.at(parent, np.maximum(a, b), np.minimum(a, b))
        while True:
            grand = parent[parent]
            if np.array_equal(grand, parent):
                break
            parent = grand


def _by_component(label: Ints, rank: Ints, size: Ints) -> tuple[Ints, Ints, Ints]:
    """Rows, or slots, in the order of their component's rank; each one's position in its component; where each begins.

    `rank` and `size` are per component; what begins is by rank.
    """
    place = rank[label]
    order = np.argsort(place * max(1, len(label)) + np.arange(len(label)))
    sizes = np.empty(len(rank), dtype=np.int64)
    sizes[rank] = size
    starts: Ints = np.cumsum(sizes) - sizes
    position = np.empty(len(label), dtype=np.int64)
    position[order] = np.arange(len(label)) - np.repeat(starts, sizes)
    return order, position, starts


def _later(slots: Ints, place: Floats | None) -> Ints:
    """Per component and slot: the bits of the component's slots that have a later place."""
    width = slots.shape[1]
    if place is None or width == 1:
        return np.zeros(slots.shape, dtype=np.int64)
    at = place[slots]
    later: Ints = ((at[:, None, :] > at[:, :, None]) * (1 << np.arange(width))).sum(axis=2)
    return later


def batches(graph: Graph, max_slots: int, max_rows: int, chunk: int = 1 << 16) -> Iterator[Batch]:
    """Yield all components of at most `max_slots` slots and `max_rows` rows, grouped by shape.

    `chunk` bounds the number of float cells of one batch's subset table (components x 2**slots): what is computed of
    it should stay in the processor's cache.
    """
    if not graph.rows:
        return
    row_label, slot_label = components(graph)
    count = int(max(row_label.max(initial=-1), slot_label.max(initial=-1))) + 1
    rows_in = np.bincount(row_label, minlength=count)
    slots_in = np.bincount(slot_label, minlength=count)
    small = (rows_in > 0) & (slots_in > 0) & (slots_in <= max_slots) & (rows_in <= max_rows)
    # Short integers, as numpy sorts these by counting.
    shape = np.where(small, rows_in * (max_slots + 1) + slots_in, 0).astype(np.int16)
    rank = np.empty(count, dtype=np.int64)
    rank[np.argsort(shape, kind="stable")] = np.arange(count)
    row, row_at, row_start = _by_component(row_label, rank, rows_in)
    slot, slot_at, slot_start = _by_component(slot_label, rank, slots_in)
    edge_label = row_label[graph.edge_row]
    edge_shape = shape[edge_label]
    edges = np.argsort(edge_shape, kind="stable")
    members = np.bincount(shape, minlength=1)
    last = np.cumsum(members)
    last_edge = np.cumsum(np.bincount(edge_shape, minlength=len(members)))
    for code in np.flatnonzero(members[1:]) + 1:
        height, width = divmod(int(code), max_slots + 1)
        many, first = int(members[code]), int(last[code - 1])
        mine = edges[last_edge[code - 1] : last_edge[code]]
        cell = rank[edge_label[mine]] - first
        cell = (cell * height + row_at[graph.edge_row[mine]]) * width + slot_at[graph.edge_slot[mine]]
        edge: Ints = np.full((many, height, width), -1, dtype=np.int64)
        edge.ravel()[cell] = mine
        weight = np.zeros(edge.shape)
        weight.ravel()[cell] = graph.weight[mine]
        rows = row[row_start[first] :][: many * height].reshape(many, height)
        slots = slot[slot_start[first] :][: many * width].reshape(many, width)
        later = _later(slots, graph.place)
        step = max(1, chunk >> width)
        for start in range(0, many, step):
            part = slice(start, start + step)
            yield Batch(weight[part], edge[part], rows[part], later[part])
