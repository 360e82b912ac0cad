"""What the report says, section by section, in its order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import raceview
from raceview.export.report.causes import causes
from raceview.export.report.clocks import sensitivity
from raceview.export.report.ledger import ledger
from raceview.export.report.method import method
from raceview.export.report.parts import Report, Section
from raceview.export.report.policies import policies, quarantine
from raceview.export.report.races import races
from raceview.export.report.safeguards import safeguards
from raceview.export.report.system import findings
from raceview.export.report.where import where
from raceview.export.verdict import verdict
from raceview.model import Outcome

if TYPE_CHECKING:
    from raceview.investigation import Investigation
    from raceview.progress import Progress

SECTIONS: tuple[Callable[[Investigation], Section], ...] = (
    ledger,
    races,
    where,
    causes,
    sensitivity,
    findings,
    safeguards,
    policies,
    quarantine,
    method,
)


def contents(inv: Investigation, progress: Progress | None = None) -> Report:
    """The report's contents. `progress` may raise to end it."""
    sections = []
    for number, section in enumerate(SECTIONS):
        if progress:
            progress(f"report: {section.__name__}", number, len(SECTIONS))
        sections.append(section(inv))
    return Report(
        title=f"Root cause: {inv.files.name}",
        verdict=tuple(verdict(inv.counted())),
        figures=_figures(inv),
        sections=tuple(sections),
        maker=f"raceview {raceview.__version__}, {inv.engine.name} {inv.engine.version}",
    )


def _figures(inv: Investigation) -> tuple[tuple[str, int | None], ...]:
    """The numbers that stand out; None is what nobody can know."""
    summary = inv.counted()
    there = {file.role for file in inv.files.present()}
    outcomes = summary["outcomes"]
    lost = sum(outcomes[name] for name in (Outcome.LOST, Outcome.ABANDONED, Outcome.UNPROCESSED))
    judged = "ticks" in there and "output" in there
    return (
        ("source events", summary["events"] if "ticks" in there else None),
        ("attempts", summary["attempts"] if "attempts" in there else None),
        ("output rows", summary["rows"] if "output" in there else None),
        ("duplicated events", summary["duplicates"]["events"] if "output" in there else None),
        ("duplicate rows", summary["duplicates"]["rows"] if "output" in there else None),
        ("events without a row", lost if judged else None),
        ("rows of no event", summary["phantom_rows"] if judged else None),
    )
