"""Counts as bars of text: lying, with a name each, or standing side by side."""

from __future__ import annotations

from collections.abc import Sequence

from raceview.charts.marks import LEVELS
from raceview.charts.plot import PLAIN, Grid, draw
from raceview.safe_text import columns as columns_of
from raceview.safe_text import left

_FULL = LEVELS[-1]
_LONGEST_NAME = 20


def bars(counts: Sequence[tuple[str, int]], width: int) -> list[str]:
    """A line for each (name, count): the bar is as long as its share of the greatest, at most `width` columns."""
    if not counts:
        return []
    most = max(1, *(count for _, count in counts))
    names = min(_LONGEST_NAME, max(columns_of(name) for name, _ in counts))
    figures = max(len(f"{count:,}") for _, count in counts)
    room = max(1, width - names - figures - 2)
    grid = Grid(room, len(counts), [PLAIN])
    for line, (_, count) in enumerate(counts):
        grid.glyphs[line, : max(count * room // most, 1 if count else 0)] = _FULL
    drawn = ["".join(run.text for run in line) for line in draw(grid)]
    return [
        f"{left(name, names)} {count:>{figures},} {bar}".rstrip()
        for (name, count), bar in zip(counts, drawn, strict=True)
    ]


def columns(counts: Sequence[int], height: int) -> list[str]:
    """A column for each count, `height` lines high at the greatest; what is not 0 is never drawn as nothing."""
    most = max(1, *counts) if counts else 1
    steps = len(LEVELS)
    grid = Grid(len(counts), height, [PLAIN])
    for column, count in enumerate(counts):
        level = max(count * height * steps // most, 1 if count else 0)
        full, part = divmod(level, steps)
        grid.glyphs[height - full :, column] = _FULL
        if part:
            grid.glyphs[height - full - 1, column] = LEVELS[part - 1]
    return ["".join(run.text for run in line).rstrip() for line in draw(grid)]
