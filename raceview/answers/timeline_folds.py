"""Time without its idle gaps: where nothing runs in any lane, the scale can skip.

Screen time is the same as real time where nothing is folded, and lags behind it by what was folded away before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.integer[Any]]

_GAP_OF_USUAL = 20
"""A gap is worth folding when it is this many times as long as an attempt usually is."""


class _Intervals(Protocol):
    @property
    def starts(self) -> Integers: ...

    @property
    def ends(self) -> Integers: ...


@dataclass(frozen=True, slots=True, eq=False)
class Folds:
    """Folded gaps: `starts` and `ends` in real time, ascending; `before[i]` is how much lies folded before gap i."""

    starts: Integers
    ends: Integers
    before: Integers

    @classmethod
    def of(cls, starts: Integers, ends: Integers) -> Folds:
        """The folds of these gaps."""
        return cls(
            starts, ends, np.concatenate(([0], np.cumsum(ends - starts)))[: len(starts)].astype(np.int64)
        )

    @classmethod
    def none(cls) -> Folds:
        """Nothing is folded."""
        empty = np.zeros(0, np.int64)
        return cls.of(empty, empty)

    @classmethod
    def between(cls, lanes: Sequence[_Intervals], usual_ns: int) -> Folds:
        """The gaps in which no lane has anything; as much as an attempt is usually long stays on both sides."""
        starts = np.concatenate([lane.starts for lane in lanes])
        order = np.argsort(starts, kind="stable")
        starts = starts[order]
        busy_until = np.maximum.accumulate(np.concatenate([lane.ends for lane in lanes])[order])
        gaps = np.flatnonzero(starts[1:] - busy_until[:-1] >= _GAP_OF_USUAL * usual_ns)
        return cls.of(busy_until[:-1][gaps] + usual_ns, starts[1:][gaps] - usual_ns)

    def __len__(self) -> int:
        return len(self.starts)

    def shown(self, real: int) -> int:
        """Screen time of a real time; inside a gap, that of the gap."""
        at = int(np.searchsorted(self.starts, real, "left")) - 1
        if at < 0:
            return real
        return real - int(self.before[at]) - (min(real, int(self.ends[at])) - int(self.starts[at]))

    def real(self, shown: Integers) -> Integers:
        """Real times of screen times, never falling; at a gap, its start."""
        if not len(self.starts):
            return shown
        at = np.searchsorted(self.starts - self.before, shown, "left") - 1
        folded = np.where(at >= 0, self.before[at] + self.ends[at] - self.starts[at], 0)
        return np.asarray(shown + folded)

    def inside(self, edges: Integers) -> list[tuple[int, int]]:
        """(cell, folded ns) of every gap whose start lies in a cell of these real edges."""
        first, last = np.searchsorted(self.starts, (edges[0], edges[-1]), "left")
        cells = np.searchsorted(edges, self.starts[first:last], "right") - 1
        return [
            (int(cell), int(length))
            for cell, length in zip(cells, (self.ends - self.starts)[first:last], strict=True)
        ]
