"""Why a section has nothing to show: there is nothing, or a file is missing that could tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raceview.export.report.parts import Sentences

if TYPE_CHECKING:
    from raceview.investigation import Investigation


def no_duplicates(inv: Investigation) -> Sentences:
    """Where no event is known to have several rows."""
    if inv.files.output is None:
        return Sentences(("Without the output nobody can say which events were emitted twice.",))
    return Sentences(("No event was found to be duplicated.",))


def no_causes(inv: Investigation) -> Sentences:
    """Where there are duplicates, and none has a cause."""
    if inv.files.attempts is None:
        return Sentences(("No cause is named: there is no worker log that could tell.",))
    return Sentences(("No cause is named: without the source no row can be linked to what the log names.",))


def no_clocks(inv: Investigation) -> Sentences:
    """Where no cause can change with a clock."""
    if inv.files.attempts is None:
        return Sentences(("Without a worker log there are no clocks to doubt.",))
    if inv.files.ticks is None or inv.files.output is None:
        return Sentences(("Without the source and the output no cause is named that a clock could change.",))
    if not inv.counted()["attempts"]:
        return Sentences(("No attempt is logged: there are no clocks to doubt.",))
    return Sentences(("No cause of a duplicate rests on two clocks.",))


def no_findings(inv: Investigation) -> Sentences:
    """Where events are inferred."""
    if inv.files.attempts is None:
        return Sentences(("From the output alone nothing can be said about the system.",))
    return Sentences(("Without the source only the worker log tells of the system.",))
