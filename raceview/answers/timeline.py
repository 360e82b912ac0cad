"""What happened when, per worker: an index of all attempts and rows that answers for any window at once.

Every question costs a few binary searches per cell, however many attempts there are and however far one zooms out.

An attempt occupies [start, end). An instant occupies the nanosecond of its start. Where the end is not logged nobody
knows how long the worker held on: the attempt is shown as long as attempts usually are (the median), and is marked
open. A row occupies the instant of the time that it carries: the file does not tell when it was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from raceview.answers.timeline_folds import Folds
from raceview.charts.marks import Severity
from raceview.model import NS_PER_SECOND

if TYPE_CHECKING:
    import numpy.typing as npt

    from raceview.investigation import Investigation

    Integers = npt.NDArray[np.integer[Any]]

ROWS = -1
"""Stands for a worker in the lane of the output rows."""
_BLOCK = 1024
_USUAL_NS = 1_000_000
"""How long an open attempt is shown where no attempt at all has an end."""


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """The attempts of one worker, or the rows of the output, by start.

    `lines` are lines of the worker log, or numbers of rows (-1: the row that an event should have, and has not).
    Events are 0 where not known.
    """

    worker: int
    name: str
    starts: Integers
    ends: Integers
    severities: Integers
    lines: Integers
    events: Integers
    unended: Integers
    """1 where the end is not logged."""
    depth: int = field(init=False)
    """How many of them went on at once, at most."""
    _sorted_ends: Integers = field(init=False)
    _of: dict[Severity, tuple[Integers, Integers]] = field(init=False)
    """Starts and sorted ends of each severity above busy."""
    _latest: Integers = field(init=False)
    """The latest end in each block of attempts."""
    _fresh: Integers = field(init=False)
    """Attempts that start when no earlier one of the lane goes on."""

    def __post_init__(self) -> None:
        ends = self.ends
        in_order = bool(np.all(ends[:-1] <= ends[1:]))
        put = object.__setattr__
        put(self, "_sorted_ends", ends if in_order else np.sort(ends))
        worse = [severity for severity in Severity if severity > Severity.BUSY]
        found = {severity: np.flatnonzero(self.severities == severity) for severity in worse}
        put(
            self,
            "_of",
            {s: (self.starts[at], np.sort(ends[at])) for s, at in found.items() if len(at)},
        )
        at_once = np.arange(1, len(ends) + 1) - np.searchsorted(self._sorted_ends, self.starts, "right")
        put(self, "depth", int(at_once.max(initial=1)))
        blocks = np.arange(0, len(ends), _BLOCK)
        put(self, "_latest", np.maximum.reduceat(ends, blocks) if len(ends) else ends)
        until = ends if in_order else np.maximum.accumulate(ends)
        put(self, "_fresh", np.concatenate(([0], np.flatnonzero(self.starts[1:] >= until[:-1]) + 1)))

    def __len__(self) -> int:
        return len(self.starts)

    def counts(self, edges: Integers) -> Integers:
        """How many attempts each cell [edges[i], edges[i + 1]) holds a part of."""
        return _meeting(self.starts, self._sorted_ends, edges)

    def worst(self, edges: Integers) -> Integers:
        """The most severe content of each cell; IDLE where there is none."""
        worst = np.where(self.counts(edges) > 0, int(Severity.BUSY), int(Severity.IDLE)).astype(np.int8)
        for severity in sorted(self._of):
            worst[_meeting(*self._of[severity], edges) > 0] = severity
        return worst

    def anomalies(self, edges: Integers) -> Integers:
        """How many attempts of each cell are more than busy."""
        counts = np.zeros(len(edges) - 1, np.int64)
        for starts, ends in self._of.values():
            counts += _meeting(starts, ends, edges)
        return counts

    def within(self, start: int, end: int) -> Integers:
        """Places of the attempts that meet [start, end), by start."""
        stop = int(np.searchsorted(self.starts, end, "left"))
        first = int(np.searchsorted(self.starts, start, "left"))
        blocks: list[int] = np.flatnonzero(self._latest[: -(-first // _BLOCK)] > start).tolist()
        earlier = [np.arange(b * _BLOCK, min((b + 1) * _BLOCK, first)) for b in blocks]
        running = np.concatenate(earlier) if earlier else np.zeros(0, np.int64)
        return np.concatenate((running[self.ends[running] > start], np.arange(first, stop)))

    def fresh_before(self, place: int, most: int) -> int:
        """The last place up to `place` where the lane began from idle, at most about `most` places back.

        Stacking that starts there does not change as the window moves.
        """
        begin = int(self._fresh[max(int(np.searchsorted(self._fresh, place, "right")) - 1, 0)])
        return begin if place - begin <= most else place - place % most

    def only(self, events: Integers) -> Lane:
        """The same lane with the attempts of these events (sorted) alone."""
        kept = np.zeros(len(self), bool)
        if len(events):
            at = np.minimum(np.searchsorted(events, self.events), len(events) - 1)
            kept = events[at] == self.events
        names = ("starts", "ends", "severities", "lines", "events", "unended")
        return replace(self, **{name: getattr(self, name)[kept] for name in names})


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """All lanes of a case: workers in the order of their names, then the rows."""

    workers: tuple[Lane, ...]
    rows: Lane
    races: Integers
    """Events that two attempts held at once, or that were written more than once, in time order."""
    race_times: Integers
    usual_ns: int
    """The median length of an attempt."""
    folds: Folds
    span: tuple[int, int]
    """From the first start to after the last end; an empty case is a second long."""

    def __iter__(self) -> Iterator[Lane]:
        yield from self.workers
        yield self.rows

    def __len__(self) -> int:
        return len(self.workers) + 1

    def __getitem__(self, at: int) -> Lane:
        return (*self.workers, self.rows)[at]

    @property
    def size(self) -> int:
        """How many attempts there are."""
        return sum(map(len, self.workers))

    @property
    def empty(self) -> bool:
        """Whether there is no attempt, no row and no row that is lacking: nothing has a place in time."""
        return not any(map(len, self))

    def only(self, events: Integers) -> Lanes:
        """What is left of the case when only these events (sorted) are looked at; the scale of time stays."""
        kept = np.isin(self.races, events)
        lanes = tuple(lane.only(events) for lane in self.workers)
        return replace(
            self,
            workers=tuple(lane for lane in lanes if len(lane)),
            rows=self.rows.only(events),
            races=self.races[kept],
            race_times=self.race_times[kept],
        )

    def find(self, event: int) -> list[tuple[int, int]]:
        """(lane, place) of each attempt of the event, by start; where it has none, of its rows."""
        found = [
            (int(lane.starts[place]), at, int(place))
            for at, lane in enumerate(self.workers)
            for place in np.flatnonzero(lane.events == event)
        ]
        found = found or [
            (int(self.rows.starts[place]), len(self.workers), int(place))
            for place in np.flatnonzero(self.rows.events == event)
        ]
        return [(at, place) for _, at, place in sorted(found)]


def make_lanes(inv: Investigation) -> Lanes:
    """Read the whole case once. Takes a second or so per million attempts; meant for a worker thread."""
    found = inv.engine.arrays(_ATTEMPTS)
    names = dict(inv.engine.rows("SELECT worker, worker_id FROM workers"))
    order = np.lexsort((found["line"], found["start_ns"], found["worker"]))
    found = {name: column[order] for name, column in found.items()}
    closed = found["unended"] == 0
    lengths = (found["end_ns"] - found["start_ns"])[closed]
    usual = int(np.median(lengths)) if len(lengths) else 0
    usual = usual if usual > 0 else _USUAL_NS
    found["end_ns"] = np.where(closed, found["end_ns"], found["start_ns"] + usual)
    edges = np.searchsorted(found["worker"], range(len(names) + 1))
    lanes = tuple(
        _lane(worker, names[worker], {name: column[first:last] for name, column in found.items()})
        for worker, (first, last) in enumerate(pairwise(edges.tolist()))
    )
    rows = inv.engine.arrays(_ROWS)
    order = np.argsort(rows["start_ns"], kind="stable")
    rows = {name: column[order] for name, column in rows.items()}
    none = np.zeros(len(order), np.int8)
    rows_lane = _lane(ROWS, "rows", {**rows, "end_ns": rows["start_ns"], "unended": none})
    races = inv.engine.arrays(_RACES)
    order = np.lexsort((races["event"], races["at_ns"]))
    folds = Folds.between([*lanes, rows_lane], usual)
    span = _span([lane for lane in (*lanes, rows_lane) if len(lane)])
    return Lanes(lanes, rows_lane, races["event"][order], races["at_ns"][order], usual, folds, span)


def matching(inv: Investigation, query: str) -> Integers:
    """The events that a filter's SQL gives, sorted."""
    return np.unique(inv.engine.arrays(query)["event"])


def _lane(worker: int, name: str, columns: dict[str, Integers]) -> Lane:
    starts = columns["start_ns"]
    return Lane(
        worker,
        name,
        starts,
        np.maximum(columns["end_ns"], starts + 1),
        columns["severity"].astype(np.int8),
        _narrow(columns["line"]),
        _narrow(columns["event"]),
        columns["unended"].astype(np.int8),
    )


def _span(there: list[Lane]) -> tuple[int, int]:
    if not there:
        return 0, NS_PER_SECOND
    return min(int(lane.starts[0]) for lane in there), max(int(lane.ends.max()) for lane in there)


def _narrow(values: Integers) -> Integers:
    """The same numbers in half the memory where they fit: there may be ten million."""
    fits = not len(values) or (values.min() >= -(2**31) and values.max() < 2**31)
    return values.astype(np.int32) if fits else values


def _meeting(starts: Integers, ends: Integers, edges: Integers) -> Integers:
    """How many of [start, end) meet each cell: those begun before it ends, less those over when it begins."""
    begun = np.searchsorted(starts, edges[1:], "left")
    over = np.searchsorted(ends, edges[:-1], "right")
    return np.asarray(begun - over)


_ATTEMPTS = f"""
SELECT a.worker, a.start_ns, coalesce(a.end_ns, a.start_ns) AS end_ns, a.line, a.event,
    CASE WHEN a.end_ns IS NULL THEN 1 ELSE 0 END AS unended,
    CASE
        WHEN g.outcome IN ('lost', 'abandoned') THEN {Severity.LOST:d}
        WHEN r.line IS NOT NULL THEN {Severity.RACE:d}
        WHEN a.failed = 1 THEN {Severity.TIMEOUT:d}
        WHEN g.outcome = 'altered' THEN {Severity.ALTERED:d}
        WHEN g.outcome = 'duplicated' THEN {Severity.COPY:d}
        ELSE {Severity.BUSY:d}
    END AS severity
FROM attempts AS a
LEFT JOIN (SELECT event, outcome FROM ledger WHERE outcome IN ('lost', 'abandoned', 'altered', 'duplicated')) AS g
    ON g.event = a.event
LEFT JOIN (
    SELECT first_line AS line FROM attempt_pairs WHERE overlap = 1
    UNION
    SELECT second_line FROM attempt_pairs WHERE overlap = 1
) AS r ON r.line = a.line
"""
_ROWS = f"""
SELECT o.row AS line, o.time_ns AS start_ns, coalesce(l.event, 0) AS event,
    CASE
        WHEN p.row IS NOT NULL OR g.event IS NOT NULL THEN {Severity.STRAY:d}
        WHEN c.place > 1 THEN {Severity.COPY:d}
        WHEN d.row IS NOT NULL THEN {Severity.ALTERED:d}
        ELSE {Severity.BUSY:d}
    END AS severity
FROM outputs AS o
LEFT JOIN links AS l ON l.row = o.row
LEFT JOIN phantoms AS p ON p.row = o.row
LEFT JOIN crowded AS c ON c.row = o.row
LEFT JOIN deltas AS d ON d.row = o.row
LEFT JOIN (SELECT event FROM ledger WHERE outcome = 'unlogged') AS g ON g.event = l.event
UNION ALL
SELECT -1, t.time_ns, g.event, {Severity.LOST:d}
FROM ledger AS g
JOIN ticks AS t ON t.event = g.event
WHERE g.outcome IN ('lost', 'abandoned', 'unprocessed')
"""
_RACES = """
SELECT event, max(at_ns) AS at_ns
FROM (
    SELECT event, min(second_start_ns) AS at_ns FROM attempt_pairs WHERE overlap = 1 GROUP BY event
    UNION ALL
    SELECT d.event, t.time_ns FROM duplicated AS d JOIN ticks AS t ON t.event = d.event
) AS found
GROUP BY event
"""
