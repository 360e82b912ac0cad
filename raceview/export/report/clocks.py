"""How sure the causes are: what they would be if a worker's clock were off."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from raceview.export.pictures.curves import sensitivity_chart
from raceview.export.report.parts import Cell, Picture, Section, Sentences, Table
from raceview.export.report.silence import no_clocks
from raceview.model import Cause, words

if TYPE_CHECKING:
    from raceview.investigation import Investigation

MOST_WORKERS = 20
"""Workers that are asked about: more lines could not be told apart."""
MOST = 400
"""Lines of the long table."""
_HEAD = (
    "One worker's clock at a time is assumed to be off, against all others, and the causes are asked again.",
    "An event whose margin the shift does not reach keeps its cause.",
    "In Python inv.sensitivity() gives every line, for any shifts.",
)


def sensitivity(inv: Investigation) -> Section:
    """The section."""
    title = "If a clock were off"
    lines = inv.sensitivity_lines(most_workers=MOST_WORKERS)
    shifts = {line["shift_ms"] for line in lines}
    if len(shifts) <= 1:
        return Section("sensitivity", title, (no_clocks(inv),))
    return Section(
        "sensitivity",
        title,
        (
            Sentences((*_HEAD, *_left_out(inv))),
            Picture(
                "Duplicated events that would have another cause.", partial(sensitivity_chart, lines), list
            ),
            _by_worker(lines),
            _by_shift(lines),
        ),
    )


def _left_out(inv: Investigation) -> list[str]:
    ((workers,),) = inv.engine.rows("SELECT count(*) FROM workers")
    if workers <= MOST_WORKERS:
        return []
    return [f"Here are the {MOST_WORKERS} of {workers:,} workers with most events that a shift may change."]


def _by_worker(lines: Sequence[dict[str, Any]]) -> Table:
    """For each worker the least shift that changes anything, and the most that any of them changes."""
    rows: list[tuple[Cell, ...]] = []
    for worker in dict.fromkeys(line["worker_id"] for line in lines):
        changing = [line for line in lines if line["worker_id"] == worker and line["changed"]]
        least = min(changing, key=lambda line: (abs(line["shift_ms"]), line["shift_ms"]), default=None)
        worst = max(changing, key=lambda line: (line["changed"], -abs(line["shift_ms"])), default=None)
        rows.append((worker, *_told(least), *_told(worst)))
    rows.sort(key=lambda row: (-int(row[4] or 0), str(row[0])))
    columns = ("worker", "least shift that changes any, ms", "changes", "worst shift, ms", "changes then")
    return Table("clocks", columns, tuple(rows), len(rows))


def _told(line: dict[str, Any] | None) -> tuple[Cell, Cell]:
    return (line["shift_ms"], line["changed"]) if line else (None, 0)


def _by_shift(lines: Sequence[dict[str, Any]]) -> Table:
    names = ["worker_id", "shift_ms", *map(str, Cause), "changed"]
    rows = tuple(tuple(line[name] for name in names) for line in lines[:MOST])
    columns = ("worker", "shift, ms", *(words(cause) for cause in Cause), "changed")
    return Table("assumed shifts", columns, rows, len(lines), brief=5, folded=True)
