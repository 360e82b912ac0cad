"""The notebook's pictures of workers: the code that draws them, and which stretches of time are shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from raceview.answers.amounts import clock, date, duration, second_digits
from raceview.answers.worst_races import RULE, worst_races
from raceview.export.notebook.cells import Cell, code, markdown, quoted
from raceview.model import NS_PER_MS

if TYPE_CHECKING:
    from raceview.investigation import Investigation

MOST_BARS = 1000
"""Attempts in one picture; where more are near a race, those of its event are shown alone."""
_USUAL_BARS = 120
"""Attempts in the picture of the busiest stretch, about."""
_ASIDE = 4
"""What is shown before and after a race is its span divided by this."""

_KINDS = """
KINDS = {"retry": "retry", "overlap": "overlaps_event", "time-out": "failed"}  # of several, the last
lengths_ns = (attempts["end_ns"] - attempts["start_ns"]).dropna()
usual_ns = int(lengths_ns.median()) if len(lengths_ns) else 1_000_000
attempts["until_ns"] = attempts["end_ns"].fillna(attempts["start_ns"] + usual_ns)
attempts["kind"] = "clean"
for kind, flag in KINDS.items():
    attempts.loc[attempts[flag] == 1, "kind"] = kind
"""
_GANTT = '''
COLOURS = alt.Scale(domain=["clean", *KINDS], range=["#8b929a", "#3b8bd0", "#e0533d", "#e08a00"])
SHAPES = alt.Scale(
    domain=["retry", "overlap", "time-out", "original row", "duplicate row"],
    range=["triangle-right", "triangle-down", "cross", "circle", "diamond"],
)


def gantt(start, length, event_id=None, others=True):
    """Attempts per worker from `start` (UTC) on. Those of `event_id` stand out, or are shown alone."""
    low = pd.Timestamp(start).as_unit("ns").value
    high = low + pd.Timedelta(length).as_unit("ns").value
    near = attempts[(attempts["start_ns"] < high) & (attempts["until_ns"] > low)].copy()
    near["own"] = True if event_id is None else near["event_id"] == event_id
    near = near[near["own"] | others].sort_values("own")
    near["from"] = ((near["start_ns"] - low) / 1e6).astype(float)
    near["to"] = ((near["until_ns"] - low) / 1e6).astype(float)
    marks = []
    for kind, flag in KINDS.items():
        marked = near[near["own"] & (near[flag] == 1)]
        marks.append(marked.assign(what=kind, at=marked["to" if kind == "time-out" else "from"]))
    # ROWS
    lane = alt.Y("worker_id:N", title=None, sort=[*sorted(near["worker_id"].unique()), "(output)"])
    bars = alt.Chart(near[["worker_id", "from", "to", "kind", "own"]]).encode(
        x=alt.X("from:Q", title=f"ms after {start} UTC", scale=alt.Scale(domain=[0, (high - low) / 1e6])),
        x2="to:Q",
        y=lane,
        color=alt.Color("kind:N", scale=COLOURS, title="attempt"),
        opacity=alt.condition("datum.own", alt.value(0.9), alt.value(0.3)),
    )
    points = alt.Chart(pd.concat(marks)[["worker_id", "at", "what"]]).encode(
        x="at:Q", y=lane, shape=alt.Shape("what:N", scale=SHAPES, title="marker"), color=alt.value("black")
    )
    return (
        bars.mark_bar(clip=True, stroke="white") + points.mark_point(clip=True, filled=True, opacity=1, size=80)
    ).properties(width=700, height=alt.Step(28))
'''
_ROWS = """
    seen = rows[(rows["event_id"] == event_id) if event_id else (rows["role"] == "duplicate")]
    seen = seen[seen["time_ns"].between(low, high)]
    marks.append(
        pd.DataFrame({"worker_id": "(output)", "at": (seen["time_ns"] - low) / 1e6, "what": seen["role"] + " row"})
    )
"""
_OPEN = "An attempt whose end is not logged is drawn as long as attempts usually are (the median)."


def gantts(inv: Investigation) -> Iterator[Cell]:
    """The busiest stretch, and the worst races; nothing where no attempt is logged."""
    ((count,),) = inv.engine.rows("SELECT count(*) FROM attempts")
    if not count:
        return
    yield markdown(
        "gantt-words",
        "## Per-worker timeline",
        "A lane per worker, a bar per attempt. Marked are **retries** (▸, where they start), **overlaps** of two "
        "attempts at one event (▾, where they start) and **crashes** (✚: attempts that timed out, at their end); "
        f"rows are shown at the time that they carry. {_OPEN}",
    )
    yield code("attempt-kinds", _KINDS)
    rows = _ROWS.strip("\n") if inv.files.output else ""
    yield code("gantt", _GANTT.replace("    # ROWS\n", f"{rows}\n" if rows else ""))
    yield from _busiest(inv)
    yield from _races(inv)


def _busiest(inv: Investigation) -> Iterator[Cell]:
    """Where most attempts are more than clean, in a stretch that holds as many as can be told apart."""
    found = inv.engine.arrays(
        "SELECT a.start_ns, CASE WHEN a.failed + coalesce(w.retry, 0) + coalesce(w.overlaps_event, 0) > 0 THEN 1 "
        "ELSE 0 END AS marked FROM attempts AS a LEFT JOIN windows AS w ON w.line = a.line ORDER BY a.start_ns, a.line"
    )
    starts, marked = found["start_ns"], found["marked"]
    before = np.concatenate(([0], np.cumsum(marked)))
    firsts = np.maximum(np.arange(len(starts)) - _USUAL_BARS // 2, 0)  # a stretch around each attempt
    lasts = np.minimum(firsts + _USUAL_BARS, len(starts)) - 1
    best = int(np.argmax(before[lasts + 1] - before[firsts]))
    low, length = _round(int(starts[firsts[best]]), int(starts[lasts[best]]) + 1)
    inside = int(before[lasts[best] + 1] - before[firsts[best]])
    attempts = int(lasts[best] - firsts[best] + 1)
    since = _moment(int(starts[firsts[best]]))
    yield markdown(
        "busiest-words",
        "### The busiest stretch",
        f"Of every {attempts:,} attempts in a row, those from {since} UTC on have most marks: "
        f"{inside:,} of them are a retry, an overlap or a time-out."
        if inside
        else f"No attempt is a retry, an overlap or a time-out: these are {attempts:,} attempts in a row.",
    )
    yield code("busiest", f'gantt("{_moment(low)}", "{_length(length)}")')


def _races(inv: Investigation) -> Iterator[Cell]:
    if inv.inferred or not inv.files.ticks or not inv.files.output:
        return
    chosen = worst_races(inv)
    if chosen:
        yield markdown("race-words", "### The worst races", RULE)
    for number, race in enumerate(chosen, start=1):
        yield from _race(inv, race.event, race.chosen, number)


def _race(inv: Investigation, event: int, chosen: str, number: int) -> Iterator[Cell]:
    """One race: its evidence, and everything that its workers did meanwhile."""
    engine = inv.engine
    ((event_id, evidence),) = engine.rows(
        "SELECT k.event_id, e.evidence FROM ticks_read AS k JOIN evidence AS e ON e.event = k.line "
        f"WHERE k.line = {event}"
    )
    yield markdown(f"race-{number}-words", f"**{chosen.capitalize()}**: {quoted(event_id)}", quoted(evidence))
    times = engine.rows(
        f"SELECT start_ns, coalesce(end_ns, start_ns) FROM attempts WHERE event = {event} UNION ALL "
        f"SELECT o.time_ns, o.time_ns FROM crowded AS c JOIN outputs AS o ON o.row = c.row WHERE c.event = {event}"
    )
    low, high = min(first for first, _ in times), max(last for _, last in times)
    aside = max((high - low) // _ASIDE, 1_000_000)
    low, length = _round(low - aside, high + aside)
    ((near,),) = engine.rows(
        f"SELECT count(*) FROM attempts WHERE start_ns < {low + length} AND coalesce(end_ns, start_ns) > {low}"
    )
    alone = ", others=False" if near > MOST_BARS else ""
    yield code(f"race-{number}", f'gantt("{_moment(low)}", "{_length(length)}", {event_id!r}{alone})')
    if alone:
        yield markdown(
            f"race-{number}-alone",
            f"In these {duration(length)} there are {near:,} attempts: only its own are drawn.",
        )


def _round(low: int, high: int) -> tuple[int, int]:
    """Where to begin and for how long, to two digits of the length."""
    step = max(10 ** (len(str(high - low)) - 2), 1)
    low -= low % step
    return low, -(-(high - low) // step) * step


def _length(ns: int) -> str:
    """As pandas reads it."""
    return f"{ns // NS_PER_MS}ms" if ns % NS_PER_MS == 0 else f"{ns}ns"


def _moment(ns: int) -> str:
    return f"{date(ns)} {clock(ns, second_digits([ns]))}"
