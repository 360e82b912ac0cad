"""The same world with a safeguard in place: attempts that never start, rows that the sink refuses.

What is planted stays: which events are claimed twice, which worker stalls, which acknowledgement is lost. What is
true of an attempt, and not in its log, is known here: when it wrote, and whether one that timed out was stalled (it
wrote after the system had given it up, and would have been done by then) or dead (it wrote, or not, and never said
so). The analysis must come to the same numbers without knowing that; the tests compare.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from raceview.model import Safeguard
from raceview.simulate.rows import NOBODY

if TYPE_CHECKING:
    from raceview.simulate.rows import Rows
    from raceview.simulate.scenario import Scenario
    from raceview.simulate.workers import Attempts

NEVER = 2**62
"""When a dead worker is done."""


@dataclass(frozen=True, slots=True)
class InPlace:
    """A safeguard, and its setting in microseconds where it has one: a lease, a time-out, a time to live."""

    safeguard: Safeguard
    setting: int = 0


@dataclass(slots=True)
class _Attempt:
    """One attempt of an event, by the true clock."""

    line: int
    worker: int
    start: int
    timed_out: bool
    given_up: int
    """When the system takes it for over: its end, or its time-out."""
    done: int
    """When it really is over."""
    follows: int
    """The line whose end or time-out it came after, as its retry or redelivery; `NOBODY` where it raced."""
    wait: int = 0
    """How much later than in the log it starts."""


def before_the_work(scenario: Scenario, attempts: Attempts, in_place: InPlace) -> Attempts:
    """The worker log without the attempts that do not start, and without the rows that are never committed."""
    rule = _RULES.get(in_place.safeguard)
    if rule is None:
        return attempts
    starts = np.ones(attempts.event.size, np.bool_)
    later = np.zeros(attempts.event.size, np.int64)
    for event in _events_of_several(scenario, attempts):
        started: list[_Attempt] = []
        gone: set[int] = set()
        for one in event:
            if one.follows in gone or not rule(one, started, in_place.setting):
                starts[one.line] = False
                gone.add(one.line)
            else:
                started.append(one)
                later[one.line] = one.wait
    end = np.where(attempts.end < 0, attempts.end, attempts.end + later)
    rows = attempts.rows.copy()
    if in_place.safeguard is Safeguard.TRANSACTION:
        rows[attempts.timed_out] = 0
    moved = replace(
        attempts, start=attempts.start + later, end=end, written=attempts.written + later, rows=rows
    )
    return moved.only(starts)


def at_the_sink(scenario: Scenario, attempts: Attempts, rows: Rows, in_place: InPlace) -> Rows:
    """The rows that the sink takes, asked in the order in which they are written."""
    if in_place.safeguard in _SOURCE_TIMES:
        own = rows.event != NOBODY
        rows.time[own] = scenario.ticks.time[rows.event[own]]
    refuses = _refusal(scenario, attempts, rows, in_place)
    taken = np.ones(rows.event.size, np.bool_)
    for row in np.argsort(rows.written, kind="stable").tolist():
        taken[row] = not refuses(row)
    return rows.only(taken)


def _refusal(scenario: Scenario, attempts: Attempts, rows: Rows, in_place: InPlace) -> Callable[[int], bool]:
    """Whether the sink refuses a row, after those that it was asked before."""
    event = rows.event.tolist()
    match in_place.safeguard:
        case Safeguard.TTL_KEY:
            return _Expiring(event, rows.written.tolist(), in_place.setting)
        case Safeguard.FENCING_TOKEN:
            return _Fence(event, _tokens(scenario, attempts)[rows.attempt].tolist())
        case Safeguard.UNIQUE_EVENT_ID:
            columns: tuple[NDArray[np.integer], ...] = (rows.event,)
        case Safeguard.SYMBOL_TIME_KEY | Safeguard.SOURCE_TIME_KEY:
            columns = (rows.symbol, rows.time)
        case Safeguard.SOURCE_TIME_PRICE_KEY:
            columns = (rows.symbol, rows.time, rows.price)
        case _:
            return lambda row: False
    keys: list[object] = list(zip(*(column.tolist() for column in columns), strict=True))
    if in_place.safeguard is not Safeguard.SYMBOL_TIME_KEY:  # a phantom has no id, and no source to copy from
        keys = [None if one == NOBODY else key for one, key in zip(event, keys, strict=True)]
    return _Seen(keys)


class _Seen:
    """Refuses a key for the second time, but never None."""

    def __init__(self, keys: Sequence[object]) -> None:
        self._keys = keys
        self._seen: set[object] = set()

    def __call__(self, row: int) -> bool:
        key = self._keys[row]
        seen = key in self._seen
        self._seen.add(key)
        return seen and key is not None


class _Expiring:
    """Refuses an event for so long after it took it (`SET key NX PX ttl`)."""

    def __init__(self, event: Sequence[int], written: Sequence[int], ttl: int) -> None:
        self._event, self._written, self._ttl = event, written, ttl
        self._taken: dict[int, int] = {}

    def __call__(self, row: int) -> bool:
        event, now = self._event[row], self._written[row]
        if event == NOBODY:
            return False
        if event in self._taken and now < self._taken[event] + self._ttl:
            return True
        self._taken[event] = now
        return False


class _Fence:
    """Refuses a token lower than one that it has seen of the event."""

    def __init__(self, event: Sequence[int], token: Sequence[int]) -> None:
        self._event, self._token = event, token
        self._highest: dict[int, int] = {}

    def __call__(self, row: int) -> bool:
        event, token = self._event[row], self._token[row]
        if event == NOBODY:
            return False
        highest = self._highest.get(event, token)
        self._highest[event] = max(highest, token)
        return token < highest


def _tokens(scenario: Scenario, attempts: Attempts) -> NDArray[np.int64]:
    """The number of each claim: claims are numbered as they are made."""
    ahead = scenario.shape.skew * (attempts.worker == scenario.shape.skewed_worker)
    token = np.empty(attempts.event.size, np.int64)
    token[np.argsort(attempts.start - ahead, kind="stable")] = np.arange(attempts.event.size)
    return token


def _events_of_several(scenario: Scenario, attempts: Attempts) -> list[list[_Attempt]]:
    """The attempts of each event that has several, in the order in which they really start."""
    shape = scenario.shape
    ahead = shape.skew * (attempts.worker == shape.skewed_worker)
    start = attempts.start - ahead
    given_up = np.where(attempts.timed_out, start + shape.lease, attempts.end - ahead)
    stalled = attempts.timed_out & (attempts.rows > 0) & (attempts.written > given_up)
    done = np.where(attempts.timed_out & ~stalled, NEVER, np.where(stalled, attempts.written, given_up))
    begins = np.flatnonzero(np.diff(attempts.event, prepend=-1) != 0)
    ends = np.append(begins[1:], attempts.event.size)
    several = ends - begins > 1
    found = []
    for first, last in zip(begins[several], ends[several], strict=True):
        event = [
            _Attempt(
                line=line,
                worker=int(attempts.worker[line]),
                start=int(start[line]),
                timed_out=bool(attempts.timed_out[line]),
                given_up=int(given_up[line]),
                done=int(done[line]),
                follows=line - 1 if line > first and start[line] >= given_up[line - 1] else NOBODY,
            )
            for line in range(int(first), int(last))
        ]
        found.append(sorted(event, key=lambda one: (one.start, one.line)))
    return found


def _claims(one: _Attempt, started: list[_Attempt], _: int) -> bool:
    return not any(one.start == other.start or one.start < other.given_up for other in started)


def _one_writer(one: _Attempt, started: list[_Attempt], _: int) -> bool:
    return _claims(one, [other for other in started if other.worker != one.worker], 0)


def _leases(one: _Attempt, started: list[_Attempt], lease: int) -> bool:
    """It waits for whoever holds the event; when that one is done, there is nothing left to do."""
    for other in started:
        held_until = min(other.done, other.start + other.wait + lease)
        if one.start + one.wait < held_until:
            if other.done <= other.start + other.wait + lease:
                return False
            one.wait = other.start + other.wait + lease - one.start
    one.done = one.done if one.done == NEVER else one.done + one.wait
    return True


def _beats(one: _Attempt, started: list[_Attempt], _: int) -> bool:
    """A stalled worker is still heard of, a dead one is not."""
    return not any(
        other.done != NEVER and (one.start == other.start or one.start < other.done) for other in started
    )


def _waits_longer(one: _Attempt, started: list[_Attempt], timeout: int) -> bool:
    before = next((other for other in started if other.line == one.follows), None)
    if before is None:
        return True
    one.wait = before.wait
    if before.timed_out:
        patience = before.given_up - before.start
        if timeout > patience:
            if before.done <= before.start + before.wait + timeout:
                return False
            one.wait += timeout - patience
    one.done = one.done if one.done == NEVER else one.done + one.wait
    return True


def _commits(one: _Attempt, started: list[_Attempt], _: int) -> bool:
    return not any(
        not other.timed_out and one.start >= other.given_up and one.start != other.start for other in started
    )


_RULES = {
    Safeguard.ATOMIC_CLAIM: _claims,
    Safeguard.SINGLE_WRITER: _one_writer,
    Safeguard.LEASE: _leases,
    Safeguard.HEARTBEAT: _beats,
    Safeguard.TIMEOUT: _waits_longer,
    Safeguard.TRANSACTION: _commits,
}
"""Whether an attempt starts, given those of its event that have started before."""

_SOURCE_TIMES = {Safeguard.SOURCE_TIME, Safeguard.SOURCE_TIME_KEY, Safeguard.SOURCE_TIME_PRICE_KEY}
