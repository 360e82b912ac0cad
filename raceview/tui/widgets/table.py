"""A table for lists of any length: rows of text, a cursor, vi keys.

Drawn line by line rather than with textual-fastdatatable, which was measured first (100,000 rows, 80x24): a page of it
takes 12 KB over the wire and 60 to 95 ms (here 4 KB and 8 ms), pyarrow costs 200 ms and 40 MB when the first list
opens, cells of text columns can carry no colour, and the cursor is a colour only. Only the lines on the screen are
looked at, so a million rows cost what twenty do. What cells hold is shown as text, whatever it is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import ClassVar, TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from raceview.safe_text import columns, left, printable
from raceview.tui.widgets.columns import GAP, Column, widths

Cell: TypeAlias = "str | tuple[str, str]"
"""Text, or text and a Rich style (`"bold red"`)."""
Row: TypeAlias = Sequence[Cell]

POINTERS = ("▹", "▸")
"""Before the row under the cursor: of a table that has not the keys, and of the one that has."""
_NO_POINTER = " "
_NO_MARK = " "
_MARGIN = 2
"""Terminal columns before the first cell: the pointer and a mark."""
_LEFT_OUT = "…"
"""At the end of the header, where there is no room for all columns."""


class OfRow(Message):
    """What a table tells about one of its rows."""

    def __init__(self, table: Table, row: int) -> None:
        super().__init__()
        self.table, self.row = table, row

    @property
    def control(self) -> Table:
        """The table, for `@on` selectors."""
        return self.table


class Table(Widget, can_focus=True):
    """Rows under a header line; the cursor is on one of them. Loading anew keeps it on the same key."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"table--header", "table--cursor", "table--bar", "table--empty"}
    DEFAULT_CSS = """
    Table { height: 1fr; }
    Table > .table--header { text-style: bold; color: $text-muted; }
    Table > .table--cursor { background: $surface; text-style: bold; }
    Table:focus > .table--cursor { background: $primary-muted; color: $text; text-style: bold; }
    Table > .table--bar { color: $text-muted; }
    Table > .table--empty { color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Down", show=False),
        Binding("k,up", "move(-1)", "Up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("g,home", "end(0)", "First", show=False),
        Binding("G,end", "end(1)", "Last", show=False),
        Binding("enter", "select", "Open", show=False),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)
    """The index of the row under the cursor; 0 where there is none."""

    class Selected(OfRow):
        """Enter was pressed on a row."""

    class Moved(OfRow):
        """The cursor is on another row. Held keys post many: do the work for the last of them."""

    def __init__(
        self, heads: Sequence[Column], *, empty: str = "nothing to show", id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.heads = tuple(heads)
        self.empty = empty
        self._rows: Sequence[Row] = ()
        self._keys: Sequence[Hashable] | None = None
        self._style: Callable[[int], str] | None = None
        self._mark: Callable[[int], str] | None = None
        self._top = 0

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    @property
    def key(self) -> Hashable | None:
        """The key of the row under the cursor; its index where the rows came without keys; None where there is none."""
        if not self._rows:
            return None
        return self._keys[self.cursor] if self._keys is not None else self.cursor

    def load(
        self,
        rows: Sequence[Row],
        keys: Sequence[Hashable] | None = None,
        *,
        heads: Sequence[Column] | None = None,
        style: Callable[[int], str] | None = None,
        mark: Callable[[int], str] | None = None,
        empty: str | None = None,
    ) -> None:
        """Show other rows. `keys` name them: the cursor stays on the row of its key, else on its index.

        `rows` may be lazy: an object with a length that makes a row when asked. `style` gives the Rich style of a
        whole row, `mark` one letter to stand before it, both by its index.
        """
        held = self.key if self._keys is not None else None
        self._rows, self._keys, self._style, self._mark = rows, keys, style, mark
        self.heads = tuple(heads) if heads is not None else self.heads
        self.empty = self.empty if empty is None else empty
        at = self.cursor
        if keys is not None and held is not None:
            at = next((index for index, key in enumerate(keys) if key == held), at)
        self.cursor = max(0, min(at, len(rows) - 1))
        self._keep_in_sight()
        self.refresh()

    def move_to(self, row: int) -> None:
        """Put the cursor on a row, or on the nearest that there is."""
        self.cursor = max(0, min(row, len(self._rows) - 1))

    def move_to_key(self, key: Hashable) -> bool:
        """Put the cursor on the row of that key; False where there is none."""
        found = next((index for index, other in enumerate(self._keys or ()) if other == key), None)
        if found is not None:
            self.move_to(found)
        return found is not None

    def redraw(self) -> None:
        """Draw again, where the rows make themselves and would do so differently now."""
        self.refresh()

    def action_move(self, step: int) -> None:
        """The cursor goes `step` rows on."""
        self.move_to(self.cursor + step)

    def action_page(self, step: int) -> None:
        """The cursor goes `step` pages on; a line of the page before stays in sight."""
        self.move_to(self.cursor + step * max(1, self._lines - 1))

    def action_end(self, last: int) -> None:
        """The cursor goes to the first or the last row."""
        self.move_to(len(self._rows) - 1 if last else 0)

    def action_select(self) -> None:
        """Tell that the row under the cursor was chosen."""
        if self._rows:
            self.post_message(self.Selected(self, self.cursor))

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw the two lines that change, or all where the cursor left the page."""
        top = self._top
        self._keep_in_sight()
        if self._top != top:
            self.refresh()
        else:
            width = self.size.width
            self.refresh(*(Region(0, row - top + 1, width, 1) for row in (old, new) if row >= top))
        self.post_message(self.Moved(self, new))

    def on_resize(self) -> None:
        self._keep_in_sight()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        row = self._top + event.y - 1
        if event.y < 1 or row >= len(self._rows):
            return
        if row == self.cursor:
            self.action_select()
        self.move_to(row)

    def on_mouse_scroll_down(self) -> None:
        self.action_move(3)

    def on_mouse_scroll_up(self) -> None:
        self.action_move(-3)

    @property
    def _widths(self) -> list[int]:
        """The columns' widths here; 0 for one that is left out."""
        return widths(self.heads, self.size.width - _MARGIN - 1)

    @property
    def _lines(self) -> int:
        """Rows that fit under the header."""
        return max(1, self.size.height - 1)

    def _keep_in_sight(self) -> None:
        lines, count = self._lines, len(self._rows)
        top = max(min(self._top, self.cursor), self.cursor - lines + 1)
        self._top = max(0, min(top, count - lines))

    def render_line(self, y: int) -> Strip:
        """One line: the header, a row, or nothing."""
        width, row = self.size.width, self._top + y - 1
        base = self.rich_style
        if y == 0:
            cells: Row = tuple(head.title for head in self.heads)
            header = base + self.get_component_rich_style("table--header")
            segments = self._segments(cells, " " * _MARGIN, header)
        elif not self._rows and y == 1:
            dim = base + self.get_component_rich_style("table--empty")
            segments = [Segment(" " * _MARGIN + printable(self.empty, max(width - 3, 0)), dim)]
        elif row < len(self._rows):
            at = row == self.cursor
            if self._style and (name := self._style(row)):
                base += Style.parse(name)
            if at:
                base += self.get_component_rich_style("table--cursor")
            mark = self._mark(row) if self._mark else _NO_MARK
            segments = self._segments(
                self._rows[row], (POINTERS[self.has_focus] if at else _NO_POINTER) + mark, base, at
            )
        else:
            segments = []
        bar = Segment(self._bar(y), self.rich_style + self.get_component_rich_style("table--bar"))
        line = Strip(segments).adjust_cell_length(max(width - 1, 0), base)
        return Strip.join([line, Strip([bar])]).adjust_cell_length(width, self.rich_style)

    def _bar(self, y: int) -> str:
        """The column at the right: where the page lies in the whole; above, whether a column was left out."""
        count, lines = len(self._rows), self._lines
        if y == 0:
            return " " if all(self._widths) else _LEFT_OUT
        if count <= lines:
            return " "
        length = max(1, lines * lines // count)
        start = (lines - length) * self._top // (count - lines)
        return "┃" if start <= y - 1 < start + length else "│"

    def _segments(self, cells: Row, pointer: str, base: Style, plain: bool = False) -> list[Segment]:
        """The line's text, in as few segments as its colours allow: each costs bytes on the wire.

        `plain` leaves the colours of cells out: they cannot be read on the cursor's.
        """
        segments, run = [], pointer
        for cell, head, width in zip(cells, self.heads, self._widths, strict=False):
            if not width:
                continue
            text, colour = cell if isinstance(cell, tuple) else (cell, "")
            shown = _right(text, width) if head.right else left(text, width)
            if colour and not plain:
                segments += [Segment(run, base), Segment(shown, base + Style.parse(colour))]
                run = GAP
            else:
                run += shown + GAP
        return [*segments, Segment(run, base)]


def _right(text: str, width: int) -> str:
    shown = printable(text, width)
    return " " * (width - columns(shown)) + shown
