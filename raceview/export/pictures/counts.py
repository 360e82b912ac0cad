"""Where the duplicates are: over time, by worker, by symbol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from raceview.answers.by_worker import WorkerShare
from raceview.answers.causes_over_time import CausesOverTime
from raceview.export.pictures.looks import CAUSES, RED, cause_words, data, labels, zoom_x
from raceview.model import NS_PER_MS

if TYPE_CHECKING:
    import altair as alt

MOST_BARS = 20
"""Workers or symbols in a chart; the table beside it says how many more there are."""
_BAR = 20
_HEIGHT = 200


def over_time_chart(spans: CausesOverTime) -> alt.Chart:
    """Duplicated events in equal spans of time, by cause. Time is UTC."""
    import altair as alt

    lines = []
    for cell in range(len(spans.totals)):
        below = 0
        for cause, counts in spans.counts.items():
            if counts[cell]:
                start = spans.start_ns + cell * spans.width_ns
                lines.append(
                    {
                        "from": start / NS_PER_MS,
                        "to": (start + spans.width_ns) / NS_PER_MS,
                        "cause": cause_words(cause),
                        "events": counts[cell],
                        "low": below,
                        "high": below + counts[cell],
                    }
                )
                below += counts[cell]
    causes = {cause_words(cause): CAUSES[cause] for cause in spans.counts}
    ends = (spans.start_ns / NS_PER_MS, spans.end_ns / NS_PER_MS)  # the scale is to show all of the time
    lines += [
        {"from": end, "to": end, "cause": next(iter(causes)), "events": 0, "low": 0, "high": 0}
        for end in ends
    ]
    chart: alt.Chart = (
        alt.Chart(data(lines))
        .mark_rect(strokeWidth=0.5)
        .encode(
            x=alt.X("from:T", scale=alt.Scale(type="utc", nice=False), title="time, UTC"),
            x2="to:T",
            y=alt.Y("low:Q", title="duplicated events", axis=alt.Axis(tickMinStep=1)),
            y2="high:Q",
            color=alt.Color(
                "cause:N",
                scale=alt.Scale(domain=list(causes), range=list(causes.values())),
                legend=alt.Legend(title=None, orient="top"),
            ),
            tooltip=[
                alt.Tooltip("from:T", title="from", format="%Y-%m-%d %H:%M:%S.%L", formatType="utc"),
                alt.Tooltip("to:T", title="to", format="%H:%M:%S.%L", formatType="utc"),
                "cause:N",
                "events:Q",
            ],
        )
        .properties(width="container", height=_HEIGHT)
        .add_params(zoom_x("zoom_over_time"))
    )
    return chart


def by_worker_chart(workers: Sequence[WorkerShare]) -> alt.Chart:
    """The workers with most duplicated events. An event that two of them attempted counts for both."""
    shown = workers[:MOST_BARS]
    names = labels(worker.worker_id for worker in shown)
    return _bars(
        "worker",
        [
            {
                "worker": names[worker.worker_id],
                "duplicated events": worker.duplicated_events,
                "attempts": worker.attempts,
                "time-outs": worker.timeouts,
            }
            for worker in shown
        ],
    )


def by_symbol_chart(symbols: Sequence[Mapping[str, Any]]) -> alt.Chart:
    """Of `summary()["by_symbol"]`, in the order given: the symbols with most duplicated events."""
    shown = symbols[:MOST_BARS]
    names = labels(str(symbol["symbol"]) for symbol in shown)
    return _bars(
        "symbol",
        [
            {
                "symbol": names[str(symbol["symbol"])],
                "duplicated events": symbol["duplicated_events"],
                "events": symbol["events"],
                "extra rows": symbol["extra_rows"],
            }
            for symbol in shown
        ],
    )


def _bars(name: str, lines: list[dict[str, Any]]) -> alt.Chart:
    import altair as alt

    columns = list(lines[0]) if lines else [name]
    chart: alt.Chart = (
        alt.Chart(data(lines))
        .mark_bar(color=RED, height=_BAR * 0.7)
        .encode(
            x=alt.X("duplicated events:Q", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y(f"{name}:N", sort=None, title=None, axis=alt.Axis(labelLimit=180)),
            tooltip=[f"{column}:{'N' if column == name else 'Q'}" for column in columns],
        )
        .properties(width="container", height=_BAR * max(1, len(lines)))
    )
    return chart
