"""How pairs of different events lie to each other, measured on pairs that cannot be one event.

Time and order: pairs of different symbols. Price: distant pairs of one symbol, per rank, so that a walk and
independent prices are one case, and per turn, because a row out of order often is a copy, whose price is off from
everybody's. This is the u-probability of Fellegi and Sunter (1969), joint over the fields, which a cadence ties.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from raceview.matching.patterns import PLACES, RANKS, SLOTS, TURNS, Floats, Ints, lag_group
from raceview.matching.smoothing import Numbers, lattice_points, shares, shrunk, smooth_density

SURPRISE = 0.005
"""Share of different events whose order is not as their lag and place would have it."""
PLAIN_TURNS = (0, 1, 2, 4, 8)
"""Turns in which at most one flag is set."""
FEW = 2.0
"""Counts' worth of trust in the simpler table."""
PRICE_TRUST = 100.0
"""The same for prices, of which a turn has its own only where enough pairs show them."""


def order_code(cells: Mapping[str, Numbers], lags: int) -> Ints:
    """Lag, place, turn and slot as one number."""
    place = (cells["lag"] + lags) * PLACES + cells["place"]
    code: Ints = (place * TURNS + cells["turn"]) * SLOTS + cells["slot"]
    return code


def expected_order(cells: Mapping[str, Ints], rate: float, lags: int) -> Floats:
    """(lag, place, turn, slot): how many pairs of different events there should be of each order.

    The joint table of what was counted, drawn where counts are few toward one in which turn hangs on lag and place
    apart, and by SURPRISE toward one in which nothing hangs on anything.
    """
    shape = (2 * lags + 1, PLACES, TURNS, SLOTS)
    size = int(np.prod(shape))
    table = np.bincount(order_code(cells, lags), cells["n"].astype(np.float64), size).reshape(shape)
    by_lag = table.sum((1, 2, 3)) + 0.5
    place, turn, slot = (shares(table.sum(axes) + 0.1) for axes in ((0, 2, 3), (0, 1, 3), (0, 1, 2)))
    place_of_lag = shares(table.sum((2, 3)) + FEW * place)
    slot_of_lag = shares(table.sum((1, 2)) + FEW * slot)
    at_lag = np.arange(-lags, lags + 1)
    group = lag_group(at_lag)
    grouped = np.zeros((int(group.max()) + 1, PLACES, TURNS))
    np.add.at(grouped, group, table.sum(3))
    sign_of_group = np.zeros(len(grouped), dtype=np.int64)
    sign_of_group[group] = np.sign(at_lag) + 1
    turn_of_lag = shares(grouped + 5.0 * _turn_of_place(table.sum(3), np.sign(at_lag) + 1)[sign_of_group])
    tied = (by_lag[:, None] * place_of_lag)[:, :, None] * turn_of_lag[group]
    loose = by_lag[:, None, None] * place[:, None] * turn
    expected = ((1 - SURPRISE) * tied + SURPRISE * loose)[..., None] * slot_of_lag[:, None, None]
    return rate * shrunk(table, expected)


def _turn_of_place(table: Floats, sign: Ints) -> Floats:
    """(sign of the lag, place, turn): P(turn | sign, place), from pairs by (lag, place, turn).

    Where a turn is too rare to have been seen at a place, its four flags are taken to be independent there: a row that
    lies between two copies is rare, not impossible.
    """
    signed = np.zeros((3, PLACES, TURNS))
    np.add.at(signed, sign, table)
    flags = (np.arange(TURNS)[:, None] >> np.arange(4)) & 1
    pairs = signed.sum(-1)[..., None]
    raised = (signed @ flags + 0.5) / (pairs + 1)
    apart = np.where(flags, raised[..., None, :], 1 - raised[..., None, :]).prod(-1)
    found: Floats = shares(signed + FEW * apart)
    return found


def rank_share(cells: Mapping[str, Numbers], lags: int) -> Floats:
    """P(rank | lag, place, turn) at each cell, of all pairs of a symbol."""
    ranks = RANKS + 1
    weight = cells["n"].astype(np.float64)
    key = (cells["lag"] + lags) * PLACES + cells["place"]
    table = np.bincount(key * ranks + cells["rank"], weight, (2 * lags + 1) * PLACES * ranks)
    by_lag = table.reshape(-1, PLACES, ranks)
    by_place = shares(by_lag + FEW * shares(by_lag.sum(1) + 0.01)[:, None]).reshape(-1, ranks)
    found, where = np.unique(key * TURNS + cells["turn"], return_inverse=True)
    fine = np.bincount(where * ranks + cells["rank"], weight, len(found) * ranks).reshape(-1, ranks)
    mine: Floats = shares(fine + FEW * by_place[found // TURNS])[where, cells["rank"]]
    return mine


def distant_pairs(cells: Mapping[str, Ints], size: int) -> Floats:
    """(rank, turn, price): how many pairs too far apart to be one event bear which price difference."""
    table = np.zeros((RANKS + 1, TURNS, size))
    np.add.at(table, (cells["rank"], cells["turn"], cells["price"]), cells["n"].astype(np.float64))
    return table


def distant_prices(table: Floats) -> Floats:
    """(rank x turn, price): P(price difference | different events), from `distant_pairs`.

    Where a turn is rare at a rank, the turn is taken to change the odds of a price there as it does over all ranks.
    Averaged over the ranks themselves, a walk's neighbours would have differences that only farther rows have.
    """
    size = table.shape[2]
    points = lattice_points(size)
    by_rank = np.array([smooth_density(row, points) for row in table.sum(1)])
    pairs = table.sum(2)
    usual = shares(pairs.T + 1e-9) @ by_rank
    by_turn = np.array([smooth_density(row, points) for row in table.sum(0)])
    change = by_turn / np.maximum(usual, 1e-12)
    prices = np.empty(table.shape)
    for turn in range(TURNS):
        simpler = np.ones(size)
        if turn not in PLAIN_TURNS:
            simpler = np.mean([change[flag] for flag in PLAIN_TURNS[1:] if turn & flag], axis=0)
        known = pairs[:, turn].sum() / (pairs[:, turn].sum() + PRICE_TRUST) if turn else 0.0
        back = shares(by_rank * (known * change[turn] + (1 - known) * simpler))
        for rank in range(RANKS + 1):
            mine = table[rank, turn]
            prices[rank, turn] = mine.sum() * smooth_density(mine, points) + PRICE_TRUST * back[rank]
    return shares(prices).reshape(-1, size)
