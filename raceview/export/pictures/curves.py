"""What a safeguard does at each of its settings, and how the causes move with assumed clocks: lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from raceview.export.pictures.looks import BLUE, RED, SERIES, data, labels, zoom_x
from raceview.safeguards import CurvePoint

if TYPE_CHECKING:
    import altair as alt

_HEIGHT = 180
_PREVENTED, _HARMED = "duplicate rows prevented", "real events harmed"


def safeguard_chart(points: Sequence[CurvePoint]) -> alt.LayerChart:
    """The curve of one safeguard: what it prevents (a band where the log does not tell) and what it harms."""
    import altair as alt

    unit, price_unit = points[0].setting_unit, points[0].price_unit
    setting = alt.X("setting:Q", scale=alt.Scale(type="log", nice=False), title=f"setting, {unit}")
    told = [
        alt.Tooltip("setting:Q", title=f"setting, {unit}"),
        alt.Tooltip("low:Q", title="prevented, at least"),
        alt.Tooltip("high:Q", title="prevented, at most"),
        alt.Tooltip("harmed:Q", title=_HARMED),
        alt.Tooltip("price:Q", title=price_unit),
    ]
    chart = alt.Chart(
        data([_point(point) for point in points if point.setting_value > 0])
    )  # on a scale of logarithms
    colour = alt.Color(
        "what:N",
        scale=alt.Scale(domain=[_PREVENTED, _HARMED], range=[BLUE, RED]),
        legend=alt.Legend(title=None, orient="top", labelLimit=240),
    )
    prevented, harmed = (chart.transform_calculate(what=repr(what)) for what in (_PREVENTED, _HARMED))
    count = alt.Y("high:Q", title="count", axis=alt.Axis(tickMinStep=1), scale=alt.Scale(domainMin=0))
    layered = alt.layer(
        prevented.mark_area(opacity=0.25).encode(x=setting, y=count, y2="low:Q", color=colour),
        prevented.mark_line(point=True).encode(x=setting, y="low:Q", color=colour, tooltip=told),
        prevented.mark_line(point=True, strokeDash=[4, 3]).encode(
            x=setting, y="high:Q", color=colour, tooltip=told
        ),
        harmed.mark_line(point=True).encode(x=setting, y="harmed:Q", color=colour, tooltip=told),
    )
    return cast("alt.LayerChart", layered.properties(width="container", height=_HEIGHT))


def sensitivity_chart(lines: Sequence[Mapping[str, Any]]) -> alt.Chart:
    """Lines of (worker_id, shift_ms, changed): how many events would have another cause if that clock were off."""
    import altair as alt

    most: dict[str, int] = {}
    for line in lines:
        most[line["worker_id"]] = max(line["changed"], most.get(line["worker_id"], 0))
    shown = labels(sorted(most, key=lambda worker: (-most[worker], worker))[: len(SERIES)])
    values = [
        {"worker": shown[line["worker_id"]], "shift": line["shift_ms"], "changed": line["changed"]}
        for line in lines
        if line["worker_id"] in shown
    ]
    chart: alt.Chart = (
        alt.Chart(data(values))
        .mark_line(point=True)
        .encode(
            x=alt.X("shift:Q", title="assumed shift of the worker's clock, ms"),
            y=alt.Y("changed:Q", title="events with another cause", axis=alt.Axis(tickMinStep=1)),
            color=alt.Color(
                "worker:N",
                scale=alt.Scale(domain=list(shown.values()), range=list(SERIES)),
                legend=alt.Legend(title=None, orient="top", labelLimit=180),
            ),
            tooltip=["worker:N", "shift:Q", "changed:Q"],
        )
        .properties(width="container", height=_HEIGHT)
        .add_params(zoom_x("zoom_sensitivity"))
    )
    return chart


def _point(point: CurvePoint) -> dict[str, Any]:
    return {
        "setting": point.setting_value,
        "low": point.prevented_low,
        "high": point.prevented_high,
        "harmed": point.harmed,
        "price": point.price,
    }
