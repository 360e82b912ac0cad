"""What is wrong with the system rather than one event: the findings."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from raceview.export.report.parts import Part, Section, Sentences, Table
from raceview.export.report.silence import no_findings
from raceview.model import words

if TYPE_CHECKING:
    from raceview.investigation import Investigation

MOST_ALIKE = 20
"""Findings of one kind: a thousand twins must not bury a clock that is wrong."""


def findings(inv: Investigation) -> Section:
    """The section."""
    return Section("findings", "Findings about the system", _findings(inv))


def _findings(inv: Investigation) -> tuple[Part, ...]:
    unknown = (no_findings(inv),) if inv.inferred is not None else ()
    if unknown and inv.files.attempts is None:
        return unknown
    every = inv.findings_list
    if not every:
        return (*unknown, Sentences(("None.",)))
    kept = [
        one for _, alike in groupby(every, key=lambda one: one.finding) for one in list(alike)[:MOST_ALIKE]
    ]
    rows = tuple(
        (words(one.finding), one.subject, one.value, one.unit, one.low, one.high, one.evidence)
        for one in kept
    )
    columns = ("finding", "subject", "value", "unit", "low", "high", "evidence")
    return (
        *unknown,
        Sentences(("low and high are the ends of the 95 % interval of what is an estimate.",)),
        Table("findings", columns, rows, len(every), "findings.csv"),
    )
