"""Puts the records of a trace into a file, one a line: memory does not grow with the bundle."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONEncoder
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import raceview
from raceview.errors import UsageError
from raceview.export.one_file import refuse_inputs, whole_file
from raceview.export.trace.records import TraceRecords

if TYPE_CHECKING:
    from raceview.investigation import Investigation
    from raceview.progress import Progress

SUFFIXES = (".json", ".json.gz")
NS_PER_US = 1000
_AT_ONCE = 10_000
"""Records between two reports of progress."""
_LEVEL = 5
"""Of compression: a trace repeats itself, and more takes long."""
# Perfetto refuses a letter beyond the first plane that is escaped as two: text stays as it is.
_encode = JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def check(path: Path) -> None:
    """Raise UsageError where `path` is no name that Perfetto opens."""
    if not path.name.endswith(SUFFIXES):
        raise UsageError(f"{path}: a trace is called something.json or something.json.gz")


def write_trace(inv: Investigation, path: Path, progress: Progress | None = None) -> int:
    """Write the bundle's trace, compressed where the name ends in `.gz`; gives the number of records.

    The same bundle gives the same bytes. `progress` may raise to end it: nothing is then replaced. Raises OutputError
    where it cannot be written, UsageError where the path is one of the bundle's own files.
    """
    refuse_inputs(path, inv.files)
    with inv.deciding, whole_file(path) as staged, _opened(staged, path.suffix == ".gz") as file:
        return _write(inv, file, progress)


@contextmanager
def _opened(path: Path, compressed: bool) -> Iterator[IO[bytes] | gzip.GzipFile]:
    with path.open("wb", buffering=1 << 20) as plain:
        if not compressed:
            yield plain
            return
        with gzip.GzipFile("", "wb", _LEVEL, plain, mtime=0) as packed:
            yield packed


def _write(inv: Investigation, file: IO[bytes] | gzip.GzipFile, progress: Progress | None) -> int:
    records = TraceRecords(inv)
    counts = inv.counted()
    expected = counts["attempts"] + counts["rows"]
    number = 0
    file.write(b'{"displayTimeUnit":"ns","traceEvents":[')
    for number, record in enumerate(records, start=1):
        file.write(f"{',' if number > 1 else ''}\n{_line(*record)}".encode())
        if progress and number % _AT_ONCE == 0:
            progress("writing the trace", min(number, expected), expected)
    said = {
        "bundle": inv.files.name,
        "origin": records.origin,
        "written_by": f"raceview {raceview.__version__}",
    }
    file.write(f'\n],"otherData":{_encode(said)}}}\n'.encode())
    return number


def _line(time: int | None, length: int | None, record: dict[str, Any]) -> str:
    if time is None:
        return _encode(record)
    lasting = "" if length is None else f',"dur":{_microseconds(length)}'
    return f'{{"ts":{_microseconds(time)}{lasting},{_encode(record)[1:]}'


def _microseconds(nanoseconds: int) -> str:
    """As the format counts, to the nanosecond: no float on the way."""
    whole, part = divmod(nanoseconds, NS_PER_US)
    return f"{whole}.{part:03}" if part else str(whole)
