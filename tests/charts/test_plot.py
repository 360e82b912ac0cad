"""What plotext draws is the grid, cell by cell, and SGR codes come back as the styles they are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raceview.charts.plot import PLAIN, Grid, Run, Style, draw, runs

STYLES = [
    PLAIN,
    Style("bright_red", bold=True),
    Style("green", inverted=True),
    Style("white", bold=True, inverted=True),
]
GLYPHS = " ━╳!▒○"  # noqa: RUF001  # the cross is meant


@st.composite
def grids(pick: st.DrawFn) -> Grid:
    width, height = pick(st.integers(1, 40)), pick(st.integers(1, 8))
    grid = Grid(width, height, STYLES)
    for line in range(height):
        for column in range(width):
            grid.glyphs[line, column] = pick(st.sampled_from(GLYPHS))
            grid.look[line, column] = pick(st.integers(0, len(STYLES) - 1))
    return grid


def seen(lines: list[list[Run]]) -> list[list[tuple[str, Style]]]:
    return [[(letter, run.style) for run in line for letter in run.text] for line in lines]


def meant(grid: Grid) -> list[list[tuple[str, Style]]]:
    """A blank has no style but an inverted one."""
    cells = [
        [(str(glyph), STYLES[look]) for glyph, look in zip(*line, strict=True)]
        for line in zip(grid.glyphs, grid.look, strict=True)
    ]
    return [[(g, s if g != " " or s.inverted else PLAIN) for g, s in line] for line in cells]


@settings(max_examples=40, deadline=None)
@given(grids())
def test_every_glyph_is_in_its_cell(grid: Grid) -> None:
    assert seen(draw(grid)) == meant(grid)


def test_threads_do_not_draw_into_each_other() -> None:
    wanted = []
    for glyph in "abcdefgh":
        grid = Grid(30, 3, STYLES)
        grid.glyphs[:] = glyph
        wanted.append(grid)
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(draw, wanted * 3))
    assert [seen(lines) for lines in drawn] == [meant(grid) for grid in wanted * 3]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("plain", [Run("plain", PLAIN)]),
        (
            "\x1b[0m\x1b[38;5;9m\x1b[1ma\x1b[0m b",
            [Run("a", Style("bright_red", bold=True)), Run(" b", PLAIN)],
        ),
        ("\x1b[38;5;2m\x1b[1;7mx\x1b[0m", [Run("x", Style("green", bold=True, inverted=True))]),
        ("\x1b[38;5;231mx\x1b[m", [Run("x", PLAIN)]),
        ("\x1b[4;58mx", [Run("x", PLAIN)]),
        ("", []),
    ],
)
def test_codes_are_read(line: str, expected: list[Run]) -> None:
    assert runs(line) == expected
