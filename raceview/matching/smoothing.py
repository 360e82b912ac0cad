"""Probabilities from few counts: drawn toward something simpler, never to nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from raceview.matching.patterns import PER_OCTAVE, PRICE_STEPS, Floats, Ints

Numbers = npt.NDArray[Any]
LEFT_OUT = 0.632
"""Share of its own part that is left out of what speaks for a pair: between nothing, which makes each pair its own
witness, and everything, which takes the others for all there is. The weights are those of Efron's .632 (1983)."""
ENOUGH = 30.0
"""Counts that a neighbourhood of bins must hold to speak for them."""


def shrunk(counts: Numbers, expected: Floats, shape: float = 2.0) -> Floats:
    """Rates of Poisson counts: the posterior mean under a Gamma prior around `expected`."""
    rates: Floats = (counts + shape) / (1 + shape / np.maximum(expected, 1e-9))
    return rates


def shares(table: Numbers) -> Floats:
    """Each row of the table (its last axis) as a distribution."""
    divided: Floats = table / table.sum(-1, keepdims=True)
    return divided


def own_share(seen: Floats, own: Floats, trust: Floats | float) -> Floats:
    """What is left of a smoothed count that is to speak for a pair, where `own` of it is the pair's own."""
    share: Floats = (np.maximum(seen - LEFT_OUT * own, 0.0) + trust) / (seen + trust)
    return share


def conditional(value: Ints, given: Ints, weight: Floats, trust: float, own: Floats) -> Floats:
    """P(value | given) at each item, less its `own` part, drawn toward P(value) by `trust` counts."""
    values, givens = int(value.max()) + 1, int(given.max()) + 1
    counted: Floats = np.bincount(given * values + value, weight, values * givens).astype(np.float64)
    table = counted.reshape(givens, values)
    overall = table.sum(0) + 0.5 / values
    drawn: Floats = trust * overall / overall.sum()
    found: Floats = shares(table + drawn)[given, value]
    return found * own_share(table[given, value], own, drawn[value])


def histogram(value: Ints, weight: Floats, size: int, pseudo: float) -> tuple[Floats, Floats]:
    """A distribution over `size` bins, each smoothed over its neighbours (by 1, 2, 1), and the smoothed counts."""
    padded = np.pad(np.bincount(value, weight, size), 1, mode="edge")
    smooth: Floats = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    return shares(smooth + pseudo), smooth


def pools(mass: Numbers, width: Floats) -> Ints:
    """The number of the pool that each bin is in, where neighbours whose densities rise are pooled."""
    blocks: list[tuple[float, float, int]] = []
    for weight, points in zip(mass.tolist(), width.tolist(), strict=True):
        block = (weight, points, 1)
        while blocks and blocks[-1][0] * block[1] <= block[0] * blocks[-1][1]:
            before = blocks.pop()
            block = (before[0] + block[0], before[1] + block[1], before[2] + block[2])
        blocks.append(block)
    return np.repeat(np.arange(len(blocks)), [bins for _, _, bins in blocks])


def falling(mass: Numbers, width: Floats, pool: Ints) -> Floats:
    """The likeliest distribution whose density never rises from bin to bin (Grenander 1956), for such counts.

    With `pools(mass, width)` the density is the slope of the least concave majorant of the counts so far.
    """
    if not len(mass):
        return np.zeros(0)
    return shares((np.bincount(pool, mass) / np.bincount(pool, width))[pool] * width)


def lattice_points(size: int) -> Floats:
    """How many differences of either sign, in price steps, fall into each of the price bins."""
    beyond = np.ceil(PRICE_STEPS * 2.0 ** (np.arange(1, max(2, size - PRICE_STEPS + 1)) / PER_OCTAVE) + 1e-9)
    upto = np.concatenate(
        [np.arange(PRICE_STEPS + 1), [PRICE_STEPS + 1.0], np.maximum(beyond, PRICE_STEPS + 1)]
    )
    points = 2 * np.diff(upto)[:size]
    points[0] = 1
    some: Floats = np.maximum(points, 1e-9)
    return some


def smooth_density(counts: Floats, points: Floats) -> Floats:
    """Probability per bin; where counts are few, drawn toward the density of a neighbourhood that holds enough."""
    if counts.sum() == 0:
        return shares(points)
    upto, width = (np.concatenate([[0.0], np.cumsum(values)]) for values in (counts, points))
    around = np.zeros(len(counts))
    todo = np.ones(len(counts), dtype=bool)
    at = np.arange(len(counts))
    for reach in range(1, len(counts) + 1):
        low, high = np.maximum(at - reach, 0), np.minimum(at + reach + 1, len(counts))
        inside = upto[high] - upto[low]
        ready = todo & ((inside >= ENOUGH) | (reach == len(counts)))
        around[ready] = (inside * points / (width[high] - width[low]))[ready]
        todo &= ~ready
        if not todo.any():
            break
    return shares(np.where(counts >= ENOUGH, counts, shrunk(counts, around)))
