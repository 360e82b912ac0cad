"""Lines of styled runs on the screen, of which only what changed is painted again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from raceview.charts.plot import Run, Style
from raceview.safe_text import columns


class Painted(Widget):
    """Shows lines of runs. Runs may hold any text that is fit for a terminal (`safe_text`); none of it is markup."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[list[Run]] = []
        self._strips: list[Strip] = []

    def show(self, lines: Sequence[Sequence[Run]]) -> None:
        """Show these lines; cells that look as before are left alone."""
        width = self.size.width
        shown = [list(line) for line in lines]
        strips = [self._strip(line) for line in shown]
        before = self._lines
        self._lines, self._strips = shown, strips
        for y in range(max(len(before), len(shown))):
            old = before[y] if y < len(before) else []
            new = shown[y] if y < len(shown) else []
            if old != new:
                before_cells, cells = _cells(old, width), _cells(new, width)
                differ = [x for x in range(width) if before_cells[x] != cells[x]]
                if differ:
                    # One region a line: Textual writes each from the left edge of the widget on.
                    self.refresh(Region(differ[0], y, differ[-1] + 1 - differ[0], 1))

    def render_line(self, y: int) -> Strip:
        """One line, as wide as the widget."""
        strip = self._strips[y] if y < len(self._strips) else Strip.blank(0)
        return strip.adjust_cell_length(self.size.width, self.rich_style).apply_style(self.rich_style)

    @staticmethod
    def _strip(line: Iterable[Run]) -> Strip:
        return Strip([Segment(run.text, rich_style(run.style)) for run in line])


@lru_cache(maxsize=256)
def rich_style(style: Style) -> RichStyle:
    """The style as Rich's; the terminal's own colours where it names none."""
    return RichStyle(color=style.colour or None, bold=style.bold or None, reverse=style.inverted or None)


def _cells(line: Iterable[Run], width: int) -> list[tuple[str, Style | None]]:
    """What stands in each column; a letter of two columns is followed by an empty one."""
    cells: list[tuple[str, Style | None]] = []
    for run in line:
        for letter in run.text:
            taken = columns(letter)
            if taken:
                cells.append((letter, run.style))
                cells.extend([("", run.style)] * (taken - 1))
            elif cells:
                cells[-1] = (cells[-1][0] + letter, cells[-1][1])
    cells.extend([(" ", None)] * (width - len(cells)))
    return cells[:width]
