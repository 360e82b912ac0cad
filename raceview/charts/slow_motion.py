"""One event's windows as lanes that fill while a cursor moves over them; long idle stretches are drawn short."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.text import Text

from raceview.charts.marks import BODIES, FOLD, OPEN_END, SEVERITIES, Mark, Severity

_LONGEST_GAP = 1.0
"""A gap longer than this times all that is busy is folded ..."""
_FOLDED = 0.2
"""... to this times that."""
_TO_COME = "·"


class Scale:
    """Maps time to a share of the width, 0 to 1, with long gaps folded."""

    def __init__(self, windows: Sequence[tuple[int, int]]) -> None:
        """`windows` are (start, end) of what must be seen in full; at least one."""
        busy = _merged(windows)
        total = max(1, sum(end - start for start, end in busy))
        self._times = [busy[0][0]]
        widths = [0.0]
        self.folds: list[int] = []
        """The moments at which a fold begins."""
        for number, (start, end) in enumerate(busy):
            if number:
                gap = start - self._times[-1]
                folded = gap > _LONGEST_GAP * total
                if folded:
                    self.folds.append(self._times[-1])
                self._times.append(start)
                widths.append(_FOLDED * total if folded else float(gap))
            self._times.append(end)
            widths.append(float(end - start))
        whole = sum(widths) or 1.0
        self._shares = [sum(widths[: place + 1]) / whole for place in range(len(widths))]

    @property
    def ends(self) -> tuple[int, int]:
        """The first and the last moment."""
        return self._times[0], self._times[-1]

    def share(self, at_ns: int) -> float:
        """Where a moment lies; those outside lie at the ends."""
        place = bisect_right(self._times, at_ns) - 1
        if place < 0:
            return 0.0
        if place >= len(self._times) - 1:
            return 1.0
        before, after = self._times[place], self._times[place + 1]
        part = (at_ns - before) / (after - before) if after > before else 0.0
        return self._shares[place] + part * (self._shares[place + 1] - self._shares[place])

    def at(self, share: float) -> int:
        """The moment at a share of the width."""
        for (before, after), (low, high) in zip(pairwise(self._times), pairwise(self._shares), strict=True):
            if share <= high:
                part = (share - low) / (high - low) if high > low else 0.0
                return before + round(part * (after - before))
        return self._times[-1]


@dataclass(frozen=True, slots=True)
class Lane:
    """One window. `marks` are signs at moments, such as rows that were written."""

    label: str
    start_ns: int
    end_ns: int | None
    severity: Severity
    current: bool = False
    marks: tuple[tuple[int, Mark], ...] = ()


def draw_lanes(lanes: Sequence[Lane], scale: Scale, cursor: float, width: int, label: int) -> list[Text]:
    """A line for each lane: its label, then what happened up to the cursor, and dots for what is to come."""
    return [_draw_lane(lane, scale, cursor, width - label - 1, label) for lane in lanes]


def column(share: float, width: int) -> int:
    """The column of a share of the width."""
    return min(width - 1, max(0, int(share * width)))


def _draw_lane(lane: Lane, scale: Scale, cursor: float, width: int, label: int) -> Text:
    mark = SEVERITIES[lane.severity]
    here = column(cursor, width)
    first = column(scale.share(lane.start_ns), width)
    open_ended = lane.end_ns is None
    last = width - 1 if lane.end_ns is None else max(first, column(scale.share(lane.end_ns), width))
    cells = [(" ", "")] * width
    for moment in scale.folds:
        cells[min(width - 1, column(scale.share(moment), width) + 1)] = (FOLD, "bright_black")
    body = BODIES[lane.severity]
    for at in range(first, last + 1):
        glyph = mark.glyph if at == first and lane.severity is not Severity.BUSY else body
        if at == last and open_ended:
            glyph = OPEN_END
        passed = at < here or (at == here and scale.share(lane.start_ns) <= cursor)
        cells[at] = (glyph, mark.colour) if passed else (_TO_COME, "bright_black")
    for moment, sign in lane.marks:
        if scale.share(moment) <= cursor + 1e-9:
            cells[column(scale.share(moment), width)] = (sign.glyph, f"bold {sign.colour}")
    if cells[here][0] in {" ", _TO_COME}:
        cells[here] = ("│", "bold")
    else:
        cells[here] = (cells[here][0], f"reverse {cells[here][1]}")
    line = Text(lane.label.ljust(label)[:label] + " ", "bold" if lane.current else "")
    for glyph, style in cells:
        line.append(glyph, style)
    return line


def _merged(windows: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping windows as one, in order."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
