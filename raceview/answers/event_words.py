"""What the numbers of an event's page mean, in sentences, and the whole page as plain text to send to somebody."""

from __future__ import annotations

from collections.abc import Iterator

from raceview.answers import amounts
from raceview.answers.event_page import EventPage, JudgedRow
from raceview.answers.event_records import Attempt, Row
from raceview.answers.neighbours import Neighbour
from raceview.model import Action, Cause, Outcome, Role, words
from raceview.safe_text import printable

_ROLES = {"ticks": "source ticks", "attempts": "worker log", "output": "output"}
_CLOCKLESS = {
    Cause.ZOMBIE_WRITE: "It rests on a time-out in the log, not on clocks.",
    Cause.DOUBLE_EMIT: "It rests on counts, not on clocks.",
    Cause.UNEXPLAINED: "",
}


def digits(page: EventPage) -> int:
    """Digits of a second that all times of the page need."""
    times = [page.tick.time_ns, *(row.time_ns for row in page.rows)]
    for attempt in page.attempts:
        times += [attempt.start_ns, attempt.start_ns if attempt.end_ns is None else attempt.end_ns]
    return amounts.second_digits(times)


def where(page: EventPage, role: str, line: int) -> str:
    """`worker_logs.csv:1164`. A tick that is inferred stands in the output."""
    role = "output" if page.inferred and role == "ticks" else role
    return f"{printable(page.files.get(role, role))}:{line}"


def against_tick(row: Row) -> str:
    """What a row has that its tick has not: `+10 ms −0.04`, or `exact`."""
    return amounts.difference(row.time_delta_ns, row.price_delta_units)


def action(row: JudgedRow) -> str:
    """What the policy does with a row: `dropped`, `corrected to 1,642.34`."""
    if row.action is not Action.CORRECTED:
        return row.action
    if row.written_price_units is None:
        return "corrected to the tick"
    return f"corrected to {amounts.price(row.written_price_units)}"


def verdict(page: EventPage) -> str:
    """`duplicated: concurrent claim`."""
    return words(page.outcome) + (f": {words(page.cause)}" if page.cause else "")


def why(page: EventPage) -> list[str]:
    """The sentences that say what became of the event, and how sure that is."""
    return [
        sentence
        for sentence in (_reason(page), margin(page), *_inferred(page), *_doubts(page), *_unknown(page))
        if sentence
    ]


def _reason(page: EventPage) -> str:
    if page.evidence:
        return f"{printable(page.evidence)}."
    if page.outcome is Outcome.EXACTLY_ONCE:
        return "One row, as the source has it, from an attempt that succeeded."
    return ""


def margin(page: EventPage) -> str:
    """How far two clocks may differ before the cause is another one."""
    if page.cause is None:
        return ""
    if page.margin_ns is not None:
        return holds_unless(page.margin_ns)
    if page.cause in _CLOCKLESS:
        return _CLOCKLESS[page.cause]
    workers = {attempt.worker for attempt in page.attempts if attempt.number in page.decided_by}
    if len(workers) == 1:
        return "Both attempts are by one worker: it has one clock."
    return "No shift of a clock would tell: an end is missing in the log."


def holds_unless(margin_ns: int) -> str:
    """What a margin means."""
    return f"Holds unless a clock is off by more than {amounts.duration(margin_ns)}."


def _inferred(page: EventPage) -> Iterator[str]:
    """What it means that there is no source."""
    copies = [row for row in page.rows if row.role is Role.DUPLICATE]
    if not page.inferred or not copies:
        return
    least = amounts.confidence(min(row.confidence_millionths for row in copies))
    yield f"Inferred from the output alone: they are one event with a probability of {least}."
    alike = [f"{row.row:,}" for row in copies if not (row.time_delta_ns or row.price_delta_units)]
    if alike:
        rows = f"Row {alike[0]} repeats" if len(alike) == 1 else f"Rows {', '.join(alike)} repeat"
        yield f"{rows} the first exactly: that cannot be told from a twin, a second real event that is alike."


def _doubts(page: EventPage) -> Iterator[str]:
    for row in page.rows:
        if row.ambiguous:
            yield (
                f"Row {row.row:,} is linked with confidence {amounts.confidence(row.confidence_millionths)} only: "
                "it may come from another event."
            )
        if row.suspect:
            yield f"Row {row.row:,} may be no duplicate at all: it is kept, whatever the policy."
    if len(page.attempts) > 1 and len(page.rows) > 1 and any(row.attempt is None for row in page.rows):
        yield "Which attempt wrote which row cannot be known from the files."
    if page.twin_count:
        named = ", ".join(map(printable, page.twins))
        more = page.twin_count - len(page.twins)
        others = f"{named} and {more:,} more" if more else named
        yield f"Alike in symbol, time and price: {others}. All are real; whose row is whose cannot be told."
    if page.same_id_lines:
        listed = ", ".join(f"{line:,}" for line in page.same_id_lines)
        yield f"Its event_id stands in other records of the source, too: line {listed}."


def _unknown(page: EventPage) -> Iterator[str]:
    if page.missing:
        named = " and ".join(f"the {_ROLES[role]}" for role in page.missing)
        what = {
            "attempts": "who worked on it, and why it was written twice",
            "output": "what was emitted",
            "ticks": "what should have been emitted",
        }
        yield f"Without {named} nothing is known of {'; '.join(what[role] for role in page.missing)}."


def neighbour(page: EventPage, side: str) -> str:
    """`Next event of INFY: 60 ms after the copy, 73.18 off: cannot be meant.`; `side` is Next or Previous."""
    beside = page.next if side == "Next" else page.previous
    told = "there is none" if beside is None else f"{_apart(page, beside)}: {_meant(page, beside)}"
    return f"{side} event of {printable(page.tick.symbol, 20)}: {told}."


def near(page: EventPage) -> list[str]:
    """Both neighbours, as short as can be: `INFY 60 ms after the copy, 73.18 off: cannot be meant.`"""
    symbol = printable(page.tick.symbol, 20)
    return [
        f"{symbol} {_apart(page, beside)}: {_meant(page, beside)}."
        if beside
        else f"no {order} event of {symbol}."
        for beside, order in ((page.previous, "earlier"), (page.next, "later"))
    ]


def _apart(page: EventPage, beside: Neighbour) -> str:
    row = page.telling_row
    origin = "the tick" if row is None else "the copy" if row.role is Role.DUPLICATE else "the row"
    order = "after" if beside.time_apart_ns > 0 else "before"
    time = f"{amounts.duration(beside.time_apart_ns)} {order}" if beside.time_apart_ns else "at the time of"
    price = (
        f"{amounts.price(abs(beside.price_apart_units))} off" if beside.price_apart_units else "at its price"
    )
    return f"{time} {origin}, {price}"


def _meant(page: EventPage, beside: Neighbour) -> str:
    if page.telling_row is None:
        return "no row is in question" if page.files.get("output") else "no rows to compare"
    if page.inferred:
        return "taken for another event"
    if beside.reachable:
        return f"within reach, see the confidence ({printable(beside.event_id, 24)})"
    return "cannot be meant"


def as_text(page: EventPage, note: str | None = None) -> str:
    """The page as plain text: every fact with its file and line, times in full, UTC."""
    tick, places = page.tick, digits(page)
    lines = [
        f"{printable(tick.event_id)} · {printable(tick.symbol)} · {amounts.price(tick.price_units)} at "
        f"{amounts.date(tick.time_ns)} {amounts.clock(tick.time_ns, places)} UTC · {where(page, 'ticks', tick.line)}",
        verdict(page),
        *(f"  {sentence}" for sentence in why(page)),
        *(_attempt_text(page, attempt, places) for attempt in page.attempts),
        *(_row_text(page, row, places) for row in page.rows),
        neighbour(page, "Previous"),
        neighbour(page, "Next"),
    ]
    if note:
        lines.append(f"note: {printable(note)}")
    return "\n".join(lines) + "\n"


def _attempt_text(page: EventPage, attempt: Attempt, places: int) -> str:
    end = "no end logged" if attempt.end_ns is None else amounts.clock(attempt.end_ns, places)
    meets = f", overlaps attempt {' and '.join(map(str, attempt.overlaps))}" if attempt.overlaps else ""
    return (
        f"attempt {attempt.number}: {printable(attempt.worker)} {amounts.clock(attempt.start_ns, places)} to {end}, "
        f"{attempt.status}{meets} · {where(page, 'attempts', attempt.line)}"
    )


def _row_text(page: EventPage, row: JudgedRow, places: int) -> str:
    return (
        f"row {row.row}: {amounts.clock(row.time_ns, places)} {amounts.price(row.price_units)}, {against_tick(row)}, "
        f"{row.role}, confidence {amounts.confidence(row.confidence_millionths)}, {action(row)} (policy {page.policy}) "
        f"· {where(page, 'output', row.line)}"
    )
