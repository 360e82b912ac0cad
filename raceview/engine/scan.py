"""What `bundle/` tells an engine about a file that is to be scanned: the relation it fills and its layout.

Plain values, no SQL and no bytes: every engine makes its own scan of the same plan. Learning the layout from a file
is `bundle/`'s business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

TIMES = range(-2_208_988_800 * 10**9, 4_102_444_800 * 10**9)
"""Times that can be read, in ns since the epoch: the years 1900 to 2099. Any two are apart by what fits 64 bits, with
room for a window, so that one broken record cannot stop a run."""
PRICES = range(-(10**18), 2**63 - 10**18)
"""Prices that can be read, in units of 1e-9; any two differ by what fits 64 bits."""


@dataclass(frozen=True, slots=True)
class FileRelation:
    """A typed relation that is read from a file; `role` names the file, as in `BundlePaths`.

    `texts` are the fields kept as the file writes them, in the relation's order; `times` and `prices` map a field to
    the integer column made of it. A field in `optional` may be absent from the file, one in `nullable` may be empty.
    """

    role: str
    name: str
    texts: tuple[str, ...]
    times: Mapping[str, str]
    prices: Mapping[str, str]
    optional: tuple[str, ...] = ()
    nullable: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """The fields without which a file cannot be used."""
        return tuple(name for name in self.texts if name not in self.optional)

    @property
    def integers(self) -> tuple[str, ...]:
        """The integer columns, in the relation's order."""
        return (*self.times.values(), *self.prices.values())

    @property
    def columns(self) -> tuple[str, ...]:
        """What a record becomes: the texts, then the integers made of them."""
        return (*self.texts, *self.integers)


TICKS = FileRelation(
    role="ticks",
    name="ticks_read",
    texts=("event_id", "symbol", "timestamp", "price", "source"),
    times={"timestamp": "time_ns"},
    prices={"price": "price_units"},
    optional=("source",),
    nullable=("source",),
)
ATTEMPTS = FileRelation(
    role="attempts",
    name="attempts_read",
    texts=("event_id", "worker_id", "start_time", "end_time", "status"),
    times={"start_time": "start_ns", "end_time": "end_ns"},
    prices={},
    nullable=("end_time",),
)
OUTPUTS = FileRelation(
    role="output",
    name="outputs_read",
    texts=("symbol", "timestamp", "price"),
    times={"timestamp": "time_ns"},
    prices={"price": "price_units"},
)
RELATIONS = (TICKS, ATTEMPTS, OUTPUTS)
STATUSES = ("success", "timeout")


@dataclass(frozen=True, slots=True)
class Column:
    """What stands between two commas of a usual line: `prefix`, then the value of `field`, then `suffix`.

    `field` is None for a column that no relation asks for. `literal` says what the value may be: "text" is anything
    without a quote (or, where the file has them, a backslash), "json" a JSON number, true, false or null.
    """

    field: str | None
    prefix: str = ""
    suffix: str = ""
    literal: str = "text"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a usual line of a file is made up. `data_line` is the physical line (from 1) of the first possible record.

    `time_shapes` names the usual shapes of each time field, as strptime-free masks such as
    `0000-00-00T00:00:00.000000Z`; they are a hint for speed and change no result.
    """

    columns: tuple[Column, ...]
    data_line: int
    json: bool
    time_shapes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScanPlan:
    """One file, ready to be scanned.

    `path` is the text to scan (a decompressed or mended copy where the file itself cannot be scanned). `lines` is the
    number of physical lines in it. `carriage_return` is how a line's trailing CR is written in `path`: "" where no
    line has one, "\\r" where each has, else a stand-in character that does not occur in the file. `by_lines` asks
    for the careful scan, which takes lines of any shape; `separator` is a character that does not occur in `path`.
    `ascii` says that there are no others; `quotes`, `backslashes` and `nuls` whether such bytes may occur.
    """

    relation: FileRelation
    path: Path
    layout: Layout
    lines: int
    carriage_return: str = ""
    by_lines: bool = False
    separator: str = ""
    ascii: bool = False
    quotes: bool = True
    backslashes: bool = True
    nuls: bool = True
    assume_tz: str = "UTC"


class ScanMismatchError(Exception):
    """The lines of a file do not all have the layout's number of columns: scan it by lines."""
