"""Parts the attempts of each worker into lanes in which none overlaps another.

The slices of one track must nest: Perfetto drops one that begins inside another and ends after it. So a worker that
did two things at once gets a second track, as in its own drawing of such work.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from raceview.engine import Engine

    Integers = npt.NDArray[np.integer[Any]]

_ATTEMPTS = (
    "SELECT line, worker, start_ns, coalesce(end_ns, 0) AS end_ns, end_ns IS NULL AS unended FROM attempts"
)
_USUAL_NS = 1_000_000
"""How long an open attempt is drawn where no attempt at all has an end."""


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """Every attempt's track, by the line of the log."""

    lines: Integers
    """Sorted."""
    tracks: Integers
    """From 1, a worker's lanes one after the other, workers by number."""
    drawn_ns: Integers
    """How long each attempt is drawn: where no end is logged, as long as attempts usually are (the median)."""
    depths: tuple[int, ...]
    """How many lanes each worker has."""

    def at(self, lines: list[int]) -> tuple[list[int], list[int]]:
        """Tracks and drawn lengths of attempts."""
        places = np.searchsorted(self.lines, lines)
        return self.tracks[places].tolist(), self.drawn_ns[places].tolist()


def make_lanes(engine: Engine, workers: int) -> Lanes:
    """Lanes for all attempts. Memory: some hundred bytes an attempt."""
    found = engine.arrays(_ATTEMPTS)
    order = np.lexsort((found["line"], found["start_ns"], found["worker"]))
    lines, worker, starts, ends, unended = (
        found[name][order] for name in ("line", "worker", "start_ns", "end_ns", "unended")
    )
    unended = unended.astype(bool)
    lengths = np.where(unended, _usual(ends[~unended] - starts[~unended]), ends - starts)
    ends = starts + np.maximum(lengths, 1)  # what takes no time still has its place
    tracks = np.zeros(len(lines), np.int64)
    depths: list[int] = []
    for first, last in pairwise(np.searchsorted(worker, range(workers + 1)).tolist()):
        lanes = _lanes(starts[first:last], ends[first:last])
        tracks[first:last] = lanes + sum(depths) + 1
        depths.append(int(lanes.max(initial=0)) + 1)
    by_line = np.argsort(lines)
    return Lanes(lines[by_line], tracks[by_line], lengths[by_line], tuple(depths))


def _usual(lengths: Integers) -> int:
    """The usual length, as the terminal's timeline has it."""
    return int(np.median(lengths)) or _USUAL_NS if len(lengths) else _USUAL_NS


def _lanes(starts: Integers, ends: Integers) -> Integers:
    """The lowest free lane for each of these intervals, which are sorted by start."""
    lanes = np.zeros(len(starts), np.int64)
    if np.all(starts[1:] >= ends[:-1]):
        return lanes
    busy: list[tuple[int, int]] = []
    free: list[int] = []
    for place, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        while busy and busy[0][0] <= start:
            heappush(free, heappop(busy)[1])
        lane = heappop(free) if free else len(busy)
        lanes[place] = lane
        heappush(busy, (end, lane))
    return lanes
