"""One event's race: a lane per worker with its attempts, the tick above, the rows below, on one scale of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from raceview.answers import amounts
from raceview.answers.event_words import against_tick
from raceview.answers.race_scene import Scene, SceneAttempt
from raceview.charts.lanes import stack
from raceview.export.pictures.looks import BLUE, GREEN, GREY, LONGEST, ORANGE, RED, data, labels, zoom_x
from raceview.model import NS_PER_MS, Role, Status
from raceview.safe_text import printable

if TYPE_CHECKING:
    import altair as alt

TICK, FIRST_ROW = "source tick", "first row"
OVERLAPPING, TIMED_OUT, OWN, OTHER = "overlapping attempt", "timed-out attempt", "attempt", "another event's"
ORIGINAL, COPY = "original row", "duplicate row"
_COLOURS = {
    OVERLAPPING: RED,
    TIMED_OUT: ORANGE,
    OWN: BLUE,
    OTHER: GREY,
    TICK: GREEN,
    FIRST_ROW: GREEN,
    ORIGINAL: GREEN,
    COPY: RED,
}
MOST_ROWS = 8
"""Rows of one event in a chart."""
_LANE = 26
_BAR = 17
_DEEPEST = 3


def race_chart(scene: Scene, number: int = 1) -> alt.LayerChart:
    """The chart of a scene. `number` tells several on one page apart."""
    import altair as alt

    bars, rows = _bars(scene), _rows(scene)
    order = list(
        dict.fromkeys(
            [
                _name(scene),
                *(bar["lane"] for bar in sorted(bars, key=_by_lane)),
                *(row["lane"] for row in rows),
            ]
        )
    )
    lane = alt.Y(
        "lane:N", sort=order, title=None, scale=alt.Scale(domain=order), axis=alt.Axis(labelLimit=180)
    )
    zero = scene.page.tick.time_ns
    start = alt.X(
        "from:Q",
        scale=alt.Scale(domain=[_ms(scene.start_ns, zero), _ms(scene.end_ns, zero)], nice=False),
        title=f"ms after the {_origin(scene)}, {_clock(scene, zero)} UTC",
    )
    used = {mark["kind"] for mark in (_tick(scene), *bars, *rows)}
    kinds = [kind for kind in _COLOURS if kind in used]
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=kinds, range=[_COLOURS[kind] for kind in kinds]),
        legend=alt.Legend(title=None, orient="top", labelLimit=200),
    )
    told = [alt.Tooltip(f"{name}:N") for name in ("attempt", "worker", "start", "end", "status", "where")]
    attempts = alt.Chart(data(bars))
    marks = alt.Chart(data([_tick(scene), *rows]))
    layers: list[alt.Chart] = [
        alt.Chart(data([{"from": 0}])).mark_rule(strokeDash=[3, 3], opacity=0.5).encode(x=start),
        attempts.mark_bar(height=_BAR, stroke="currentColor", strokeWidth=0.7, strokeOpacity=0.5).encode(
            x=start,
            x2="to:Q",
            y=lane,
            color=colour,
            opacity=alt.condition(f"datum.kind == {OTHER!r}", alt.value(0.35), alt.value(0.9)),
            tooltip=told,
        ),
        alt.Chart(data([bar for bar in bars if bar["unended"]]))
        .mark_point(shape="triangle-right", size=90, filled=True)
        .encode(x="to:Q", y=lane, color=colour, tooltip=told),
        attempts.mark_text(align="left", dx=4, fontSize=11, fontWeight="bold").encode(
            x=start, y=lane, text="short:N"
        ),
        marks.mark_point(size=110, filled=True, opacity=1).encode(
            x=start,
            y=lane,
            color=colour,
            shape=alt.Shape("shape:N", scale=None),
            tooltip=[alt.Tooltip(f"{name}:N") for name in ("what", "time", "price", "difference", "where")],
        ),
        marks.mark_text(align="left", dx=9, fontSize=11).encode(x=start, y=lane, text="short:N"),
    ]
    layered = alt.layer(*layers).properties(width="container", height=_LANE * len(order))
    chart = layered.add_params(zoom_x(f"zoom_race_{number}"))
    return cast("alt.LayerChart", chart)  # a FacetChart only where something is faceted


def kind(one: SceneAttempt) -> str:
    """The word for an attempt in the legend."""
    if not one.own:
        return OTHER
    if one.status == Status.TIMEOUT:
        return TIMED_OUT
    return OVERLAPPING if one.overlaps else OWN


def _name(scene: Scene) -> str:
    """What differences are from: without a source the first row of the event stands for its tick."""
    return FIRST_ROW if scene.page.inferred else TICK


def _origin(scene: Scene) -> str:
    return "event's first row" if scene.page.inferred else "tick"


def _by_lane(bar: dict[str, Any]) -> tuple[int, int]:
    worker, depth = bar["place"]
    return worker, depth


def _bars(scene: Scene) -> list[dict[str, Any]]:
    """The attempts; those of one worker that overlap lie in lanes of their own below its first."""
    lanes = labels(scene.workers, taken=(_name(scene),))
    found = []
    for place, worker in enumerate(scene.workers):
        own = [one for one in scene.attempts if one.worker == worker]
        starts, ends = ([time(one) for one in own] for time in (_start, _until))
        for one, depth in zip(own, stack(starts, ends), strict=True):
            deep = min(depth, _DEEPEST)
            lane = f"{lanes[worker]} ({deep + 1})" if deep else lanes[worker]
            found.append({"lane": lane, "place": [place, deep], **_bar(scene, one)})
    return found


def _bar(scene: Scene, one: SceneAttempt) -> dict[str, Any]:
    zero = scene.page.tick.time_ns
    return {
        "kind": kind(one),
        "from": _ms(one.start_ns, zero),
        "to": _ms(one.until_ns, zero),
        "unended": one.unended,
        "short": f"{one.number}" if one.own else "",
        "attempt": f"attempt {one.number} at {printable(one.event_id, LONGEST)}",
        "worker": printable(one.worker, LONGEST),
        "start": _clock(scene, one.start_ns),
        "end": "not logged" if one.unended else _clock(scene, one.until_ns),
        "status": one.status,
        "where": f"{printable(scene.page.files.get('attempts', ''), LONGEST)}:{one.line}",
    }


def _start(one: SceneAttempt) -> int:
    return one.start_ns


def _until(one: SceneAttempt) -> int:
    return one.until_ns


def _tick(scene: Scene) -> dict[str, Any]:
    tick = scene.page.tick
    role = "output" if scene.page.inferred else "ticks"
    return {
        "lane": _name(scene),
        "kind": _name(scene),
        "shape": "triangle-down",
        "from": 0,
        "what": f"the {_origin(scene)}",
        "short": amounts.price(tick.price_units),
        "time": _clock(scene, tick.time_ns),
        "price": amounts.price(tick.price_units),
        "difference": "",
        "where": f"{printable(scene.page.files.get(role, ''), LONGEST)}:{tick.line}",
    }


def _rows(scene: Scene) -> list[dict[str, Any]]:
    """A lane for each row."""
    zero = scene.page.tick.time_ns
    return [
        {
            "lane": f"row {row.row}",
            "kind": COPY if row.role is Role.DUPLICATE else ORIGINAL,
            "shape": "diamond" if row.role is Role.DUPLICATE else "circle",
            "from": _ms(row.time_ns, zero),
            "what": f"{row.role} row {row.row}",
            "short": against_tick(row),
            "time": _clock(scene, row.time_ns),
            "price": amounts.price(row.price_units),
            "difference": against_tick(row),
            "where": f"{printable(scene.page.files.get('output', ''), LONGEST)}:{row.line}",
        }
        for row in scene.page.rows[:MOST_ROWS]
    ]


def _clock(scene: Scene, at_ns: int) -> str:
    times = [scene.page.tick.time_ns, *(row.time_ns for row in scene.page.rows)]
    times += [one.start_ns for one in scene.attempts if one.own]
    return amounts.clock(at_ns, amounts.second_digits(times))


def _ms(at_ns: int, zero: int) -> float:
    return (at_ns - zero) / NS_PER_MS
