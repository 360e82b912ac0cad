"""What a copy does to the other pairs of its row: they differ in price as others do, and by the copy's noise besides.

A row with an odd price is odd to all its neighbours. Taken one by one, each such pair looks like a match; taken
together, one of them is, and the copy's noise is why the others are odd, too.
"""

from __future__ import annotations

import numpy as np

from raceview.matching.counts import Counts
from raceview.matching.null import distant_prices
from raceview.matching.patterns import Floats, price_bin, price_steps
from raceview.matching.smoothing import shares

LIKELIER = 0.5
FEW_BEYOND = 0.001
"""Share of the distant pairs that may be matches without changing what they say."""
LEFT = 0.05
"""Share of a distant price difference that `without_copies` leaves at the least."""


def beside_copies(counts: Counts, probability: Floats, null: Floats) -> Floats:
    """(class, price): P(price difference | one row is a copy of a third row's event), others differing as in `null`.

    `probability` is that of a match, per cell. Only pairs that are matches rather than not show how far copies are off,
    lest many faint ones, as bursts give, have their say.
    """
    size = null.shape[1]
    weight = _likelier(counts, probability)
    match = np.bincount(counts.price, weight, size) / max(float(weight.sum()), 1e-9)
    middle = price_steps(np.arange(size))
    smear = np.zeros(
        (size, size)
    )  # (price difference of others, the same with a copy's noise added or taken off)
    for sign in (-1, 1):
        to = np.minimum(price_bin(np.abs(middle[:, None] + sign * middle)), size - 1)
        np.add.at(smear, (np.arange(size)[:, None], to), 0.5 * match)
    smeared: Floats = null @ smear
    return smeared


def without_copies(counts: Counts, probability: Floats, null: Floats, beside: Floats) -> Floats:
    """The null of price `null` less those pairs in which one row is a copy, `beside` being how these differ.

    Copies compete for their rows on their own account: left in the null, their oddness would count twice.
    """
    copies = 2 * float(_likelier(counts, probability).sum()) / counts.rows
    return shares(np.maximum(null - copies * beside, LEFT * null))


def without_matches(counts: Counts, probability: Floats) -> Floats:
    """The null of price less the distant pairs that are matches after all: a copy may be later than the next tick."""
    beyond = np.where(np.abs(counts.lag) > counts.far, _likelier(counts, probability), 0.0)
    if beyond.sum() < FEW_BEYOND * counts.distant.sum():
        return counts.price_null
    matches = np.bincount(
        counts.class_of * counts.price_null.shape[1] + counts.price, beyond, counts.price_null.size
    )
    return distant_prices(np.maximum(counts.distant - matches.reshape(counts.distant.shape), 0.0))


def _likelier(counts: Counts, probability: Floats) -> Floats:
    likelier: Floats = counts.pairs * np.where(probability > LIKELIER, probability, 0.0)
    return likelier
