"""A small Gantt of one event: the windows of its attempts and the moments of its rows, on one axis."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from raceview.answers.event_page import EventPage
from raceview.answers.event_records import Attempt, Row
from raceview.charts import marks
from raceview.charts.marks import Severity
from raceview.model import Outcome, Role


@dataclass(frozen=True, slots=True)
class Axis:
    """The time that bars span, in `width` terminal columns."""

    start_ns: int
    stop_ns: int
    width: int

    def cell(self, ns: int) -> int:
        """The column of a moment."""
        return min(self.half(ns) // 2, self.width - 1)

    def half(self, ns: int) -> int:
        """The half column of a moment."""
        span = max(1, self.stop_ns - self.start_ns)
        return 2 * self.width * (ns - self.start_ns) // span


def times(page: EventPage) -> list[int]:
    """Every moment that the page names."""
    found = [page.tick.time_ns, *(row.time_ns for row in page.rows)]
    for attempt in page.attempts:
        found += [attempt.start_ns] if attempt.end_ns is None else [attempt.start_ns, attempt.end_ns]
    return found


def axis_of(page: EventPage, width: int) -> Axis:
    """From the first moment of the page to the last."""
    found = times(page)
    return Axis(min(found), max(found), max(1, width))


def bar(page: EventPage, attempt: Attempt, axis: Axis, selected: bool) -> Content:
    """The attempt's window. Where another attempt holds the event, too, it is a race; a timed-out one is dashed."""
    stop_ns = axis.stop_ns if attempt.end_ns is None else attempt.end_ns
    first = min(axis.half(attempt.start_ns), 2 * axis.width - 1)
    last = max(first + 1, min(axis.half(stop_ns), 2 * axis.width))
    contested = [_shared(attempt, page.attempts[number - 1], axis) for number in attempt.overlaps]
    claims = {axis.cell(start) for start, _ in contested}
    drawn = Content(" " * (first // 2))
    for at in range(first // 2, (last + 1) // 2):
        raced = any(axis.cell(start) <= at <= axis.cell(max(start, stop - 1)) for start, stop in contested)
        severity = Severity.RACE if raced else Severity.TIMEOUT if attempt.failed else Severity.BUSY
        glyph = marks.SEVERITIES[Severity.RACE].glyph if at in claims else marks.BODIES[severity]
        if severity is Severity.BUSY and 2 * at < first:
            glyph = marks.BAR_START
        elif severity is Severity.BUSY and 2 * at + 1 >= last:
            glyph = marks.BAR_END
        style = marks.SEVERITIES[severity].textual_style
        drawn += Content.styled(glyph, f"{style} bold" if selected else style)
    late = marks.SEVERITIES[Severity.TIMEOUT]
    if attempt.end_ns is None:
        drawn += Content.styled(marks.OPEN_END, late.textual_style)
    elif attempt.failed:
        drawn += Content.styled(late.glyph, late.textual_style)
    return drawn


def row_mark(page: EventPage, row: Row) -> marks.Mark:
    """The sign of a row of this event."""
    return marks.ALTERED_ROW if page.outcome is Outcome.ALTERED else marks.ROLES[row.role]


def row_marks(page: EventPage, axis: Axis) -> Content:
    """All rows on the axis of the bars; of several in one column a duplicate is seen."""
    found: dict[int, marks.Mark] = {}
    for row in sorted(page.rows, key=lambda row: row.role is Role.DUPLICATE):
        found[axis.cell(row.time_ns)] = row_mark(page, row)
    line, at = Content(""), 0
    for cell, mark in sorted(found.items()):
        line += Content(" " * (cell - at)) + Content.styled(mark.glyph, mark.textual_style)
        at = cell + 1
    return line


def _shared(one: Attempt, other: Attempt, axis: Axis) -> tuple[int, int]:
    """From when to when both attempts hold the event."""
    ends = [axis.stop_ns if attempt.end_ns is None else attempt.end_ns for attempt in (one, other)]
    return max(one.start_ns, other.start_ns), min(ends)
