"""Which event suffers what: the plan of a bundle, before any tick, attempt or row exists.

A fault is what happens to an event in the simulated system. It is not the verdict on it: roles, causes and
outcomes are judged afterwards by `truth.py`, from the definitions, on what was written.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from raceview.simulate.families import Shape


class Fault(IntEnum):
    """What goes wrong with an event; the first five write it more than once."""

    NONE = 0
    CONCURRENT = 1
    """Claimed again, by another worker, before the first attempt ends."""
    SELF_OVERLAP = 2
    """The same, by the same worker."""
    ZOMBIE = 3
    """An attempt times out and is retried, or follows a success and times out; all of them write."""
    REDELIVERY = 4
    """Delivered again after a success."""
    DOUBLE_EMIT = 5
    """One attempt writes its row again."""
    RETRIED = 6
    """An attempt times out without a row; the retry writes the only one."""
    UNACKNOWLEDGED = 7
    """The only attempt times out, its row is written all the same."""
    LOST = 8
    """An attempt succeeds, no row."""
    ABANDONED = 9
    """The only attempt times out, no row."""
    UNPROCESSED = 10
    """No attempt, no row."""
    UNLOGGED = 11
    """A row, no attempt."""
    ALTERED = 12
    """One row, whose values are not the tick's."""


REPEATED = (Fault.CONCURRENT, Fault.SELF_OVERLAP, Fault.ZOMBIE, Fault.REDELIVERY, Fault.DOUBLE_EMIT)
"""The faults that write an event more than once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The fate of each event, by event number."""

    fault: NDArray[np.int8]
    copies: NDArray[np.int8]
    """How often the event is repeated: rows beyond the first, or the one retry of `RETRIED`."""
    blended: NDArray[np.bool_]
    """Whether the repeats after the first are drawn among all of `REPEATED`."""
    twins: NDArray[np.int64]
    """Events whose successor is to be a second, equal tick."""


def plant(shape: Shape, events: int, rng: np.random.Generator) -> Plan:
    """Draw who suffers what. Every fault that the shape has occurs at least once where there is room."""
    counts = {fault: max(1, round(share * events)) for fault, share in shape.faults.items() if share > 0}
    victims = _victims(shape, events, sum(counts.values()), rng)
    fault = np.zeros(events, np.int8)
    taken = 0
    for kind, count in counts.items():
        fault[victims[taken : taken + count]] = kind
        taken += count
    copies = np.zeros(events, np.int8)
    repeated = np.flatnonzero(np.isin(fault, REPEATED))
    copies[repeated] = 1 + rng.choice(len(shape.copies), repeated.size, p=shape.copies)
    copies[fault == Fault.RETRIED] = 1
    blended = np.zeros(events, np.bool_)
    blended[repeated] = (copies[repeated] > 1) & (rng.random(repeated.size) < shape.blended)
    return Plan(fault, copies, blended, _twins(fault, round(shape.twins * events), rng))


def _victims(shape: Shape, events: int, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Distinct events in random order, at most `count`; in a storm, all within bursts."""
    if not shape.burst_events:
        return rng.choice(events, min(count, events), replace=False)
    length = min(shape.burst_events, max(1, events // 8))
    blocks = -(-events // length)
    stormy = np.zeros(blocks, np.bool_)
    stormy[rng.permutation(blocks)[: -(-blocks // 2)]] = True
    return rng.permutation(np.flatnonzero(np.repeat(stormy, length)[:events]))[:count]


def _twins(fault: NDArray[np.int8], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Events that, like their successor, suffer nothing, no two of them neighbours; at most `count`."""
    if count == 0 or fault.size < 2:  # noqa: PLR2004 - a pair needs two events
        return np.zeros(0, np.int64)
    first = np.unique(rng.integers(0, fault.size - 1, 4 * count))
    first = first[(fault[first] == Fault.NONE) & (fault[first + 1] == Fault.NONE)]
    first = first[np.diff(first, prepend=-2) > 1]
    return np.sort(rng.permutation(first)[:count])
