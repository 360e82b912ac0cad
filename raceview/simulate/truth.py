"""The verdicts on a bundle, from the definitions and from what was written: roles, causes, outcomes.

It knows what the analysis must find out, which attempt wrote which row, and nothing else of how the bundle
was made: faults do not count, windows and values do. What fits best is judged with a skewed clock set
right, as its offset can be fitted; causes are judged by the log as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from raceview.model import Cause, Outcome, Role
from raceview.simulate.rows import NOBODY
from raceview.simulate.workers import NO_END

if TYPE_CHECKING:
    from raceview.simulate.families import Shape
    from raceview.simulate.rows import Rows
    from raceview.simulate.scenario import Scenario
    from raceview.simulate.ticks import Ticks
    from raceview.simulate.workers import Attempts

ROLES = tuple(Role)
CAUSES = tuple(Cause)
NO_CAUSE = -1


@dataclass(frozen=True, slots=True)
class Truth:
    """The verdicts; `role` and `cause` are per row, as positions in `ROLES` and `CAUSES`."""

    role: NDArray[np.int8]
    cause: NDArray[np.int8]
    outcomes: dict[str, int]
    """Events per outcome."""
    changed_by_skew: int
    """Duplicate rows that would have another cause if no clock were skewed."""

    def causes(self) -> dict[str, int]:
        """Duplicate rows per cause."""
        count = np.bincount(self.cause[self.cause != NO_CAUSE], minlength=len(CAUSES))
        return {cause.value: int(count[position]) for position, cause in enumerate(CAUSES)}


def judge(scenario: Scenario, attempts: Attempts, rows: Rows) -> Truth:
    """Roles and causes of rows in their file order, and outcomes of events."""
    ticks = scenario.ticks
    per_event = np.bincount(rows.event[rows.event != NOBODY], minlength=ticks.time.size)
    role = np.zeros(rows.event.size, np.int8)
    role[rows.event == NOBODY] = ROLES.index(Role.PHANTOM)
    cause = np.full(rows.event.size, NO_CAUSE, np.int8)
    several = np.flatnonzero((per_event[rows.event] > 1) & (rows.event != NOBODY))
    duplicate, original = _pairs(several, rows, _misfit(scenario, attempts, rows, several))
    role[duplicate] = ROLES.index(Role.DUPLICATE)
    cause[duplicate] = _causes(attempts, rows, duplicate, original)
    by_true_clock = _causes(_set_right(scenario.shape, attempts), rows, duplicate, original)
    changed = int((cause[duplicate] != by_true_clock).sum())
    return Truth(role, cause, _outcomes(ticks, attempts, rows, per_event), changed)


def _set_right(shape: Shape, attempts: Attempts) -> Attempts:
    """The log as it would be if the skewed worker's clock were right."""
    if not shape.skew:
        return attempts
    skew = shape.skew * (attempts.worker == shape.skewed_worker)
    end = np.where(attempts.end == NO_END, NO_END, attempts.end - skew)
    return replace(attempts, start=attempts.start - skew, end=end)


def _misfit(scenario: Scenario, attempts: Attempts, rows: Rows, some: NDArray[np.int64]) -> NDArray[np.int64]:
    """How badly a row fits its tick: the sum of its shifts relative to the largest ones, as integers."""
    shape, ticks = scenario.shape, scenario.ticks
    event = rows.event[some]
    late = rows.time[some] - ticks.time[event]
    if shape.skew:
        late = late - shape.skew * (attempts.worker[rows.attempt[some]] == shape.skewed_worker)
    off = (rows.price[some] - ticks.price[event]).astype(np.int64)
    return np.asarray(np.abs(late) * shape.noise.price_max + np.abs(off) * shape.noise.time_high)


def _pairs(
    several: NDArray[np.int64], rows: Rows, misfit: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each duplicate row and the original of its event, by event and file order."""
    best_first = np.lexsort((several, misfit, rows.event[several]))
    event = rows.event[several[best_first]]
    begins = np.searchsorted(event, event)
    is_duplicate = begins != np.arange(event.size)
    duplicate, original = several[best_first][is_duplicate], several[best_first][begins[is_duplicate]]
    file_order = np.lexsort((duplicate, rows.event[duplicate]))
    return duplicate[file_order], original[file_order]


def _causes(
    attempts: Attempts, rows: Rows, duplicate: NDArray[np.int64], original: NDArray[np.int64]
) -> NDArray[np.int8]:
    """The first definition that holds of each duplicate's attempt and its original's."""
    one, other = rows.attempt[duplicate], rows.attempt[original]
    swap = attempts.start[one] < attempts.start[other]
    earlier, later = np.where(swap, one, other), np.where(swap, other, one)
    apart = attempts.worker[one] != attempts.worker[other]
    meets = attempts.start[later] < attempts.end[earlier]
    after = attempts.start[later] >= attempts.end[earlier]
    verdicts = (
        (_writes_again(rows, duplicate, original), Cause.DOUBLE_EMIT),
        (attempts.timed_out[one] | attempts.timed_out[other], Cause.ZOMBIE_WRITE),
        (meets & apart, Cause.CONCURRENT_CLAIM),
        (meets & ~apart, Cause.SELF_OVERLAP),
        (after, Cause.REDELIVERY),
    )
    conditions = [holds for holds, _ in verdicts]
    choices = [np.int8(CAUSES.index(cause)) for _, cause in verdicts]
    return np.select(conditions, choices, np.int8(CAUSES.index(Cause.UNEXPLAINED))).astype(np.int8)


def _writes_again(rows: Rows, duplicate: NDArray[np.int64], original: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the row's attempt already has one: the original, or a duplicate before it in the file.

    Every attempt of such an event has written in these bundles, so these are its rows beyond its attempts.
    """
    attempt = rows.attempt[duplicate]
    by_attempt = np.argsort(attempt, kind="stable")
    again = np.zeros(duplicate.size, np.bool_)
    again[by_attempt] = np.diff(attempt[by_attempt], prepend=NOBODY) == 0
    again |= attempt == rows.attempt[original]
    return again


def _outcomes(ticks: Ticks, attempts: Attempts, rows: Rows, per_event: NDArray[np.int64]) -> dict[str, int]:
    """Events per outcome, in the order of the definitions."""
    tried = np.bincount(attempts.event, minlength=ticks.time.size) > 0
    confirmed = np.bincount(attempts.event[~attempts.timed_out], minlength=ticks.time.size) > 0
    own = rows.event != NOBODY
    event = rows.event[own]
    inexact = (rows.time[own] != ticks.time[event]) | (rows.price[own] != ticks.price[event])
    altered = np.bincount(event[inexact], minlength=ticks.time.size) > 0
    left = np.ones(ticks.time.size, np.bool_)
    counts = {}
    for outcome, holds in (
        (Outcome.DUPLICATED, per_event > 1),
        (Outcome.ALTERED, (per_event == 1) & altered),
        (Outcome.UNLOGGED, (per_event == 1) & ~tried),
        (Outcome.UNACKNOWLEDGED, (per_event == 1) & ~confirmed),
        (Outcome.EXACTLY_ONCE, per_event == 1),
        (Outcome.LOST, confirmed),
        (Outcome.ABANDONED, tried),
        (Outcome.UNPROCESSED, left),
    ):
        counts[outcome.value] = int((left & holds).sum())
        left = left & ~holds
    return counts
