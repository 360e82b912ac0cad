"""What a report is made of: sections of sentences, tables and pictures. Plain values; nothing is formatted or escaped.

Text from the files stands in here as it was read. Whoever shows it makes it fit (`shown`) and escapes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from raceview.safe_text import printable

Cell: TypeAlias = str | int | float | Decimal | None
"""A value of a table; None is what is not known or does not apply. Decimals keep their digits."""

NOT_KNOWN = "–"
LONGEST_CELL = 400
"""Columns of text in a cell; what is longer is cut, with dots."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """A paragraph."""

    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """A list of sentences that stand for themselves."""

    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `total` counts the lines there would be; what is left out stands in the export's `file`."""

    name: str
    """What it lists, for the line that says how many more there are: `duplicated events`."""
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int
    file: str = ""
    brief: int = 12
    """How many lines are shown where there is little room."""
    folded: bool = False
    """Not open at first, where that is possible: it is long, and for looking things up."""

    def numeric(self, column: int) -> bool:
        """Whether a column holds numbers and shares only."""
        cells = [row[column] for row in self.rows if row[column] is not None]
        return bool(cells) and not any(isinstance(cell, str) and not cell.endswith(" %") for cell in cells)

    def rest(self, shown: int) -> str:
        """The line below a table of which `shown` lines are shown; '' where that is all."""
        left_out = self.total - shown
        if left_out <= 0:
            return ""
        where = f": all are in {self.file} of raceview BUNDLE --export" if self.file else ""
        return f"… and {left_out:,} more {self.name}{where}."


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart: for the page made by altair, for plain text as lines. Made when it is shown."""

    caption: str
    chart: Callable[[], Any]
    """Gives an altair chart."""
    text: Callable[[], list[str]]
    """Gives lines of text; none where the table beside it says it all."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command line to repeat, which writes a report of the same kind."""

    line: str

    def of_kind(self, suffix: str) -> str:
        """The whole line; `suffix` is that of the file."""
        return f"{self.line} -o root_cause{suffix}"


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of what follows, within a section."""

    title: str


Part: TypeAlias = Sentences | Points | Table | Picture | Command | Heading


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter; `name` is its anchor."""

    name: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All of it. The verdict leads; `figures` are its numbers, by name."""

    title: str
    verdict: tuple[str, ...]
    figures: tuple[tuple[str, int | None], ...]
    sections: tuple[Section, ...]
    maker: str
    """Which program made it, with versions."""


def shown(cell: Cell) -> str:
    """A cell as text, of one line: counts with separators, all other numbers with the digits that the exports have."""
    if cell is None:
        return NOT_KNOWN
    if isinstance(cell, str):
        return printable(cell, LONGEST_CELL)
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return f"{cell:.9f}".rstrip("0").rstrip(".")
