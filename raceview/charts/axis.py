"""The scale under a chart: where its times stand, and how times and durations are written. All of it UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
"""Columns from one label to the next, at least."""
_FINE_LABEL = 12
"""The same where labels have nine digits."""
_FINE_NS = 100
_MS_DIGITS = 3


def date(at_ns: int) -> str:
    """`2025-07-12`."""
    return _moment(at_ns).strftime("%Y-%m-%d")


def clock(at_ns: int, step_ns: int) -> str:
    """`09:15:05.780`, as exact as steps of `step_ns` need."""
    digits = _digits(step_ns)
    whole = _moment(at_ns).strftime("%H:%M:%S")
    return f"{whole}.{at_ns % NS_PER_SECOND:09d}"[: 9 + digits] if digits else whole


def label(at_ns: int, step_ns: int) -> str:
    """A time on a scale of this step: `09:16:00`, `:05.78`, `.780125`. What it leaves out stands above the chart."""
    text = clock(at_ns, step_ns)
    digits = _digits(step_ns)
    if not digits:
        return text
    return text[5:] if digits <= _MS_DIGITS else text[8:]


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

    `edges` are the real times of the cells: every stretch between folded gaps has its round times. Where none has any,
    the first cell is labelled, as exactly as a column is wide.
    """
    distance = _round(step * (_LABEL if step * _LABEL >= _FINE_NS else _FINE_LABEL))
    found = []
    for column, first, last in _stretches(edges, step):
        times = range(-(-first // distance) * distance, last, distance)
        found += [(column + (at - first) // step, at) for at in times]
    fine = 10 ** (len(str(step)) - 1)
    return (found, distance) if found else ([(0, int(edges[0]) // fine * fine)], fine)


def axis(edges: Sequence[int], step: int, notes: Iterable[tuple[int, str]] = ()) -> str:
    """One line of labels, each beginning in the column of its time; `notes` stand where they would be in the way."""
    places, distance = ticks(edges, step)
    width = len(edges) - 1
    line = [" "] * width
    for column, text in (*notes, *((column, label(at, distance)) for column, at in places)):
        around = line[max(0, column - 1) : column + len(text) + 1]
        if column + len(text) <= width and not "".join(around).strip():
            line[column : column + len(text)] = text
    return "".join(line)


def _stretches(edges: Sequence[int], step: int) -> Iterator[tuple[int, int, int]]:
    """(column, first time, last time) of every run of cells that are `step` wide."""
    start = 0
    for column in range(len(edges)):
        if column + 1 == len(edges) or edges[column + 1] - edges[column] != step:
            if column > start:
                yield start, int(edges[start]), int(edges[column])
            start = column + 1


def _round(ns: int) -> int:
    if ns <= NS_PER_SECOND // 2:
        return next_step(ns - 1, smaller=False) if ns > 1 else 1
    return next((step for step in _ROUND if step >= ns), _ROUND[-1])


def _digits(step_ns: int) -> int:
    """How many digits of a second steps of this size need."""
    return next(digits for digits in range(10) if step_ns % 10 ** (9 - digits) == 0)


def _moment(at_ns: int) -> datetime:
    return datetime.fromtimestamp(at_ns // NS_PER_SECOND, UTC)
