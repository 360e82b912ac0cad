"""What a notebook says, in its order: commentary with the bundle's own numbers, and the cells that show them.

What cannot be said, for want of a file, is left out, with a sentence in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from raceview.export.notebook.cells import Cell, code, items, markdown, quoted, span_text
from raceview.export.notebook.gantt import gantts
from raceview.export.notebook.remedies import remedies
from raceview.export.verdict import share, verdict
from raceview.model import counted, words
from raceview.safe_text import printable

if TYPE_CHECKING:
    from raceview.investigation import Investigation

SPANS = 80
"""Spans of time in a picture of all of the bundle, at most."""
MOST_MARKS = 4000
"""Marks in a picture: altair refuses more than 5,000."""
MOST_WORKERS = 40
"""Workers in a picture of all of the bundle; the tables have all."""


def story(inv: Investigation, opening: str) -> Iterator[Cell]:
    """All cells. `opening` is the call that opens the bundle."""
    summary = inv.counted()
    yield from _beginning(summary, opening)
    yield from _rows(inv, summary)
    yield from _causes(inv, summary)
    yield from _workers(inv, summary)
    yield from gantts(inv)
    yield from remedies(inv)
    yield from _end()


def _beginning(summary: dict[str, Any], opening: str) -> Iterator[Cell]:
    yield markdown(
        "title",
        f"# Duplicates in {quoted(summary['bundle'])}",
        items(verdict(summary)),
        "Every number below is the bundle's own, and every cell can be run again and changed: it needs "
        "`pip install 'raceview[notebook]'`. The first one opens the bundle; a relative path counts from the folder of "
        "this notebook.",
    )
    yield code(
        "open",
        "import altair as alt\nimport pandas as pd\nimport raceview\n\n"
        f"inv = {opening}\n"
        'alt.renderers.enable("png", scale_factor=1.5)  # "default" draws charts that move\n'
        'pd.set_option("display.max_colwidth", None, "display.html.use_mathjax", False)',
    )
    used = [
        f"{file['used']:,} of {file['records']:,} records of {quoted(file['name'])}"
        for file in summary["files"]
    ]
    yield markdown("files-words", "## What there is", f"Used are {', '.join(used)}.")
    yield code("files", 'summary = inv.summary()\npd.DataFrame(summary["files"])')
    if not summary["inferred"]:
        told = [f"{words(name)} {count:,}" for name, count in summary["outcomes"].items() if count]
        yield markdown(
            "outcomes-words", f"What became of {counted(summary['events'], 'event')}: {', '.join(told)}."
        )
        yield code("outcomes", 'pd.Series(summary["outcomes"], name="events", dtype="Int64").to_frame()')


def _rows(inv: Investigation, summary: dict[str, Any]) -> Iterator[Cell]:
    """Duplicates over time."""
    yield markdown("time-words", "## Duplicates over time", _rows_words(summary))
    if inv.files.output is None or not summary["rows"]:
        return
    ((low, high),) = inv.engine.rows("SELECT min(time_ns), max(time_ns) FROM outputs")
    _, span = span_text(high - low, SPANS)
    yield code(
        "time",
        f"""
        SPAN = "{span}"
        rows = inv.links()
        rows["time"] = pd.to_datetime(rows["time_ns"], utc=True)
        spans = rows.assign(duplicate=rows["role"] == "duplicate").resample(SPAN, on="time")
        counts = spans["duplicate"].agg(duplicates="sum", rows="size").reset_index()
        counts["until"] = counts["time"] + pd.Timedelta(SPAN)
        alt.Chart(counts).mark_rect(stroke="white").encode(
            x=alt.X("time:T", scale=alt.Scale(type="utc"), title=f"time, UTC, in spans of {{SPAN}}"),
            x2="until:T",
            y=alt.Y("duplicates:Q", title="duplicate rows"),
        ).properties(width=700, height=160)
        """,
    )


def _rows_words(summary: dict[str, Any]) -> str:
    if "output" in summary["missing"]:
        return "No output is given: which events were emitted twice cannot be said."
    found, rows = summary["duplicates"], summary["rows"]
    said = (
        f"{counted(found['rows'], 'duplicate row')} of {counted(rows, 'row')} ({share(found['rows'], rows)})"
    )
    groups = found["exact_key_groups"]
    return (
        f"{said}, of {counted(found['events'], 'event')}. A key of symbol and timestamp would find "
        f"{counted(groups, 'group')}" + _mixed(found["exact_key_groups_of_different_events"], groups) + "."
    )


def _mixed(mixed: int, groups: int) -> str:
    return f", {mixed:,} of them of different events" if groups and mixed else ""


def _causes(inv: Investigation, summary: dict[str, Any]) -> Iterator[Cell]:
    """Why events were duplicated."""
    if inv.inferred or {"ticks", "output"} & set(summary["missing"]):
        yield markdown(
            "causes-words", "## Causes", "Without the source and the output no cause can be named."
        )
        return
    causes = {cause: count for cause, count in summary["causes"].items() if count}
    if not causes:
        yield markdown(
            "causes-words", "## Causes", "No event was emitted twice: there is nothing to explain."
        )
        return
    total = summary["duplicates"]["events"]
    yield markdown(
        "causes-words",
        "## Causes",
        items(
            f"{words(cause)}: {count:,} of {total:,} ({share(count, total)})"
            for cause, count in causes.items()
        ),
        "Each event has its evidence, with the lines of the worker log and the rows of the output, and its margin: "
        "how far the clocks would have to be off for another verdict.",
    )
    yield code(
        "causes",
        """
        duplicates = inv.duplicates()
        causes = duplicates.groupby("cause").size().rename("events").reset_index()
        alt.Chart(causes).mark_bar().encode(
            x="events:Q", y=alt.Y("cause:N", title=None, sort="-x")
        ).properties(width=500, height=alt.Step(24))
        """,
    )
    yield code("evidence", 'duplicates.groupby("cause").head(2).sort_values("cause", kind="stable")')
    yield from _clocks(inv, total)


def _clocks(inv: Investigation, total: int) -> Iterator[Cell]:
    """What a clock that is off would change; nothing where no attempt could tell."""
    shifted = inv.sensitivity()
    if shifted.empty:
        return
    changing = shifted[shifted["changed"] > 0]
    least = changing["shift_ms"].abs().min() if len(changing) else None
    worst = f"{shifted['changed'].max():,} of {total:,}"
    yield markdown(
        "clocks-words",
        "### If a clock were off",
        f"Were one worker's clock off, at most {worst} causes would read otherwise; the least shift looked at that "
        f"changes any is {least:g} ms."
        if least is not None
        else f"None of the {total:,} causes hangs on a clock: no shift that was looked at changes any.",
    )
    yield code(
        "clocks",
        f"""
        clocks = inv.sensitivity(){_escaped(inv)}
        clocks = clocks[clocks["worker_id"].isin(sorted(clocks["worker_id"].unique())[:{MOST_WORKERS}])]
        alt.Chart(clocks[["worker_id", "shift_ms", "changed"]]).mark_line(point=True).encode(
            x=alt.X("shift_ms:Q", title="assumed shift of one worker's clock, ms"),
            y=alt.Y("changed:Q", title="causes that change"),
            color="worker_id:N",
        ).properties(width=600, height=180)
        """,
    )


def _escaped(inv: Investigation) -> str:
    """What makes the workers' names of a frame fit for a picture, where one is not: what draws it would end the kernel
    at a control character.
    """
    names = [name for (name,) in inv.engine.rows("SELECT worker_id FROM workers")]
    if all(printable(name) == name for name in names):
        return ""
    return '.assign(worker_id=lambda frame: frame["worker_id"].map(repr))'


def _workers(inv: Investigation, summary: dict[str, Any]) -> Iterator[Cell]:
    """Who, and when retries, time-outs and overlaps were."""
    if inv.files.attempts is None or not summary["attempts"]:
        yield markdown("workers-words", "## Workers", "No attempt is logged: nothing can be said of workers.")
        return
    ((failed, retries, overlaps, workers, low, high),) = inv.engine.rows(
        "SELECT sum(a.failed), sum(coalesce(w.retry, 0)), sum(coalesce(w.overlaps_event, 0)), "
        "count(DISTINCT a.worker), min(a.start_ns), max(a.start_ns) "
        "FROM attempts AS a LEFT JOIN windows AS w ON w.line = a.line"
    )
    yield markdown(
        "workers-words",
        "## Workers",
        f"{counted(workers, 'worker')} made {counted(summary['attempts'], 'attempt')}: {counted(failed, 'time-out')}, "
        f"{retries:,} {'retry' if retries == 1 else 'retries'}, {overlaps:,} that overlap another of their event.",
    )
    yield code(
        "workers",
        f"""
        attempts = inv.attempts(){_escaped(inv)}
        attempts.groupby("worker_id").agg(
            attempts=("line", "size"),
            timeouts=("failed", "sum"),
            retries=("retry", "sum"),
            overlaps=("overlaps_event", "sum"),
        )
        """,
    )
    shown = min(workers, MOST_WORKERS)
    _, span = span_text(high - low, max(5, min(SPANS, MOST_MARKS // (3 * shown))))
    yield code(
        "marks",
        f"""
        SPAN = "{span}"
        FLAGS = {{"failed": "time-outs", "retry": "retries", "overlaps_event": "overlaps"}}
        marks = attempts.rename(columns=FLAGS).melt(["worker_id", "start_ns"], list(FLAGS.values()), "marked")
        marks = marks[marks["value"] == 1]
        worst = marks["worker_id"].value_counts().index[:{MOST_WORKERS}]  # the workers with most marks
        marks = marks[marks["worker_id"].isin(worst)]
        marks["time"] = pd.to_datetime(marks["start_ns"], utc=True).dt.floor(SPAN)
        marks = marks.groupby(["worker_id", "marked", "time"]).size().rename("attempts").reset_index()
        alt.Chart(marks).mark_point(filled=True).encode(
            x=alt.X("time:T", scale=alt.Scale(type="utc"), title=f"time, UTC, in spans of {{SPAN}}"),
            y=alt.Y("worker_id:N", title=None),
            yOffset="marked:N",
            shape="marked:N",
            color="marked:N",
            size="attempts:Q",
        ).properties(width=700, height=alt.Step(12))
        """,
    )


def _end() -> Iterator[Cell]:
    yield markdown(
        "end",
        "## Further",
        "`inv.ledger()` has every event and what became of it, `inv.links()` every row and the event that it came "
        "from, `inv.quarantine()` what could not be read. `raceview BUNDLE --export` writes all of it to files.",
    )
