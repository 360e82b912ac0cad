"""The safeguards view: what would have prevented the duplicates, whom it would have harmed, and at which price.

The replay takes from one second to half a minute: a worker does it, and posts the table first, then the curves.
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from raceview.charts.plot import Run, Style
from raceview.model import Safeguard
from raceview.safe_text import printable
from raceview.tui.case import Case
from raceview.tui.safeguards.curve import curve
from raceview.tui.safeguards.rows import table
from raceview.tui.safeguards.words import about, headline
from raceview.tui.view import View
from raceview.tui.widgets.painted import Painted
from raceview.tui.widgets.table import Table

if TYPE_CHECKING:
    from raceview.safeguards import CurvePoint, Safeguarded

REPLAYING = "replaying every safeguard ..."
_CURVE_LINES = 10
"""Lines that a curve should have: where there are fewer, the table makes room once it is asked for."""
_HIGH = 30
"""Lines from which a blank one parts the table from what is below it."""
_READING_ROWS = 3
"""Rows of the table that stay in sight then."""


class SafeguardsView(View):
    """All safeguards in a table; the one under the cursor in full below, with its curve where it has a setting."""

    NAME = "safeguards"
    HINT = " enter all of it · j k move · c clocks · y copy · e export · ? help"
    DEFAULT_CSS = """
    SafeguardsView > #safeguards-head { height: auto; }
    SafeguardsView > #safeguards-about { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy the table and curves"),
        Binding("escape", "read(False)", "Back to the whole table", show=False),
    ]

    class Replayed(Message):
        """Every safeguard at its setting."""

        def __init__(self, found: list[Safeguarded]) -> None:
            super().__init__()
            self.found = found

    class Curved(Message):
        """Those that have a setting, at many of them."""

        def __init__(self, points: list[CurvePoint]) -> None:
            super().__init__()
            self.points = points

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._found: list[Safeguarded] = []
        self._points: list[CurvePoint] | None = None
        self._reading = False
        """Whether the safeguard under the cursor is what is read, and the table makes room for it."""
        self._wanted = ""

    def compose(self) -> ComposeResult:
        yield Static(id="safeguards-head", markup=False)
        yield Table((), id="safeguards-table", empty=REPLAYING)
        yield Painted(id="safeguards-about")

    def show_case(self, case: Case) -> None:
        super().show_case(case)
        self._replay(case)

    def take_focus(self) -> None:
        self._table.focus()

    def place(self) -> dict[str, object]:
        return {"cursor": str(self._cursor.safeguard if self._cursor else self._wanted)}

    def go_to_place(self, place: dict[str, object]) -> None:
        self._wanted = str(place.get("cursor", ""))

    @property
    def _table(self) -> Table:
        return self.query_one(Table)

    @property
    def _cursor(self) -> Safeguarded | None:
        """The safeguard under the cursor, None while there is none."""
        return self._found[self._table.cursor] if self._found else None

    @work(thread=True, exclusive=True, group="safeguards")
    def _replay(self, case: Case) -> None:
        worker = get_current_worker()
        self.post_message(self.Replayed(case.investigation.safeguards_list))
        if not worker.is_cancelled:
            self.post_message(self.Curved(case.investigation.safeguard_curve_points))

    def on_safeguards_view_replayed(self, message: Replayed) -> None:
        self._found = message.found
        self._draw()
        if self._wanted in set(Safeguard):
            self._table.move_to_key(Safeguard(self._wanted))

    def on_safeguards_view_curved(self, message: Curved) -> None:
        self._points = message.points
        self._draw()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)  # the head is as high as it needs by then

    @on(Table.Moved)
    def _moved(self) -> None:
        self._draw_about()

    @on(Table.Selected)
    def _selected(self) -> None:
        self.action_read(not self._reading)

    def action_read(self, reading: bool) -> None:
        """Make room for the safeguard under the cursor, or for the table."""
        self._reading = reading
        self._draw()

    def action_copy(self) -> None:
        """All of it as text, to the clipboard."""
        if self._points is None or not self.case:
            self.notify("still replaying: it can be copied when it is there", markup=False)
            return
        from raceview.export.safeguards_text import render_safeguards
        from raceview.tui.clipboard import copy

        path = self.case.session.path
        text = render_safeguards(self.case.investigation.files.name, self._found, self._points)
        self.app.notify(
            printable(copy(self.app, text, path.parent if path else None)), markup=False, timeout=8
        )

    def _draw(self) -> None:
        if not self.is_mounted or not self.size.width:
            return
        head = self._head()
        self.query_one("#safeguards-head", Static).update(head)
        if self._found:
            heads, rows = table(self._found, self.size.width)
            self._table.load(rows, [one.safeguard for one in self._found], heads=heads)
            self._table.styles.margin = (0, 0, int(self.size.height >= _HIGH), 0)
            self._table.styles.height = self._table_lines(len(head.plain.splitlines()))
        self.call_after_refresh(self._draw_about)

    def _head(self) -> Content:
        if not self._found:
            return Content("")
        first, rest = headline(self._found)
        lines = wrap(f"{first} {rest}", max(1, self.size.width - 2))
        text = "\n".join(f" {line}" for line in lines)
        return Content(text).stylize("bold", 0, len(first) + 1)

    def _table_lines(self, head: int) -> int:
        """All rows, unless the one that is read needs the room."""
        every = len(self._found) + 1
        room = self.size.height - head - 1
        if self._reading and room - every < _CURVE_LINES + _READING_ROWS:
            return _READING_ROWS + 1
        return min(every, max(_READING_ROWS + 1, room - _READING_ROWS))

    def _draw_about(self) -> None:
        one, painted = self._cursor, self.query_one("#safeguards-about", Painted)
        if one is None:
            painted.show([])
            return
        width, height = painted.size.width, painted.size.height
        lines = about(one, width)
        below = self._curve(one, width, height - len(lines))
        hidden = len(lines) > height or (not below and bool(self._points_of(one)))
        lines += below
        if hidden and height > 0 and not self._reading:
            lines = [*lines[: height - 1], [Run(" enter: the rest of it", Style("bright_black"))]]
        painted.show(lines)

    def _points_of(self, one: Safeguarded) -> list[CurvePoint]:
        """The safeguard at other settings, as far as they are there."""
        return [point for point in self._points or () if point.safeguard == one.safeguard]

    def _curve(self, one: Safeguarded, width: int, height: int) -> list[list[Run]]:
        if self._points is None and one.prevented_low is not None:
            return [[Run(" replaying other settings ...", Style("bright_black"))]] if height > 0 else []
        return curve(self._points_of(one), one.duplicates or 0, width, height)
