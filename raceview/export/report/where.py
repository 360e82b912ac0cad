"""Where the duplicates are: over time, by worker, by symbol."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from raceview.answers.by_worker import WorkerShare, by_worker
from raceview.answers.causes_over_time import CausesOverTime, causes_over_time
from raceview.charts.axis import clock, date, duration
from raceview.charts.bars import bars, columns
from raceview.export.pictures.counts import MOST_BARS, by_symbol_chart, by_worker_chart, over_time_chart
from raceview.export.report.parts import Cell, Heading, Part, Picture, Section, Sentences, Table
from raceview.export.report.relations import exported
from raceview.export.report.silence import no_duplicates
from raceview.export.verdict import share

if TYPE_CHECKING:
    from raceview.investigation import Investigation

CELLS = 120
"""Spans of time in the chart, and half as many in text."""
MOST = 100
"""Lines of a table."""
_TEXT_CELLS = 72
_TEXT_HEIGHT = 6
_SYMBOL = (
    "symbol",
    "events",
    "duplicated_events",
    "extra_rows",
    "duplicate_rate",
    "identical",
    "price_shifted",
    "time_shifted",
    "price_shift_max",
    "time_shift_max_ms",
)
_DECIMALS = frozenset({"duplicate_rate", "price_shift_max", "time_shift_max_ms"})


def where(inv: Investigation) -> Section:
    """The section."""
    if not inv.counted()["duplicates"]["events"]:
        return Section("where", "When and where", (no_duplicates(inv),))
    return Section("where", "When and where", (*_over_time(inv), *_by_worker(inv), *_by_symbol(inv)))


def _over_time(inv: Investigation) -> list[Part]:
    spans, few = causes_over_time(inv, CELLS), causes_over_time(inv, _TEXT_CELLS)
    if spans is None or few is None:
        return []
    caption = (
        f"Duplicated events in spans of {duration(spans.width_ns)}, from {_moment(spans.start_ns)} to "
        f"{_moment(spans.end_ns)} UTC: at most {max(spans.totals):,} in one span, none in "
        f"{spans.totals.count(0):,} of {len(spans.totals):,}."
    )
    return [
        Heading("Over time"),
        Picture(caption, partial(over_time_chart, spans), partial(_over_time_lines, few)),
    ]


def _over_time_lines(spans: CausesOverTime) -> list[str]:
    top = max(spans.totals)
    return [
        f"at most {top:,} in {duration(spans.width_ns)}",
        *columns(spans.totals, _TEXT_HEIGHT),
        f"from {_moment(spans.start_ns)} to {_moment(spans.end_ns)} UTC",
    ]


def _by_worker(inv: Investigation) -> list[Part]:
    workers = by_worker(inv)
    if inv.inferred is not None or not workers:
        return []
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            worker.worker_id,
            worker.attempts,
            worker.timeouts,
            worker.duplicated_events,
            share(worker.duplicated_events, worker.attempts),
        )
        for worker in workers[:MOST]
    )
    names = ("worker", "attempts", "time-outs", "duplicated events", "per attempt")
    return [
        Heading("By worker"),
        Sentences(("An event that two workers attempted counts for both.",)),
        Picture(
            _caption("worker", "workers", len(workers)),
            partial(by_worker_chart, workers),
            partial(_worker_lines, workers),
        ),
        Table("workers", names, rows, len(workers), "timeline.csv"),
    ]


def _worker_lines(workers: list[WorkerShare]) -> list[str]:
    return bars([(worker.worker_id, worker.duplicated_events) for worker in workers[:MOST_BARS]], _TEXT_CELLS)


def _by_symbol(inv: Investigation) -> list[Part]:
    rows = exported(
        inv,
        "duplicates_by_symbol.csv",
        _SYMBOL,
        f"ORDER BY duplicated_events DESC, symbol LIMIT {MOST}",
        _DECIMALS,
    )
    if not rows:
        return []
    all_of_them = inv.counted()["by_symbol"]
    hit = sorted(
        (symbol for symbol in all_of_them if symbol["duplicated_events"]),
        key=lambda symbol: (-symbol["duplicated_events"], symbol["symbol"]),
    )
    names = tuple(name.replace("_", " ") for name in _SYMBOL)
    return [
        Heading("By symbol"),
        Picture(
            _caption("symbol that has any", "symbols that have any", len(hit)),
            partial(by_symbol_chart, hit[:MOST_BARS]),
            partial(
                bars,
                [(symbol["symbol"], symbol["duplicated_events"]) for symbol in hit[:MOST_BARS]],
                _TEXT_CELLS,
            ),
        ),
        Table("symbols", names, rows, len(all_of_them), "duplicates_by_symbol.csv"),
    ]


def _caption(one: str, many: str, count: int) -> str:
    if count == 1:
        return f"Duplicated events of the only {one}."
    if count <= MOST_BARS:
        return f"Duplicated events of all {count:,} {many}."
    return f"Duplicated events of the first {MOST_BARS} of {count:,} {many}."


def _moment(at_ns: int) -> str:
    return f"{date(at_ns)} {clock(at_ns, 10**6)}"
