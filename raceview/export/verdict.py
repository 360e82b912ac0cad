"""The sentences a tired person needs first: what happened, in words, from the summary of an investigation.

Screens, the report and the printed summary all lead with these.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from raceview.model import Cause, Outcome, counted, words

_MANNER = {
    Cause.ZOMBIE_WRITE: "each with a write from an attempt that had timed out",
    Cause.CONCURRENT_CLAIM: "each while two attempts held it at once",
    Cause.SELF_OVERLAP: "each while two attempts held it at once",
    Cause.REDELIVERY: "each taken up again after it had succeeded",
    Cause.DOUBLE_EMIT: "each by more rows than it had attempts",
    Cause.UNEXPLAINED: "and the worker log does not account for it",
}
_MOST_CAUSES = 3


def verdict(summary: Mapping[str, Any]) -> list[str]:
    """The sentences, most important first. Names from the files do not occur in them."""
    if summary.get("inferred"):
        sentences = [*_inferred(summary), _missing(summary), _quarantined(summary)]
        return [sentence for sentence in sentences if sentence]
    sentences = [
        _missing(summary),
        _duplicates(summary),
        _absent(summary["outcomes"]),
        _written_anyway(summary["outcomes"]),
        _altered(summary),
        _rows(summary),
        _quarantined(summary),
    ]
    return [sentence for sentence in sentences if sentence]


def share(part: int, whole: int) -> str:
    """`0.36 %`; never rounded to none or to all where it is neither."""
    shown = f"{100 * part / whole if whole else 0:.2f} %"
    if shown == "0.00 %" and part:
        return "<0.01 %"
    return ">99.99 %" if shown == "100.00 %" and part < whole else shown


def _missing(summary: Mapping[str, Any]) -> str:
    """What cannot be known, for want of a file."""
    loses = {
        "output": "what was emitted",
        "ticks": "what should have been emitted",
        "attempts": "why, and by which worker",
    }
    missing = [role for role in loses if role in summary["missing"]]
    if not missing:
        return ""
    unknown = "; ".join(loses[role] for role in missing)
    return f"Not given: {' and '.join(missing)}. So nothing is said about {unknown}."


def _inferred(summary: Mapping[str, Any]) -> list[str]:
    """What the output alone tells, what it cannot, and that no more is meant."""
    found, rows = summary["inferred"], summary["rows"]
    copies, exact = found["copies"], found["exact_repeats"]
    head = f"Inferred from the output alone: {counted(copies, 'row')} of {rows:,}"
    if copies:
        twice = f"{'is a further row' if copies == 1 else 'are further rows'} of {counted(found['groups'], 'event')}"
        said = [f"{head} {twice} ({share(copies, rows)}), each with a probability."]
    else:
        said = [
            f"Inferred from the output alone: none of {counted(rows, 'row')} is taken for a copy of another."
        ]
    if exact:
        which = (
            "It repeats"
            if exact == copies == 1
            else f"{exact:,} of them {'repeats' if exact == 1 else 'repeat'}"
        )
        said.append(
            f"{which} another row exactly: that cannot be told from a twin, a second real event that is alike."
        )
    if found["silence"]:
        said.append(f"Of rows that differ nothing is claimed: {found['silence']}.")
    said.append("No cause is named, and nothing is known of lost events.")
    return said


def _duplicates(summary: Mapping[str, Any]) -> str:
    if {"ticks", "output"} & set(summary["missing"]):
        return ""
    events, found = summary["events"], summary["duplicates"]
    if not found["events"]:
        return (
            "The only event was not emitted twice."
            if events == 1
            else f"None of {events:,} events was emitted twice."
        )
    times = "twice" if found["rows"] == found["events"] else "more than once"
    was = "was" if found["events"] == 1 else "were"
    head = f"{found['events']:,} of {counted(events, 'event')} {was} emitted {times}"
    return f"{head} ({share(found['events'], events)}){_manner(summary['causes'])}."


def _manner(causes: Mapping[str, int]) -> str:
    """How the duplicates came to be, as the end of a sentence."""
    there = sorted((cause for cause in Cause if causes.get(cause)), key=lambda cause: -causes[cause])
    manners = {_MANNER[cause] for cause in there}
    if not there:
        return ""
    if len(manners) == 1:
        manner = manners.pop()
        return f", {manner if sum(causes.values()) > 1 else manner.removeprefix('each ')}"
    named = ", ".join(f"{words(cause)} {causes[cause]:,}" for cause in there[:_MOST_CAUSES])
    rest = sum(causes[cause] for cause in there[_MOST_CAUSES:])
    return f": {named}" + (f", others {rest:,}" if rest else "")


def _absent(outcomes: Mapping[str, int]) -> str:
    """Events without a row."""
    tails = {
        Outcome.LOST: "lost though an attempt reported success",
        Outcome.ABANDONED: "given up after time-outs",
        Outcome.UNPROCESSED: "never processed",
        Outcome.UNKNOWN: "left undecided for want of evidence",
    }
    there = [(outcomes[name], tail) for name, tail in tails.items() if outcomes.get(name)]
    if not there:
        return "Nothing was lost." if any(outcomes.values()) else ""
    (count, tail), *others = there
    head = f"{_were(count, 'event')} {tail}"
    more = [f"{number:,} {'was' if number == 1 else 'were'} {what}" for number, what in others]
    return f"{', '.join([head, *more])}."


def _written_anyway(outcomes: Mapping[str, int]) -> str:
    parts = []
    if count := outcomes.get(Outcome.UNACKNOWLEDGED):
        parts.append(f"{_were(count, 'event')} written by attempts that timed out, and never confirmed")
    if count := outcomes.get(Outcome.UNLOGGED):
        parts.append(f"{_were(count, 'event')} written with no attempt in the log")
    return f"{'; '.join(parts)}." if parts else ""


def _altered(summary: Mapping[str, Any]) -> str:
    within, beyond = summary["altered"]["within_noise"], summary["altered"]["beyond_noise"]
    if not within and not beyond:
        return ""
    head = f"{_were(within + beyond, 'event')} emitted once, but not with the source's values"
    if not beyond:
        return f"{head}, within the usual noise."
    return f"{head}: {within:,} within the usual noise, {beyond:,} beyond it."


def _rows(summary: Mapping[str, Any]) -> str:
    parts = []
    if count := summary["phantom_rows"]:
        parts.append(f"{counted(count, 'row')} can come from no event")
    if count := summary["ambiguous_rows"]:
        parts.append(f"{counted(count, 'row')} may come from another event than the one named")
    return f"{'; '.join(parts)}." if parts else ""


def _quarantined(summary: Mapping[str, Any]) -> str:
    count = sum(file["quarantined"] for file in summary["files"])
    return f"{counted(count, 'record')} could not be read: see quarantine.csv." if count else ""


def _were(count: int, noun: str) -> str:
    return f"{counted(count, noun)} {'was' if count == 1 else 'were'}"
