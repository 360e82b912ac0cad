"""The records of a trace: what stands on which track, in the words and numbers of the exports.

A record is a dict of the format's own keys: `ph` its kind, `pid` and `tid` its track, `args` what is shown on a click.
Beside it stand its time and, for a slice, how long it is: nanoseconds after the origin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from raceview.export.tables import tables
from raceview.export.trace.lanes import Lanes, make_lanes
from raceview.model import NS_PER_MS, NS_PER_SECOND, Cause, Outcome, Role

if TYPE_CHECKING:
    from raceview.investigation import Investigation

Record: TypeAlias = tuple[int | None, int | None, dict[str, Any]]
"""(time in ns or None, length in ns or None, the rest)."""

WORKERS, ROWS, ANOMALIES = 1, 2, 3
"""Processes of the trace: groups of tracks."""
UNJUDGED = "not judged"
"""The track of rows that nothing is known of."""
ROLES = (*(str(role) for role in Role), UNJUDGED)
TIMEOUT, RETRY, OVERLAP, PHANTOM = "timeout", "retry", "overlap", "phantom"
CATEGORIES = (
    *(str(cause) for cause in Cause),
    "duplicated",
    *(
        str(outcome)
        for outcome in Outcome
        if outcome not in {Outcome.DUPLICATED, Outcome.EXACTLY_ONCE, Outcome.UNKNOWN}
    ),
    PHANTOM,
    TIMEOUT,
    RETRY,
    OVERLAP,
)
"""Of anomalies, in the order of their tracks; `duplicated` where no cause is known."""
PART = 50_000
"""Attempts or rows that are read at a time."""


class TraceRecords:
    """All records of a bundle, a part at a time."""

    def __init__(self, inv: Investigation) -> None:
        self._inv = inv
        self._rows = inv.engine.rows
        self._workers = [name for (name,) in self._rows("SELECT worker_id FROM workers ORDER BY worker")]
        self._lanes: Lanes = make_lanes(inv.engine, len(self._workers))
        self._known = inv.inferred is None
        """Attempts are those of events, and events have a cause."""
        self.origin_ns = self._origin()

    @property
    def origin(self) -> str:
        """The moment that is 0 in the trace."""
        return datetime.fromtimestamp(self.origin_ns // NS_PER_SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def __iter__(self) -> Iterator[Record]:
        yield from self._tracks()
        yield from self._attempts()
        yield from self._flows()
        yield from self._output_rows()
        yield from self._events()

    def _origin(self) -> int:
        """The whole second in which the first thing happens."""
        found = self._rows(
            "SELECT min(time_ns) FROM ticks UNION ALL SELECT min(time_ns) FROM outputs "
            "UNION ALL SELECT min(start_ns) FROM attempts UNION ALL SELECT min(end_ns) FROM attempts"
        )
        first = min((least for (least,) in found if least is not None), default=0)
        return int(first - first % NS_PER_SECOND)

    def _tracks(self) -> Iterator[Record]:
        """Names of processes and threads, in the order in which they are to stand."""
        names = [
            f"{worker}{f' ({lane})' if lane > 1 else ''}"
            for worker, depth in zip(self._workers, self._lanes.depths, strict=True)
            for lane in range(1, depth + 1)
        ]
        for pid, process, threads in (
            (WORKERS, f"workers (0 is {self.origin})", names),
            (ROWS, "output rows, at the time that they carry", ROLES),
            (ANOMALIES, "anomalies", CATEGORIES),
        ):
            yield _name("process_name", pid, 0, {"name": process})
            yield _name("process_sort_index", pid, 0, {"sort_index": pid})
            for tid, thread in enumerate(threads, start=1):
                yield _name("thread_name", pid, tid, {"name": thread})
                yield _name("thread_sort_index", pid, tid, {"sort_index": tid})

    def _attempts(self) -> Iterator[Record]:
        """A slice per attempt; time-outs, retries and overlaps are told as anomalies, too."""
        cause = "nullif(d.cause, ''), e.evidence" if self._known else "NULL, NULL"
        judged = (
            "LEFT JOIN duplicated AS d ON d.event = a.event LEFT JOIN evidence AS e ON e.event = a.event "
            if self._known
            else ""
        )
        table = {table.name: table for table in tables(self._inv)}["timeline.csv"]
        for condition in self._parts("SELECT max(line) FROM attempts", table.key):
            found = self._rows(
                f"SELECT a.start_ns, a.end_ns, {cause}, q.* FROM ({table.query.format(range=condition)}) AS q "
                f"JOIN attempts AS a ON a.line = q.line {judged}ORDER BY q.line"
            )
            lines = [one[4 + table.columns.index("line")] for one in found]
            for one, tid, drawn in zip(found, *self._lanes.at(lines), strict=True):
                start, end, why, evidence, *told = one
                yield from self._attempt(
                    start, drawn, (WORKERS, tid), _told(table.columns, told), end, why, evidence
                )

    def _attempt(
        self,
        start: int,
        drawn: int,
        track: tuple[int, int],
        told: dict[str, Any],
        end: int | None,
        why: str | None,
        evidence: str | None,
    ) -> Iterator[Record]:
        flags = (
            (TIMEOUT, told["failed"]),
            (RETRY, told["retry"]),
            (OVERLAP, told["overlaps_event"]),
        )
        marks = [name for name, holds in flags if holds]
        event_id = told["event_id"]
        args = told | (
            {} if end is not None else {"end": "not logged: drawn as long as attempts usually are"}
        )
        args |= {"cause": why} if why else {}
        args |= {"evidence": evidence} if evidence else {}
        categories = ["attempt", *marks, *([why] if why else [])]
        name = " ".join([event_id, *([] if len(categories) == 1 else [categories[-1]])])
        time = start - self.origin_ns
        yield time, drawn, _record("X", track, name, ",".join(categories), args)
        for mark in marks:
            yield time, None, _anomaly(mark, event_id, args)

    def _flows(self) -> Iterator[Record]:
        """An arrow from each attempt to the next attempt of its event; called after the line of that one."""
        for condition in self._parts("SELECT max(line) FROM attempts", "second_line"):
            found = self._rows(
                "SELECT first_line, second_line, first_start_ns, second_start_ns FROM attempt_pairs "
                f"WHERE second = first + 1 AND {condition} ORDER BY second_line"
            )
            sources, _ = self._lanes.at([line for line, *_ in found])
            targets, _ = self._lanes.at([line for _, line, *_ in found])
            for (_, line, first, second), source, target in zip(found, sources, targets, strict=True):
                flow = {"name": "next attempt", "cat": "flow", "id": line, "pid": WORKERS}
                yield first - self.origin_ns, None, {"ph": "s", **flow, "tid": source}
                yield second - self.origin_ns, None, {"ph": "f", "bp": "e", **flow, "tid": target}

    def _output_rows(self) -> Iterator[Record]:
        """An instant per row, on the track of its role."""
        table = {table.name: table for table in tables(self._inv)}["row_audit.csv"]
        self._inv.need(*table.needs)
        for condition in self._parts("SELECT max(row) FROM outputs", table.key):
            found = self._rows(
                f"SELECT o.time_ns, q.* FROM ({table.query.format(range=condition)}) AS q "
                "JOIN outputs_read AS o ON o.row = q.row ORDER BY q.row"
            )
            for time_ns, *values in found:
                told = _told(table.columns, values)
                role = told.get("role") or UNJUDGED
                subject = told.get("event_id") or f"row {told['row']}"
                categories = ["row", role, *([told["cause"]] if told.get("cause") else [])]
                categories += ["ambiguous"] if told["ambiguous"] else []
                time = time_ns - self.origin_ns
                name = subject if role == Role.ORIGINAL else f"{subject} {categories[-1]}"
                track = (ROWS, ROLES.index(role) + 1)
                yield time, None, _record("i", track, name, ",".join(categories), told)
                if role == Role.PHANTOM:
                    yield time, None, _anomaly(PHANTOM, subject, told)

    def _events(self) -> Iterator[Record]:
        """An anomaly per event that was not processed exactly once: a duplicated one when it was taken again."""
        columns = ("event_id", "outcome", "cause", "attempts", "rows", "margin_ms", "evidence", "source_line")
        at_rows = (
            "SELECT c.event, min(o.time_ns) AS time_ns FROM crowded AS c JOIN outputs AS o ON o.row = c.row "
            "WHERE c.place = 2 GROUP BY c.event"
        )
        for condition in self._parts("SELECT max(event) FROM ledger", "g.event"):
            found = self._rows(
                "SELECT coalesce(b.start_ns, f.time_ns, k.time_ns), k.event_id, g.outcome, nullif(d.cause, ''), "
                "g.attempts, g.rows, d.margin_ns, e.evidence, g.event "
                "FROM ledger AS g JOIN ticks_read AS k ON k.line = g.event "
                "LEFT JOIN duplicated AS d ON d.event = g.event LEFT JOIN evidence AS e ON e.event = g.event "
                f"LEFT JOIN attempts AS b ON b.line = d.second_line LEFT JOIN ({at_rows}) AS f ON f.event = g.event "
                f"WHERE g.outcome NOT IN ('exactly_once', 'unknown') AND {condition} ORDER BY g.event"
            )
            for time_ns, *values in found:
                told = _told(columns, values)
                if "margin_ms" in told:
                    told["margin_ms"] /= NS_PER_MS
                category = told.get("cause") or told["outcome"]
                yield time_ns - self.origin_ns, None, _anomaly(category, told["event_id"], told)

    def _parts(self, greatest: str, key: str) -> Iterator[str]:
        """Conditions that part the keys, in order."""
        last = self._rows(greatest)[0][0]
        for low in range(0, -1 if last is None else last + 1, PART):
            yield f"{key} >= {low} AND {key} < {low + PART}"


def _told(columns: Iterable[str], values: Iterable[Any]) -> dict[str, Any]:
    """What is known, by column."""
    return {name: value for name, value in zip(columns, values, strict=True) if value is not None}


def _record(
    kind: str, track: tuple[int, int], name: str, category: str, args: dict[str, Any]
) -> dict[str, Any]:
    pid, tid = track
    scope = {"s": "t"} if kind == "i" else {}
    return {"ph": kind, **scope, "pid": pid, "tid": tid, "name": name, "cat": category, "args": args}


def _anomaly(category: str, name: str, args: dict[str, Any]) -> dict[str, Any]:
    track = (ANOMALIES, CATEGORIES.index(category) + 1)
    return _record("i", track, name, f"anomaly,{category}", args)


def _name(what: str, pid: int, tid: int, args: dict[str, Any]) -> Record:
    return None, None, {"ph": "M", "pid": pid, "tid": tid, "name": what, "args": args}
