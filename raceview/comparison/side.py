"""One side of a comparison: how often each thing happened, out of how many, and when.

Duplicates come in bursts, so a count alone does not say how far chance would move it. Each count is therefore kept by
span as well: `SPANS` stretches of the run, in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from raceview.model import Cause, Outcome

SPANS = 64
"""A power of two: `rates.dispersion` joins neighbours."""

_DIGITS = 9
"""Of a finding's numbers after the point: as many as `findings.csv` has."""

Times = npt.NDArray[np.int64]


class Group(StrEnum):
    """What a count is about."""

    OUTCOME = "outcome"
    """Events by what became of them."""
    CAUSE = "cause"
    """Duplicated events by why."""
    ROWS = "rows"
    """Rows of the output: phantoms."""
    ATTEMPTS = "attempts"
    """Attempts that timed out."""
    QUARANTINE = "quarantine"
    """Records that could not be used, by file."""
    SYMBOL = "symbol"
    """Duplicated events by symbol."""
    WORKER = "worker"
    """Duplicated events that a worker had a part in, by its attempts."""
    WORKER_TIMEOUTS = "worker_timeouts"
    """Attempts that timed out, by worker."""


FILES = ("ticks", "attempts", "output")
NEEDS: Mapping[Group, frozenset[str]] = {
    Group.OUTCOME: frozenset(FILES),
    Group.CAUSE: frozenset(FILES),
    Group.ROWS: frozenset({"ticks", "output"}),
    Group.ATTEMPTS: frozenset({"attempts"}),
    Group.QUARANTINE: frozenset(),
    Group.SYMBOL: frozenset({"ticks", "output"}),
    Group.WORKER: frozenset(FILES),
    Group.WORKER_TIMEOUTS: frozenset({"attempts"}),
}
"""Files without which nothing is known of a group. Outcomes that need fewer: `files_needed`."""

PHANTOM = "phantom"
TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Key:
    """Names one count."""

    group: Group
    name: str

    @property
    def files_needed(self) -> frozenset[str]:
        """Files without which the count is not known."""
        if self.group is Group.QUARANTINE:
            return frozenset({self.name})
        if self.group is Group.OUTCOME and self.name in {Outcome.DUPLICATED, Outcome.ALTERED}:
            return frozenset({"ticks", "output"})
        return NEEDS[self.group]


@dataclass(frozen=True, slots=True)
class Tally:
    """`count` of `of`; `spans` is the count by span, `exposure` in what proportion the `of` fall into the spans."""

    count: int
    of: int
    spans: tuple[int, ...]
    exposure: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A finding's value, with its 95 % interval where it is an estimate."""

    value: float
    unit: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Side:
    """One side: what `compare` goes by. `missing` names the files that were not given (`ticks`, ...).

    `inferred`: events were told from the output alone. `span_ns`: from the first event to the last. A tally that
    cannot be known is not among `tallies`. `findings` are named by (finding, subject).
    """

    name: str
    events: int
    attempts: int
    rows: int
    span_ns: int
    missing: frozenset[str]
    inferred: bool
    tallies: Mapping[Key, Tally]
    findings: Mapping[tuple[str, str], Estimate]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A duplicated event: its source time, and whom it concerns."""

    time_ns: int
    symbol: str
    cause: str
    workers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Records:
    """One input file: its records, and the lines of those that could not be used."""

    records: int
    quarantined_lines: tuple[int, ...]

    @classmethod
    def of(cls, records: int, quarantined: int, lines: Sequence[int]) -> Records:
        """`lines` are those of all files of this base name: that is all that is kept of where a record was.

        Where two inputs share it, nobody can say which lines are whose: as many as are this one's are taken, evenly.
        """
        return cls(records, tuple(lines[at * len(lines) // quarantined] for at in range(quarantined)))


@dataclass(slots=True)
class Facts:
    """What a bundle and an export both tell, from which `Side` is counted: nothing else may enter it.

    `event_times` are those of all events in ns, in any order; `outcome_times` those of the events that are not
    `exactly_once`. `attempt_workers` and `attempt_failed` have an entry per attempt, in the order of the log;
    `phantom_rows` are row numbers.
    """

    name: str
    missing: frozenset[str]
    inferred: bool
    event_times: Times
    outcome_times: Mapping[str, Times]
    duplicates: Sequence[Duplicate]
    symbol_events: Mapping[str, int]
    workers: Sequence[str]
    attempt_workers: npt.NDArray[np.int64]
    attempt_failed: npt.NDArray[np.int64]
    rows: int
    phantom_rows: npt.NDArray[np.int64]
    files: Mapping[str, Records]
    findings: Sequence[Mapping[str, Any]] = field(default_factory=list)

    def side(self) -> Side:
        """The counts."""
        times = np.sort(self.event_times)
        return Side(
            name=self.name,
            events=len(times),
            attempts=len(self.attempt_workers),
            rows=self.rows,
            span_ns=int(times[-1] - times[0]) if len(times) else 0,
            missing=self.missing,
            inferred=self.inferred,
            tallies=self._tallies(times),
            findings={
                (str(line["finding"]), str(line["subject"])): Estimate(
                    round(float(line["value"]), _DIGITS),
                    str(line["unit"]),
                    _number(line["low"]),
                    _number(line["high"]),
                )
                for line in self.findings
            },
        )

    def _tallies(self, times: Times) -> dict[Key, Tally]:
        made = {
            **self._by_event(_Clock(times)),
            **self._by_attempt(),
            **self._of_rows(),
            **self._of_records(),
        }
        return {key: tally for key, tally in made.items() if self._known(key)}

    def _known(self, key: Key) -> bool:
        if self.inferred and (key.group is Group.SYMBOL or key == Key(Group.OUTCOME, Outcome.DUPLICATED)):
            return True
        return not key.files_needed & self.missing

    def _by_event(self, clock: _Clock) -> dict[Key, Tally]:
        found: dict[Key, Tally] = {}
        other = np.zeros(SPANS, np.int64)
        for outcome in Outcome:
            if outcome is not Outcome.EXACTLY_ONCE and outcome is not Outcome.UNKNOWN:
                tally = clock.tally(self.outcome_times.get(outcome, _NONE))
                other += tally.spans
                found[Key(Group.OUTCOME, outcome)] = tally
        once = np.array(clock.exposure) - other
        found[Key(Group.OUTCOME, Outcome.EXACTLY_ONCE)] = _tally(once, clock.events, clock.exposure)
        for key, of in self._about_duplicates(clock.events).items():
            found[key] = clock.tally(_NONE, of)
        times: dict[Key, list[int]] = {}
        for one in self.duplicates:
            about = [Key(Group.CAUSE, one.cause), Key(Group.SYMBOL, one.symbol)]
            for key in about + [Key(Group.WORKER, worker) for worker in one.workers]:
                times.setdefault(key, []).append(one.time_ns)
        for key in found.keys() & times.keys():
            found[key] = clock.tally(np.array(times[key], np.int64), found[key].of)
        return found

    def _about_duplicates(self, events: int) -> dict[Key, int]:
        """What duplicated events are counted by, and out of how many."""
        attempts = np.bincount(self.attempt_workers, minlength=len(self.workers))
        return {
            **{Key(Group.CAUSE, cause): events for cause in Cause},
            **{Key(Group.SYMBOL, symbol): events for symbol, events in self.symbol_events.items()},
            **{Key(Group.WORKER, name): int(n) for name, n in zip(self.workers, attempts, strict=True)},
        }

    def _by_attempt(self) -> dict[Key, Tally]:
        """Spans of the log, in its order."""
        places = np.arange(len(self.attempt_workers)) * SPANS // max(1, len(self.attempt_workers))
        whole = np.bincount(places, minlength=SPANS)
        failed = np.bincount(places, self.attempt_failed, SPANS).astype(np.int64)
        found = {Key(Group.ATTEMPTS, TIMEOUT): _tally(failed, int(whole.sum()), whole)}
        cells = self.attempt_workers * SPANS + places
        size = len(self.workers) * SPANS
        exposures = np.bincount(cells, minlength=size).reshape(-1, SPANS)
        failures = np.bincount(cells, self.attempt_failed, size).astype(np.int64).reshape(-1, SPANS)
        for worker, exposure, failed in zip(self.workers, exposures, failures, strict=True):
            found[Key(Group.WORKER_TIMEOUTS, worker)] = _tally(failed, int(exposure.sum()), exposure)
        return found

    def _of_rows(self) -> dict[Key, Tally]:
        output = self.files.get("output")
        if output is None:
            return {}
        return {Key(Group.ROWS, PHANTOM): _placed(self.phantom_rows, output.records, self.rows)}

    def _of_records(self) -> dict[Key, Tally]:
        return {
            Key(Group.QUARANTINE, role): _placed(np.array(one.quarantined_lines), one.records, one.records)
            for role, one in self.files.items()
        }


_NONE: Times = np.zeros(0, np.int64)


class _Clock:
    """Spans of time that hold equally many events each, as far as these do not share a time."""

    def __init__(self, times: Times) -> None:
        """`times` of all events, sorted."""
        self.events = len(times)
        self._edges = times[np.arange(1, SPANS) * len(times) // SPANS] if len(times) else _NONE
        self.exposure = self._count(times)

    def tally(self, times: Times, of: int | None = None) -> Tally:
        return _tally(self._count(times), self.events if of is None else of, self.exposure)

    def _count(self, times: Times) -> npt.NDArray[np.int64]:
        return np.bincount(np.searchsorted(self._edges, times, side="right"), minlength=SPANS)


def _tally(spans: Iterable[int], of: int, exposure: Iterable[int]) -> Tally:
    counted = tuple(int(count) for count in spans)
    return Tally(sum(counted), of, counted, tuple(int(part) for part in exposure))


def _placed(places: npt.NDArray[np.int64], length: int, of: int) -> Tally:
    """Counts by their place in a file of that length."""
    spans = np.minimum(places * SPANS // max(1, length), SPANS - 1).astype(np.int64)
    return _tally(np.bincount(spans, minlength=SPANS), of, (1,) * SPANS)


def _number(value: Any) -> float | None:
    return None if value is None or value == "" else round(float(value), _DIGITS)
