"""The facts of an export, read from its files; the bundle that it was made of is not needed.

An event's time is that of its row less the difference that `row_audit.csv` gives, exactly; events without a row stand
in `event_ledger.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from raceview.bundle.rejection import RejectedError
from raceview.bundle.times import parse_time
from raceview.comparison.manifest import checked_manifest
from raceview.comparison.side import FILES, PHANTOM, Duplicate, Facts, Records
from raceview.errors import InputError
from raceview.model import NS_PER_MS, Outcome, Role
from raceview.sql.decimals import MS_DIGITS

_LONGEST_FIELD = 2**31 - 1
"""A quarantined record may be a whole file."""
_SECONDS = len("2025-07-12T09:15:00")
_FRACTION_DIGITS = 9


def facts_of_export(folder: Path) -> Facts:
    """Read a whole export. Raises InputError where it is not one, or not whole."""
    manifest = checked_manifest(folder)
    try:
        with _long_fields():
            return _facts(folder, manifest)
    except (KeyError, TypeError, ValueError, IndexError, csv.Error, RejectedError) as error:
        raise InputError(f"{folder}: not an export that this raceview can read: export again") from error


def _facts(folder: Path, manifest: dict[str, Any]) -> Facts:
    clock = _Clock(ZoneInfo(manifest["options"]["assume_tz"]))
    inputs = {one["role"]: one for one in manifest["inputs"]}
    rows, phantoms, event_times = _rows(folder, clock)
    outcome_times, rowless_times = _ledger(folder, clock)
    workers, attempt_workers, attempt_failed = _attempts(folder)
    quarantined = [(file, int(line)) for file, line in _columns(folder, "quarantine.csv", "file", "line")]
    return Facts(
        name=manifest["bundle"],
        missing=frozenset(role for role in FILES if role not in inputs),
        inferred="inferred" in manifest["counts"],
        event_times=np.array(event_times + rowless_times, np.int64),
        outcome_times={name: np.array(times, np.int64) for name, times in outcome_times.items()},
        duplicates=list(_duplicates(folder, clock, workers)),
        symbol_events={
            symbol: int(events)
            for symbol, events in _columns(folder, "duplicates_by_symbol.csv", "symbol", "events")
        },
        workers=workers,
        attempt_workers=np.array(attempt_workers, np.int64),
        attempt_failed=np.array(attempt_failed, np.int64),
        rows=rows,
        phantom_rows=np.array(phantoms, np.int64),
        files={
            role: Records.of(
                one["records"],
                one["quarantined"],
                [line for file, line in quarantined if file == one["name"]],
            )
            for role, one in inputs.items()
        },
        findings=list(_findings(folder)),
    )


def _rows(folder: Path, clock: _Clock) -> tuple[int, list[int], list[int]]:
    """How many rows, which are phantoms, and the times of the events that have a row."""
    rows, phantoms, times = 0, [], []
    wanted = ("row", "timestamp", "role", "time_delta_ms")
    for row, timestamp, role, delta in _columns(folder, "row_audit.csv", *wanted):
        rows += 1
        if role == PHANTOM:
            phantoms.append(int(row))
        elif role != Role.DUPLICATE:
            times.append(clock.ns(timestamp) - (0 if delta in {"", "0"} else _ms_in_ns(delta)))
    return rows, phantoms, times


def _ledger(folder: Path, clock: _Clock) -> tuple[dict[str, list[int]], list[int]]:
    """Times of the events by outcome, and of those that have no row."""
    by_outcome: dict[str, list[int]] = {}
    rowless = []
    for timestamp, outcome, rows in _columns(folder, "event_ledger.csv", "timestamp", "outcome", "rows"):
        time_ns = clock.ns(timestamp)
        if rows in {"", "0"}:
            rowless.append(time_ns)
        if outcome != Outcome.UNKNOWN:
            by_outcome.setdefault(Outcome(outcome), []).append(time_ns)
    return by_outcome, rowless


def _duplicates(folder: Path, clock: _Clock, known: Sequence[str]) -> Iterator[Duplicate]:
    wanted = ("timestamp", "symbol", "cause", "workers", "attempts")
    for timestamp, symbol, cause, workers, attempts in _columns(folder, "duplication_analysis.csv", *wanted):
        names = _names(workers, int(attempts or 0), known)  # empty where there is no log
        yield Duplicate(clock.ns(timestamp), symbol, cause, frozenset(names))


def _names(listed: str, count: int, known: Sequence[str]) -> list[str]:
    """`count` names joined with `;`, which a name may hold as well: then those that the log knows."""
    names = listed.split(";") if count else []
    if len(names) <= count:
        return names
    for name in known:
        if count == 1 and listed == name:
            return [name]
        if listed.startswith(f"{name};") and (rest := _names(listed[len(name) + 1 :], count - 1, known)):
            return [name, *rest]
    return []


def _attempts(folder: Path) -> tuple[list[str], list[int], list[int]]:
    """The workers, and per attempt its worker and whether it timed out."""
    number: dict[str, int] = {}
    workers, failed = [], []
    for worker, timed_out in _columns(folder, "timeline.csv", "worker_id", "failed"):
        workers.append(number.setdefault(worker, len(number)))
        failed.append(int(timed_out))
    return list(number), workers, failed


def _findings(folder: Path) -> Iterator[dict[str, str]]:
    wanted = ("finding", "subject", "value", "unit", "low", "high")
    for values in _columns(folder, "findings.csv", *wanted):
        yield dict(zip(wanted, values, strict=True))


def _columns(folder: Path, name: str, *wanted: str) -> Iterator[tuple[str, ...]]:
    """The fields of these columns, line by line."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        header = next(lines)
        places = [header.index(column) for column in wanted]
        for line in lines:
            yield tuple([line[place] for place in places])


@contextmanager
def _long_fields() -> Iterator[None]:
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)


class _Clock:
    """Times as the files write them, in nanoseconds; what is before a fraction is worked out once a second."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._seconds: dict[str, int] = {}

    def ns(self, text: str) -> int:
        head, fraction = text[:_SECONDS], text[_SECONDS + 1 :].removesuffix("Z")
        if text[_SECONDS : _SECONDS + 1] != "." or not (fraction.isascii() and fraction.isdigit()):
            return parse_time("timestamp", text, self._zone)
        if len(fraction) > _FRACTION_DIGITS:
            return parse_time("timestamp", text, self._zone)
        whole = head + ("Z" if text.endswith("Z") else "")
        if whole not in self._seconds:
            self._seconds[whole] = parse_time("timestamp", whole, self._zone)
        return self._seconds[whole] + int(fraction.ljust(_FRACTION_DIGITS, "0"))


def _ms_in_ns(text: str) -> int:
    whole, _, part = text.lstrip("-").partition(".")
    ns = int(whole) * NS_PER_MS + int(part.ljust(MS_DIGITS, "0"))
    return -ns if text.startswith("-") else ns
