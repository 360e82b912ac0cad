"""Themes that bring their own colours: every mark can be read, and told from the others that it may stand beside."""

from __future__ import annotations

import pytest
from rich.color import Color
from rich.terminal_theme import TerminalTheme
from textual.theme import BUILTIN_THEMES

from raceview.charts.marks import OUTCOMES, ROLES, SEVERITIES
from raceview.tui.colours import ON_DARK, ON_LIGHT

READABLE = 4.5
"""The contrast that WCAG 2.2 asks of text (success criterion 1.4.3)."""
USED = {mark.colour for table in (SEVERITIES, OUTCOMES, ROLES) for mark in table.values()} - {"default"}


def luminance(rgb: tuple[int, int, int]) -> float:
    """Relative luminance, as WCAG defines it."""
    shares = [value / 255 for value in rgb]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("theme", "colours"), [("textual-dark", ON_DARK), ("textual-light", ON_LIGHT)])
def test_every_mark_can_be_read_and_told_from_the_others(theme: str, colours: TerminalTheme) -> None:
    variables = BUILTIN_THEMES[theme].to_color_system().generate()
    grounds = [variables[name] for name in ("background", "surface", "panel")]
    shown = {name: tuple(Color.parse(name).get_truecolor(colours)) for name in sorted(USED)}
    assert len(set(shown.values())) == len(shown)
    faint = [
        (name, ground)
        for name, rgb in shown.items()
        for ground in grounds
        if contrast(rgb, tuple(Color.parse(ground).get_truecolor())) < READABLE  # type: ignore[arg-type]
    ]
    assert faint == []
