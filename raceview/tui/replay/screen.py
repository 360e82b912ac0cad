"""The race of one event in slow motion: a cursor moves over its attempts, and each step is named as it happens."""

from __future__ import annotations

import time
from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from raceview.answers.amounts import clock, date, price, second_digits
from raceview.answers.replay import Replay, Step, StepKind, replay
from raceview.charts.marks import ROLES, SEVERITIES, Mark, Severity
from raceview.charts.slow_motion import Lane, Scale, draw_lanes
from raceview.model import counted
from raceview.safe_text import columns, left, printable
from raceview.tui.case import Case
from raceview.tui.replay.words import change, conclusion, meaning, where
from raceview.tui.widgets.keys_line import KeysLine

_SECONDS = 8.0
"""How long a race plays at speed 1, however long it took."""
_DWELL = 0.6
"""The share of that for which the cursor rests on the steps, so that they can be read."""
_FRAMES_PER_SECOND = 20
_SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_LABEL = 16
_LEAST_NAME = 5
"""Columns of a worker's name without which the number of the attempt says little."""
_LEAST_STEPS = 3
"""Lines of the list that stay, however much there is to say of a step; half of what there is in a low terminal."""
_FRAME = 5
"""Lines of the head, the keys, a blank one and the rule over what a step means."""
_KEYS = " h l step · space play/pause · + - speed · g G ends · t timeline · esc back"


class ReplayScreen(Screen[None]):
    """Steps by key, or plays by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l,right", "step(1)", "Next step"),
        Binding("h,left", "step(-1)", "Previous step"),
        Binding("space", "play", "Play or pause"),
        Binding("plus,equals_sign", "faster(1)", "Faster", key_display="+"),
        Binding("minus", "faster(-1)", "Slower", key_display="-"),
        Binding("g,home", "end(0)", "First step"),
        Binding("G,end", "end(-1)", "Last step"),
        Binding("j,down", "scroll(1)", "Read on about the step"),
        Binding("k,up", "scroll(-1)", "Read back"),
        Binding("t", "timeline", "On the timeline"),
        Binding("escape", "back", "Back"),
    ]
    DEFAULT_CSS = """
    ReplayScreen { layout: vertical; overflow: hidden; }
    ReplayScreen #head, ReplayScreen #lanes, ReplayScreen #steps, ReplayScreen #hint { text-wrap: nowrap; }
    ReplayScreen #head { height: 2; }
    ReplayScreen #lanes { height: auto; margin: 0 1; }
    ReplayScreen #steps { height: 1fr; margin: 1 1 0 1; }
    ReplayScreen #about { margin: 0 1; border-top: solid $primary; scrollbar-size: 0 0; }
    ReplayScreen #meaning { height: auto; }
    ReplayScreen #hint { height: 1; color: $text-muted; }
    """

    def __init__(self, case: Case, event: int) -> None:
        super().__init__()
        self._case, self._event = case, event
        self._replay: Replay | None = None
        self._scale = Scale([(0, 1)])
        self.place = 0
        """The current step."""
        self._cursor = 0.0
        self._speed = _SPEEDS.index(1.0)
        self.playing = False
        self._rested = 0.0
        self._before = 0.0
        self._told: list[list[str]] = []
        """What there is to say of each step, in lines as long as the screen is wide."""
        self._said: list[str] = []
        """That of them which is drawn."""

    def compose(self) -> ComposeResult:
        yield Static(id="head", markup=False)
        yield Static(id="lanes", markup=False)
        yield Static(id="steps", markup=False)
        with VerticalScroll(id="about", can_focus=False):
            yield Static(id="meaning", markup=False)
        yield KeysLine(_KEYS, id="hint")

    def on_mount(self) -> None:
        self._timer = self.set_interval(1 / _FRAMES_PER_SECOND, self._advance, pause=True)
        self.load()

    @work(thread=True, exclusive=True, group="replay")
    def load(self) -> None:
        """Ask for the steps."""
        found = replay(self._case.investigation, self._event)
        self.app.call_from_thread(self._show, found)

    def _show(self, found: Replay) -> None:
        self._replay = found
        steps = [step.at_ns for step in found.steps]
        windows = [(a.start_ns, a.end_ns or a.start_ns) for a in found.attempts]
        self._scale = Scale([*windows, *((at, at) for at in steps)])
        self._cursor = self._scale.share(steps[0])
        self._told = self._tell(found)
        self._draw()

    # Keys

    def action_step(self, step: int) -> None:
        """On or back by steps; playing ends."""
        self._pause()
        self._go(self.place + step)

    def action_end(self, place: int) -> None:
        """To the first step, or the last."""
        self._pause()
        self._go(place if place >= 0 else len(self._steps) - 1)

    def action_play(self) -> None:
        """Play from here, from the beginning where it was at its end; or pause."""
        if not self._replay:
            return
        if self.playing:
            self._pause()
        else:
            if self.place >= len(self._steps) - 1:
                self._go(0)
            self.playing, self._rested, self._before = True, 0.0, time.monotonic()
            self._timer.resume()
        self._draw()

    def action_faster(self, step: int) -> None:
        """Change the speed."""
        self._speed = min(max(self._speed + step, 0), len(_SPEEDS) - 1)
        self._draw()

    def action_scroll(self, lines: int) -> None:
        """Scroll what is said of the step, where that has no room."""
        self.query_one("#about").scroll_relative(y=lines, animate=False)

    def action_timeline(self) -> None:
        """The same event on the timeline."""
        from raceview.tui.messages import OpenTimeline

        self.app.post_message(OpenTimeline(event=self._event))

    def action_back(self) -> None:
        """Back to where the replay was opened."""
        self.dismiss()

    # Playing

    @property
    def _steps(self) -> Sequence[Step]:
        return self._replay.steps if self._replay else ()

    def _pause(self) -> None:
        self.playing = False
        self._timer.pause()

    def _go(self, place: int) -> None:
        if self._steps:
            self.place = min(max(place, 0), len(self._steps) - 1)
            self._cursor = self._scale.share(self._steps[self.place].at_ns)
            self._draw()

    def _advance(self) -> None:
        """One frame, as far on as time has passed since the one before."""
        now = time.monotonic()
        passed, self._before = (now - self._before) * _SPEEDS[self._speed], now
        self.advance(passed)

    def advance(self, seconds: float) -> None:
        """Play on by some seconds (at speed 1): rest on a step, then move to the next."""
        if not self._steps:
            return
        dwell = _SECONDS * _DWELL / len(self._steps)
        self._rested += seconds
        while self._rested >= dwell and self.place < len(self._steps) - 1:
            target = self._scale.share(self._steps[self.place + 1].at_ns)
            move = (self._rested - dwell) / (_SECONDS * (1 - _DWELL))
            needed = target - self._cursor
            if move < needed:
                self._cursor += move
                self._rested = dwell
                break
            self._rested -= dwell + needed * _SECONDS * (1 - _DWELL)
            self.place, self._cursor = self.place + 1, target
        if self.place == len(self._steps) - 1:
            self._pause()
        self._draw()

    # Drawing

    def on_resize(self) -> None:
        if self._replay:
            self._told = self._tell(self._replay)
        self._draw()

    def _draw(self) -> None:
        if not self._replay:
            return
        found, step = self._replay, self._steps[self.place]
        lanes = self._lanes(found, step)
        room = max(2, self.size.height - _FRAME - len(lanes))
        most = max(map(len, self._told))  # of any step: the list does not jump as one steps
        about = min(most, room - min(_LEAST_STEPS, room // 2))
        self.query_one("#head", Static).update(self._head(found, step))
        self.query_one("#lanes", Static).update(Text("\n").join(lanes))
        self.query_one("#steps", Static).update(Text("\n").join(self._list(room - about)))
        self.query_one("#about").styles.height = about + 1
        if (told := self._told[self.place]) is not self._said:
            self._said = told
            self.query_one("#about").scroll_home(animate=False)
            self.query_one("#meaning", Static).update("\n".join(told))

    def _tell(self, found: Replay) -> list[list[str]]:
        """What each step means, where that stands, and at the last one the verdict; as lines."""
        told = []
        for step in found.steps:
            evidence = self._evidence(step)
            told.append(meaning(step, found) + (f" ({evidence})" if evidence else ""))
        told[-1] += f" So: {conclusion(found)}."
        return [wrap(one, max(1, self.size.width - 2), break_on_hyphens=False) for one in told]

    def _head(self, found: Replay, step: Step) -> Text:
        state = "▶ playing" if self.playing else "‖ paused"
        now = self._scale.at(self._cursor)
        digits = max(6, second_digits([one.at_ns for one in self._steps]))
        first = Text.assemble((" Replay ", "reverse bold"))
        name = f"{printable(found.event_id, 24)} · {printable(found.symbol, 12)} {price(found.price_units)}"
        first.append(f" {name}", "bold")
        first.append(f"  {state} ×{_SPEEDS[self._speed]:g}")
        second = Text(f" {date(now)} {clock(now, digits)} UTC {self.place + 1}/{len(self._steps)} ")
        second.append(step.kind, "bold")
        for line in (first, second):
            line.truncate(self.size.width)
        return first + Text("\n") + second

    def _lanes(self, found: Replay, step: Step) -> list[Text]:
        """The windows; where they are more than there is room for, those around the current one."""
        width = max(20, self.size.width - 2)
        label = min(_LABEL, width // 3)
        room = max(1, self.size.height - 15)
        digits = second_digits(self._scale.ends)
        lanes = [
            Lane(
                f"{left(a.worker, label - 4)} #{a.number}"[:label],
                a.start_ns,
                a.end_ns,
                Severity.RACE if a.overlaps else Severity.TIMEOUT if a.failed else Severity.BUSY,
                current=step.attempt is not None and step.attempt.number == a.number,
                marks=self._marks(a.number),
            )
            for a in found.attempts
        ]
        current = next((place for place, lane in enumerate(lanes) if lane.current), 0)
        start = min(max(0, current - room // 2), max(0, len(lanes) - room))
        shown = lanes[start : start + room]
        drawn = draw_lanes(shown, self._scale, self._cursor, width, label) if shown else []
        if hidden := len(lanes) - len(shown):
            drawn.append(Text(counted(hidden, "more attempt"), "bright_black"))
        first, last = (clock(at_ns, digits) for at_ns in self._scale.ends)
        drawn.append(
            Text(" " * (label + 1) + first + last.rjust(width - label - 1 - len(first)), "bright_black")
        )
        if not lanes:
            drawn.append(Text("no attempt of this event is logged", "bright_black"))
        return drawn

    def _marks(self, attempt: int) -> tuple[tuple[int, Mark], ...]:
        """The time-out and the rows of an attempt, as far as the steps have come."""
        come = [one for one in self._steps[: self.place + 1] if one.attempt and one.attempt.number == attempt]
        late = [
            (one.at_ns, SEVERITIES[Severity.TIMEOUT])
            for one in come
            if one.timed and one.kind is StepKind.TIMED_OUT
        ]
        rows = [(one.at_ns, ROLES[one.row.role]) for one in come if one.row]
        return (*late, *rows)

    def _list(self, room: int) -> list[Text]:
        """The steps around the current one, as many as there is room for."""
        start = min(max(0, self.place - room // 2), max(0, len(self._steps) - room))
        digits = second_digits([step.at_ns for step in self._steps])
        return [self._line(place, digits) for place in range(start, min(start + room, len(self._steps)))]

    def _evidence(self, step: Step) -> str:
        """`worker_logs.csv:50`."""
        files = self._case.investigation.files
        log, out, source = (file.name if file else "" for file in (files.attempts, files.output, files.ticks))
        return printable(where(step, log, out, self._event, source))

    def _line(self, place: int, digits: int) -> Text:
        step = self._steps[place]
        moment = clock(step.at_ns, digits) if step.timed else "~".ljust(len(clock(step.at_ns, digits)))
        width, end, name = max(10, self.size.width - 2), "", ""
        if step.row:  # a number that is cut is another number: names and blanks make room
            mark = ROLES[step.row.role]
            end = f"  {mark.glyph} row {step.row.row:,} {change(step.row)}"
        head = f"{'▸' if place == self.place else ' '}{place + 1:>2} {moment} {step.kind}"
        room = width - columns(head + end)
        blanks = max(len(one.kind) for one in self._steps) - len(step.kind) + 1
        if step.attempt:
            number = f" #{step.attempt.number}"
            who = printable(step.attempt.worker, 12)
            blanks = max(1, min(blanks, room - columns(who) - len(number) - 1))
            if (left_over := room - blanks - len(number) - 1) >= min(_LEAST_NAME, columns(who)):
                name = f" {printable(who, left_over)}{number}"
        line = Text(head + " " * max(0, min(blanks, room)), "reverse" if place == self.place else "")
        line.append(name + end)
        line.truncate(width, overflow="ellipsis")
        if place > self.place:
            line.stylize("bright_black")
        return line
