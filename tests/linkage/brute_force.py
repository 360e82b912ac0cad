"""Assignment problems solved by trying everything, in plain Python: what the vectorised code is held against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from math import prod

from raceview.linkage.graph import Graph

Edge = int | None
"""The edge that a row takes; None: it stays free."""
Node = tuple[str, int]


def parts(graph: Graph) -> dict[Node, Node]:
    """Each row's and slot's representative, ("row", 0) or ("slot", 3), by union and find."""
    parent: dict[Node, Node] = {("row", row): ("row", row) for row in range(graph.rows)}
    parent |= {("slot", slot): ("slot", slot) for slot in range(graph.slots)}

    def find(node: Node) -> Node:
        while parent[node] != node:
            node = parent[node]
        return node

    for row, slot in zip(graph.edge_row.tolist(), graph.edge_slot.tolist(), strict=True):
        parent[find(("row", row))] = find(("slot", slot))
    return {node: find(node) for node in parent}


def edge_probabilities(graph: Graph) -> list[float]:
    """The share of each edge in the weight of all assignments of its component."""
    found = [0.0] * len(graph.weight)
    for rows in _rows_of_parts(graph):
        weighed = [(taken, _weight(graph, rows, taken)) for taken in _assignments(graph, rows)]
        whole = sum(weight for _, weight in weighed)
        for taken, weight in weighed:
            for edge in taken:
                if edge is not None:
                    found[edge] += weight / whole
    return found


def best_total(graph: Graph) -> float:
    """The greatest total of `weight` over rows with a slot and `free` over rows without."""
    return sum(
        max(total(graph, rows, taken) for taken in _assignments(graph, rows))
        for rows in _rows_of_parts(graph)
    )


def total(graph: Graph, rows: list[int], taken: tuple[Edge, ...]) -> float:
    return sum(
        float(graph.free[row] if edge is None else graph.weight[edge])
        for row, edge in zip(rows, taken, strict=True)
    )


def _rows_of_parts(graph: Graph) -> list[list[int]]:
    part = parts(graph)
    members = defaultdict(list)
    for row in range(graph.rows):
        members[part["row", row]].append(row)
    return list(members.values())


def _assignments(graph: Graph, rows: list[int]) -> Iterator[tuple[Edge, ...]]:
    """All ways to give each of the rows one of its edges or none, no slot twice."""
    slot_of = graph.edge_slot.tolist()
    offers: dict[int, list[Edge]] = {row: [None] for row in rows}
    for edge, row in enumerate(graph.edge_row.tolist()):
        if row in offers:
            offers[row].append(edge)
    for taken in product(*(offers[row] for row in rows)):
        slots = [slot_of[edge] for edge in taken if edge is not None]
        if len(slots) == len(set(slots)):
            yield taken


def _weight(graph: Graph, rows: list[int], taken: tuple[Edge, ...]) -> float:
    """Product of what is taken, and of `inversion` for each row whose slot lies before an earlier row's."""
    weight = prod(
        float(graph.free[row] if edge is None else graph.weight[edge])
        for row, edge in zip(rows, taken, strict=True)
    )
    if graph.place is None:
        return weight
    places = [float(graph.place[graph.edge_slot[edge]]) for edge in taken if edge is not None]
    fallen = sum(place < max(places[:number], default=place) for number, place in enumerate(places))
    return weight * graph.inversion**fallen
