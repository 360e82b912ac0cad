"""One safeguard over its settings: the duplicates it prevents as bars side by side, its numbers below each."""

from __future__ import annotations

from collections.abc import Sequence

from raceview.charts.plot import PLAIN, Run, Style
from raceview.charts.spans import standing
from raceview.export.safeguards_text import amount
from raceview.safe_text import left
from raceview.safeguards import CurvePoint

_LEAST_CHART = 3
"""Lines below which the bars say nothing."""
_FAINT, _HARM = Style("bright_black"), Style("bright_red")
_LONGEST_LABEL = 26


def curve(points: Sequence[CurvePoint], duplicates: int, width: int, height: int) -> list[list[Run]]:
    """At most `height` lines; where not all settings fit in the width, evenly spread ones, and it says so."""
    if not points or height < _LEAST_CHART:
        return []
    label = min(_LONGEST_LABEL, width // 3)
    column = 2 + max(len(text) for point in points for text in _texts(point))
    shown = _spread(points, max(2, (width - label - 2) // column))
    lines = [_line(name, label, cells, column, style) for name, cells, style in _numbers(shown)]
    of = f" ({len(shown)} of {len(points)} settings)" if len(shown) < len(points) else ""
    room = height - len(lines) - 1
    if room >= _LEAST_CHART:
        bars = standing([(one.prevented_low, one.prevented_high) for one in shown], duplicates, column, room)
        scale = [f"{duplicates:,}", *[""] * (room - 2), "0"]
        marked = [[Run(f"{mark:>{label}} ", _FAINT), *bar] for mark, bar in zip(scale, bars, strict=True)]
        lines = [[Run(f" prevented, at other settings{of}", Style(bold=True))], *marked, *lines]
    return lines[:height]


def _texts(point: CurvePoint) -> tuple[str, ...]:
    """Its numbers, in the order of the lines."""
    return (
        amount(point.setting_value),
        f"{point.prevented_low:,}",
        f"{point.prevented_high:,}",
        f"{point.harmed:,}",
        amount(point.price),
    )


def _numbers(shown: Sequence[CurvePoint]) -> list[tuple[str, list[str], Style]]:
    first = shown[0]
    harm = _HARM if any(point.harmed for point in shown) else PLAIN
    names = (f"setting, {first.setting_unit}", "at least", "at most", "harmed", first.price_unit)
    styles = (Style(bold=True), PLAIN, PLAIN, harm, _FAINT)
    cells = zip(*map(_texts, shown), strict=True)
    return [(name, list(texts), style) for name, texts, style in zip(names, cells, styles, strict=True)]


def _line(name: str, label: int, cells: Sequence[str], column: int, style: Style) -> list[Run]:
    return [Run(f" {left(name, label - 1)} {''.join(f'{cell:>{column}}' for cell in cells)}", style)]


def _spread(points: Sequence[CurvePoint], most: int) -> list[CurvePoint]:
    """As many as that, the first and the last among them."""
    if len(points) <= most:
        return list(points)
    return [points[round(at * (len(points) - 1) / (most - 1))] for at in range(most)]
