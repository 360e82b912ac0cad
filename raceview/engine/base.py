"""What the analysis asks of an engine: to scan files into typed relations and to run SQL over them.

Shared SQL (`raceview/sql/`) sees 64-bit integers and strings only; all parsing of times, prices and text happens in
an engine's scan, so that a relation means the same on every engine. Nothing outside `engine/` knows which one runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from raceview.engine.scan import FileRelation, ScanPlan

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd


class Scanner(Protocol):
    """Reads files into the typed relations of docs/relations.md.

    SQL takes the usual lines in one pass; the odd ones go to `bundle/`, which knows every way to write a record, and
    come back through `settle`. The order: per file `scan`, once `begin`, then per file `set_zone` where it is needed,
    `odd` and `settle`, `publish`.
    """

    def begin(self) -> None:
        """Start a bundle: an empty `quarantine`."""

    def scan(self, plan: ScanPlan) -> None:
        """Read the file. Raises ScanMismatchError where its records are not its lines, one to one.

        Different files may be scanned at once, in different threads; the other methods are for one thread.
        """

    def odd(self, plan: ScanPlan) -> Iterator[Sequence[tuple[int, str | None]]]:
        """The lines that were not understood, in order, in batches of (line, text); None: an empty line."""

    def settle(self, plan: ScanPlan, good: Sequence[tuple[Any, ...]], bad: Sequence[tuple[Any, ...]]) -> None:
        """Take in odd records: `good` as (line, text, the relation's columns), `bad` as quarantine rows."""

    def local_range(self, plan: ScanPlan) -> tuple[int, int] | None:
        """The least and the greatest time that names no zone, in ns, taken as UTC; None if there are none."""

    def set_zone(self, plan: ScanPlan, offsets: Sequence[tuple[int | None, int]]) -> None:
        """Shift the times that name no zone: (local ns from which, ns east of UTC), the first from None."""

    def publish(self, plan: ScanPlan) -> tuple[int, int]:
        """Make the relation. Returns how many records there are, and how many of them are good."""

    def publish_absent(self, relation: FileRelation) -> None:
        """Make the relation of a file that is not there: no rows."""


class Engine(Protocol):
    """Runs SQL over named relations. One engine serves one analysis and is closed by its owner.

    Threads may use it at once, each for relations that no other is making.
    """

    name: str
    version: str

    @property
    def folder(self) -> Path:
        """A private folder for temporary files, removed by `close`."""

    @property
    def scanner(self) -> Scanner:
        """Reads files into relations."""

    def create(self, relation: str, query: str) -> None:
        """Store the result of `query` as `relation`, replacing what had that name."""

    def load(self, relation: str, columns: Mapping[str, npt.NDArray[Any]]) -> None:
        """Store equally long arrays (integers, floats, strings) as `relation`, in their order."""

    def load_rows(self, relation: str, schema: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        """Store a handful of Python rows as `relation`; `schema` maps column to SQL type."""

    def may_repeat(self, relation: str, source: str, column: str) -> bool:
        """Store as `relation` (value) what may stand in `column` of several records of `source`, if that is little.

        Every value that does stand there several times is among it; it may come more than once. False, and nothing
        is stored, where the engine has no quick way to tell, or few would be left out: at least one record in eight.
        """

    def drop(self, *relations: str) -> None:
        """Forget relations that nobody asks for any more, and the memory they take."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The result as Python tuples: for small results only."""

    def arrays(self, query: str) -> dict[str, npt.NDArray[Any]]:
        """The result as one array per column. Columns must hold numbers without NULL."""

    def frame(self, query: str) -> pd.DataFrame:
        """The result as a pandas frame (imports pandas)."""

    def write_csv(self, query: str, path: Path, header: bool = True) -> None:
        """Write the result to `path` as CSV: UTF-8, comma, `\\n`, quotes where needed, NULL as nothing."""

    def write_lines(self, query: str, path: Path, header: str | None = None) -> None:
        """Write the single string column of the result to `path`, byte for byte, each value followed by `\\n`.

        `header` is a line that stands before them. Here and in `write_csv`, `path` may be a pipe (`/dev/fd/N`).
        """

    def interrupt(self) -> None:
        """Stop the statements that run, in all threads, and refuse further ones: their callers get an exception."""

    def close(self) -> None:
        """Release memory and temporary files."""
