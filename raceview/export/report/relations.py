"""Lines for the report's tables, from the same SQL as the exported files: equal to the last digit."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from raceview.export.report.parts import Cell
from raceview.export.tables import tables

if TYPE_CHECKING:
    from raceview.investigation import Investigation


def exported(
    inv: Investigation, file: str, columns: tuple[str, ...], rest: str, decimals: frozenset[str] = frozenset()
) -> tuple[tuple[Cell, ...], ...]:
    """Columns of an exported table; `rest` is the SQL after it: an ORDER BY, that a LIMIT means something.

    `decimals` are columns that hold a number as text. Not for a table as long as an input.
    """
    (table,) = (table for table in tables(inv) if table.name == file)
    inv.need(*table.needs)
    found = inv.engine.rows(f"SELECT {', '.join(columns)} FROM ({table.query}) AS t {rest}")
    return tuple(
        tuple(decimal(value) if name in decimals else value for name, value in zip(columns, row, strict=True))
        for row in found
    )


def decimal(text: str | None) -> Decimal | None:
    """A number that SQL gives as text, with its digits."""
    return None if text is None else Decimal(text)
