"""The sections of the verdict view: each from the summary (or an answer that came later) to lines with doors.

Every section is given the width that it may take and leaves one column at its left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from raceview.answers.amounts import clock, date
from raceview.answers.filters import term
from raceview.charts.marks import BAR_END, BODIES, LEVELS, OUTCOMES, PHANTOM_ROW, SEVERITIES, Severity
from raceview.export.verdict import share, verdict
from raceview.model import Cause, Outcome, counted, words
from raceview.safe_text import columns, left, printable
from raceview.tui.widgets.doors import Door, Line, Piece

if TYPE_CHECKING:
    from raceview.answers.by_worker import WorkerShare
    from raceview.answers.over_time import OverTime

_BAR = BODIES[Severity.BUSY]
HEAD = "bold"
FAINT = "bright_black"
_COUNT = 9
_COPY = SEVERITIES[Severity.COPY].colour
_UNKNOWN = "-"
_NAME = 14
MORE = "more:"
"""How doors are named that show the rest of a list on this page."""
_IN_EXPORT, _HERE = "see quarantine.csv", "see 4 Findings"
"""Where the records are that could not be read: the file is not there before an export, the view is."""
_SHOWN_OUTCOMES = (Outcome.EXACTLY_ONCE, *(name for name in Outcome if name is not Outcome.EXACTLY_ONCE))


def sentences(summary: Mapping[str, Any], width: int, apart: bool) -> list[Line]:
    """What happened, in words, the first sentence bold; `apart` gives each sentence a line of its own."""
    first, *rest = (sentence.replace(_IN_EXPORT, _HERE) for sentence in verdict(summary))
    if apart:
        return [
            [Piece(f" {line}", HEAD if sentence is first else "")]
            for sentence in (first, *rest)
            for line in wrap(sentence, width - 2)
        ]
    lines: list[Line] = []
    bold = len(first)
    for line in wrap(" ".join([first, *rest]), width - 2):
        head = line[: max(0, bold)]
        lines.append([Piece(f" {head}", HEAD), Piece(line[len(head) :])])
        bold -= len(line) + 1
    return lines


def ledger(summary: Mapping[str, Any], width: int) -> list[Line]:
    """What became of the events."""
    found, events = summary["outcomes"], summary["events"]
    lines: list[Line] = [[Piece(f"   {'outcome':{_NAME}}{'events':>{_COUNT}}", HEAD)]]
    for outcome in _SHOWN_OUTCOMES:
        count, mark = found[outcome], OUTCOMES[outcome]
        if outcome is Outcome.UNKNOWN and not count:
            continue
        door = None
        if count or not summary["missing"]:
            where = (
                ("duplicates", "") if outcome is Outcome.DUPLICATED else ("findings", f"outcome:{outcome}")
            )
            door = Door(f"outcome:{outcome}", counted(count, f"{words(outcome)} event"), *where, count=count)
        glyph = Piece(f" {mark.glyph} ", mark.colour if count else FAINT)
        lines.append([glyph, *_counted(words(outcome), count, events, door, mark.colour, width - 3)])
    return lines


def causes(summary: Mapping[str, Any], width: int) -> list[Line]:
    """Why events were duplicated; and the rows that belong to none."""
    found = summary["causes"]
    most = max(found.values(), default=0)
    lines: list[Line] = [[Piece(f" {'why duplicated':{_NAME + 2}}{'events':>{_COUNT - 2}}", HEAD)]]
    known = {"ticks", "output"}.isdisjoint(summary["missing"])
    for cause in Cause:
        count = found[cause]
        door = None
        if count or not summary["missing"]:
            door = Door(
                f"cause:{cause}",
                f"{counted(count, 'duplicated event')}: {words(cause)}",
                "duplicates",
                f"cause:{cause}",
                count=count,
            )
        lines.append([Piece(" "), *_counted(words(cause), count, most, door, _COPY, width - 1, _NAME + 2)])
    for name, key, says in (
        ("phantom", "phantom_rows", "that can come from no event"),
        ("ambiguous", "ambiguous_rows", "that may come from another event"),
    ):
        count = summary[key]
        door = None
        if known:
            door = Door(f"finding:{name}", f"{counted(count, 'row')} {says}", "findings", f"finding:{name}",
                        count=count)  # fmt: skip
        lines.append(
            [Piece(" "), *_counted(f"{name} rows", count, 0, door, PHANTOM_ROW.colour, width - 1, _NAME + 2)]
        )
    return lines


def over_time(found: OverTime | None, summary: Mapping[str, Any], width: int, height: int) -> list[Line]:
    """Duplicated events from the first tick to the last: one door a column."""
    title = " duplicates over time"
    if not _events_known(summary):
        return [[Piece(title, HEAD), Piece(": not known without ticks and output", FAINT)]]
    if found is None:
        return [[Piece(title, HEAD)], *([[Piece(" ...", FAINT)]] * height)]
    most = max(found.counts)
    right = _span(found)
    gap = max(1, width - 1 - columns(title) - columns(right))
    lines: list[Line] = [[Piece(title, HEAD), Piece(" " * gap + right, FAINT)]]
    doors = [
        Door(
            f"time:{cell}",
            f"{counted(count, 'duplicated event')} from {clock(found.start_ns + cell * found.width_ns)} on",
            "timeline",
            at_ns=found.at_ns(cell),
        )
        for cell, count in enumerate(found.counts)
    ]
    for row in reversed(range(height)):
        cells = [
            Piece(_level(count, most, row, height), _COPY if count else FAINT, door)
            for count, door in zip(found.counts, doors, strict=True)
        ]
        lines.append([Piece(" "), *cells])
    return lines


def by_symbol(summary: Mapping[str, Any], width: int, most_lines: int) -> list[Line]:
    """Symbols, the one with most duplicated events first."""
    if not _events_known(summary):
        return [[Piece(" by symbol", HEAD), Piece(": not known", FAINT)]]
    found = sorted(summary["by_symbol"], key=lambda line: -line["duplicated_events"])
    most = found[0]["duplicated_events"] if found else 0
    lines: list[Line] = [[Piece(f" {'by symbol':{_NAME - 1}}{'duplicated':>{_COUNT + 1}}", HEAD)]]
    shown = found if len(found) <= most_lines else found[: most_lines - 1]
    for line in shown:
        name, count = line["symbol"], line["duplicated_events"]
        door = Door(
            f"symbol:{name}",
            f"{counted(count, 'duplicated event')} of {printable(name, 20)}",
            "duplicates",
            term("symbol", name),
            count=count,
        )
        rate = f" {share(count, line['events']):>8}"
        cells = _counted(name, count, most, door, _COPY, width - 1 - len(rate))
        lines.append([Piece(" "), *cells, Piece(rate, FAINT)])
    return [*lines, *_rest(found, shown, "symbol")]


def by_worker(
    found: Sequence[WorkerShare] | None, summary: Mapping[str, Any], width: int, most_lines: int
) -> list[Line]:
    """Workers, the one with most duplicated events first, and how often each timed out."""
    if "attempts" in summary["missing"]:
        return [[Piece(" by worker", HEAD), Piece(": not known without the log", FAINT)]]
    lines: list[Line] = [[Piece(f" {'by worker':{_NAME - 1}}{'duplicated':>{_COUNT + 1}}", HEAD)]]
    if found is None:
        return [*lines, [Piece(" ...", FAINT)]]
    lines[0].append(Piece(f"{'time-outs':>{max(0, width - 3 - _NAME - _COUNT)}}", HEAD))
    most = max((line.duplicated_events for line in found), default=0)
    shown = found if len(found) <= most_lines else found[: most_lines - 1]
    for line in shown:
        name = printable(line.worker_id, 20)
        door = None
        if {"ticks", "output"}.isdisjoint(summary["missing"]):
            door = Door(
                f"worker:{line.worker_id}",
                f"{counted(line.duplicated_events, 'duplicated event')} that {name} attempted",
                "duplicates",
                term("worker", line.worker_id),
                count=line.duplicated_events,
            )
        late = Door(
            f"time-outs:{line.worker_id}",
            f"{counted(line.timeouts, 'time-out')} of {name}",
            "findings",
            f"finding:timeout {term('worker', line.worker_id)}",
            count=line.timeouts,
        )
        lines.append(
            [
                Piece(" "),
                *_counted(line.worker_id, line.duplicated_events, most, door, _COPY, width - 11),
                Piece(f"{line.timeouts:>9,}", "" if line.timeouts else FAINT, late),
            ]
        )
    return [*lines, *_rest(found, shown, "worker")]


def _events_known(summary: Mapping[str, Any]) -> bool:
    """Whether it is known which events have several rows: from the ticks, or inferred from the output alone."""
    return bool(summary.get("inferred")) or {"ticks", "output"}.isdisjoint(summary["missing"])


def _counted(
    name: str,
    count: int,
    whole: int,
    door: Door | None,
    colour: str,
    width: int,
    name_width: int = _NAME,
) -> list[Piece]:
    """A name, its count (`-` where it is not known) and a bar of its share in `whole`."""
    style = "" if count else FAINT
    shown = f"{count:,}" if door else _UNKNOWN
    number_width = _COUNT + _NAME - name_width
    room = width - name_width - number_width - 2
    return [
        Piece(f"{left(name, name_width)}{shown:>{number_width}}", style, door),
        Piece(" "),
        Piece(_bar(count, whole, room), colour),
    ]


def _bar(count: int, whole: int, width: int) -> str:
    """Half cells count; whatever is there at all shows; padded to the width."""
    halves = max(1, 2 * width * count // whole) if count and whole else 0
    return left(_BAR * (halves // 2) + BAR_END * (halves % 2), max(width, 0))


def _level(count: int, most: int, row: int, height: int) -> str:
    """The part of a column of `height` rows that lies in one row, from 0 at the bottom."""
    if not count:
        return " " if row else "·"
    eighths = max(1, round(8 * height * count / most)) - 8 * row
    return LEVELS[min(eighths, 8) - 1] if eighths > 0 else " "


def _span(found: OverTime) -> str:
    """`2025-07-12 09:15:00 – 09:20:49 UTC`."""
    first, last = date(found.start_ns), date(found.end_ns)
    later = f"{last} " if last != first else ""
    return f"{first} {clock(found.start_ns, 0)} – {later}{clock(found.end_ns, 0)} UTC"


def _rest(found: Sequence[Any], shown: Sequence[Any], noun: str) -> list[Line]:
    """What was left out, and the door that shows it."""
    if len(found) == len(shown):
        return []
    more = f"{len(found) - len(shown):,} more {noun}s"
    return [[Piece(" "), Piece(f"... {more}", "", Door(f"{MORE}{noun}", f"{more}, on this page"))]]
