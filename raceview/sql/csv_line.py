"""SQL that makes a line of a CSV file, for results so long that sorting one column, not all of them, saves time."""

from __future__ import annotations

from collections.abc import Iterable


def csv_line(columns: Iterable[str]) -> str:
    """SQL text of a record without its line end, NULL as nothing. No value may be one that a CSV quotes."""
    separated = ", ',', ".join(columns)
    return f"concat({separated})"
