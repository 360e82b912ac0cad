"""The marks of findings: those of the one table where it has them, and a few for what only this list holds."""

from __future__ import annotations

from raceview.answers.finding_kinds import FindingKind
from raceview.charts.marks import OUTCOMES, PHANTOM_ROW, SEVERITIES, Mark, Severity
from raceview.model import words

_DOUBT, _FORM = PHANTOM_ROW.colour, "bright_blue"

MARKS: dict[FindingKind, Mark] = {
    **{FindingKind(outcome): mark for outcome, mark in OUTCOMES.items()},
    FindingKind.PHANTOM: PHANTOM_ROW,
    FindingKind.AMBIGUOUS: Mark("~", "ambiguous", _DOUBT),
    FindingKind.SUSPECT: Mark("~", "suspect", _DOUBT),
    FindingKind.CLOCK_SKEW: Mark("±", "clock skew", "bright_yellow"),
    FindingKind.LEASE_EXPIRY: Mark("±", "lease expiry", "bright_yellow"),
    FindingKind.OVERLOAD: Mark("±", "overload", "bright_yellow"),
    FindingKind.WORKER_PAIR: Mark("±", "worker pair", "bright_yellow"),
    FindingKind.SEQUENCE_GAP: Mark("#", "sequence gap", _FORM),
    FindingKind.ID_COLLISION: Mark("#", "id collision", _FORM),
    FindingKind.TWIN: Mark("=", "twin", _FORM),
    FindingKind.QUARANTINED: Mark("/", "quarantined", _FORM),
    FindingKind.TIMEOUT: SEVERITIES[Severity.TIMEOUT],
    FindingKind.EVENT_OVERLAP: SEVERITIES[Severity.RACE],
    FindingKind.WORKER_OVERLAP: SEVERITIES[Severity.BUSY],
    FindingKind.SAME_KEY: Mark("%", "same key", "bright_yellow"),
    FindingKind.FALSE_KEY: Mark("%", "false key", "bright_yellow"),
}

_WORDS = {FindingKind.TIMEOUT: "time-out"}


def name(kind: FindingKind) -> str:
    """The kind as prose."""
    return _WORDS.get(kind, words(kind))
