"""What would have prevented the duplicates: every safeguard replayed on the bundle, and its curve where it has one."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from raceview.export.pictures.curves import safeguard_chart
from raceview.export.report.parts import Cell, Heading, Part, Picture, Points, Section, Sentences, Table
from raceview.model import words

if TYPE_CHECKING:
    from raceview.investigation import Investigation
    from raceview.safeguards import CurvePoint

_HEAD = (
    "Each safeguard is replayed on this bundle's own files; nothing else changes.",
    "Prevented: duplicate rows that would not be there, at least and at most, where the log does not tell.",
    "Harmed: real events that would be without a row, or without one that holds the source's values.",
)


def safeguards(inv: Investigation) -> Section:
    """The section."""
    title = "What would have prevented it"
    if inv.inferred is not None or inv.files.output is None:
        reason = "Without the source and the output no safeguard can be replayed."
        return Section("safeguards", title, (Sentences((reason,)),))
    every = inv.safeguards_list
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            words(one.safeguard),
            one.setting,
            one.duplicates,
            one.prevented_low,
            one.prevented_high,
            one.harmed,
            one.price,
            one.price_unit,
        )
        for one in every
    )
    columns = (
        "safeguard",
        "setting",
        "duplicates",
        "prevented, at least",
        "prevented, at most",
        "harmed",
        "price",
        "unit",
    )
    rules = tuple(
        f"{words(one.safeguard)}: {'; '.join(filter(None, (one.rule, one.note)))}." for one in every
    )
    return Section(
        "safeguards",
        title,
        (
            Sentences(_HEAD),
            Table("safeguards", columns, rows, len(rows), brief=len(rows)),
            Heading("The rules"),
            Points(rules),
            *_curves(inv),
        ),
    )


def _curves(inv: Investigation) -> list[Part]:
    parts: list[Part] = []
    for safeguard, alike in groupby(inv.safeguard_curve_points, key=lambda point: point.safeguard):
        points = list(alike)
        parts += [
            Heading(f"{words(safeguard).capitalize()}, at other settings"),
            Picture(_caption(points[0]), partial(safeguard_chart, points), list),
            _points(points),
        ]
    return parts


def _caption(point: CurvePoint) -> str:
    return f"Between the lines: what the log does not tell. The price is counted in {point.price_unit}."


def _points(points: list[CurvePoint]) -> Table:
    unit, price = points[0].setting_unit, points[0].price_unit
    rows = tuple(
        (point.setting_value, point.prevented_low, point.prevented_high, point.harmed, point.price)
        for point in points
    )
    columns = (f"setting, {unit}", "prevented, at least", "prevented, at most", "harmed", price)
    return Table("settings", columns, rows, len(rows), brief=len(rows), folded=True)
