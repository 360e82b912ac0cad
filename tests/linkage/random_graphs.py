"""Random assignment problems: arbitrary ones for hypothesis, and chains such as jittered streams make."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from raceview.linkage.graph import Graph


def graph_of(
    edges: list[tuple[int, int, float]],
    free: list[float],
    slots: int,
    place: list[float] | None = None,
    inversion: float = 1.0,
) -> Graph:
    """A graph from edges (row, slot, weight)."""
    row, slot, weight = ([edge[column] for edge in sorted(edges)] for column in range(3))
    return Graph(
        np.array(row, dtype=np.int64),
        np.array(slot, dtype=np.int64),
        np.array(weight, dtype=np.float64),
        np.array(free, dtype=np.float64),
        slots,
        None if place is None else np.array(place, dtype=np.float64),
        inversion,
    )


@st.composite
def graphs(draw: st.DrawFn, low: float, high: float, ordered: bool = False) -> Graph:
    """One to three blocks of up to five rows and slots, numbers mixed; weights from `low` to `high`."""
    blocks = draw(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5)), min_size=1, max_size=3))
    rows, slots = sum(height for height, _ in blocks), sum(width for _, width in blocks)
    row_name, slot_name = draw(st.permutations(range(rows))), draw(st.permutations(range(slots)))
    weights = st.floats(np.log(low), np.log(high)).map(lambda log: float(np.exp(log)))
    edges: list[tuple[int, int, float]] = []
    above = left = 0
    for height, width in blocks:
        cells = st.tuples(st.integers(0, height - 1), st.integers(0, max(0, width - 1)))
        for row, slot in draw(st.sets(cells, max_size=height * width)) if width else ():
            edges.append((row_name[above + row], slot_name[left + slot], draw(weights)))
        above, left = above + height, left + width
    free = draw(st.lists(weights, min_size=rows, max_size=rows))
    if not ordered:
        return graph_of(edges, free, slots)
    # Few different places, so that some are equal.
    place = draw(st.lists(st.integers(0, 4).map(float), min_size=slots, max_size=slots))
    return graph_of(edges, free, slots, place, draw(st.sampled_from([0.5, 0.01, 1e-4])))


def chain(seed: int, slots: int, reach: float, free: float = 1e-4) -> Graph:
    """One row per slot on a line at unit mean distance, moved by up to `reach`; prices favour the true slot."""
    rng = np.random.default_rng(seed)
    at = np.cumsum(rng.exponential(1.0, slots))
    seen = at + rng.uniform(-reach, reach, slots)
    gap = np.abs(seen[:, None] - at[None, :])
    price = np.exp(rng.normal(0.0, 1.0, gap.shape) + 1.5 * np.eye(slots))
    row, slot = np.nonzero(gap <= reach)
    return Graph(row, slot, price[row, slot], np.full(slots, free), slots)
