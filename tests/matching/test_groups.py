"""Ways to split a few rows into events: against a sum over all of them, written the slow way."""

from __future__ import annotations

from itertools import combinations, product
from math import prod

import numpy as np
import pytest

from raceview.matching.groups import MOST_ROWS, STRANGER, Likely, group, splits, weigh

BASE = 0.01
BELL = [1, 1, 2, 5, 15, 52, 203]


def likely(
    rows: int, odds: dict[tuple[int, int], float], odd: dict[tuple[int, int], float] | None = None
) -> Likely:
    a, b = np.array(sorted(odds), dtype=np.int64).T
    oddness = np.array([(odd or {}).get(pair, 1.0) for pair in sorted(odds)])
    return Likely(a, b, np.array([odds[pair] for pair in sorted(odds)]), oddness, rows)


def blocks_of(rows: list[int]) -> list[list[list[int]]]:
    """All ways to split the rows, by putting the first one with each subset of the others."""
    if not rows:
        return [[]]
    first, *others = rows
    return [
        [[first, *mates], *rest]
        for size in range(len(others) + 1)
        for mates in combinations(others, size)
        for rest in blocks_of([row for row in others if row not in mates])
    ]


Square = np.ndarray[tuple[int, int], np.dtype[np.float64]]


def slow(ratio: Square, oddness: Square | None = None) -> list[float]:
    """Probability of each row not to be the first of its block."""
    size = len(ratio)
    odd = np.ones_like(ratio) if oddness is None else oddness
    further, total = [0.0] * size, 0.0
    for blocks in blocks_of(list(range(size))):
        weight = 1.0
        for block in blocks:
            odds = sorted((ratio[pair] for pair in combinations(block, 2)), reverse=True)
            spanning = len(block) - 1
            weight *= prod(odds[:spanning]) * prod(min(1.0, one / BASE) for one in odds[spanning:])
        copies = {row for block in blocks for row in block[1:]}
        for one, other in combinations(blocks, 2):
            for pair in product(one, other):
                weight *= odd[min(pair), max(pair)] if copies & set(pair) else 1.0
        total += weight
        for block in blocks:
            for row in block[1:]:
                further[row] += weight
    return [one / total for one in further]


@pytest.mark.parametrize("size", range(1, MOST_ROWS + 1))
def test_every_way_to_split_is_there_once(size: int) -> None:
    assert len(splits(size)) == len({tuple(way) for way in splits(size)}) == BELL[size]


@pytest.mark.parametrize("size", range(2, MOST_ROWS + 1))
@pytest.mark.parametrize("seed", range(5))
def test_probabilities_are_those_of_the_slow_sum(size: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    ratio = np.exp(draw.normal(0, 3, (3, size, size)))
    ratio = np.maximum(ratio, ratio.transpose(0, 2, 1))
    oddness = np.exp(draw.normal(0, 2, (3, size, size)))
    _, further = weigh(ratio, BASE, oddness)
    assert further == pytest.approx(np.array([slow(*one) for one in zip(ratio, oddness, strict=True)]))


def test_a_chain_whose_ends_cannot_be_one_is_broken() -> None:
    """b goes with a, to which it is likelier; c stays by itself."""
    found = group(likely(3, {(0, 1): 1_000.0, (1, 2): 20.0}), BASE, 0.01)
    assert found.first.tolist() == [0, 0, 2]
    assert found.further == pytest.approx([0.0, 0.98, 0.02], abs=0.02)


def test_an_odd_row_is_a_copy_of_the_one_it_may_be_a_copy_of() -> None:
    """b matches nobody well by itself; that it is odd to c as well is explained if it is a copy of a."""
    odds = {(0, 1): 0.6, (1, 2): 0.02}
    alone = group(likely(3, odds), BASE, 0.01)
    told = group(likely(3, odds, {(1, 2): 20.0}), BASE, 0.01)
    assert alone.first.tolist() == [0, 1, 2]
    assert told.first.tolist() == [0, 0, 2]
    assert told.further[1] == pytest.approx(12.02 / 13.02, abs=0.01)


def test_three_that_all_match_are_one_event() -> None:
    found = group(likely(3, {(0, 1): 1_000.0, (1, 2): 1_000.0, (0, 2): 1_000.0}), BASE, 0.01)
    assert found.first.tolist() == [0, 0, 0]


def test_components_are_split_apart_whatever_their_order() -> None:
    """Of different sizes, interleaved: as if each were alone."""
    pair, three = {(0, 3): 5.0}, {(1, 2): 0.5, (2, 4): 8.0}
    found = group(likely(5, pair | three), BASE, 0.01)
    ratio = np.full((3, 3), STRANGER * BASE)
    ratio[0, 1] = ratio[1, 0] = 0.5
    ratio[1, 2] = ratio[2, 1] = 8.0
    assert found.further[[0, 3]] == pytest.approx([0.0, 5 / 6])
    assert found.further[[1, 2, 4]] == pytest.approx(slow(ratio))


def test_large_components_are_cut_at_their_least_likely_pairs() -> None:
    """A ring of certain pairs, each tied to the next one by a weak pair."""
    rows = 20
    odds = {(row, row + 1): 1e5 if row % 2 == 0 else 0.5 for row in range(rows - 1)}
    found = group(likely(rows, odds), BASE, 0.01)
    assert found.first.tolist() == [row - row % 2 for row in range(rows)]


def test_what_cannot_be_cut_is_one_event() -> None:
    odds = dict.fromkeys(combinations(range(MOST_ROWS + 2), 2), 1000000000.0)
    found = group(likely(MOST_ROWS + 2, odds), BASE, 0.01)
    assert found.first.tolist() == [0] * (MOST_ROWS + 2)
    assert found.further.tolist() == [0.0] + [1.0] * (MOST_ROWS + 1)
