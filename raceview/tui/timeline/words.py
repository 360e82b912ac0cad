"""What stands above and below the lanes: where one is, what is hidden, and the selected event in words."""

from __future__ import annotations

from collections.abc import Iterable

from raceview.answers.amounts import clock as exact_clock
from raceview.answers.amounts import difference, second_digits
from raceview.answers.event_records import Attempt, Row
from raceview.answers.timeline import ROWS, Lane
from raceview.answers.timeline_moment import Moment
from raceview.charts.axis import clock, date, duration
from raceview.charts.marks import OPEN_END, OUTCOMES, ROLES, SEVERITIES, Mark, Severity
from raceview.charts.plot import PLAIN, Run, Style
from raceview.safe_text import columns, printable
from raceview.tui.timeline.picture import QUIET, STRONG, Sight

_BETWEEN = "   "


def header(sight: Sight, race: int | None, width: int) -> list[Run]:
    """`2025-07-12 09:15:05.780–.860 UTC   80 ms, 1 ms a column   race 1 of 250`."""
    edges = sight.edges
    first, last, step = int(edges[0]), int(edges[-1]), sight.window.step
    fine = int(10 ** (len(str(step)) - 1))
    last = -(-last // fine) * fine  # never before what is still shown
    day, until = date(first), date(last)
    begin, end = clock(first // fine * fine, fine), clock(last, fine)
    if day != until:
        end = f"{until} {end}"
    elif begin[:8] == end[:8] and len(end) > 8:  # noqa: PLR2004  # HH:MM:SS
        end = end[8:]
    races = len(sight.lanes.races)
    told = f"race {race + 1:,} of {races:,}" if race is not None else f"{races:,} races"
    if races == 1:
        told = "race 1 of 1" if race is not None else "1 race"
    folded = "  idle gaps folded" if len(sight.folds) else ""
    parts = [f" {day} {begin}–{end} UTC", f"{duration(step)} a column{folded}", told if races else "no races"]
    while len(parts) > 1 and len(_BETWEEN.join(parts)) > width:
        del parts[1]
    return [Run(parts[0], STRONG), *(Run(_BETWEEN + part, PLAIN) for part in parts[1:])]


def rule(notes: Iterable[str], width: int) -> list[Run]:
    """A line across, with what is not shown named on it."""
    told = printable("  ·  ".join(note for note in notes if note), width - 4)
    line = f"── {told} " if told else ""
    return [Run(line + "─" * (width - columns(line)), QUIET)]


def selected(lane: Lane, place: int) -> list[list[Run]]:
    """The selected attempt or row by itself, for as long as its event has not been looked up, or has none."""
    mark = SEVERITIES[Severity(int(lane.severities[place]))]
    start, end = int(lane.starts[place]), int(lane.ends[place])
    line = int(lane.lines[place])
    if lane.worker == ROWS:
        what = f"row {line:,} at {exact_clock(start, second_digits([start]))}" if line >= 0 else "no row"
        return [
            [_glyph(mark), Run(f"{what}: {mark.word if mark.word != 'busy' else 'no event known'}", PLAIN)]
        ]
    digits = second_digits([start, end])
    until = "no end logged" if lane.unended[place] else exact_clock(end, digits)
    told = f"{printable(lane.name)}  {exact_clock(start, digits)} – {until}  line {line:,}"
    return [[_glyph(mark), Run(told, PLAIN)]]


def details(moment: Moment, width: int, lines: int) -> list[list[Run]]:
    """The event: what it is, its attempts, its rows, why. One line for each of these where there are few lines."""
    digits = second_digits(_times(moment))
    mark = OUTCOMES[moment.outcome]
    about = [mark.word]
    if moment.symbol:
        about.append(f"{printable(moment.symbol)} {printable(moment.price)}")
    if moment.time_ns is not None:
        about.append(f"{exact_clock(moment.time_ns, digits)} UTC")
    head = [Run(printable(moment.event_id), STRONG), Run(f"  {' · '.join(about)}", PLAIN)]
    found = [[_glyph(mark), *head]]
    attempts = [_attempt(attempt, digits) for attempt in moment.attempts]
    rows = [_row(row) for row in moment.rows]
    why = [[Run(f" {printable(reason)}", PLAIN)] for reason in moment.reasons if reason]
    room = lines - len(found) - len(why)
    if len(attempts) + len(rows) <= room:
        found += [
            *([Run("   ", PLAIN), *attempt] for attempt in attempts),
            *(row for row in rows),
        ]
    else:
        race = SEVERITIES[Severity.RACE].glyph
        joint = f"  {race}  " if moment.cause in {"concurrent_claim", "self_overlap"} else "  ·  "
        found += [_joined(attempts, joint, width, "attempts"), _joined(rows, "  ·  ", width, "rows")]
    return [_cut(line, width) for line in [*found, *why] if line]


def _times(moment: Moment) -> list[int]:
    ends = [attempt.end_ns for attempt in moment.attempts if attempt.end_ns is not None]
    return [*(attempt.start_ns for attempt in moment.attempts), *ends, *(row.time_ns for row in moment.rows)]


def _attempt(attempt: Attempt, digits: int) -> list[Run]:
    start = exact_clock(attempt.start_ns, digits)
    until = OPEN_END if attempt.end_ns is None else f"–{_end(start, exact_clock(attempt.end_ns, digits))}"
    told = f"{printable(attempt.worker)} {start}{until} "
    failed = attempt.status != "success"
    timeout = SEVERITIES[Severity.TIMEOUT]
    return [Run(told, PLAIN), Run(printable(attempt.status), Style(timeout.colour) if failed else PLAIN)]


def _end(start: str, end: str) -> str:
    """An end after a start: from the seconds on where they share the minute."""
    return end[6:] if start[:6] == end[:6] else end


def _row(row: Row) -> list[Run]:
    mark = ROLES[row.role]
    off = difference(row.time_delta_ns, row.price_delta_units)
    return [_glyph(mark), Run(f"row {row.row:,} {mark.word} {off}", PLAIN)]


def _joined(parts: list[list[Run]], joint: str, width: int, what: str) -> list[Run]:
    """Parts beside each other; what does not fit is counted."""
    line: list[Run] = [Run(" ", PLAIN)]
    for at, part in enumerate(parts):
        more = f"  +{len(parts) - at:,} {what}"
        after = [*line, *([Run(joint, QUIET)] if at else []), *part]
        if _length(after) + (len(more) if at + 1 < len(parts) else 0) > width and at:
            return [*line, Run(more, QUIET)]
        line = after
    return line if parts else []


def _glyph(mark: Mark) -> Run:
    return Run(f" {mark.glyph} ", Style(mark.colour, bold=mark.bold))


def _length(line: list[Run]) -> int:
    return sum(columns(run.text) for run in line)


def _cut(line: list[Run], width: int) -> list[Run]:
    found, room = [], width
    for run in line:
        text = run.text if columns(run.text) <= room else printable(run.text, max(room, 0))
        found.append(Run(text, run.style))
        room -= columns(text)
    return found
