"""Bundles from short text tables, and answers as such tables: input, question and expectation on one screen.

A table's first line names its columns; cells are parted by blanks, and `-` is an empty one. Columns that a test does
not care about are left out. Times are milliseconds after `START`. The n-th tick stands in line n, so that `event` in
a relation is n; the n-th attempt and the n-th row stand in line n + 1, below a header.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from raceview import sql
from raceview.bundle import BundleFiles, find_bundle, read_bundle
from raceview.engine import Engine, open_engine
from raceview.investigation import Investigation
from raceview.linkage.link import Linkage
from raceview.linkage.noise import Noise
from raceview.matching import Matching, Silence
from raceview.model import MILLIONTHS, NS_PER_MS, PRICE_UNIT_DIGITS, Options

START = datetime(2024, 6, 3, 9, 30)
EMPTY = "-"
SPREAD_MS = 20
"""Width of the noise of a hand-linked bundle: what `misfit` measures times with. Prices: 1.00."""

Table = list[tuple[str, ...]]
Record = dict[str, str]


def table(text: str) -> Table:
    """Cells of a text table, the header first."""
    return [tuple(line.split()) for line in text.splitlines() if line.strip()]


def relation(inv: Investigation, query: str) -> Table:
    """The result of a query in the shape of `table`."""
    names = tuple(name for name, *_ in inv.engine.rows(f"DESCRIBE {query}"))
    return [names, *(tuple(map(_cell, row)) for row in inv.engine.rows(query))]


def _cell(value: Any) -> str:
    return EMPTY if value is None or value == "" else str(value)


def records(text: str, **defaults: str) -> list[Record]:
    """The lines of a text table by column; `{n}` in a default is the number of the line, from 1."""
    header, *lines = table(text)
    filled = []
    for number, line in enumerate(lines, start=1):
        given = dict(zip(header, line, strict=True))
        blank = {name: value.format(n=number) for name, value in defaults.items()}
        filled.append({name: "" if cell == EMPTY else cell for name, cell in (blank | given).items()})
    return filled


def moment(ms: str) -> str:
    """A time of a text table as the files write it."""
    if not ms:
        return ""
    return (START + timedelta(microseconds=int(Decimal(ms) * 1000))).isoformat(timespec="microseconds")


def write_ticks(path: Path, text: str) -> None:
    """Columns event_id (e1, e2, ...), symbol (AAA), ms (1000, 2000, ...) and price (100.00)."""
    lines = [
        json.dumps({"event_id": tick["event_id"], "timestamp": moment(tick["ms"]), "symbol": tick["symbol"]})[
            :-1
        ]
        + f', "price": {tick["price"]}, "source": "s"}}'
        for tick in records(text, event_id="e{n}", symbol="AAA", ms="{n}000", price="100.00")
    ]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def write_attempts(path: Path, text: str) -> None:
    """Columns event_id, worker_id (w1), start (10), end (20) and status (success)."""
    lines = ["event_id,worker_id,start_time,end_time,status"]
    for one in records(text, event_id="e{n}", worker_id="w1", start="{n}010", end="{n}020", status="success"):
        lines.append(
            f"{one['event_id']},{one['worker_id']},{moment(one['start'])},{moment(one['end'])},{one['status']}"
        )
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def write_output(path: Path, text: str) -> None:
    """Columns symbol (AAA), ms (1000, 2000, ...) and price (100.00)."""
    lines = ["symbol,timestamp,price"]
    lines += [f"{row['symbol']},{moment(row['ms'])},{row['price']}" for row in output_records(text)]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def output_records(text: str) -> list[Record]:
    """Rows with all their columns, those of a hand-made link included."""
    found = records(
        text,
        row="",
        symbol="AAA",
        ms="{n}000",
        price="100.00",
        event="",
        attempt="",
        confidence="1",
        group="",
        offset="0",
    )
    return [
        record | {"row": record["row"] or str(number), "group": record["group"] or record["confidence"]}
        for number, record in enumerate(found)
    ]


def write_bundle(folder: Path, ticks: str | None, attempts: str | None, output: str | None) -> Path:
    """The files of a bundle; None leaves one out."""
    folder.mkdir(parents=True, exist_ok=True)
    if ticks is not None:
        write_ticks(folder / "raw_tick_events.log", ticks)
    if attempts is not None:
        write_attempts(folder / "worker_logs.csv", attempts)
    if output is not None:
        write_output(folder / "final_output.csv", output)
    return folder


class HandLinked(Investigation):
    """An investigation whose links are given, not found: what follows from them is what is tested.

    A link names its `row`, its `event` (none: a phantom), the row's own `attempt` by number (none: not known), the
    `confidence`, that of the event and its twins together (`group`; none: the same), and the clock `offset` of its
    worker in ms. An event_id stands for its first payload.
    """

    def __init__(self, engine: Engine, files: BundleFiles, options: Options, links: Sequence[Record]) -> None:
        self._links = [link for link in links if link["event"]]
        super().__init__(engine, files, options)

    @classmethod
    def open(cls, folder: Path, output: str, options: Options) -> HandLinked:
        """Read a folder; the rows of `output` are linked as its columns say."""
        engine = open_engine()
        return cls(engine, read_bundle(find_bundle(folder), engine, options), options, output_records(output))

    def _link(self) -> Linkage:
        engine = self.engine
        engine.create("exact", "SELECT 0 AS row, 0 AS event, 0 AS twins WHERE 1 = 0")
        engine.create("reopened", "SELECT 0 AS row WHERE 1 = 0")
        engine.create("rest", "SELECT * FROM outputs")
        ids = dict(engine.rows("SELECT event_id, min(line) FROM ticks_read GROUP BY event_id"))
        lines = {
            (event, number): line
            for event, number, line in engine.rows("SELECT event, attempt, line FROM attempts")
        }
        events = [ids[link["event"]] for link in self._links]
        found: Mapping[str, Sequence[int]] = {
            "row": [int(link["row"]) for link in self._links],
            "event": events,
            "attempt_line": [
                lines[event, int(link["attempt"])] if link["attempt"] else 0
                for event, link in zip(events, self._links, strict=True)
            ],
            "offset_ns": [int(Decimal(link["offset"]) * NS_PER_MS) for link in self._links],
            "confidence_millionths": [int(Decimal(link["confidence"]) * MILLIONTHS) for link in self._links],
            "group_confidence_millionths": [int(Decimal(link["group"]) * MILLIONTHS) for link in self._links],
        }
        engine.load("links_found", {name: np.array(values, dtype=np.int64) for name, values in found.items()})
        sql.create(engine, "links")
        ((workers,),) = engine.rows("SELECT count(*) FROM workers")
        return Linkage(_noise(), np.zeros(workers, dtype=np.int64), np.zeros(workers), len(self._links))


def hand_matched(output: str) -> Callable[[Engine, Options], Matching]:
    """A `match_rows` that takes for one event what the output table says.

    `first` is the row that a row's group begins with (none: it is alone), `p` the probability to be a copy (1).
    """
    found = [record for record in output_records(output) if record.get("first")]
    groups = [
        (
            int(record["row"]),
            int(record["first"]),
            int(Decimal(record.get("p") or "1") * MILLIONTHS),
            int(record.get("exact") or 0),
        )
        for record in found
    ]

    def match_rows(engine: Engine, _: Options) -> Matching:
        names = ("row", "first_row", "probability_millionths", "exact")
        engine.load_rows("inferred", dict.fromkeys(names, "BIGINT"), groups)
        copies = [group for group in groups if group[0] != group[1]]
        return Matching(
            rows=len(output_records(output)),
            pairs=len(copies),
            silence=None if copies else Silence.NO_GAIN,
            gain=50.0,
            clarity=0.9,
            groups=len(groups) - len(copies),
            copies=len(copies),
            expected_copies=sum(group[2] for group in copies) / MILLIONTHS,
            exact_repeats=sum(group[3] for group in copies),
            exact_by_chance=0.0,
        )

    return match_rows


def _noise() -> Noise:
    """As much of a noise as the judgement of links asks for: its ranges of time and price."""
    time, price = 0.5 * SPREAD_MS * NS_PER_MS, 0.5 * 10**PRICE_UNIT_DIGITS
    ranges = SimpleNamespace(
        time=SimpleNamespace(low=-time, high=time), price=SimpleNamespace(low=-price, high=price)
    )
    return cast(Noise, ranges)
