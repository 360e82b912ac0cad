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

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]


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

    Minimum labels spread along edges while paths are halved (Shiloach & Vishkin 1982), so that even a chain of
    thousands of nodes takes a handful of passes over the arrays. A slot without edges gets a label of its own.
    """
    nodes = graph.rows + graph.slots
    parent = np.arange(nodes, dtype=np.int64)
    left, right = graph.edge_row, graph.edge_slot + graph.rows
    while True:
        a, b = parent[left], parent[right]
        apart = a != b
        if not apart.any():
            break
        left, right = left[apart], right[apart]
        low, high = np.minimum(a, b)[apart], np.maximum(a, b)[apart]
        np.minimum.at(parent, high, low)
        while True:
            grand = parent[parent]
            if np.array_equal(grand, parent):
                break
            parent = grand
    label = (np.cumsum(parent == np.arange(nodes)) - 1)[parent]
    return label[: graph.rows], label[graph.rows :]


def _position_in_group(group: Ints) -> Ints:
    """For labels per item, each item's position among those of its label, in the order given."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    lengths = np.diff(np.r_[starts, len(ordered)])
    position = np.empty(len(group), dtype=np.int64)
    position[order] = np.arange(len(group)) - np.repeat(starts, lengths)
    return position


def batches(graph: Graph, max_slots: int, max_rows: int, chunk: int = 1 << 22) -> Iterator[Batch]:
    """Yield all components of at most `max_slots` slots and `max_rows` rows, grouped by shape.

    `chunk` bounds the number of float cells of one batch's subset table (components x 2**slots).
    """
    if not graph.rows:
        return
    row_label, slot_label = components(graph)
    count = int(max(row_label.max(initial=-1), slot_label.max(initial=-1))) + 1
    rows_in = np.bincount(row_label, minlength=count)
    slots_in = np.bincount(slot_label, minlength=count)
    row_at, slot_at = _position_in_group(row_label), _position_in_group(slot_label)
    small = (rows_in > 0) & (slots_in > 0) & (slots_in <= max_slots) & (rows_in <= max_rows)
    shape = np.where(small, rows_in * (max_slots + 1) + slots_in, -1)
    edge_label = row_label[graph.edge_row]
    edge_shape, row_shape = shape[edge_label], shape[row_label]
    for code in np.flatnonzero(np.bincount(shape[small], minlength=1)):
        height, width = divmod(int(code), max_slots + 1)
        members = np.flatnonzero(shape == code)
        place = np.full(count, -1, dtype=np.int64)
        place[members] = np.arange(len(members))
        edges = np.flatnonzero(edge_shape == code)
        rows = np.flatnonzero(row_shape == code)
        index = (place[edge_label[edges]], row_at[graph.edge_row[edges]], slot_at[graph.edge_slot[edges]])
        edge = np.full((len(members), height, width), -1, dtype=np.int64)
        edge[index] = edges
        weight = np.zeros(edge.shape)
        weight[index] = graph.weight[edges]
        row = np.empty((len(members), height), dtype=np.int64)
        row[place[row_label[rows]], row_at[rows]] = rows
        later = np.zeros((len(members), width), dtype=np.int64)
        if graph.place is not None:
            slots = np.flatnonzero(shape[slot_label] == code)
            at = np.empty((len(members), width))
            at[place[slot_label[slots]], slot_at[slots]] = graph.place[slots]
            bits = 1 << np.arange(width)
            later = ((at[:, None, :] > at[:, :, None]) * bits).sum(axis=2)
        step = max(1, chunk >> width)
        for start in range(0, len(members), step):
            part = slice(start, start + step)
            yield Batch(weight[part], edge[part], row[part], later[part])
