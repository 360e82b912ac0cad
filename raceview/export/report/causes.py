"""Why events were duplicated: the causes, and for each event the evidence with file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raceview.answers.worst_races import WORST_FIRST
from raceview.export.report.parts import Heading, Part, Section, Sentences, Table
from raceview.export.report.relations import decimal
from raceview.export.report.silence import no_causes, no_duplicates
from raceview.export.verdict import share
from raceview.model import Cause, Kind, words
from raceview.sql.decimals import confidence, milliseconds, price

if TYPE_CHECKING:
    from raceview.investigation import Investigation

MOST = 500
"""Duplicated events that are listed with their evidence."""
RULES = {
    Cause.ZOMBIE_WRITE: "one of the two attempts timed out, yet both have a row",
    Cause.CONCURRENT_CLAIM: "the windows of two attempts intersect, on different workers",
    Cause.SELF_OVERLAP: "the windows of two attempts intersect, on one worker",
    Cause.REDELIVERY: "the later attempt starts at or after the other's end in success: a lost acknowledgement",
    Cause.DOUBLE_EMIT: "more rows than attempts",
    Cause.UNEXPLAINED: "the worker log does not account for it",
}
_DIFFERENCES = {
    Kind.IDENTICAL: "the rows are alike",
    Kind.PRICE: "in price only",
    Kind.TIME: "in time only",
    Kind.PRICE_TIME: "in price and time",
}


def causes(inv: Investigation) -> Section:
    """The section."""
    summary = inv.counted()
    total = summary["duplicates"]["events"]
    if not total:
        return Section("causes", "Causes and evidence", (no_duplicates(inv),))
    parts: list[Part] = []
    if any(summary["causes"].values()):
        parts += [
            Sentences(
                (
                    "The first rule that holds is the cause, in this order.",
                    "The margin is the least shift of the two workers' clocks that would change the verdict.",
                )
            ),
            _table(inv),
        ]
    else:
        parts.append(no_causes(inv))
    parts += [
        Heading("How the rows of an event differ"),
        _kinds(summary["duplicates"]),
        Heading("Evidence"),
        Sentences(("Worst first. Lines are those of the files, from 1; rows count from 0.",)),
        _evidence(inv, total),
    ]
    return Section("causes", "Causes and evidence", tuple(parts))


def _table(inv: Investigation) -> Table:
    found = {
        cause: (count, decimal(low), decimal(middle))
        for cause, count, low, middle in inv.engine.rows(
            f"SELECT cause, count(*), {milliseconds('min(margin_ns)')}, "
            f"{milliseconds('CAST(quantile_disc(margin_ns, 0.5) AS BIGINT)')} FROM duplicated GROUP BY cause"
        )
    }
    total = sum(count for count, _, _ in found.values())
    none = (0, None, None)
    rows = tuple(
        (
            words(cause),
            found.get(cause, none)[0],
            share(found.get(cause, none)[0], total),
            *found.get(cause, none)[1:],
            RULES[cause],
        )
        for cause in Cause
    )
    return Table(
        "causes",
        ("cause", "events", "share", "least margin, ms", "median margin, ms", "rule"),
        rows,
        len(rows),
    )


def _kinds(found: dict[str, Any]) -> Table:
    rows = tuple(
        (kind, count, share(count, found["events"]), _DIFFERENCES[Kind(kind)])
        for kind, count in found["kinds"].items()
    )
    return Table("kinds", ("kind", "events", "share", "meaning"), rows, len(rows))


def _evidence(inv: Investigation, total: int) -> Table:
    """One line per event, worst first; what names the source is left empty where there is none."""
    names = {file.role: file.name for file in inv.files.present()}
    rows = inv.engine.rows(
        "SELECT k.event_id, k.symbol, d.cause, e.evidence, "
        f"{price('(d.price_max_units - d.price_min_units)')}, {milliseconds('d.time_shift_ns')}, "
        f"{milliseconds('d.margin_ns')}, {confidence('d.confidence_millionths')}, d.event, d.first_line, "
        "d.second_line, r.listed FROM (SELECT * FROM duplicated AS d ORDER BY "
        f"{WORST_FIRST} LIMIT {MOST}) AS d JOIN ticks_read AS k ON k.line = d.event "
        "JOIN evidence AS e ON e.event = d.event JOIN (SELECT c.event, string_agg(CAST(o.line AS VARCHAR), ', ' "
        "ORDER BY o.row) AS listed FROM crowded AS c JOIN outputs_read AS o ON o.row = c.row GROUP BY c.event) AS r "
        f"ON r.event = d.event ORDER BY {WORST_FIRST}"
    )
    lines = tuple(
        (
            event_id,
            symbol,
            words(cause) if cause else None,
            evidence,
            decimal(shift),
            decimal(late),
            decimal(margin),
            decimal(sure),
            _places(names, event, (first, second), listed),
        )
        for event_id, symbol, cause, evidence, shift, late, margin, sure, event, first, second, listed in rows
    )
    columns = (
        "event",
        "symbol",
        "cause",
        "evidence",
        "price shift",
        "time shift, ms",
        "margin, ms",
        "confidence",
        "lines",
    )
    return Table(
        "duplicated events",
        columns,
        lines,
        total,
        "duplication_analysis.csv",
        brief=10,
        folded=total > MOST_OPEN,
    )


MOST_OPEN = 30
"""A longer list is folded."""


def _places(names: dict[str, str], event: int, log: tuple[int | None, int | None], rows: str) -> str:
    """`source 47; log 49, 50; output 48, 49`."""
    attempts = ", ".join(str(line) for line in log if line is not None)
    found = [
        f"source {event}" if "ticks" in names else "",
        f"log {attempts}" if attempts else "",
        f"output {rows}",
    ]
    return "; ".join(part for part in found if part)
