"""Streams made by hand in numpy, written as a bundle, linked, and scored: shapes that the simulator does not make.

A stream starts clean: ticks in order, one attempt and one exact row each. Tests bend it (times, prices, workers,
rows) before it is written. Times are nanoseconds since the epoch, prices 1e-9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import raceview
from linkage.bundle_files import NONE, UNITS, Attempts, BundleFiles, Found, Ints, Records, share_right, twins
from linkage.oracle import Law, chances, expected_right, likeliest, uniform
from raceview.linkage.link import Linkage
from raceview.model import NS_PER_MS, Options

START = 1_717_407_000 * 10**9
CENT = UNITS // 100
HOLD = 10 * NS_PER_MS
"""How long an attempt lasts."""


@dataclass
class Stream:
    """Ticks, attempts (each of one event) and rows (each of one attempt; NONE: a phantom), as columns to be bent."""

    rng: np.random.Generator
    symbol: Ints
    time: Ints
    price: Ints
    attempt_event: Ints
    worker: Ints
    start: Ints
    attempt: Ints
    """Per row."""
    row_symbol: Ints
    row_time: Ints
    row_price: Ints
    held: npt.NDArray[np.bool_]
    """Per tick, whether the source holds it."""
    unlogged: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Attempts that the worker log does not hold; of all, there is no such file."""

    @property
    def event(self) -> Ints:
        """Per row; NONE too where the source does not hold its tick."""
        event = self.attempt_event[self.attempt]
        return np.where((self.attempt == NONE) | ~self.held[event], NONE, event)

    def jitter(self, low_ms: float, high_ms: float, cents: int = 0, rows: Ints | slice = slice(None)) -> None:
        """Move rows by a uniform time, in microseconds, and a uniform price, in cents."""
        count = len(self.row_time[rows])
        self.row_time[rows] += (
            self.rng.integers(round(low_ms * 1000), round(high_ms * 1000), count, endpoint=True) * 1000
        )
        self.row_price[rows] += self.rng.integers(-cents, cents, count, endpoint=True) * CENT

    def skew(self, offsets_ms: Mapping[int, float]) -> None:
        """Put the clocks of workers off, in their rows and in their log."""
        for worker, offset in offsets_ms.items():
            self.start[self.worker == worker] += round(offset * NS_PER_MS)
            written = self.attempt != NONE
            mine = written & (self.worker[self.attempt] == worker)
            self.row_time[mine] += round(offset * NS_PER_MS)

    def write_again(self, events: Ints, late_ms: float) -> Ints:
        """Let another worker claim and write events once more, so much later; the new rows, at the end of the file."""
        workers = max(2, int(self.worker.max()) + 1)
        first, count = len(self.attempt_event), len(self.row_time)
        late = round(late_ms * NS_PER_MS)
        self.attempt_event = np.append(self.attempt_event, events)
        self.worker = np.append(self.worker, (self.worker[events] + 1) % workers)
        self.start = np.append(self.start, self.start[events] + late)
        self.attempt = np.append(self.attempt, first + np.arange(len(events)))
        self.row_symbol = np.append(self.row_symbol, self.symbol[events])
        self.row_time = np.append(self.row_time, self.time[events] + late)
        self.row_price = np.append(self.row_price, self.price[events])
        return count + np.arange(len(events))

    def add_phantoms(self, count: int, price: int) -> None:
        """Rows of nobody at random times, at and around a price; at the end of the file."""
        first, last = int(self.time[0]) // 1000, int(self.time[-1]) // 1000
        self.attempt = np.append(self.attempt, np.full(count, NONE))
        self.row_symbol = np.append(self.row_symbol, self.rng.choice(self.symbol, count))
        self.row_time = np.append(self.row_time, self.rng.integers(first, last, count) * 1000)
        self.row_price = np.append(self.row_price, price + self.rng.integers(-50_000, 50_000, count) * CENT)

    def keep_rows(self, rows: Ints) -> None:
        """Rows in another order, or fewer of them."""
        self.attempt, self.row_symbol = self.attempt[rows], self.row_symbol[rows]
        self.row_time, self.row_price = self.row_time[rows], self.row_price[rows]

    def shuffle(self) -> None:
        self.keep_rows(self.rng.permutation(len(self.attempt)))

    def files(self) -> BundleFiles:
        """As the bundle's files hold them, with the truth as far as links go."""
        ticks = Records(_names("S", self.symbol), self.time, self.price)
        attempts = Attempts(
            event=self.attempt_event,
            worker=_names("w", self.worker),
            start=self.start,
            end=self.start + HOLD,
            failed=np.zeros(len(self.start), dtype=bool),
            number=_numbers(self.attempt_event, self.start),
        )
        blank = np.full(len(self.attempt), "", dtype=object)
        return BundleFiles(
            names=[f"e{number}" for number in range(len(self.time))],
            ticks=ticks,
            twin=twins(ticks),
            attempts=attempts,
            rows=Records(_names("S", self.row_symbol), self.row_time, self.row_price),
            event=self.event,
            attempt=self.attempt,
            role=blank,
            cause=blank,
            facts={},
        )


def stream(
    events: int,
    *,
    symbols: int = 3,
    gap_ms: float = 10.0,
    workers: int = 3,
    seed: int = 1,
    start: int = START,
    price: Ints | None = None,
) -> Stream:
    """A clean stream: exponential gaps (the mean is per stream, at a step of 1 us), prices of 1,000 to 2,000."""
    rng = np.random.default_rng(seed)
    symbol = rng.integers(0, symbols, events)
    gaps = np.maximum(1, np.rint(rng.exponential(gap_ms * 1000, events))).astype(np.int64)
    time = start + np.cumsum(gaps) * 1000
    given = rng.integers(100_000, 200_000, events) * CENT if price is None else price
    return Stream(
        rng=rng,
        symbol=symbol,
        time=time,
        price=given,
        attempt_event=np.arange(events),
        worker=rng.integers(0, workers, events),
        start=time + NS_PER_MS,
        attempt=np.arange(events),
        row_symbol=symbol.copy(),
        row_time=time.copy(),
        row_price=given.copy(),
        held=np.ones(events, dtype=bool),
    )


@dataclass(frozen=True)
class Linked:
    """What came out: links, what was fitted, the cause of each duplicated event, events per outcome."""

    bundle: BundleFiles
    found: Found
    fitted: Linkage
    causes: dict[str, str]
    outcomes: dict[str, int]
    ambiguous: int

    @property
    def right(self) -> float:
        """Share of the rows of real events that are linked to theirs."""
        return share_right(self.bundle, self.found.event)

    @property
    def phantoms(self) -> list[int]:
        return np.flatnonzero(self.found.event == NONE).tolist()

    @property
    def offsets_ms(self) -> dict[str, float]:
        """Of the workers whose clock is said to be off."""
        names = sorted(set(self.bundle.attempts.worker))
        return {
            name: off / NS_PER_MS
            for name, off in zip(names, self.fitted.offsets_ns.tolist(), strict=True)
            if off
        }

    def against(self, law: Law) -> tuple[float, float]:
        """Shares of right links that an oracle of this law expects: of these links, and of its own."""
        known = chances(self.bundle, law, (1000, CENT))
        return (
            expected_right(self.bundle, known, self.found.event),
            expected_right(self.bundle, known, likeliest(known)),
        )


def link(made: Stream, folder: Path, **options: Any) -> Linked:
    """Write the stream, open it, and read what was found."""
    files = made.files()
    _write(files, folder, made)
    with raceview.open_bundle(folder, options=Options(**options)) as inv:
        duplicates, summary = inv.duplicates(), inv.summary()
        return Linked(
            bundle=files,
            found=Found.of(inv, files.names),
            fitted=inv.linkage,
            causes=dict(zip(duplicates.event_id, duplicates.cause, strict=True)),
            outcomes={name: count for name, count in summary["outcomes"].items() if count},
            ambiguous=summary["ambiguous_rows"],
        )


def jitter_law(
    low_ms: float, high_ms: float, cents: int, offsets_ms: Mapping[str, float] | None = None
) -> Law:
    """The law of a stream of which every row is moved by `Stream.jitter` and perhaps `Stream.skew`."""
    low, high = round(low_ms * NS_PER_MS), round(high_ms * NS_PER_MS)
    offset = {"": 0} | {name: round(ms * NS_PER_MS) for name, ms in (offsets_ms or {}).items()}
    price = uniform(-cents * CENT, cents * CENT, CENT)
    return Law(0.0, 0.0, 0.0, 1.0, uniform(low, high, 1000), price, (low, high), offset)


def _names(letter: str, numbers: Ints) -> Any:
    """Names that sort as their numbers do."""
    return np.array([f"{letter}{number:02}" for number in numbers.tolist()], dtype=object)


def _numbers(event: Ints, start: Ints) -> Ints:
    number = np.ones(len(event), dtype=np.int64)
    order = np.lexsort((start, event))
    number[order] = np.arange(len(event)) - np.searchsorted(event[order], event[order]) + 1
    return number


def _write(files: BundleFiles, folder: Path, made: Stream) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ticks, attempts, rows = files.ticks, files.attempts, files.rows
    _lines(
        folder / "raw_tick_events.log",
        (
            f'{{"event_id": "{name}", "timestamp": "{time}", "symbol": "{symbol}", "price": {price}, "source": "s"}}'
            for name, time, symbol, price, there in zip(
                files.names, _moments(ticks.time), ticks.symbol, _prices(ticks.price), made.held, strict=True
            )
            if there
        ),
    )
    logged = np.ones(len(attempts.event), dtype=bool)
    logged[made.unlogged] = False
    if logged.any():
        _lines(
            folder / "worker_logs.csv",
            ["event_id,worker_id,start_time,end_time,status"],
            (
                f"e{event},{worker},{start},{end},success"
                for event, worker, start, end, there in zip(
                    attempts.event,
                    attempts.worker,
                    _moments(attempts.start),
                    _moments(attempts.end),
                    logged,
                    strict=True,
                )
                if there
            ),
        )
    _lines(
        folder / "final_output.csv",
        ["symbol,timestamp,price"],
        map(",".join, zip(rows.symbol, _moments(rows.time), _prices(rows.price), strict=True)),
    )


def _lines(path: Path, *parts: Any) -> None:
    path.write_text("".join(f"{line}\n" for part in parts for line in part), encoding="utf-8", newline="\n")


def _moments(times: Ints) -> list[str]:
    fine = times.astype("datetime64[ns]")
    texts = np.datetime_as_string(fine if (times % 1000).any() else fine.astype("datetime64[us]"))
    return [str(text) for text in texts]


def _prices(prices: Ints) -> list[str]:
    return [
        f"{'-' if price < 0 else ''}{abs(price) // UNITS}.{abs(price) % UNITS:09}".rstrip("0") + "0"
        for price in prices.tolist()
    ]
