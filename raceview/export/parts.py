"""Writes a result that is as long as an input in parts, so that sorting it never takes more memory than one part."""

from __future__ import annotations

import fcntl
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from raceview.export.long_file import BLOCK, LongFile

if TYPE_CHECKING:
    from raceview.engine import Engine

PART = 1_000_000
"""Keys in one part."""
AT_ONCE = 2
"""Parts that are made at a time: the next one is sorted while one is written."""


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
    with LongFile(path) as whole, ThreadPoolExecutor(AT_ONCE) as executor:
        begun: deque[tuple[int, Future[None]]] = deque()
        try:
            for number, condition in enumerate(conditions):
                begun.append(_begin(executor, partial(write, condition), number == 0))
                if len(begun) == AT_ONCE:
                    _append(whole, *begun.popleft())
            while begun:
                _append(whole, *begun.popleft())
        finally:
            for source, _ in begun:
                os.close(source)  # who writes into it does not wait for ever
    return whole.sha256()


def _begin(executor: Executor, write: Callable[[Path, bool], None], first: bool) -> tuple[int, Future[None]]:
    """Begin to write a part; where it comes out.

    It goes through a pipe: parts in files of their own would all be written twice.
    """
    source, target = os.pipe()
    _widen(target)

    def fill() -> None:
        try:
            write(Path(f"/dev/fd/{target}"), first)
        finally:
            os.close(target)

    return source, executor.submit(fill)


def _widen(pipe: int) -> None:
    """Let a pipe hold as much as goes to the file at once, where the system can: who fills it waits less often."""
    if sys.platform == "linux":
        with suppress(OSError):  # more than this user may have
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, BLOCK)


def _append(whole: LongFile, source: int, writing: Future[None]) -> None:
    try:
        whole.take(source)  # tells why nothing can be written, where a writer can only tell that nobody reads
    finally:
        os.close(source)
    writing.result()


def _conditions(greatest: int | None, key: str) -> Iterator[str]:
    """Conditions that part the keys from 0 to `greatest`; one that always holds where one part does."""
    last = greatest or 0
    if last < PART:
        yield "1 = 1"
        return
    for low in range(0, last + 1, PART):
        yield f"{key} >= {low} AND {key} < {low + PART}"
