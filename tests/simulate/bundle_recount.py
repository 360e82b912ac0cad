"""A bundle read back and judged again in plain Python, slowly, from the files alone.

It shares no code with the simulator: DESIGN's definitions are written out a second time, one event after the
other. What cannot be recounted is taken from `truth.csv`: which event and attempt a row came from.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

NO_SHIFT = (0, Decimal(0))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Tick:
    symbol: str
    time: int
    price: Decimal


@dataclass(frozen=True)
class Attempt:
    worker: str
    start: int
    end: int | None
    status: str


@dataclass(frozen=True)
class Row:
    row: int
    symbol: str
    time: int
    price: Decimal
    event: str
    attempt: str
    role: str
    cause: str


@dataclass(frozen=True)
class Bundle:
    ticks: dict[str, Tick]
    attempts: dict[str, list[Attempt]]
    """Per event, in the order of their numbers."""
    rows: list[Row]
    facts: dict[str, Any]

    def by_event(self) -> dict[str, list[Row]]:
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            if row.event:
                groups[row.event].append(row)
        return groups

    def attempt_of(self, row: Row) -> Attempt | None:
        return self.attempts[row.event][int(row.attempt) - 1] if row.attempt else None

    def shift(self, row: Row) -> tuple[int, Decimal]:
        """Row minus source, in microseconds and in price."""
        tick = self.ticks[row.event]
        return row.time - tick.time, row.price - tick.price

    def skew_of(self, row: Row) -> int:
        attempt = self.attempt_of(row)
        skewed = attempt is not None and attempt.worker == self.facts["skewed_worker"]
        return round(self.facts["skew_ms"] * 1000) if skewed else 0


def micros(text: str) -> int:
    moment = datetime.fromisoformat(text)
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def load(folder: Path) -> Bundle:
    ticks = {}
    for line in (folder / "raw_tick_events.log").read_text().splitlines():
        tick = json.loads(line, parse_float=Decimal)
        assert tick["event_id"] not in ticks
        ticks[tick["event_id"]] = Tick(tick["symbol"], micros(tick["timestamp"]), tick["price"])
    attempts: dict[str, list[Attempt]] = defaultdict(list)
    for record in _records(folder / "worker_logs.csv"):
        end = micros(record["end_time"]) if record["end_time"] else None
        attempt = Attempt(record["worker_id"], micros(record["start_time"]), end, record["status"])
        attempts[record["event_id"]].append(attempt)
    for several in attempts.values():
        several.sort(key=lambda attempt: attempt.start)
    truths, outputs = _records(folder / "truth.csv"), _records(folder / "final_output.csv")
    rows = [
        Row(
            *(int(truth["row"]), output["symbol"], micros(output["timestamp"]), Decimal(output["price"])),
            *(truth["event_id"], truth["attempt"], truth["role"], truth["cause"]),
        )
        for truth, output in zip(truths, outputs, strict=True)
    ]
    return Bundle(ticks, attempts, rows, json.loads((folder / "truth.json").read_text()))


def _records(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def recount_original(bundle: Bundle, rows: list[Row]) -> Row:
    """The row that fits best, ties the first; shifts are weighed by the largest ones there are."""
    noise = bundle.facts["noise"]
    time_scale, price_scale = round(noise["time_high_ms"] * 1000), Decimal(str(noise["price_max"]))

    def misfit(row: Row) -> tuple[Fraction, int]:
        late, off = bundle.shift(row)
        late -= bundle.skew_of(row)
        return Fraction(abs(late), time_scale) + Fraction(abs(off)) / Fraction(price_scale), row.row

    return min(rows, key=misfit)


def recount_cause(one: Attempt, other: Attempt) -> str:
    """The cause of a duplicate whose attempt is not the original's."""
    earlier, later = sorted((one, other), key=lambda attempt: attempt.start)
    if "timeout" in (one.status, other.status):
        return "zombie_write"
    assert earlier.end is not None
    if later.start < earlier.end:
        return "concurrent_claim" if one.worker != other.worker else "self_overlap"
    return "redelivery"


def recount_outcome(bundle: Bundle, event: str, rows: list[Row]) -> str:
    attempts = bundle.attempts.get(event, [])
    confirmed = any(attempt.status == "success" for attempt in attempts)
    if len(rows) > 1:
        return "duplicated"
    if not rows:
        return "lost" if confirmed else "abandoned" if attempts else "unprocessed"
    if bundle.shift(rows[0]) != NO_SHIFT:
        return "altered"
    if not attempts:
        return "unlogged"
    return "exactly_once" if confirmed else "unacknowledged"
