"""The page of one event: everything known of it, every fact with its file and line."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import get_current_worker

from raceview.answers.event_order import event_beside
from raceview.answers.event_page import EventPage, event_page
from raceview.errors import RaceviewError
from raceview.tui.case import Case
from raceview.tui.event.actions import ask_note
from raceview.tui.event.layout import POINTER, page_lines
from raceview.tui.main_screen import MainScreen
from raceview.tui.messages import CopyEvidence, OpenReplay, OpenTimeline
from raceview.tui.widgets.keys_line import KeysLine

_OF_ATTEMPT = 2
"""Lines that an attempt takes at most: its bar may be on one of its own."""
HINT = " t timeline · space replay · n/N next · [ ] attempt · y copy · m note · esc back"


class EventScreen(Screen[None]):
    """Shows an event, and on `n` and `N` those beside it in the list one came from, else the next of its kind."""

    DEFAULT_CSS = """
    EventScreen { layout: vertical; }
    EventScreen #page { height: 1fr; scrollbar-size-vertical: 1; }
    EventScreen #text { height: auto; }
    EventScreen #keys { height: 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back"),
        Binding("t", "timeline", "Its moment on the timeline"),
        Binding("space", "replay", "Replay in slow motion"),
        Binding("n", "step(1)", "Next event"),
        Binding("N", "step(-1)", "Previous event"),
        Binding("left_square_bracket", "attempt(-1)", "Previous attempt", key_display="["),
        Binding("right_square_bracket", "attempt(1)", "Next attempt", key_display="]"),
        Binding("y", "copy", "Copy the evidence"),
        Binding("m", "note", "Note or bookmark"),
        Binding("j,down", "scroll(1)", "Down"),
        Binding("k,up", "scroll(-1)", "Up"),
        Binding("pagedown", "scroll(10)", "Page down", show=False),
        Binding("pageup", "scroll(-10)", "Page up", show=False),
        Binding("g,home", "end(0)", "Top", show=False),
        Binding("G,end", "end(1)", "Bottom", show=False),
    ]

    class Found(Message):
        """The page is there."""

        def __init__(self, page: EventPage) -> None:
            super().__init__()
            self.page = page

    class Missed(Message):
        """There is no such page, or no event further on."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    def __init__(self, case: Case, event: int) -> None:
        super().__init__()
        self.case, self.event = case, event
        self.page: EventPage | None = None
        self._selected = 0
        self._height = 0
        """Lines of the page as it is on screen."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="page", can_focus=False):
            yield Static("reading the evidence", id="text", markup=False)
        yield KeysLine(HINT, id="keys")

    def on_mount(self) -> None:
        self.find(self.event, 0)

    @work(thread=True, exclusive=True, group="event page")
    def find(self, event: int, step: int) -> None:
        """Read the page of an event, or of the one `step` on from it."""
        worker, inv = get_current_worker(), self.case.investigation
        try:
            at = event_beside(inv, event, step) if step else event
            page = None if at is None else event_page(inv, at)
        except RaceviewError as error:
            self.post_message(self.Missed(str(error)))
            return
        if worker.is_cancelled:
            return
        self.post_message(self.Found(page) if page else self.Missed("no such event further on"))

    def on_event_screen_found(self, message: Found) -> None:
        if message.page.event != self.event or self.page is None:
            self._selected = 0
            if self.query_one("#page").scroll_y:
                self.query_one("#page").scroll_home(animate=False)
        self.page, self.event = message.page, message.page.event
        self._draw()

    def on_event_screen_missed(self, message: Missed) -> None:
        self.notify(message.sentence, severity="warning", markup=False)

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if self.page:
            note = self.case.session.notes.get(self.page.tick.event_id)
            width = max(20, self.size.width - 1)  # the last column is the scroll bar's
            lines = page_lines(self.page, width, self._selected, note)
            # Pages of one height need no new layout, which would cost the terminal two more paints.
            lines += [Content("")] * (self.size.height - 1 - len(lines))
            self.query_one("#text", Static).update(
                Content("\n").join(lines), layout=len(lines) != self._height
            )
            self._height = len(lines)

    def action_leave(self) -> None:
        """Back to where one came from."""
        self.app.pop_screen()

    def action_timeline(self) -> None:
        """This moment on the timeline."""
        self.post_message(OpenTimeline(event=self.event))

    def action_replay(self) -> None:
        """The race in slow motion."""
        self.post_message(OpenReplay(self.event))

    def action_step(self, step: int) -> None:
        """The event beside this one: in the list at the front, else of its kind."""
        main = self.app.screen_stack[0]
        view = main.view if isinstance(main, MainScreen) else None
        beside = view.beside(self.event, step) if view else None
        if beside is None:
            self.find(self.event, step)
        else:
            self.event = beside  # held keys go on from here, whatever has been read
            self._selected = 0
            self.find(beside, 0)

    def action_attempt(self, step: int) -> None:
        """Go through the event's attempts."""
        if self.page and self.page.attempts:
            count = len(self.page.attempts)
            self._selected = (
                (self._selected + step - 1) % count + 1 if self._selected else (1 if step > 0 else count)
            )
            self._draw()
            self._scroll_to_selected()

    def _scroll_to_selected(self) -> None:
        """Bring the attempt with its bar into sight; the top of the page where that leaves it there."""
        page, lines = self.query_one("#page"), str(self.query_one("#text", Static).content).splitlines()
        at = next((y for y, line in enumerate(lines) if line.startswith(f" {POINTER} ")), 0)
        if at + _OF_ATTEMPT <= page.size.height:
            page.scroll_home(animate=False)
        else:
            page.scroll_to_region(Region(0, at, 1, _OF_ATTEMPT), animate=False)

    def action_copy(self) -> None:
        """Copy the evidence as text."""
        if self.page:
            self.post_message(CopyEvidence(self.page.event))

    def action_note(self) -> None:
        """Leave a note on the event."""
        if self.page:
            ask_note(self.app, self.case, self.page.tick.event_id, self._draw)

    def action_scroll(self, lines: int) -> None:
        """Scroll the page."""
        self.query_one("#page").scroll_relative(y=lines, animate=False)

    def action_end(self, last: int) -> None:
        """Scroll to the top or the bottom."""
        page = self.query_one("#page")
        page.scroll_end(animate=False) if last else page.scroll_home(animate=False)
