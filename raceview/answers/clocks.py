"""How the causes would read if a worker's clock were off, and how far it may be before any of them changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from raceview.investigation import Investigation
from raceview.model import NS_PER_MS, Cause


@dataclass(frozen=True, slots=True)
class Trial:
    """Duplicated events per cause with one worker's times shifted; `changed` have another cause than as logged."""

    causes: dict[Cause, int]
    changed: int


@dataclass(frozen=True, slots=True)
class Clocks:
    """Every worker at every assumed shift, one at a time, all others as logged."""

    shifts_ns: Sequence[int]
    """Ascending, evenly spaced, 0 among them. A shift is added to all times of the worker: a positive one asks what
    would be if its clock were behind."""
    trials: dict[str, list[Trial]]
    """By worker, in the order of the shifts."""
    holds_ns: dict[tuple[str, Cause], int]
    """How far the worker's clock may be off, either way, for certain: no event of that cause has another one before.
    It may be more: an event's margin is that of the nearest of its workers' clocks. Not there where it may be off by
    anything."""

    @property
    def as_logged(self) -> int:
        """The number of the shift of 0."""
        return self.shifts_ns.index(0)

    def holds_all_ns(self, worker: str) -> int | None:
        """How far its clock may be off before anything changes; None where nothing ever does."""
        return min((hold for (name, _), hold in self.holds_ns.items() if name == worker), default=None)


def clocks(inv: Investigation) -> Clocks | None:
    """None where there is nothing to ask: no cause rests on two clocks, or none is known."""
    lines = inv.sensitivity_lines()
    shifts = sorted({round(line["shift_ms"] * NS_PER_MS) for line in lines})
    if len(shifts) <= 1:
        return None
    trials: dict[str, list[Trial]] = {}
    for line in lines:  # ordered by worker and shift
        causes = {cause: line[cause] for cause in Cause}
        trials.setdefault(line["worker_id"], []).append(Trial(causes, line["changed"]))
    return Clocks(shifts, trials, _holds(inv))


def _holds(inv: Investigation) -> dict[tuple[str, Cause], int]:
    found = inv.engine.rows(
        "SELECT w.worker_id, d.cause, min(d.margin_ns) FROM duplicated AS d "
        "JOIN attempts AS a ON a.event = d.event JOIN workers AS w ON w.worker = a.worker "
        "WHERE d.margin_ns IS NOT NULL GROUP BY w.worker_id, d.cause"
    )
    return {(worker, Cause(cause)): margin for worker, cause, margin in found}
