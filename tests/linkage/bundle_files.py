"""A bundle's files as arrays, and links scored against its truth: what the tests of linkage judge by.

Nothing here is shared with the analysis. Events, rows and attempts are numbered from 0 in file order; times are
nanoseconds, prices 1e-9. Twins (equal symbol, time and price) count as one event: `twin` names the first of them.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from raceview.investigation import Investigation

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Strings = npt.NDArray[np.object_]
UNITS = 10**9
NONE = -1
"""In place of an event: a phantom; in place of an end: an attempt without one."""


@dataclass(frozen=True)
class Records:
    """Ticks or rows."""

    symbol: Strings
    time: Ints
    price: Ints


@dataclass(frozen=True)
class Attempts:
    """Lines of the worker log; `number` counts the attempts of an event from 1, by start and line."""

    event: Ints
    worker: Strings
    start: Ints
    end: Ints
    failed: npt.NDArray[np.bool_]
    number: Ints


@dataclass(frozen=True)
class BundleFiles:
    """All files of a bundle with its truth: `event`, `attempt` (a line of the log), `role` and `cause` are per row."""

    names: list[str]
    ticks: Records
    twin: Ints
    attempts: Attempts
    rows: Records
    event: Ints
    attempt: Ints
    role: Strings
    cause: Strings
    facts: dict[str, Any]


def load(folder: Path) -> BundleFiles:
    """Read the files that the simulator writes."""
    with (folder / "raw_tick_events.log").open(encoding="utf-8") as file:
        ticks = [json.loads(line, parse_float=Decimal, parse_int=Decimal) for line in file]
    names = [str(tick["event_id"]) for tick in ticks]
    number = {name: place for place, name in enumerate(names)}
    records = _records(ticks)
    attempts = _attempts(_lines(folder / "worker_logs.csv"), number)
    truth = _lines(folder / "truth.csv")
    event = np.array(
        [number[line["event_id"]] if line["event_id"] else NONE for line in truth], dtype=np.int64
    )
    line_of = dict(
        zip(zip(attempts.event.tolist(), attempts.number.tolist(), strict=True), range(10**9), strict=False)
    )
    attempt = [
        line_of[int(e), int(t["attempt"])] if t["attempt"] else NONE
        for e, t in zip(event, truth, strict=True)
    ]
    facts = folder / "truth.json"
    return BundleFiles(
        names=names,
        ticks=records,
        twin=twins(records),
        attempts=attempts,
        rows=_records(_lines(folder / "final_output.csv")),
        event=event,
        attempt=np.array(attempt, dtype=np.int64),
        role=np.array([line["role"] for line in truth], dtype=object),
        cause=np.array([line["cause"] for line in truth], dtype=object),
        facts=json.loads(facts.read_text(encoding="utf-8")) if facts.exists() else {},
    )


def shuffle(folder: Path, seed: int) -> None:
    """Put the rows of `final_output.csv` into random order, and those of `truth.csv` with them."""
    output = (folder / "final_output.csv").read_text(encoding="utf-8").splitlines()
    truth = (folder / "truth.csv").read_text(encoding="utf-8").splitlines()
    order = np.random.default_rng(seed).permutation(len(output) - 1) + 1
    lines = [f"{row},{truth[old].partition(',')[2]}" for row, old in enumerate(order)]
    _write(folder / "final_output.csv", [output[0], *(output[old] for old in order)])
    _write(folder / "truth.csv", [truth[0], *lines])


def twins(ticks: Records) -> Ints:
    """Per event the first with its symbol, time and price: itself for most."""
    first: dict[tuple[str, int, int], int] = {}
    keys = zip(ticks.symbol, ticks.time.tolist(), ticks.price.tolist(), strict=True)
    return np.array([first.setdefault(key, place) for place, key in enumerate(keys)], dtype=np.int64)


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def _lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _records(lines: list[dict[str, Any]]) -> Records:
    return Records(
        symbol=np.array([line["symbol"] for line in lines], dtype=object),
        time=_nanoseconds([line["timestamp"] for line in lines]),
        price=np.array([int(Decimal(line["price"]) * UNITS) for line in lines], dtype=np.int64),
    )


def _attempts(lines: list[dict[str, str]], number: dict[str, int]) -> Attempts:
    event = np.array([number[line["event_id"]] for line in lines], dtype=np.int64)
    start = _nanoseconds([line["start_time"] for line in lines])
    place = np.zeros(len(lines), dtype=np.int64)
    order = np.lexsort((start, event))
    place[order] = np.arange(len(lines)) - np.searchsorted(event[order], event[order]) + 1
    return Attempts(
        event=event,
        worker=np.array([line["worker_id"] for line in lines], dtype=object),
        start=start,
        end=_nanoseconds([line["end_time"] for line in lines]),
        failed=np.array([line["status"] != "success" for line in lines], dtype=bool),
        number=place,
    )


def _nanoseconds(texts: list[str]) -> Ints:
    times = np.array([text.rstrip("Z") or "NaT" for text in texts], dtype="datetime64[ns]")
    return np.where(np.isnat(times), NONE, times.astype(np.int64))


@dataclass(frozen=True)
class Found:
    """What an investigation says per row: event (NONE: phantom), confidence, role."""

    event: Ints
    confidence: Floats
    role: Strings

    @classmethod
    def of(cls, inv: Investigation, names: list[str]) -> Found:
        number = {name: place for place, name in enumerate(names)}
        links = inv.links()
        return cls(
            event=np.array([number.get(name, NONE) for name in links.event_id], dtype=np.int64),
            confidence=links.confidence.fillna(0.0).to_numpy(np.float64),
            role=links.role.to_numpy(object),
        )


def share_right(bundle: BundleFiles, event: Ints) -> float:
    """Share of the rows of real events that are linked to theirs, or to its twin."""
    real = bundle.event != NONE
    return float(
        (bundle.twin[event[real]] == bundle.twin[bundle.event[real]])[event[real] != NONE].sum() / real.sum()
    )


def repeated(bundle: BundleFiles, event: Ints) -> set[int]:
    """Events with two or more rows; twins, whose rows cannot be told apart, are left out."""
    alike = np.bincount(bundle.twin, minlength=len(bundle.twin))[bundle.twin] > 1
    rows = np.bincount(event[event != NONE], minlength=len(bundle.twin))
    return set(np.flatnonzero((rows > 1) & ~alike).tolist())


def precision_and_recall(found: set[Any], true: set[Any]) -> tuple[float, float]:
    """1.0 where there is nothing to judge."""
    both = len(found & true)
    return both / len(found) if found else 1.0, both / len(true) if true else 1.0


def first_causes(bundle: BundleFiles) -> dict[int, str]:
    """The true cause of each duplicated event: that of its first duplicate row."""
    causes: dict[int, str] = {}
    for row in np.flatnonzero(bundle.role == "duplicate"):
        causes.setdefault(int(bundle.event[row]), str(bundle.cause[row]))
    return {event: causes[event] for event in sorted(repeated(bundle, bundle.event))}


def found_causes(bundle: BundleFiles, inv: Investigation) -> dict[int, str]:
    """The cause that an investigation names per duplicated event, twins left out."""
    number = {name: place for place, name in enumerate(bundle.names)}
    alike = np.bincount(bundle.twin, minlength=len(bundle.twin))[bundle.twin] > 1
    frame = inv.duplicates()
    found = {number[name]: str(cause) for name, cause in zip(frame.event_id, frame.cause, strict=True)}
    return {event: cause for event, cause in found.items() if not alike[event]}
