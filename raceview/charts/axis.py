"""The scale under a chart: where its times stand, and how times and durations are written. All of it UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from raceview.charts.window import next_step
from raceview.model import NS_PER_SECOND

_MINUTE = 60 * NS_PER_SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_ROUND = [n * NS_PER_SECOND for n in (1, 2, 5, 10, 15, 30)]
_ROUND += [n * _MINUTE for n in (1, 2, 5, 10, 15, 30)] + [n * _HOUR for n in (1, 2, 3, 6, 12)]
_ROUND += [n * _DAY for n in (1, 2, 5, 10, 30, 100, 365, 1000, 3650)]
_UNITS = (
    (_DAY, "d"),
    (_HOUR, "h"),
    (_MINUTE, "min"),
    (NS_PER_SECOND, "s"),
    (10**6, "ms"),
    (10**3, "µs"),
    (1, "ns"),
)
_LABEL = 10
"""Columns that a label and the space after it take, at least."""


def date(at_ns: int) -> str:
    """`2025-07-12`."""
    return _moment(at_ns).strftime("%Y-%m-%d")


def clock(at_ns: int, step_ns: int) -> str:
    """`09:15:05.780`, as exact as steps of `step_ns` need."""
    digits = _digits(step_ns)
    whole = _moment(at_ns).strftime("%H:%M:%S")
    return f"{whole}.{at_ns % NS_PER_SECOND:09d}"[: 9 + digits] if digits else whole


def short_clock(at_ns: int, before_ns: int, step_ns: int) -> str:
    """A time after another one: only what differs from that, from a whole field on (`.790`, `09:16:00`)."""
    text = clock(at_ns, step_ns)
    same_second = at_ns // NS_PER_SECOND == before_ns // NS_PER_SECOND
    return text[8:] if same_second and _digits(step_ns) else text


def duration(ns: int) -> str:
    """`80 ms`, `1.5 s`, `8 h 12 min`: two units or three digits, whichever says it."""
    if ns >= _MINUTE:
        at = next(i for i, (unit, _) in enumerate(_UNITS) if ns >= unit)
        (unit, name), (lesser, lesser_name) = _UNITS[at], _UNITS[at + 1]
        rest = ns % unit // lesser
        return f"{ns // unit:,} {name} {rest} {lesser_name}" if rest else f"{ns // unit:,} {name}"
    unit, name = next(((unit, name) for unit, name in _UNITS if ns >= unit), _UNITS[-1])
    return f"{ns / unit:.3f}".rstrip("0").rstrip(".") + f" {name}"


def ticks(edges: Sequence[int], step: int) -> tuple[list[tuple[int, int]], int]:
    """(column, time) of each label, and the distance they are rounded to.

    `edges` are the real times of the cells. Round times where the scale is even; where gaps are folded, cells at
    regular distances.
    """
    width = len(edges) - 1
    first, last = int(edges[0]), int(edges[-1])
    if last - first != step * width:
        columns = range(0, width - _LABEL + 1, _LABEL + 5)
        return [(column, int(edges[column])) for column in columns], step
    distance = _round(step * _LABEL)
    times = range(-(-first // distance) * distance, last, distance)
    return [((at - first) // step, at) for at in times], distance


def axis(edges: Sequence[int], step: int) -> str:
    """One line of labels: the first in full, the others as short as they can be read."""
    places, distance = ticks(edges, step)
    width = len(edges) - 1
    line = ""
    before: int | None = None
    for column, at in places:
        text = clock(at, distance) if before is None else short_clock(at, before, distance)
        if column < len(line) + bool(line) or column + len(text) > width:
            continue
        line = line.ljust(column) + text
        before = at
    return line.ljust(width)


def _round(ns: int) -> int:
    if ns <= NS_PER_SECOND // 2:
        return next_step(ns - 1, smaller=False) if ns > 1 else 1
    return next((step for step in _ROUND if step >= ns), _ROUND[-1])


def _digits(step_ns: int) -> int:
    """How many digits of a second steps of this size need."""
    return next(digits for digits in range(10) if step_ns % 10 ** (9 - digits) == 0)


def _moment(at_ns: int) -> datetime:
    return datetime.fromtimestamp(at_ns // NS_PER_SECOND, UTC)
