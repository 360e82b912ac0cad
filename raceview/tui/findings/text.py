"""A finding in words: when and where, as lists, pages and the clipboard have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raceview.answers.amounts import clock, date, second_digits
from raceview.safe_text import printable
from raceview.tui.case import Case
from raceview.tui.findings.marks import name

if TYPE_CHECKING:
    from textual.app import App

    from raceview.answers.findings_list import FindingLine


def facts(line: FindingLine) -> str:
    """`lost · NTPC · 2024-11-10 07:30:00.125925 UTC · raw_tick_events.log:26`."""
    parts = [name(line.kind)]
    if line.symbol:
        parts.append(printable(line.symbol, 12))
    if line.at_ns is not None:
        parts.append(f"{date(line.at_ns)} {clock(line.at_ns, second_digits((line.at_ns,)))} UTC")
    if line.line:
        parts.append(f"{printable(line.file, 40)}:{line.line}")
    return " · ".join(parts)


def copy_finding(app: App[Any], case: Case, line: FindingLine) -> None:
    """Copy the sentence with its place, and tell what was done."""
    from raceview.tui.clipboard import copy

    path = case.session.path
    said = copy(app, f"{facts(line)}\n{printable(line.what)}\n", path.parent if path else None)
    app.notify(printable(said), markup=False, timeout=8)
