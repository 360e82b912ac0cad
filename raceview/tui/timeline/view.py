"""The timeline view: per-worker lanes, to walk along, zoom into and read the selected event under.

The window never moves or zooms by itself: only where a key or another view sends it. Keys that are held change the
state at once; the picture is drawn once for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.message import Message
from textual.worker import get_current_worker

from raceview.answers import timeline_walk as walk
from raceview.answers.filters import Filter, parse
from raceview.answers.timeline import Lanes, make_lanes, matching
from raceview.answers.timeline_folds import Folds
from raceview.answers.timeline_moment import Moment, moment
from raceview.charts.lanes import new_grid
from raceview.charts.plot import PLAIN, Run, draw
from raceview.charts.window import Window
from raceview.errors import UsageError
from raceview.safe_text import printable
from raceview.tui.case import Case
from raceview.tui.event.actions import ask_note
from raceview.tui.messages import CopyEvidence, OpenEvent, OpenReplay
from raceview.tui.timeline import moves
from raceview.tui.timeline import picture as pictures
from raceview.tui.timeline.page import Told, empty_page, page
from raceview.tui.timeline.picture import ABOVE, Layout, Sight
from raceview.tui.timeline.place import KeptPlace
from raceview.tui.view import View
from raceview.tui.widgets.painted import Painted


class Chart(Painted, can_focus=True):
    """Everything in the view is painted here."""


class LanesMade(Message):
    """The index is there, or what is left of it under a filter."""

    def __init__(self, lanes: Lanes, where: Filter) -> None:
        super().__init__()
        self.lanes, self.where = lanes, where


class MomentFound(Message):
    """What is to be said about an event."""

    def __init__(self, event: int, found: Moment | None) -> None:
        super().__init__()
        self.event, self.found = event, found


class TimelineView(View):
    """Lanes over time, and the selected event below."""

    NAME = "timeline"
    HINT = " n/N race · w/s zoom · a/d pan · hjkl move · [ ] attempts · f fit · enter · ?"
    DEFAULT_CSS = "TimelineView > Chart { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w,plus,equals_sign", "move('zoom', 1)", "Zoom in", key_display="w +"),
        Binding("s,minus", "move('zoom', -1)", "Zoom out", key_display="s -"),
        Binding("a", "move('pan', -1)", "Pan left"),
        Binding("d", "move('pan', 1)", "Pan right"),
        Binding("h,left", "move('along', -1)", "Earlier in the lane", key_display="h ←"),
        Binding("l,right", "move('along', 1)", "Later in the lane", key_display="l →"),
        Binding("j,down", "move('across', 1)", "Next lane", key_display="j ↓"),
        Binding("k,up", "move('across', -1)", "Previous lane", key_display="k ↑"),
        Binding("g,home", "move('end', -1)", "To the start", key_display="g"),
        Binding("G,end", "move('end', 1)", "To the end", key_display="G"),
        Binding(
            "left_square_bracket", "move('sibling', -1)", "Attempt of the same event before", key_display="["
        ),
        Binding(
            "right_square_bracket", "move('sibling', 1)", "Attempt of the same event after", key_display="]"
        ),
        Binding("f", "fit", "Fit the selection, then all"),
        Binding("z", "fold", "Fold idle gaps"),
        Binding("enter", "open", "The selected event"),
        Binding("space", "replay", "Replay the selected event"),
        Binding("y", "copy", "Copy the evidence"),
        Binding("m", "note", "Note on the selected event"),
    ]

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._all: Lanes | None = None
        self._sight: Sight | None = None
        self._layout: Layout | None = None
        self._where = self._wanted = Filter()
        """The filter of the lanes that are shown, and the one asked for last."""
        self._top = 0
        self._folded = False
        self._moment: Moment | None = None
        self._asked: int | None = None
        self._later: list[Callable[[], None]] = []
        """What was asked for before there was anything to show."""
        self._noting: int | None = None
        """The event that a note was asked for before its id was known."""
        self._drawing = False
        self._unmeasured: LanesMade | None = None
        """Lanes that were made before it was known how wide they can be drawn."""

    def compose(self) -> ComposeResult:
        yield Chart(id="chart")

    def show_case(self, case: Case) -> None:
        super().show_case(case)
        self._read()

    def take_focus(self) -> None:
        if not self._chart.has_focus:  # focusing paints everything again
            self._chart.focus()
        self._draw_soon()

    @property
    def _chart(self) -> Chart:
        return self.query_one(Chart)

    @work(thread=True, exclusive=True, group="lanes")
    def _read(self) -> None:
        assert self.case
        draw(new_grid(1, 1))  # loads plotext here, not under the first key
        self.post_message(LanesMade(make_lanes(self.case.investigation), Filter()))

    @work(thread=True, exclusive=True, group="lanes")
    def _narrow(self, lanes: Lanes, where: Filter) -> None:
        assert self.case
        inv = self.case.investigation
        found = lanes.only(matching(inv, where.events(inv.threshold_millionths)))
        if not get_current_worker().is_cancelled:
            self.post_message(LanesMade(found, where))

    @work(thread=True, exclusive=True, group="moment")
    def _look_up(self, event: int) -> None:
        assert self.case
        self.post_message(MomentFound(event, moment(self.case.investigation, event)))

    def on_lanes_made(self, message: LanesMade) -> None:
        if message.where != self._wanted:
            return  # asked for something else meanwhile
        if not self._chart.size.width:
            self._unmeasured = message
            return
        event = self._sight.event if self._sight else None
        self._where = message.where
        if not message.where:
            self._all = message.lanes
        lanes = message.lanes
        if self._sight:
            family = lanes.find(event) if event else []
            self._sight = replace(self._sight, lanes=lanes, here=family[0] if family else None)
        else:
            self._sight = Sight(lanes, Folds.none(), Window.fitting(*lanes.span, self._width(lanes)), None)
        waiting, self._later = self._later, []
        for action in waiting:
            action()
        self._draw_soon()

    def on_moment_found(self, message: MomentFound) -> None:
        if message.event == self._asked:
            self._moment = message.found
            self._draw_soon()
            if message.found and message.event == self._noting:
                self._noting = None
                self.action_note()

    # What other views and the app ask for

    def step_race(self, step: int) -> None:
        """Go `step` races on from the selected one; from elsewhere, to the first or the last of the window."""
        if not self._sight:
            self._later.append(lambda: self.step_race(step))
            return
        lanes = self._sight.lanes
        edges = self._sight.edges
        number = walk.race_after(lanes, self._sight.event, int(edges[0] if step > 0 else edges[-1]), step)
        if number is None:
            hidden = " that the filter lets through" if self._where else ""
            self.notify(f"there is no race{hidden}", markup=False)
        else:
            self.go_to(int(lanes.races[number]), int(lanes.race_times[number]))

    def go_to(self, event: int | None, at_ns: int | None) -> None:
        """Show an event, or a time in ns. A filter that hides the event is given up."""
        if not self._sight:
            self._later.append(lambda: self.go_to(event, at_ns))
            return
        family = self._sight.lanes.find(event) if event else []
        if event and not family and self._where:
            self.narrow("")
            family = self._sight.lanes.find(event)
        if family:
            self._see(moves.at_event(self._sight, family))
        elif at_ns is not None:
            self._see(moves.at_time(self._sight, at_ns))
        elif event:
            self.notify("this event has no attempt, no row and no place on the timeline", markup=False)

    def narrow(self, where: str) -> None:
        """Show only what belongs to the events that a filter lets through."""
        try:
            wanted = parse(where)
        except UsageError as error:
            self.notify(printable(str(error)), severity="warning", markup=False)
            return
        if self._all is None:
            self._later.append(lambda: self.narrow(where))
            return
        self._wanted = wanted
        if wanted:
            self._narrow(self._all, wanted)
        else:
            self.workers.cancel_group(self, "lanes")
            self.on_lanes_made(LanesMade(self._all, wanted))

    def filter_text(self) -> str:
        return str(self._where)

    def time_ns(self) -> int | None:
        return moves.centre_ns(self._sight) if self._sight and not self._empty else None

    def place(self) -> dict[str, object]:
        if not self._sight or self._empty:
            return {}
        return KeptPlace.of(self._sight, self._folded).as_dict()

    def go_to_place(self, place: dict[str, object]) -> None:
        kept = KeptPlace.read(place)

        def go() -> None:
            assert self._sight
            if kept.folded and not self._folded:
                self.action_fold()
            self._see(moves.back_at(self._sight, kept.centre, kept.step, kept.event))

        if self._sight:
            go()
        else:
            self._later.insert(0, go)  # what was asked for since comes after it

    # Keys

    def action_move(self, name: str, step: int) -> None:
        """One of the moves, by its name there."""
        self._move(lambda sight: moves.BY_NAME[name](sight, step))

    def action_fit(self) -> None:
        """Fit the selected event; where it fits already, or none is selected, fit all."""
        self._move(moves.fitted)

    def action_fold(self) -> None:
        """Fold the idle gaps, or unfold them."""
        if not self._sight:
            self._later.append(self.action_fold)
            return
        if not self._folded and not len(self._sight.lanes.folds):
            self.notify("no gap in which all workers were idle is long enough to fold", markup=False)
            return
        self._folded = not self._folded
        self._see(moves.folded(self._sight, self._sight.lanes.folds if self._folded else Folds.none()))

    def action_open(self) -> None:
        """The page of the selected event."""
        self._with_event(lambda event: self.post_message(OpenEvent(event)))

    def action_replay(self) -> None:
        """The selected event in slow motion."""
        self._with_event(lambda event: self.post_message(OpenReplay(event)))

    def action_copy(self) -> None:
        """Copy the evidence about the selected event as text."""
        self._with_event(lambda event: self.post_message(CopyEvidence(event)))

    def action_note(self) -> None:
        """Leave a note on the selected event."""
        self._with_event(self._note)

    def _note(self, event: int) -> None:
        """Ask for the note; where keys were faster than the event's id, when that is there."""
        if self.case and self._moment and self._moment.event == event:
            ask_note(self.app, self.case, self._moment.event_id, self._draw_soon)
        else:
            self._noting = event

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self.action_move("zoom", 1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self.action_move("zoom", -1)

    def on_click(self, event: Click) -> None:
        """Select what was clicked on, or the nearest to it in its lane."""
        if self._sight and self._layout and event.widget is self._chart:
            line, column = event.y - 1 - ABOVE, event.x - self._layout.names
            self._see(moves.pointed(self._sight, self._layout, line, column))

    def on_resize(self, event: Resize) -> None:
        self._draw_soon()

    # State

    def _with_event(self, act: Callable[[int], object]) -> None:
        """Do something with the selected event, as soon as there can be one."""
        if not self._sight:
            self._later.append(lambda: self._with_event(act))
        elif self._sight.event is None:
            self.notify("nothing is selected: n, h, j, k or l selects", markup=False)
        elif self._sight.event < 0:
            self.notify("the source has no event of this id", markup=False)
        else:
            act(self._sight.event)

    def _move(self, move: Callable[[Sight], Sight]) -> None:
        if self._sight:
            self._see(move(self._sight))
        else:
            self._later.append(lambda: self._move(move))

    def _see(self, sight: Sight) -> None:
        """Take this for what is looked at, and draw it soon."""
        self._sight = moves.bounded(sight)
        event = self._sight.event
        if event != self._asked:
            self._asked, self._noting = event, None
            if event is None:
                self._moment = None
            else:
                self._look_up(event)
        self._draw_soon()

    @property
    def _empty(self) -> bool:
        """Whether nothing in the case has a place in time, whatever the filter."""
        return self._all is not None and self._all.empty

    def _width(self, lanes: Lanes) -> int:
        return max(1, self._chart.size.width - pictures.names_width(lanes) - 1)

    # Drawing

    def _draw_soon(self) -> None:
        """Draw after the keys that wait: one picture for all of them."""
        if not self._drawing:
            self._drawing = True
            self.app.call_later(self._draw)

    def _draw(self) -> None:
        self._drawing = False
        size = self._chart.size
        if not size.width or not size.height:
            return
        if self._unmeasured:
            message, self._unmeasured = self._unmeasured, None
            self.on_lanes_made(message)
        if not self._sight:
            self._chart.show([[Run(" reading the attempts", PLAIN)]])
            return
        missing = self.case.summary["missing"] if self.case else ()
        if self._empty:
            self._chart.show(empty_page(missing, size.width))
            return
        lanes = self._sight.lanes
        if self._sight.window.width != self._width(lanes):
            self._sight = moves.resized(self._sight, self._width(lanes))
        told = Told(
            self._where,
            self._all.size if self._all else lanes.size,
            missing,
            self._moment,
        )
        lines, self._layout = page(self._sight, told, self._top, size.width, size.height)
        self._top = self._layout.first
        self._chart.show(lines)
