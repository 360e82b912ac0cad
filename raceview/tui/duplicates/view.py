"""The duplicates view: the duplicated events, sorted, filtered, and doors to each of them."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from raceview.answers import amounts
from raceview.answers.duplicates import DuplicatedEvent, Duplicates, Sort, duplicates
from raceview.answers.filters import Filter, parse
from raceview.model import counted
from raceview.safe_text import columns, printable
from raceview.tui.case import Case
from raceview.tui.duplicates.rows import SORTS, DuplicateRows
from raceview.tui.event.actions import ask_note, mark
from raceview.tui.messages import CopyEvidence, OpenEvent, OpenReplay, OpenTimeline
from raceview.tui.view import View
from raceview.tui.widgets.table import Table

_UNKNOWN = {
    "ticks": "which rows are duplicates cannot be known without the source ticks",
    "output": "what was emitted, and how often, cannot be known without the output",
}


class DuplicatesView(View):
    """A line that tells what is listed, the list, and a line about the event under the cursor."""

    NAME = "duplicates"
    HINT = " enter open · s sort · r reverse · / filter · t timeline · space replay · ?"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sort(1)", "Sort by the next column"),
        Binding("S", "sort(-1)", "Sort by the column before"),
        Binding("r", "reverse", "Reverse the order"),
        Binding("t", "timeline", "Its moment on the timeline"),
        Binding("space", "replay", "Replay in slow motion"),
        Binding("y", "copy", "Copy the evidence"),
        Binding("m", "note", "Note or bookmark"),
        Binding("escape", "clear", "No filter", show=False),
    ]
    DEFAULT_CSS = """
    DuplicatesView > #duplicates-about { height: 1; }
    DuplicatesView > #duplicates-below { height: 1; color: $text-muted; }
    """

    class Listed(Message):
        """The list is there, as it was asked for."""

        def __init__(self, found: Duplicates, asked: tuple[Filter, Sort, bool]) -> None:
            super().__init__()
            self.found, self.asked = found, asked

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._where = Filter()
        self._sort, self._reverse = Sort.TIME, False
        self._found: Duplicates | None = None
        self._wanted: int | None = None
        """The event to put the cursor on when the list comes."""
        self._to_top = False
        """The order is another: what stands first is what one wants to see."""

    def compose(self) -> ComposeResult:
        yield Static(id="duplicates-about", markup=False)
        yield Table((), empty="reading ...", id="duplicates-list")
        yield Static(id="duplicates-below", markup=False)

    @property
    def table(self) -> Table:
        """The list."""
        return self.query_one(Table)

    @property
    def line(self) -> DuplicatedEvent | None:
        """The event under the cursor."""
        return self._found[self.table.cursor] if self._found else None

    def show_case(self, case: Case) -> None:
        super().show_case(case)
        self._list()

    def take_focus(self) -> None:
        self.table.focus()

    def narrow(self, where: str) -> None:
        self._where = parse(where)
        self._list()

    def filter_text(self) -> str:
        return str(self._where)

    def time_ns(self) -> int | None:
        return self.line.time_ns if self.line else None

    def beside(self, event: int, step: int) -> int | None:
        at = self.table.cursor
        if not self._found or self._found.events[at] != event or not 0 <= at + step < len(self._found):
            return None
        self.table.move_to(at + step)
        return self._found.events[at + step]

    def place(self) -> dict[str, object]:
        return {
            "filter": str(self._where),
            "sort": str(self._sort),
            "reverse": self._reverse,
            "event": self.line.event if self.line else None,
        }

    def go_to_place(self, place: dict[str, object]) -> None:
        self._where = parse(str(place["filter"]))
        self._sort, self._reverse = Sort(str(place["sort"])), bool(place["reverse"])
        event = place["event"]
        self._wanted = event if isinstance(event, int) else None
        self._list()

    @work(thread=True, exclusive=True, group="duplicates")
    def _list(self) -> None:
        """Ask for the list that is wanted now."""
        worker, case, asked = get_current_worker(), self.case, (self._where, self._sort, self._reverse)
        if case is None:
            return
        found = duplicates(case.investigation, *asked)
        if not worker.is_cancelled:
            self.post_message(self.Listed(found, asked))

    def on_duplicates_view_listed(self, message: Listed) -> None:
        if message.asked != (self._where, self._sort, self._reverse):
            return  # asked for something else meanwhile
        self._found = message.found
        self._show()
        if self._to_top:
            self.table.move_to(0)
            self._to_top = False
        if self._wanted is not None:
            self.table.move_to_key(self._wanted)
            self._wanted = None

    def _show(self) -> None:
        found, case = self._found, self.case
        if found is None or case is None:
            return
        rows = DuplicateRows(found)
        down = (self._sort.first == "most") is not self._reverse
        self.table.load(
            rows,
            found.events,
            heads=rows.heads(self._sort, down),
            mark=lambda at: mark(case, found[at].event_id),
            empty=self._nothing(case),
        )
        self._tell_list(case, found)
        self._tell_line()

    def _nothing(self, case: Case) -> str:
        """Why the list is empty: nothing matches, there is nothing, or nobody can know."""
        unknown = [_UNKNOWN[role] for role in case.summary["missing"] if role in _UNKNOWN]
        if unknown and not case.summary.get("inferred"):
            return "; ".join(unknown)
        if self._where:
            return "no duplicated event matches: esc for all"
        inferred = case.summary.get("inferred")
        return "no row is taken for a copy of another" if inferred else "no event was emitted twice"

    def _tell_list(self, case: Case, found: Duplicates) -> None:
        total = case.summary["duplicates"]["events"]
        count = f" {f'{len(found):,} of ' if self._where else ''}{counted(total, 'event')}"
        where = f"   / filter: {self._where}" if self._where else ""
        no_log = "   no worker log: causes not known" if "attempts" in case.summary["missing"] else ""
        if case.summary.get("inferred"):
            no_log = "   inferred: causes not known"
        order = f"by {self._sort}{', reversed' if self._reverse else ''}"
        told, days = f"{count}{where}{no_log}", f"  {_days(found)} "
        last = f"  {order} " if self._where else days  # a mark at its column says the order, too
        forms = (f"  sorted {order} {days}", f"  {order} {days}", last)
        right = next((form for form in forms if columns(told) + len(form) <= self.size.width), forms[-1])
        room = max(0, self.size.width - len(right))
        told = printable(told, room)
        self.query_one("#duplicates-about", Static).update(
            Content.assemble((told, "bold"), " " * max(0, room - columns(told)), right)
        )

    def _tell_line(self) -> None:
        """What the list has no room for."""
        line, case = self.line, self.case
        text = ""
        if line and case:
            note = case.session.notes.get(line.event_id)
            margin = "" if line.margin_ns is None else f" · margin {amounts.duration(line.margin_ns)}"
            noted = "" if note is None else f' · note: "{note}"' if note else " · bookmarked"
            at = f"{self.table.cursor + 1:,}/{len(self._found or ()):,}"
            text = printable(
                f" {at} · {line.event_id} · differs in {_KINDS[line.kind]}{margin}{noted}", self.size.width
            )
        self.query_one("#duplicates-below", Static).update(Content(text))

    def on_resize(self) -> None:
        if self._found is not None and self.case:
            self._tell_list(self.case, self._found)
            self._tell_line()

    def on_table_moved(self) -> None:
        self._tell_line()

    def on_table_selected(self) -> None:
        if self.line:
            self.post_message(OpenEvent(self.line.event))

    def action_sort(self, step: int) -> None:
        """Sort by another column, the way that is usual for it."""
        self._sort = SORTS[(SORTS.index(self._sort) + step) % len(SORTS)]
        self._reverse, self._to_top = False, True
        self._list()

    def action_reverse(self) -> None:
        """The other way round."""
        self._reverse, self._to_top = not self._reverse, True
        self._list()

    def action_clear(self) -> None:
        """All of them."""
        if self._where:
            self._where = Filter()
            self._list()

    def action_timeline(self) -> None:
        """The moment of the event under the cursor."""
        if self.line:
            self.post_message(OpenTimeline(event=self.line.event))

    def action_replay(self) -> None:
        """The race under the cursor in slow motion."""
        if self.line:
            self.post_message(OpenReplay(self.line.event))

    def action_note(self) -> None:
        """Leave a note on the event under the cursor."""
        if self.line and self.case:
            ask_note(self.app, self.case, self.line.event_id, self._noted)

    def _noted(self) -> None:
        self.table.redraw()
        self._tell_line()

    def action_copy(self) -> None:
        """Copy the evidence about the event under the cursor."""
        if self.line:
            self.post_message(CopyEvidence(self.line.event))


_KINDS = {"identical": "nothing", "price": "price", "time": "time", "price+time": "price and time"}


def _days(found: Duplicates) -> str:
    span = found.span_ns
    if span is None:
        return "UTC"
    first, last = amounts.date(span[0]), amounts.date(span[1])
    return f"{first} UTC" if first == last else f"{first} to {last} UTC"
