"""Which moment, and which event, a user means by what was typed: `:09:15:05.81`, `--at +5s`, `--event evt_0001162`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING

from raceview.answers.amounts import clock, date, second_digits
from raceview.answers.filters import quoted
from raceview.bundle.rejection import RejectedError
from raceview.bundle.times import parse_time
from raceview.errors import UsageError
from raceview.model import NS_PER_MS, NS_PER_SECOND

if TYPE_CHECKING:
    from raceview.investigation import Investigation

FORMS = "09:15:05.81, 2025-07-12T09:15:05Z, an epoch number, +5s or -200ms"
_NS_PER_DAY = 86_400 * NS_PER_SECOND
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?")
_STEP = re.compile(r"([-+]) ?([0-9]*\.?[0-9]+) ?(ns|us|µs|ms|s|m|min|h)")
_NS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "ms": NS_PER_MS,
    "s": NS_PER_SECOND,
    "m": 60 * NS_PER_SECOND,
    "min": 60 * NS_PER_SECOND,
    "h": 3600 * NS_PER_SECOND,
}
_HOURS, _SIXTY = 24, 60


@dataclass(frozen=True, slots=True)
class Span:
    """From the first to the last time that the three files name, in ns."""

    first_ns: int
    last_ns: int

    def holds(self, at_ns: int) -> bool:
        """Whether the files reach to this time."""
        return self.first_ns <= at_ns <= self.last_ns


def span(investigation: Investigation) -> Span | None:
    """What time the files cover; None where there is not one record."""
    ((first, last),) = investigation.engine.rows(
        "SELECT min(first), max(last) FROM ("
        "SELECT min(time_ns) AS first, max(time_ns) AS last FROM ticks UNION ALL "
        "SELECT min(time_ns), max(time_ns) FROM outputs UNION ALL "
        "SELECT min(start_ns), greatest(max(start_ns), max(end_ns)) FROM attempts) AS spans"
    )
    return None if first is None else Span(first, last)


def parse_moment(text: str, near_ns: int, within: Span) -> int:
    """The time (ns) that `text` names: of the day, in full, an epoch number, or relative to `near_ns`; UTC.

    A time of day is the one on the day of `near_ns` where the files reach to that, else on the first day on which
    they do. Raises UsageError, in one sentence, for what is no time and for one the files do not reach to.
    """
    typed = text.strip()
    if step := _STEP.fullmatch(typed):
        away = int(Decimal(step[2]) * _NS[step[3]])
        at_ns = near_ns + (away if step[1] == "+" else -away)
    elif clock := _CLOCK.fullmatch(typed):
        at_ns = _on_some_day(_of_day(clock), near_ns, within)
    else:
        try:
            at_ns = parse_time("time", typed, UTC)
        except RejectedError:
            raise UsageError(f"{typed!r} is no time: write {FORMS}") from None
    if not within.holds(at_ns):
        raise UsageError(
            f"{typed}: the files reach from {_utc(within.first_ns)} to {_utc(within.last_ns)} UTC"
        )
    return at_ns


def find_event(investigation: Investigation, event_id: str) -> int:
    """The event of this id: its first, where several payloads share the id. Raises UsageError where there is none."""
    typed = event_id.strip()
    found = investigation.engine.rows(
        f"SELECT min(k.line) FROM ticks_read AS k JOIN ticks AS t ON t.event = k.line "
        f"WHERE k.event_id = {quoted(typed)}"
    )
    if found[0][0] is not None:
        return int(found[0][0])
    if investigation.files.ticks is None:
        raise UsageError(f"event {typed}: without the source ticks no event can be looked up")
    raise UsageError(f"event {typed}: {investigation.files.ticks.name} has no such event_id")


def _utc(at_ns: int) -> str:
    return f"{date(at_ns)} {clock(at_ns, second_digits([at_ns]))}"


def _of_day(clock: re.Match[str]) -> int:
    hours, minutes, seconds, fraction = clock.groups(default="0")
    if int(hours) >= _HOURS or int(minutes) >= _SIXTY or int(seconds) >= _SIXTY:
        raise UsageError(f"{clock[0]!r} is no time of day")
    whole = (int(hours) * _SIXTY + int(minutes)) * _SIXTY + int(seconds)
    return whole * NS_PER_SECOND + int(fraction.ljust(9, "0"))


def _on_some_day(of_day: int, near_ns: int, within: Span) -> int:
    at_ns = near_ns // _NS_PER_DAY * _NS_PER_DAY + of_day
    if within.holds(at_ns):
        return at_ns
    first = within.first_ns // _NS_PER_DAY * _NS_PER_DAY + of_day
    following = first if first >= within.first_ns else first + _NS_PER_DAY
    return following if within.holds(following) else at_ns
