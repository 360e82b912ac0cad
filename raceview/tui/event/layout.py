"""The page of one event as lines of a given width: its tick, attempts with their windows as bars, rows, and why."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from textwrap import wrap

from textual.content import Content

from raceview.answers import amounts, event_words
from raceview.answers.event_page import EventPage, JudgedRow
from raceview.answers.event_records import Attempt
from raceview.charts import marks
from raceview.charts.marks import Severity
from raceview.model import NS_PER_SECOND
from raceview.safe_text import columns, left, printable
from raceview.tui.event.bars import axis_of, bar, row_mark, row_marks, times

POINTER = "▸"
"""Stands before the attempt that is selected."""
_LEAST_BAR = 8
_DIM = "ansi_bright_black"
_MINUTE = 60 * NS_PER_SECOND
_GAP, _SMALL_GAP = "  ", " "
_SPARE: tuple[tuple[str, ...], ...] = ((), ("price",), ("price", "action"), ("price", "action", "conf"))
"""What is left out of the rows, as much as it takes: the head tells the tick's price, and how far off a row's is stays;
the head tells the least confidence, too."""
_LABEL = 6
"""Columns before the sentences."""


def page_lines(page: EventPage, width: int, selected: int, note: str | None) -> list[Content]:
    """The whole page; `selected` is the number of the attempt that `[` and `]` are at (0: none)."""
    return [
        *_head(page, width),
        _rule("attempts", page.files.get("attempts"), width),
        *_attempts(page, width, selected),
        _rule("rows", page.files.get("output"), width, f"policy {page.policy}" if page.rows else ""),
        *_rows(page, width),
        _rule("", None, width),
        *_sentences("Why", [_undated(page, sentence) for sentence in event_words.why(page)], width),
        *_sentences("Near", event_words.near(page), width),
        *(_sentences("Note", [printable(note) if note else "bookmarked"], width) if note is not None else []),
    ]


def _head(page: EventPage, width: int) -> list[Content]:
    tick = page.tick
    place = event_words.where(page, "ticks", tick.line)
    name = (
        f" {printable(tick.event_id, 24)} · {printable(tick.symbol, 16)} · {amounts.price(tick.price_units)} "
        f"at {amounts.clock(tick.time_ns, event_words.digits(page))}"
    )
    room = width - columns(name) - 1
    first = [Content.styled(name, "bold")]
    if columns(place) < room:
        first.append(Content.styled(" " * (room - columns(place)) + place, _DIM))
        rest = []
    else:
        rest = [Content.styled(f" {place}", _DIM)]
    mark = marks.OUTCOMES[page.outcome]
    verdict = f"{mark.glyph} {event_words.verdict(page)}"
    said = [f" {amounts.date(tick.time_ns)} UTC   ", verdict, ""]
    if page.rows:
        least = min(row.confidence_millionths for row in page.rows)
        said[2] = f"   confidence {amounts.confidence(least)}"
    second = Content(said[0]) + Content.styled(verdict, f"{mark.textual_style} bold") + Content(said[2])
    return [Content("").join(first), *rest, second]


def _rule(what: str, file: str | None, width: int, more: str = "") -> Content:
    """A line between the parts of the page, with the file that the next one is from."""
    said = " · ".join(part for part in (what, printable(file, 40) if file else "", more) if part)
    head = f" ── {said} " if said else " "
    return Content.styled(head + "─" * max(0, width - columns(head) - 1), _DIM)


def _attempts(page: EventPage, width: int, selected: int) -> list[Content]:
    if not page.attempts:
        unknown = "which attempts are its own is not known without the source ticks" if page.inferred else ""
        missing = "the worker log is missing" if "attempts" in page.missing else ""
        return [Content(f"   {missing or unknown or 'no attempt of it'}")]
    cells = [_attempt_cells(page, attempt) for attempt in page.attempts]
    texts = _table(["attempt", "worker", "start", "end", "  status", "line"], cells)
    head, *lines = texts
    used = max(map(columns, lines))
    beside = width - used - 4 >= _LEAST_BAR
    axis = axis_of(page, width - used - 5 if beside else width - 12)
    shown = [Content.styled(f"   {head}", _DIM)]
    for attempt, line in zip(page.attempts, lines, strict=True):
        here = attempt.number == selected
        text = Content.styled(f" {POINTER if here else ' '} {line}", "bold" if here else "")
        window = bar(page, attempt, axis, here)
        if beside:
            shown.append(text + Content(" " * (used - columns(line) + 1)) + window)
        else:
            shown += [text, Content(" " * 10) + window]
    indent = used + 4 if beside else 10
    span = f"bars span {amounts.duration(axis.stop_ns - axis.start_ns)}"
    label = f"{span}   rows " if page.rows else f"{span} "
    if columns(label) > indent:
        label = "rows " if page.rows else ""
    shown.append(Content.styled(label.rjust(indent), _DIM) + row_marks(page, axis))
    return shown


def _attempt_cells(page: EventPage, attempt: Attempt) -> list[str]:
    end = "none logged" if attempt.end_ns is None else _clock(page, attempt.end_ns)
    status = f"{marks.SEVERITIES[Severity.TIMEOUT].glyph} " if attempt.failed else "  "
    return [
        str(attempt.number),
        printable(attempt.worker, 16),
        _clock(page, attempt.start_ns),
        end,
        status + attempt.status,
        f":{attempt.line}",
    ]


def _rows(page: EventPage, width: int) -> list[Content]:
    if not page.rows:
        missing = "output" in page.missing
        return [Content("   the output is missing" if missing else "   no row of it")]
    against = "against the first" if page.inferred else "against the tick"
    heads = ["row", "time", "price", against, "role", "action", "conf", "line"]
    cells = [_row_cells(page, row) for row in page.rows]
    for spare, gap in product(_SPARE, (_GAP, _SMALL_GAP)):
        here = [at for at, head in enumerate(heads) if head not in spare]
        texts = _table([heads[at] for at in here], [[line[at] for at in here] for line in cells], gap)
        if max(map(columns, texts)) + 4 <= width:
            break
    shown = [Content.styled(f"   {texts[0]}", _DIM)]
    for row, text in zip(page.rows, texts[1:], strict=True):
        mark = row_mark(page, row)
        shown.append(Content.assemble(" ", (mark.glyph, mark.textual_style), " ", text))
    return shown


def _row_cells(page: EventPage, row: JudgedRow) -> list[str]:
    return [
        f"{row.row:,}",
        _clock(page, row.time_ns),
        amounts.price(row.price_units),
        event_words.against_tick(row),
        row.role + ("?" if row.ambiguous or row.suspect else ""),
        event_words.action(row) if row.written_price_units is not None else str(row.action),
        amounts.confidence(row.confidence_millionths),
        f":{row.line}",
    ]


def _table(heads: Sequence[str], cells: Sequence[Sequence[str]], gap: str = _GAP) -> list[str]:
    """Lines of equal columns, the heads first; the last head may be longer than its column."""
    widths = [max(map(columns, column)) for column in zip(heads, *cells, strict=True)]
    return [
        gap.join([*(left(text, wide) for text, wide in zip(line[:-1], widths, strict=False)), line[-1]])
        for line in (heads, *cells)
    ]


def _clock(page: EventPage, ns: int) -> str:
    """A time of the page: seconds alone where all are within the minute that the head tells."""
    text = amounts.clock(ns, event_words.digits(page))
    all_times = times(page)
    return text[6:] if min(all_times) // _MINUTE == max(all_times) // _MINUTE else text


def _undated(page: EventPage, sentence: str) -> str:
    """Without the date that the head of the page tells."""
    return sentence.replace(f"{amounts.date(page.tick.time_ns)}T", "")


def _sentences(label: str, sentences: Sequence[str], width: int) -> list[Content]:
    lines: list[Content] = []
    for sentence in sentences:
        for text in wrap(sentence, max(20, width - _LABEL - 1), break_on_hyphens=False):
            head = "" if lines else label
            lines.append(Content.styled(f" {head}".ljust(_LABEL), "bold") + Content(text))
    return lines
