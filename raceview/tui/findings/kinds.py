"""The kinds of findings with their counts, beside the list; one of them may be chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from textual.content import Content
from textual.widgets import Static

from raceview.answers.finding_kinds import FindingKind
from raceview.charts.marks import textual_colour
from raceview.tui.findings.marks import MARKS, name

WIDTH, NARROW_WIDTH = 25, 11
_WORD = 14
_NARROW = 70
"""Columns of a terminal from which the kinds are written out; in a narrower one the glyph stands for the kind."""


def width_in(terminal: int) -> int:
    """The columns that the kinds take in a terminal of so many."""
    return WIDTH if terminal >= _NARROW else NARROW_WIDTH


class Kinds(Static):
    """One line a kind; those that are shown stand out."""

    DEFAULT_CSS = f"Kinds {{ width: {WIDTH}; height: 1fr; }}"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._total = 0
        self._counts: Mapping[FindingKind, int | None] = {}
        self._chosen: Collection[str] = ()

    def tell(self, total: int, counts: Mapping[FindingKind, int | None], chosen: Collection[str]) -> None:
        """Show the counts (None: cannot be known); `chosen` is empty where no kind or outcome was."""
        self._total, self._counts, self._chosen = total, counts, chosen
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if not self._counts:
            return
        lines = [self._line(" ", "all", self._total, "", not self._chosen)]
        kinds = fitting(self._counts, self._chosen, self.size.height - 1)
        for kind in kinds:
            mark = MARKS[kind]
            colour = textual_colour(mark.colour)
            lines.append(self._line(mark.glyph, name(kind), self._counts[kind], colour, kind in self._chosen))
        if more := len(self._counts) - len(kinds):
            lines.append(Content.styled(f" … {more} more", "dim"))
        self.update(Content("\n").join(lines))

    def _line(self, glyph: str, word: str, count: int | None, colour: str, here: bool) -> Content:
        told = "-" if count is None else f"{count:,}"
        if self.app.size.width >= _NARROW:
            text = f" {word:<{_WORD}}{told:>{WIDTH - _WORD - 4}}"
        else:
            text = f"{told:>{NARROW_WIDTH - 3}}"
        style = "reverse" if here else "" if count else "dim"
        return Content.assemble((f" {glyph}", colour if count else "dim"), (text, style))


def fitting(
    counts: Mapping[FindingKind, int | None], chosen: Collection[str], lines: int
) -> list[FindingKind]:
    """The kinds that there is room for, one line kept for how many more there are.

    Those that there is nothing of go first, then those that cannot be known, then the last ones; the chosen stay.
    """
    if len(counts) <= lines:
        return list(counts)
    worth = {kind: 0 if count == 0 else 1 if count is None else 2 for kind, count in counts.items()}
    spare = sorted((kind for kind in reversed(list(counts)) if kind not in chosen), key=worth.__getitem__)
    left_out = spare[: len(counts) + 1 - max(1, lines)]
    return [kind for kind in counts if kind not in left_out]


def after(
    chosen: FindingKind | None, counts: Mapping[FindingKind, int | None], step: int
) -> FindingKind | None:
    """The kind `step` on that there is something of; before the first and after the last come all (None)."""
    kinds: list[FindingKind | None] = [None, *(kind for kind, count in counts.items() if count)]
    here = kinds.index(chosen) if chosen in kinds else 0
    return kinds[(here + step) % len(kinds)]
