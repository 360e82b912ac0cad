"""A finding that is about no event, in full: a phantom row with the events nearest to it, a record that could not be
read, a clock that is off."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from raceview.answers.amounts import clock, duration, price, second_digits
from raceview.model import words
from raceview.safe_text import printable
from raceview.tui.case import Case
from raceview.tui.findings.text import copy_finding, facts
from raceview.tui.messages import OpenEvent, OpenTimeline
from raceview.tui.widgets.columns import Column
from raceview.tui.widgets.table import Table

if TYPE_CHECKING:
    from raceview.answers.findings_list import FindingLine
    from raceview.answers.nearest_events import NearEvent

_MOST_EVENTS = 50


class Near(Message):
    """The events nearest to a phantom row were found."""

    def __init__(self, events: list[NearEvent]) -> None:
        super().__init__()
        self.events = events


class FindingScreen(Screen[None]):
    """The whole text, where it stands and, for a row, the events nearest to it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("t", "timeline", "Timeline", show=False),
        Binding("y", "copy", "Copy the finding", show=False),
    ]
    DEFAULT_CSS = """
    FindingScreen > #finding-title { height: 1; background: $panel; text-style: bold; }
    FindingScreen > VerticalScroll { height: auto; max-height: 60%; padding: 1; }
    FindingScreen > Table { height: 1fr; }
    FindingScreen > #finding-keys { height: 1; color: $text-muted; dock: bottom; }
    """

    def __init__(self, case: Case, line: FindingLine) -> None:
        super().__init__()
        self._case, self._line = case, line
        self._near: list[NearEvent] = []

    def compose(self) -> ComposeResult:
        line = self._line
        yield Static(f" {facts(line)}", id="finding-title", markup=False)
        with VerticalScroll():
            yield Static(printable(line.what), markup=False)
        if line.row is not None:
            yield Table(
                (
                    Column("nearest events", 14),
                    Column("time", 15),
                    Column("row is", 17, right=True),
                    Column("price off", 11, right=True, spare=1),
                    Column("outcome", 0, spare=2),
                ),
                empty="no event of this symbol",
            )
        keys = " esc back · y copy" + (" · enter the event · t timeline" if line.row is not None else "")
        yield Static(keys, id="finding-keys", markup=False)

    def on_mount(self) -> None:
        if self._line.row is not None:
            self.query_one(Table).focus()
            self._find(self._line.row)

    @work(thread=True, exclusive=True)
    def _find(self, row: int) -> None:
        from raceview.answers.nearest_events import nearest_events

        self.post_message(Near(nearest_events(self._case.investigation, row, _MOST_EVENTS)))

    def on_near(self, message: Near) -> None:
        self._near = message.events
        digits = second_digits(near.time_ns for near in message.events)
        self.query_one(Table).load(
            [
                (
                    near.event_id,
                    clock(near.time_ns, digits),
                    _lateness(near.time_delta_ns),
                    price(near.price_delta_units, signed=True),
                    words(near.outcome),
                )
                for near in message.events
            ]
        )

    def on_table_selected(self, message: Table.Selected) -> None:
        self.post_message(OpenEvent(self._near[message.row].event))

    def action_timeline(self) -> None:
        """The moment on the timeline."""
        if self._line.at_ns is not None:
            self.post_message(OpenTimeline(at_ns=self._line.at_ns))

    def action_copy(self) -> None:
        """The finding as text, to the clipboard."""
        copy_finding(self.app, self._case, self._line)

    def action_leave(self) -> None:
        """Back to the list."""
        self.dismiss()


def _lateness(delta_ns: int) -> str:
    """`5 ms late`, `2 s early`: where the row lies against the event."""
    return f"{duration(delta_ns)} {'late' if delta_ns > 0 else 'early'}" if delta_ns else "at its time"
