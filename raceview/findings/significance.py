"""Tests that hold for any number of events, and the level that many of them keep together.

Nothing is approximated by a normal curve here: tails are bounded (Hoeffding 1963, theorem 1 and section 6), so that a
p-value is never too small, not even for a handful of events. The bound exceeds the exact tail by about the square root
of the count, which does not matter for what is worth telling.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from raceview.findings.finding import Finding

Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]

LEVEL = 0.01
"""Probability that a bundle in which nothing clusters raises any finding of those tested here."""
NORMAL_95 = 1.96


@dataclass(frozen=True, slots=True)
class Looks:
    """Everywhere that one detector looked, as log p-values, and what it says where the looks are said to hold."""

    log_p: Floats
    tell: Callable[[Bools], list[Finding]]


NOWHERE = Looks(np.zeros(0), lambda _: [])
"""A detector with nothing to look at."""


def judge(all_looks: Sequence[Looks]) -> list[Finding]:
    """What holds of all looks of all detectors together: none is wrong, with a probability of 1 - `LEVEL`."""
    hold = holm(np.concatenate([np.zeros(0), *(looks.log_p for looks in all_looks)]), LEVEL)
    found, at = [], 0
    for looks in all_looks:
        found += looks.tell(hold[at : at + len(looks.log_p)])
        at += len(looks.log_p)
    return found


def holm(log_p: Floats, level: float) -> Bools:
    """Which hypotheses fall at a family-wise level, however the tests depend on each other (Holm 1979)."""
    order = np.argsort(log_p, kind="stable")
    allowed = np.log(level) - np.log(np.arange(len(log_p), 0, -1))
    stays = np.flatnonzero(log_p[order] > allowed)
    hold = np.zeros(len(log_p), dtype=bool)
    hold[order[: stays[0] if len(stays) else len(log_p)]] = True
    return hold


def log_excess(hits: npt.ArrayLike, trials: npt.ArrayLike, share: npt.ArrayLike) -> Floats:
    """Bound on the log probability of `hits` or more in `trials` that succeed with a mean probability of `share`.

    The trials may be independent, with probabilities of their own, or drawn without replacement.
    """
    hits, trials, share = np.broadcast_arrays(
        *(np.asarray(part, dtype=np.float64) for part in (hits, trials, share))
    )
    rate = hits / np.maximum(trials, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where(rate > 0, rate * np.log(rate / share), 0.0)
        loss = np.where(rate < 1, (1 - rate) * np.log((1 - rate) / (1 - share)), 0.0)
        bound = -trials * (gain + loss)
    return np.where((rate > share) & (trials > 0), bound, 0.0)


def wilson(hits: float, trials: float) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    rate, z = hits / trials, NORMAL_95
    centre = (rate + z * z / (2 * trials)) / (1 + z * z / trials)
    reach = z / (1 + z * z / trials) * (rate * (1 - rate) / trials + z * z / (4 * trials * trials)) ** 0.5
    return centre - reach, centre + reach
