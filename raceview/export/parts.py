"""Writes a result that is as long as an input in parts, so that sorting it never takes more memory than one part."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from raceview.engine import Engine

PART = 1_000_000
"""Keys in one part."""


def write_in_parts(
    engine: Engine, path: Path, greatest: str, key: str, write: Callable[[str, Path, bool], None]
) -> None:
    """Call `write(condition on key, file, is the first)` for each stretch of keys, and join the files at `path`.

    `greatest` is the SQL of the greatest key; keys are not negative.
    """
    conditions = list(_conditions(engine.rows(greatest)[0][0], key))
    write(conditions[0], path, True)
    part = path.with_suffix(".part")
    with path.open("ab") as whole:
        for condition in conditions[1:]:
            write(condition, part, False)
            with part.open("rb") as piece:
                shutil.copyfileobj(piece, whole, 1 << 22)
    part.unlink(missing_ok=True)


def _conditions(greatest: int | None, key: str) -> Iterator[str]:
    """Conditions that part the keys from 0 to `greatest`; one that always holds where one part does."""
    last = greatest or 0
    if last < PART:
        yield "1 = 1"
        return
    for low in range(0, last + 1, PART):
        yield f"{key} >= {low} AND {key} < {low + PART}"
