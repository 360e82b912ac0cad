"""The columns of a table, and how wide each is where there is so much room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

GAP = "  "
"""Stands between two columns."""
_LEAST_REST = 8
_LEAST = 3


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `width` in terminal columns, 0 for whatever is left (one column at most)."""

    title: str
    width: int
    right: bool = False
    """Numbers stand at the right."""
    spare: int = 0
    """Columns are left out where the terminal is too narrow for all: the highest first, 0 never."""

    @property
    def least(self) -> int:
        """The width that it takes at least."""
        return self.width or _LEAST_REST


def widths(heads: Sequence[Column], room: int) -> list[int]:
    """How wide each column is; 0 for one that is left out. What must stay and does not fit is cut, the last first."""
    shown = dict(enumerate(heads))
    for at in sorted(shown, key=lambda at: -heads[at].spare):
        if heads[at].spare and _need(shown.values()) > room:
            del shown[at]
    over = _need(shown.values()) - room
    found = [head.least if at in shown else 0 for at, head in enumerate(heads)]
    for at in reversed(shown):
        if over > 0:
            cut = min(over, max(0, found[at] - _LEAST))
            found[at] -= cut
            over -= cut
        elif not heads[at].width:
            found[at] -= over
    return found


def _need(heads: Iterable[Column]) -> int:
    """What these columns take, at least."""
    return sum(head.least + len(GAP) for head in heads) - len(GAP)
