"""What became of every event: the ledger, and the records of each file, so that nothing is unaccounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raceview.export.manifest import conservation
from raceview.export.report.parts import Heading, Part, Section, Sentences, Table
from raceview.export.verdict import share
from raceview.model import Outcome, counted, words

if TYPE_CHECKING:
    from raceview.investigation import Investigation

MOST = 100
"""Events other than duplicated ones that are listed."""
_MEANING = {
    Outcome.DUPLICATED: "two or more rows",
    Outcome.ALTERED: "one row, which does not hold the source's values",
    Outcome.UNLOGGED: "one row, no attempt in the log",
    Outcome.UNACKNOWLEDGED: "one row, only attempts that timed out",
    Outcome.EXACTLY_ONCE: "one row, as it should be",
    Outcome.LOST: "no row, though an attempt succeeded",
    Outcome.ABANDONED: "no row, only attempts that timed out",
    Outcome.UNPROCESSED: "no row, no attempt",
    Outcome.UNKNOWN: "a file that the verdict needs is missing",
}


def ledger(inv: Investigation) -> Section:
    """The section."""
    parts: list[Part] = []
    if inv.inferred is None:
        parts += [_outcomes(inv), *_amiss(inv)]
    else:
        parts.append(
            Sentences(
                ("Without the source nobody can say what should have been emitted: there is no ledger.",)
            )
        )
    parts += [Heading("Records"), _records(inv)]
    if kept := conservation(inv):
        parts.append(
            Sentences(
                (
                    f"Of {counted(kept['records'], 'record')} of the output the policy {inv.policy} keeps "
                    f"{kept['kept']:,}, corrects {kept['corrected']:,} and drops {kept['dropped']:,}; "
                    f"{kept['quarantined']:,} could not be read.",
                )
            )
        )
    return Section("ledger", "What became of the events", tuple(parts))


def _outcomes(inv: Investigation) -> Table:
    summary = inv.summary()
    found, events = summary["outcomes"], summary["events"]
    rows = tuple(
        (
            words(outcome),
            found[outcome],
            None if found[outcome] is None else share(found[outcome], events),
            _MEANING[outcome],
        )
        for outcome in (Outcome.EXACTLY_ONCE, *(name for name in Outcome if name is not Outcome.EXACTLY_ONCE))
        if found[outcome] or outcome is not Outcome.UNKNOWN
    )
    return Table("outcomes", ("outcome", "events", "share", "meaning"), rows, len(rows))


def _amiss(inv: Investigation) -> list[Part]:
    """Events that went wrong in another way than being duplicated."""
    outcomes = inv.counted()["outcomes"]
    usual = (Outcome.DUPLICATED, Outcome.EXACTLY_ONCE, Outcome.UNKNOWN)
    total = sum(count for outcome, count in outcomes.items() if outcome not in usual)
    if not total:
        return []
    rows = inv.engine.rows(
        "SELECT g.outcome, k.event_id, k.symbol, k.timestamp, k.price, e.evidence FROM ledger AS g "
        "JOIN ticks_read AS k ON k.line = g.event LEFT JOIN evidence AS e ON e.event = g.event "
        f"WHERE g.outcome NOT IN ({', '.join(map(repr, map(str, usual)))}) ORDER BY g.event LIMIT {MOST}"
    )
    lines = tuple((words(outcome), *rest) for outcome, *rest in rows)
    columns = ("outcome", "event", "symbol", "timestamp", "price", "evidence")
    return [
        Heading("Events that went wrong in another way"),
        Table("such events", columns, lines, total, "event_ledger.csv", brief=8, folded=True),
    ]


def _records(inv: Investigation) -> Table:
    rows = tuple(
        (file.role, file.name, file.records, file.used, file.quarantined) for file in inv.files.present()
    )
    return Table("files", ("input", "file", "records", "used", "quarantined"), rows, len(rows))
