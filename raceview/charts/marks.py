"""The one table of glyphs, words and colours: what stands for what on every screen.

Glyphs take one column; meaning is in the glyph or the word, and the colour only repeats it. Colours are names of the
sixteen that every terminal has, as Rich writes them; `textual_colour` gives Textual's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from raceview.model import Outcome, Role


class Severity(IntEnum):
    """How much an attempt, a row or a cell of the timeline asks for attention: the greater, the more."""

    IDLE = 0
    BUSY = 1
    """Attempts of which nothing is to be said."""
    COPY = 2
    """An event with several rows (where its attempts do not overlap), and each row beyond the original."""
    STRAY = 3
    """A row that no event, or no attempt, accounts for: a phantom, or the row of an unlogged event."""
    ALTERED = 4
    """An event whose one row does not hold the source's values, and that row."""
    TIMEOUT = 5
    """An attempt that timed out."""
    RACE = 6
    """Two attempts of one event overlap."""
    LOST = 7
    """An event without any row: lost, abandoned or unprocessed."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How one thing is shown. `bold` is part of the colour: it may be lost without loss of meaning."""

    glyph: str
    word: str
    colour: str
    bold: bool = False

    @property
    def textual_style(self) -> str:
        """The colour as a style of `textual.content.Content`."""
        return f"{textual_colour(self.colour)}{' bold' if self.bold else ''}"


def textual_colour(colour: str) -> str:
    """Textual's name of one of the sixteen colours."""
    return f"ansi_{colour}"


SEVERITIES: dict[Severity, Mark] = {
    Severity.LOST: Mark("†", "lost", "bright_red", bold=True),
    Severity.RACE: Mark("╳", "race", "bright_red"),  # noqa: RUF001  # it is meant
    Severity.TIMEOUT: Mark("!", "time-out", "bright_yellow"),
    Severity.ALTERED: Mark("≠", "altered", "bright_magenta"),
    Severity.STRAY: Mark("?", "stray", "bright_magenta"),
    Severity.COPY: Mark("○", "copy", "bright_cyan"),
    Severity.BUSY: Mark("▒", "busy", "green"),
    Severity.IDLE: Mark(" ", "idle", "bright_black"),
}
"""Most severe first."""

BUSY_GLYPHS = "░▒▓"
"""Busy cells by how much is in them, from little to much."""

ORIGINAL_ROW = Mark("●", "original", "default")
ALTERED_ROW = Mark("≠", "altered", "bright_magenta")
COPY_ROW = Mark("○", "copy", "bright_cyan")
PHANTOM_ROW = Mark("?", "phantom", "bright_magenta")

ROLES: dict[Role, Mark] = {
    Role.ORIGINAL: ORIGINAL_ROW,
    Role.DUPLICATE: COPY_ROW,
    Role.PHANTOM: PHANTOM_ROW,
}

OUTCOMES: dict[Outcome, Mark] = {
    Outcome.LOST: Mark("†", "lost", "bright_red", bold=True),
    Outcome.ABANDONED: Mark("†", "abandoned", "bright_red", bold=True),
    Outcome.UNPROCESSED: Mark("†", "unprocessed", "bright_red", bold=True),
    Outcome.DUPLICATED: Mark("○", "duplicated", "bright_cyan"),
    Outcome.ALTERED: Mark("≠", "altered", "bright_magenta"),
    Outcome.UNACKNOWLEDGED: Mark("!", "unacknowledged", "bright_yellow"),
    Outcome.UNLOGGED: Mark("?", "unlogged", "bright_magenta"),
    Outcome.EXACTLY_ONCE: Mark("●", "exactly once", "green"),
    Outcome.UNKNOWN: Mark("·", "unknown", "bright_black"),
}

BODIES: dict[Severity, str] = {
    Severity.LOST: "·",
    Severity.RACE: "═",
    Severity.TIMEOUT: "╍",
    Severity.ALTERED: "≈",
    Severity.STRAY: "¿",
    Severity.COPY: "◦",
    Severity.BUSY: "━",
    Severity.IDLE: " ",
}
"""How a bar goes on after its first cell, which has the glyph: no part of it looks clean that is not."""
BAR_END = "╸"
"""The last cell of a busy bar that ends within its first half."""
BAR_START = "╺"
"""The first cell of a busy bar that starts within its second half."""
OPEN_END = "→"
"""The end of a bar that nobody knows the end of."""
LINK = "┊"
"""Joins attempts of one event across lanes, and their rows."""
FOLD = "┆"
"""A gap in which nothing runs, folded away."""
HERE = ("└", "─", "┘", "△")
"""Where the window lies on the minimap: its start, inside, its end; all in one column."""
LEVELS = "▁▂▃▄▅▆▇█"
"""Amounts from little to much, for minimaps and histograms."""
