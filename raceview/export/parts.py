"""Writes a result that is as long as an input in parts, so that sorting it never takes more memory than one part."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from raceview.export.long_file import LongFile

if TYPE_CHECKING:
    from raceview.engine import Engine

PART = 1_000_000
"""Keys in one part."""


def write_in_parts(
    engine: Engine, path: Path, greatest: str, key: str, write: Callable[[str, Path, bool], None]
) -> str | None:
    """Call `write(condition on key, file, is the first)` for each stretch of keys; all of it goes to `path`, in order.

    `greatest` is the SQL of the greatest key; keys are not negative. Returns the sha256 of `path` where it was taken
    on the way. Raises OSError where the file cannot be written.
    """
    conditions = list(_conditions(engine.rows(greatest)[0][0], key))
    if len(conditions) == 1:
        write(conditions[0], path, True)
        return None
    with LongFile(path) as whole, _pipe_into(whole) as part:
        for number, condition in enumerate(conditions):
            write(condition, part, number == 0)
    return whole.sha256()


@contextmanager
def _pipe_into(whole: LongFile) -> Iterator[Path]:
    """A file for one writer after another; what they write is appended to `whole`.

    It is a pipe: parts in files of their own would all be written twice.
    """
    source, target = os.pipe()
    with ThreadPoolExecutor(1) as executor:
        taking = executor.submit(_take, whole, source)
        try:
            yield Path(f"/dev/fd/{target}")
        finally:
            os.close(target)
            taking.result()  # tells why, where a writer can only tell that nobody reads


def _take(whole: LongFile, source: int) -> None:
    try:
        whole.take(source)
    finally:
        os.close(source)


def _conditions(greatest: int | None, key: str) -> Iterator[str]:
    """Conditions that part the keys from 0 to `greatest`; one that always holds where one part does."""
    last = greatest or 0
    if last < PART:
        yield "1 = 1"
        return
    for low in range(0, last + 1, PART):
        yield f"{key} >= {low} AND {key} < {low + PART}"
