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
from raceview.charts.axis import duration
from raceview.charts.plot import PLAIN, Run
from raceview.charts.window import Window, round_step
from raceview.errors import UsageError
from raceview.safe_text import printable
from raceview.tui.case import Case
from raceview.tui.messages import OpenEvent, OpenReplay
from raceview.tui.view import View
from raceview.tui.widgets import timeline_picture as pictures
from raceview.tui.widgets import timeline_words as words
from raceview.tui.widgets.painted import Painted
from raceview.tui.widgets.timeline_picture import ABOVE, Layout, Sight

_DETAILS = 5
_DETAILS_OF_TALL = 9
_TALL = 30
_PAN = 8
"""A step to the side is this part of the width."""
_EVENT_SHARE = 5
"""An event that is fitted takes this part of the width."""
_LEAST_EVENT = 4
"""Columns that a race must take for its windows to be told apart."""


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
    ]

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._all: Lanes | None = None
        self._sight: Sight | None = None
        self._layout: Layout | None = None
        self._where = Filter()
        self._top = 0
        self._folded = False
        self._moment: Moment | None = None
        self._asked: int | None = None
        self._later: list[Callable[[], None]] = []
        """What was asked for before there was anything to show."""
        self._drawing = False

    def compose(self) -> ComposeResult:
        yield Chart(id="chart")

    def show_case(self, case: Case) -> None:
        super().show_case(case)
        self._read()

    def take_focus(self) -> None:
        self._chart.focus()
        self._draw_soon()

    @property
    def _chart(self) -> Chart:
        return self.query_one(Chart)

    @work(thread=True, exclusive=True, group="lanes", exit_on_error=False)
    def _read(self) -> None:
        assert self.case
        self.post_message(LanesMade(make_lanes(self.case.investigation), Filter()))

    @work(thread=True, exclusive=True, group="lanes", exit_on_error=False)
    def _narrow(self, lanes: Lanes, where: Filter) -> None:
        assert self.case
        found = lanes.only(matching(self.case.investigation, where.events()))
        if not get_current_worker().is_cancelled:
            self.post_message(LanesMade(found, where))

    @work(thread=True, exclusive=True, group="moment", exit_on_error=False)
    def _look_up(self, event: int) -> None:
        assert self.case
        self.post_message(MomentFound(event, moment(self.case.investigation, event)))

    def on_lanes_made(self, message: LanesMade) -> None:
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
        """Show an event, or a time in ns.

        An event too small to be seen at the present zoom is zoomed in to, for that is what was asked for; the zoom
        stays where the event can be told apart.
        """
        if not self._sight:
            self._later.append(lambda: self.go_to(event, at_ns))
            return
        family = self._sight.lanes.find(event) if event else []
        if event and not family and self._where:
            self.narrow("")  # a filter must not hide what was asked for
            family = self._sight.lanes.find(event)
        if family:
            first, last = self._extent(family)
            window = self._sight.window
            if last - first < _LEAST_EVENT * window.step:
                window = self._fitted(family)
            middle = self._sight.folds.shown((first + last) // 2)
            if last - first > window.width * window.step:
                middle = self._sight.folds.shown(first)
            self._see(replace(self._sight, here=family[0], window=window.centred(middle)))
        elif at_ns is not None:
            self._see(replace(self._sight, window=self._sight.window.centred(self._sight.folds.shown(at_ns))))
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
        elif wanted:
            self._narrow(self._all, wanted)
        else:
            self.workers.cancel_group(self, "lanes")
            self.on_lanes_made(LanesMade(self._all, wanted))

    def filter_text(self) -> str:
        return str(self._where)

    def time_ns(self) -> int | None:
        return self._centre_ns() if self._sight else None

    def place(self) -> dict[str, object]:
        if not self._sight:
            return {}
        window = self._sight.window
        return {
            "centre": self._centre_ns(),
            "step": window.step,
            "event": self._sight.event,
            "folded": self._folded,
        }

    def go_to_place(self, place: dict[str, object]) -> None:
        centre, step, event = place["centre"], place["step"], place.get("event")
        if not isinstance(centre, int) or not isinstance(step, int) or step < 1:
            raise TypeError("not a place on the timeline")
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
        if self._sight:
            window = self._sight.window
            about = self._here_shown()
            if about is None or not window.left <= about < window.right:
                about = window.centre
            self._see(replace(self._sight, window=window.zoomed(inwards, about)))

    def action_pan(self, step: int) -> None:
        """Move the window; the selection stays."""
        if self._sight:
            window = self._sight.window
            self._see(replace(self._sight, window=window.panned(step * max(1, window.width // _PAN))))

    def action_along(self, step: int) -> None:
        """Select the attempt before or after in the lane; zoomed out, the worst of the next cell."""
        if self._sight and self._sight.here:
            at, place = self._sight.here
            lane, edges = self._sight.lanes[at], self._sight.edges
            single = self._sight.bars(edges)
            self._select(
                (at, walk.along(lane, place, step) if single else walk.along_cells(lane, place, step, edges))
            )
        else:
            self._select_in_view()

    def action_across(self, step: int) -> None:
        """Select the attempt nearest in time on the next lane."""
        if self._sight and self._sight.here:
            self._select(walk.across(self._sight.lanes, self._sight.here, step))
        else:
            self._select_in_view()

    def action_sibling(self, step: int) -> None:
        """Select the next attempt of the same event, wherever it ran."""
        if self._sight and self._sight.here:
            self._select(walk.sibling(self._sight.lanes, self._sight.here, step))
        else:
            self._select_in_view()

    def action_end(self, side: int) -> None:
        """Go to the first or the last attempt of the lane, or of the case where none is selected."""
        if not self._sight:
            return
        if self._sight.here:
            at = self._sight.here[0]
            self._select((at, 0 if side < 0 else len(self._sight.lanes[at]) - 1))
        else:
            edge = self._sight.folds.shown(self._sight.lanes.span[side > 0])
            half = self._sight.window.width * self._sight.window.step // 2
            self._see(replace(self._sight, window=self._sight.window.centred(edge - side * half)))

    def action_fit(self) -> None:
        """Fit the selected event; where it fits already, or none is selected, fit all."""
        if not self._sight:
            return
        sight = self._sight
        first, last = map(sight.folds.shown, sight.lanes.span)
        whole = Window.fitting(first, last, sight.window.width)
        here = sight.here
        fitted = self._fitted(self._family()) if here else whole
        self._see(replace(sight, window=whole if sight.window == fitted else fitted))

    def action_fold(self) -> None:
        """Fold the idle gaps, or unfold them; the middle of the window stays."""
        if not self._sight:
            return
        if not self._folded and not len(self._sight.lanes.folds):
            self.notify("no gap in which all workers were idle is long enough to fold", markup=False)
            return
        centre = self._centre_ns()
        self._folded = not self._folded
        folds = self._sight.lanes.folds if self._folded else Folds.none()
        self._see(replace(self._sight, folds=folds, window=self._sight.window.centred(folds.shown(centre))))

    def action_open(self) -> None:
        """The page of the selected event."""
        if event := self._known_event():
            self.post_message(OpenEvent(event))

    def action_replay(self) -> None:
        """The selected event in slow motion."""
        if event := self._known_event():
            self.post_message(OpenReplay(event))

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
                    self._select((at, worst))

    def on_resize(self, event: Resize) -> None:
        self._draw_soon()

    # State

    def _known_event(self) -> int | None:
        event = self._sight.event if self._sight else None
        if event is None:
            self.notify("select an attempt first: n, h, l, j, k", markup=False)
        elif event < 0:
            self.notify("the source has no event of this id", markup=False)
            return None
        return event

    def _family(self) -> list[walk.Place]:
        assert self._sight
        assert self._sight.here
        event = self._sight.event
        return (self._sight.lanes.find(event) if event else []) or [self._sight.here]

    def _extent(self, family: list[walk.Place]) -> tuple[int, int]:
        assert self._sight
        lanes = self._sight.lanes
        return (
            min(int(lanes[lane].starts[place]) for lane, place in family),
            max(int(lanes[lane].ends[place]) for lane, place in family),
        )

    def _fitted(self, family: list[walk.Place]) -> Window:
        assert self._sight
        first, last = self._extent(family)
        last = max(last, first + self._sight.lanes.usual_ns)
        window, shown = self._sight.window, self._sight.folds.shown
        step = round_step(-(-(last - first) * _EVENT_SHARE // window.width))
        return replace(window, step=step).centred((shown(first) + shown(last)) // 2)

    def _here_shown(self) -> int | None:
        if not self._sight or not self._sight.here:
            return None
        lane, place = self._sight.here
        return self._sight.folds.shown(int(self._sight.lanes[lane].starts[place]))

    def _centre_ns(self) -> int:
        assert self._sight
        return int(self._sight.edges[self._sight.window.width // 2])

    def _select_in_view(self) -> None:
        if self._sight:
            edges = self._sight.edges
            found = walk.in_view(self._sight.lanes, int(edges[0]), int(edges[-1]), self._centre_ns())
            if found:
                self._select(found)

    def _select(self, here: walk.Place) -> None:
        """Select, and move the window no more than it takes to see the selection."""
        assert self._sight
        self._sight = replace(self._sight, here=here)
        at, window = self._here_shown(), self._sight.window
        if at is not None and not window.left <= at < window.right:
            margin = window.width // _PAN * window.step
            left = at - margin if at < window.left else at + margin - window.width * window.step
            window = replace(window, left=left)
        self._see(replace(self._sight, window=window))

    def _see(self, sight: Sight) -> None:
        """Take this for what is looked at, and draw it soon."""
        first, last = map(sight.folds.shown, sight.lanes.span)
        self._sight = replace(sight, window=sight.window.bounded(first, last))
        event = self._sight.event
        if event != self._asked:
            self._asked = event
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
            whole = Window.fitting(*lanes.span, self._sight.window.width) == self._sight.window
            window = self._sight.window.resized(self._width(lanes))
            window = Window.fitting(*lanes.span, self._width(lanes)) if whole else window
            self._sight = replace(self._sight, window=window)
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
        if deeper:
            notes.append(f"stacked {deeper:,} deeper than shown")
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
        return notes
