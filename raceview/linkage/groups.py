"""Items that come in groups, such as the edges of a row: where each group begins, and its best item."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def starts_of(group: npt.NDArray[Any]) -> Ints:
    """Where each run of equal values begins, in groups that are sorted."""
    if not len(group):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]]))


def best_of(group: Ints, score: Floats, groups: int) -> tuple[Floats, Ints]:
    """Per group: its greatest score, and the first item that has it; 0 and -1 where there is no item.

    Scores are not negative. One pass for the scores and one for the items: a sort takes twenty times as long.
    """
    top = np.zeros(groups)
    np.maximum.at(top, group, score)
    at = np.full(groups, -1, dtype=np.int64)
    best = np.flatnonzero(score == top[group])[::-1]
    at[group[best]] = best
    return top, at


def numbered(values: Ints, limit: int) -> tuple[Ints, Ints]:
    """The different values in order, and each value's number among them; `limit` is above all of them."""
    there = np.zeros(limit, dtype=bool)
    there[values] = True
    different = np.flatnonzero(there)
    number = np.zeros(limit, dtype=np.int64)
    number[different] = np.arange(len(different))
    return different, number[values]


def number_of(ids: Ints, values: Ints) -> Ints:
    """Each value's number among `ids`, which are sorted, not negative, and hold all values."""
    number = np.zeros(int(ids.max(initial=0)) + 1, dtype=np.int64)
    number[ids] = np.arange(len(ids))
    return number[values]
