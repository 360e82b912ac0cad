"""Attempts that would not have written, as the settings from which on that is so: one array answers every setting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from raceview.engine.base import Engine
from raceview.model import NS_PER_MS, rounded
from raceview.safeguards.answer import Effect

ALWAYS = 0
"""A safeguard without a setting is asked at this."""

_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Sorted settings in ns. From each on one more row is prevented for certain, perhaps, or one more event harmed."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    harmed: NDArray[np.int64]

    def at(self, setting_ns: int) -> Effect:
        return Effect(*(int(np.searchsorted(part, setting_ns, "right")) for part in self._parts()))

    def grid(self) -> list[int]:
        """1, 2, 5, 10, ... ms (or parts of one) around all thresholds; nothing where there are none."""
        found = np.concatenate(self._parts())
        found = found[found > ALWAYS]
        if not found.size:
            return []
        return decades(int(found.min()), int(found.max()))

    def _parts(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        return self.low, self.high, self.harmed


def decades(least_ns: int, most_ns: int) -> list[int]:
    """Round durations from the last one below `least_ns` to the first one that reaches `most_ns`."""
    settings = [step * 10**power for power in range(19) for step in _STEPS if step * 10**power < 2**62]
    below = [setting for setting in settings if setting < least_ns][-1:]
    within = [setting for setting in settings if least_ns <= setting < most_ns]
    return below + within + [setting for setting in settings if setting >= max(most_ns, least_ns)][:1]


def find_thresholds(engine: Engine, low: str, high: str, spared: int = 0, extra: bool = True) -> Thresholds:
    """What two columns of `reclaims` come to, event by event.

    An event's rows are dealt out to its attempts, one each. Where it has fewer rows than attempts, those that would
    not have written may be the ones that did not: so many are not counted as certain. Where it has more, a further
    row may be of any of them (`extra`). At least one row is always left, or the event is harmed: where each of its
    rows may be from an attempt that would not have written, and no attempt timed out (then a retry would come).
    Of an event without any attempt in the log (`extra` again) all but one row may be of such attempts.
    `spared` is how many of an event's attempts do not count because they are the ones that the others repeat.
    """
    found = engine.arrays(
        f"""
        WITH sides AS (
            SELECT event, attempts, failures, rows, {low} AS low_ns, {high} AS high_ns,
                row_number() OVER (
                    PARTITION BY event ORDER BY CASE WHEN {low} IS NULL THEN 1 ELSE 0 END, {low}, attempt
                ) - {spared} - CASE WHEN attempts > rows THEN attempts - rows ELSE 0 END AS low_rank,
                row_number() OVER (
                    PARTITION BY event ORDER BY CASE WHEN {high} IS NULL THEN 1 ELSE 0 END, {high}, attempt
                ) AS high_rank
            FROM reclaims
            WHERE {low} IS NOT NULL OR {high} IS NOT NULL
        )
        SELECT 0 AS part, low_ns AS setting_ns, 1 AS times FROM sides
        WHERE low_ns IS NOT NULL AND low_rank BETWEEN 1 AND rows - 1
        UNION ALL
        SELECT 1 AS part, high_ns AS setting_ns, 1 AS times FROM sides
        WHERE high_ns IS NOT NULL AND high_rank <= rows - 1
        UNION ALL
        SELECT 1 AS part, high_ns AS setting_ns, rows - attempts AS times FROM sides
        WHERE {int(extra)} = 1 AND high_ns IS NOT NULL AND high_rank = 1 AND rows > attempts
        UNION ALL
        SELECT 1 AS part, {ALWAYS} AS setting_ns, rows - 1 AS times FROM ledger
        WHERE {int(extra)} = 1 AND attempts = 0 AND rows > 1
        UNION ALL
        SELECT 2 AS part, high_ns AS setting_ns, 1 AS times FROM sides
        WHERE high_ns IS NOT NULL AND high_rank = rows AND failures = 0 AND attempts > rows
        """
    )
    settings = np.repeat(found["setting_ns"], found["times"]).astype(np.int64)
    part = np.repeat(found["part"], found["times"])
    return Thresholds(*(np.sort(settings[part == number]) for number in range(3)))


def shown(setting_ns: float) -> str:
    """A setting as text: `7.5 ms`."""
    return f"{rounded(setting_ns / NS_PER_MS, 6)} ms"
