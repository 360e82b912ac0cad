"""Writes a result that is as long as an input in parts, so that sorting it never takes more memory than one part."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from raceview.engine import Engine

PART = 1_000_000
"""Keys in one part."""
_BLOCK = 1 << 20


def write_in_parts(
    engine: Engine, path: Path, greatest: str, key: str, write: Callable[[str, Path, bool], None]
) -> None:
    """Call `write(condition on key, file, is the first)` for each stretch of keys; all of it goes to `path`, in order.

    `greatest` is the SQL of the greatest key; keys are not negative. Raises OSError where the file cannot be written.
    """
    conditions = _conditions(engine.rows(greatest)[0][0], key)
    write(next(conditions), path, True)
    if rest := list(conditions):
        with _appending_to(path) as part:
            for condition in rest:
                write(condition, part, False)


@contextmanager
def _appending_to(path: Path) -> Iterator[Path]:
    """A file for one writer after another; what they write goes to the end of `path`.

    It is a pipe: parts in files of their own would all be written twice.
    """
    source, target = os.pipe()
    with path.open("ab") as whole, ThreadPoolExecutor(1) as executor:
        copying = executor.submit(_copy, source, whole)
        try:
            yield Path(f"/dev/fd/{target}")
        finally:
            os.close(target)
            copying.result()  # tells why, where a writer can only tell that nobody reads


def _copy(source: int, whole: IO[bytes]) -> None:
    block = memoryview(bytearray(_BLOCK))
    with open(source, "rb", buffering=0) as pipe:
        while size := pipe.readinto(block):
            whole.write(block[:size])
        whole.flush()


def _conditions(greatest: int | None, key: str) -> Iterator[str]:
    """Conditions that part the keys from 0 to `greatest`; one that always holds where one part does."""
    last = greatest or 0
    if last < PART:
        yield "1 = 1"
        return
    for low in range(0, last + 1, PART):
        yield f"{key} >= {low} AND {key} < {low + PART}"
