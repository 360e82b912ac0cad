"""A race in lines of text, drawn by the same hand as the timeline of the investigator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from raceview.answers.event_words import against_tick
from raceview.charts import lanes as draw
from raceview.charts.axis import axis, clock, date
from raceview.charts.marks import BODIES, COPY_ROW, ORIGINAL_ROW, SEVERITIES, Severity
from raceview.charts.plot import draw as drawn
from raceview.charts.window import Window
from raceview.export.pictures.race import MOST_ROWS
from raceview.model import Role, Status, counted
from raceview.safe_text import columns, left

if TYPE_CHECKING:
    from raceview.answers.race_scene import Scene, SceneAttempt

WIDTH = 72
"""Columns of the chart, beside the names."""
MOST_LANES = 24
_LONGEST_NAME = 18
_TICK = "▼"
_KEY = (
    (Severity.RACE, "overlaps another attempt at this event"),
    (Severity.TIMEOUT, "timed out"),
    (Severity.COPY, "another attempt at this event"),
    (Severity.BUSY, "another event"),
)


def race_lines(scene: Scene) -> list[str]:
    """The lines: what each worker held, then the rows, then what the signs mean."""
    window = _window(scene)
    edges = window.left + window.step * np.arange(window.width + 1, dtype=np.int64)
    workers = scene.workers[:MOST_LANES]
    origin = _origin(scene)
    names = [origin, *workers, *(f"row {row.row}" for row in scene.page.rows[:MOST_ROWS])]
    width = min(_LONGEST_NAME, max(map(columns, names)))
    start = f"from {date(int(edges[0]))} {clock(int(edges[0]), window.step)} UTC"
    lines = [(start, ""), ("", axis(edges.tolist(), window.step))]
    lines.append((origin, _mark(window, scene.page.tick.time_ns, _TICK)))
    for worker in workers:
        lines += [
            (worker if not depth else "", text) for depth, text in enumerate(_lane(scene, worker, edges))
        ]
    lines += [
        (
            f"row {row.row}",
            _mark(window, row.time_ns, (COPY_ROW if row.role is Role.DUPLICATE else ORIGINAL_ROW).glyph)
            + f" {against_tick(row)}",
        )
        for row in scene.page.rows[:MOST_ROWS]
    ]
    told = [f"{left(name, width)} {text}".rstrip() if text else name for name, text in lines]
    if more := len(scene.workers) - len(workers):
        told.append(f"… and {counted(more, 'more worker')}")
    return [*told, "", *_signs(scene)]


def _origin(scene: Scene) -> str:
    """What differences are from: without a source the first row of the event stands for its tick."""
    return "first row" if scene.page.inferred else "tick"


def severity(one: SceneAttempt) -> Severity:
    """The sign of an attempt."""
    if not one.own:
        return Severity.BUSY
    if one.status == Status.TIMEOUT:
        return Severity.TIMEOUT
    return Severity.RACE if one.overlaps else Severity.COPY


def _window(scene: Scene) -> Window:
    """All of the scene; a step has two digits, that the first time is not longer than it needs to be."""
    least = -(-(scene.end_ns - scene.start_ns) // WIDTH)
    unit = 10 ** max(0, len(str(least)) - 2)
    step = max(1, -(-least // unit) * unit)
    return Window(scene.start_ns // step * step, step, WIDTH + 1)


def _lane(scene: Scene, worker: str, edges: draw.Integers) -> list[str]:
    """The attempts of a worker, those that overlap below each other."""
    there = [
        one
        for one in scene.attempts
        if one.worker == worker
        and one.start_ns < edges[-1]
        and max(one.until_ns, one.start_ns + 1) > edges[0]
    ]
    starts = [one.start_ns for one in there]
    ends = [max(one.until_ns, one.start_ns + 1) for one in there]
    depths = draw.stack(starts, ends)
    lines = max(depths, default=0) + 1
    grid = draw.new_grid(len(edges) - 1, lines)
    bars = draw.Bars(
        np.array(starts, np.int64),
        np.array(ends, np.int64),
        np.array([int(one.unended) for one in there], np.int8),
        np.array([int(severity(one)) for one in there], np.int8),
        depths,
        [0] * len(there),
    )
    if there:
        draw.put_bars(grid, 0, lines, bars, edges)
    return ["".join(run.text for run in line) for line in drawn(grid)]


def _mark(window: Window, at_ns: int, sign: str) -> str:
    return " " * max(0, window.column(at_ns)) + sign


def _signs(scene: Scene) -> list[str]:
    used = {severity(one) for one in scene.attempts}
    told = [
        f"{SEVERITIES[at].glyph if at > Severity.BUSY else ''}{BODIES[at] * 2} {what}"
        for at, what in _KEY
        if at in used
    ]
    return [
        "   ".join(told),
        f"{_TICK} {_origin(scene)}   {ORIGINAL_ROW.glyph} original row   {COPY_ROW.glyph} duplicate row",
    ]
