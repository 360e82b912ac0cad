"""Source ticks that are missing: numbers left out of the event ids, and ids that only the worker log knows.

Ids are a sequence where they end in numbers that rise from tick to tick, nearly always by the same step. Several
sequences may be interwoven, told apart by what stands before the number.
"""

from __future__ import annotations

from os.path import commonprefix
from typing import NamedTuple

from raceview.engine.base import Engine
from raceview.findings.finding import Finding
from raceview.model import FindingName

PROBED = 2_000
"""Lines of the source in which ids must look like a sequence for all of them to be read."""
REGULAR = 0.9
"""Share of the steps that must be the usual one."""
LEAST_STEPS = 10


class Gap(NamedTuple):
    """The numbers left out, the ticks on either side, and how many of the missing ids the worker log names."""

    prefix: str
    digits: int
    first_number: int
    last_number: int
    missing: int
    before_id: str
    before_line: int
    event_id: str
    line: int
    named: int


def sequence_gaps(engine: Engine) -> list[Finding]:
    """Each gap in the source's order, then the ids that the log names and that lie in none. Needs the source."""
    unknown = engine.rows("SELECT count(DISTINCT event) FROM attempts WHERE event < 0")[0][0]
    gaps = [] if _plainly_whole(engine) else _gaps(engine)
    named = sum(gap.named for gap in gaps)
    return [*map(_of_gap, gaps), *([_of_log(engine, unknown, named)] if unknown > named else [])]


def _plainly_whole(engine: Engine) -> bool:
    """Whether ids, all of one length, are as many as there are numbers from the least to the greatest: the usual case.

    It is told from the least and the greatest text, which costs a tenth of reading all numbers.
    """
    ((ids, again, shortest, longest, least, most),) = engine.rows(
        "SELECT count(*), (SELECT count(*) FROM tick_repeats), min(length(event_id)), max(length(event_id)), "
        "min(event_id), max(event_id) FROM ticks_read"
    )
    if not ids or again or shortest != longest:
        return False
    prefix = len(commonprefix([least, most]))  # noqa: RUF071 - letters are what is meant
    low, high = least[prefix:], most[prefix:]
    return bool(low.isdecimal() and high.isdecimal() and int(high) - int(low) == ids - 1)


def _gaps(engine: Engine) -> list[Gap]:
    """The gaps in the source's order; none where ids are no sequence."""
    probed, _ = _steps_and_breaks(engine, f"line <= {PROBED}")
    if probed < LEAST_STEPS:
        return []
    _, breaks = _steps_and_breaks(engine, "1 = 1")
    if not breaks:
        return []
    engine.create(
        "sequence_steps", _STEPS.format(ids=_ids("ticks_read", "line NOT IN (SELECT line FROM tick_repeats)"))
    )
    ((steps, back),) = engine.rows(
        "SELECT count(*), sum(CASE WHEN step <= 0 THEN 1 ELSE 0 END) FROM sequence_steps"
    )
    ((usual, often),) = engine.rows(
        "SELECT step, count(*) AS often FROM sequence_steps GROUP BY step ORDER BY often DESC, step LIMIT 1"
    )
    if back or often < REGULAR * steps:
        return []
    found = engine.rows(_GAPS.format(usual=usual, named=_ids("attempts_read", _UNKNOWN)))
    return [Gap(*line) for line in found]


def _steps_and_breaks(engine: Engine, where: str) -> tuple[int, int]:
    """Steps there are from one id to the next of its sequence, and sequences with more numbers than ids."""
    ((steps, breaks),) = engine.rows(
        "SELECT coalesce(sum(ids - 1), 0), coalesce(sum(CASE WHEN span = ids - 1 THEN 0 ELSE 1 END), 0) FROM ("
        f"SELECT count(*) AS ids, max(number) - min(number) AS span FROM ({_ids('ticks_read', where)}) AS i "
        "GROUP BY prefix) AS sequences"
    )
    return int(steps), int(breaks)


_UNKNOWN = "line IN (SELECT -event FROM attempts WHERE event < 0)"
"""Of the lines of the log: the first with an id that no tick has."""

_STEPS = """
    SELECT line, before_line, event_id, before_id, prefix, number, number - before_number AS step
    FROM (
        SELECT line, event_id, prefix, number,
            lag(line) OVER in_order AS before_line,
            lag(event_id) OVER in_order AS before_id,
            lag(number) OVER in_order AS before_number
        FROM ({ids}) AS i
        WINDOW in_order AS (PARTITION BY prefix ORDER BY line)
    ) AS s
    WHERE before_line IS NOT NULL"""
"""From each tick to the next one whose id has the same letters before its number."""

_GAPS = """
    WITH gaps AS (
        SELECT s.*, length(before_id) - length(prefix) AS digits, (step - 1) // {usual} AS missing
        FROM sequence_steps AS s
        WHERE step > {usual}
    ),
    read_between AS (
        SELECT g.line, count(*) AS ticks
        FROM gaps AS g
        JOIN ticks_read AS t ON t.line > g.before_line AND t.line < g.line
        WHERE g.line > g.before_line + 1
        GROUP BY g.line
    ),
    named AS (
        SELECT g.line, count(*) AS named
        FROM gaps AS g
        JOIN ({named}) AS n ON n.prefix = g.prefix AND n.number < g.number AND n.number > g.number - g.step
        GROUP BY g.line
    )
    SELECT prefix, digits, number - step + {usual} AS first_number, number - step + {usual} * missing AS last_number,
        missing, before_id, before_line, event_id, e.line, coalesce(n.named, 0) AS named
    FROM gaps AS e
    LEFT JOIN named AS n ON n.line = e.line
    LEFT JOIN read_between AS b ON b.line = e.line
    WHERE e.line - e.before_line - 1 - coalesce(b.ticks, 0) < missing
    ORDER BY e.line"""
"""Where a step is greater than the usual one, and not for records that could not be read: columns as in `Gap`."""


def _ids(relation: str, where: str) -> str:
    """SQL of the ids that end in a number: line, event_id, prefix, number."""
    return (
        "SELECT line, event_id, prefix, CAST(substr(event_id, length(prefix) + 1) AS BIGINT) AS number FROM ("
        "SELECT line, event_id, trim(TRAILING '0123456789' FROM event_id) AS prefix "
        f"FROM {relation} WHERE {where}) AS parts WHERE length(event_id) - length(prefix) BETWEEN 1 AND 18"
    )


def _of_gap(gap: Gap) -> Finding:
    first, last = (f"{gap.prefix}{number:0{gap.digits}}" for number in (gap.first_number, gap.last_number))
    log = f"; the worker log names {gap.named:,} of them" if gap.named else ""
    return Finding(
        FindingName.SEQUENCE_GAP,
        first if gap.missing == 1 else f"{first} to {last}",
        float(gap.missing),
        "events",
        None,
        None,
        f"the source goes from {gap.before_id} (line {gap.before_line}) to {gap.event_id} (line {gap.line}): "
        f"{gap.missing:,} {'number is' if gap.missing == 1 else 'numbers are'} missing{log}",
    )


def _of_log(engine: Engine, unknown: int, in_gaps: int) -> Finding:
    """Ids without a tick that no gap accounts for: the source ends too early, begins too late, or lost them."""
    ((event_id, line),) = engine.rows(
        f"SELECT event_id, line FROM attempts_read WHERE {_UNKNOWN} ORDER BY line LIMIT 1"
    )
    also = f", {in_gaps:,} of them in gaps of its sequence" if in_gaps else ""
    return Finding(
        FindingName.SEQUENCE_GAP,
        "worker log",
        float(unknown),
        "events",
        None,
        None,
        f"the worker log names {unknown:,} event{'' if unknown == 1 else 's'} without a readable tick{also}; "
        f"first {event_id} at line {line}",
    )
