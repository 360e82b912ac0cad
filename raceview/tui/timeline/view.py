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
from raceview.answers.event_page import EventPage, event_page
from raceview.answers.filters import Filter, parse
from raceview.answers.timeline import Lanes, make_lanes, matching
from raceview.answers.timeline_folds import Folds
from raceview.answers.timeline_moment import Moment, moment
from raceview.charts.axis import duration
from raceview.charts.lanes import new_grid
from raceview.charts.plot import PLAIN, Run, draw
from raceview.charts.window import Window
from raceview.errors import UsageError
from raceview.safe_text import printable
from raceview.tui.case import Case
from raceview.tui.event.actions import ask_note, copy_evidence
from raceview.tui.messages import OpenEvent, OpenReplay
from raceview.tui.timeline import moves, words
from raceview.tui.timeline import picture as pictures
from raceview.tui.timeline.picture import ABOVE, Layout, Sight
from raceview.tui.view import View
from raceview.tui.widgets.painted import Painted

_DETAILS = 5
_DETAILS_OF_TALL = 9
_TALL = 30
_LATEST = 2**62
"""ns: times of twice this no longer fit the arrays."""


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


class PageRead(Message):
    """All about an event, to be copied."""

    def __init__(self, page: EventPage) -> None:
        super().__init__()
        self.page = page


class TimelineView(View):
    """Lanes over time, and the selected event below."""

    NAME = "timeline"
    HINT = " n/N race · w/s zoom · a/d pan · hjkl move · [ ] attempts · f fit · enter · ?"
    DEFAULT_CSS = "TimelineView > Chart { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w,plus,equals_sign", "zoom(True)", "Zoom in", key_display="w +"),
        Binding("s,minus", "zoom(False)", "Zoom out", key_display="s -"),
        Binding("a", "pan(-1)", "Pan left"),
        Binding("d", "pan(1)", "Pan right"),
        Binding("h,left", "along(-1)", "Earlier in the lane", key_display="h ←"),
        Binding("l,right", "along(1)", "Later in the lane", key_display="l →"),
        Binding("j,down", "across(1)", "Next lane", key_display="j ↓"),
        Binding("k,up", "across(-1)", "Previous lane", key_display="k ↑"),
        Binding("g,home", "end(-1)", "To the start", key_display="g"),
        Binding("G,end", "end(1)", "To the end", key_display="G"),
        Binding("left_square_bracket", "sibling(-1)", "Attempt of the same event before", key_display="["),
        Binding("right_square_bracket", "sibling(1)", "Attempt of the same event after", key_display="]"),
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
        return moves.centre_ns(self._sight) if self._sight else None

    def place(self) -> dict[str, object]:
        if not self._sight:
            return {}
        window = self._sight.window
        return {
            "centre": moves.centre_ns(self._sight),
            "step": window.step,
            "event": self._sight.event,
            "folded": self._folded,
        }

    def go_to_place(self, place: dict[str, object]) -> None:
        centre, step, event = place["centre"], place["step"], place.get("event")
        if not isinstance(centre, int) or not isinstance(step, int):
            raise TypeError("not a place on the timeline")
        if abs(centre) > _LATEST or not 0 < step <= _LATEST:
            raise ValueError("not a time that the files could reach to")
        folded = place.get("folded") is True

        def go() -> None:
            assert self._sight
            if folded and not self._folded:
                self.action_fold()
            family = self._sight.lanes.find(event) if isinstance(event, int) else []
            window = replace(self._sight.window, step=step).centred(self._sight.folds.shown(centre))
            self._see(replace(self._sight, window=window, here=family[0] if family else None))

        if self._sight:
            go()
        else:
            self._later.insert(0, go)  # what was asked for since comes after it

    # Keys

    def action_zoom(self, inwards: bool) -> None:
        """Zoom by one step, about the selection where it is in view."""
        self._move(lambda sight: moves.zoomed(sight, inwards))

    def action_pan(self, step: int) -> None:
        """Move the window; the selection stays."""
        self._move(lambda sight: moves.panned(sight, step))

    def action_along(self, step: int) -> None:
        """Select the attempt before or after in the lane."""
        self._move(lambda sight: moves.along(sight, step))

    def action_across(self, step: int) -> None:
        """Select the attempt nearest in time on the next lane."""
        self._move(lambda sight: moves.across(sight, step))

    def action_sibling(self, step: int) -> None:
        """Select the next attempt of the same event, wherever it ran."""
        self._move(lambda sight: moves.sibling(sight, step))

    def action_end(self, side: int) -> None:
        """Go to the first or the last attempt."""
        self._move(lambda sight: moves.to_end(sight, side))

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
        self._with_event(self._page)

    @work(thread=True, exclusive=True, group="page")
    def _page(self, event: int) -> None:
        assert self.case
        self.post_message(PageRead(event_page(self.case.investigation, event)))

    def on_page_read(self, message: PageRead) -> None:
        assert self.case
        copy_evidence(self.app, self.case, message.page)

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
        self.action_zoom(True)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self.action_zoom(False)

    def on_click(self, event: Click) -> None:
        """Select what was clicked on, or the nearest to it in its lane."""
        if self._sight and self._layout and event.widget is self._chart:
            layout, edges = self._layout, self._sight.edges
            line, column = event.y - 1 - ABOVE, event.x - layout.names
            if 0 <= column < layout.width and 0 <= line < layout.lines:
                at = min(layout.first + line // (layout.deep + layout.apart), layout.workers)
                at = layout.workers if line == layout.lines - 1 else at
                lane = self._sight.lanes[at]
                inside = lane.within(int(edges[column]), int(edges[column + 1]))
                if len(inside):
                    worst = max(inside.tolist(), key=lambda place: int(lane.severities[place]))
                    self._see(moves.selected(self._sight, (at, worst)))

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
        if not self._sight:
            self._chart.show([[Run(" reading the attempts", PLAIN)]])
            return
        lanes = self._sight.lanes
        if self._sight.window.width != self._width(lanes):
            self._sight = moves.resized(self._sight, self._width(lanes))
        self._chart.show(self._lines(self._sight, size.width, size.height))

    def _lines(self, sight: Sight, width: int, height: int) -> list[list[Run]]:
        below = _DETAILS if height < _TALL else _DETAILS_OF_TALL
        room = height - ABOVE - 2 - below
        layout = pictures.lay_out(sight.lanes, width, room, self._top, sight.here)
        self._layout, self._top = layout, layout.first
        picture, deeper = pictures.picture(sight, layout)
        race = walk.number_of(sight.lanes, sight.event)
        lines = [words.header(sight, race, width), *picture]
        lines.append(words.rule(self._notes(layout, deeper), width))
        lines += self._told(sight, width, height - len(lines) - (height >= _TALL))
        if height >= _TALL:
            lines += [[] for _ in range(height - 1 - len(lines))]
            lines.append(pictures.legend())
        return lines[:height]

    def _told(self, sight: Sight, width: int, lines: int) -> list[list[Run]]:
        if sight.here is None:
            return [[Run(" nothing is selected: n goes to the next race, h j k l to an attempt", PLAIN)]]
        found = self._moment
        if found and found.event == sight.event:
            return words.details(found, width, lines)
        lane, place = sight.here
        return words.selected(sight.lanes[lane], place)

    def _notes(self, layout: Layout, deeper: int) -> list[str]:
        assert self._sight
        assert self._all
        lanes, notes = self._sight.lanes, []
        if layout.first:
            notes.append(f"▲ {layout.first:,} more lanes")
        if layout.after < layout.workers:
            notes.append(f"▼ {layout.workers - layout.after:,} more lanes")
        if self._where:
            hidden = f"{self._all.size - lanes.size:,} of {self._all.size:,}"
            notes.append(f"{self._where} hides {hidden} attempts")
        if self._folded:
            total = int((lanes.folds.ends - lanes.folds.starts).sum())
            notes.append(f"{len(lanes.folds):,} idle gaps folded, {duration(total)}")
        assert self.case
        if self.case.investigation.files.attempts is None:
            notes.append("no worker log: no lanes")
        if self.case.investigation.files.output is None:
            notes.append("no output: no rows")
        if deeper:
            notes.append(f"stacked {deeper:,} deeper than shown")
        return notes
