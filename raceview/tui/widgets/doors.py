"""A page of text in which numbers are doors: the cursor goes from door to door, Enter opens what lies behind.

The page knows nothing of what it shows: lines of pieces come in, the door that was opened goes out as a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from raceview.safe_text import columns

_ASIDE = 8
"""Columns that a door may lie aside for each line that it lies farther on."""


@dataclass(frozen=True, slots=True)
class Door:
    """A number, and the rows behind it: a view narrowed by `where`, or the timeline at `at_ns`.

    `name` tells it from the others on the page and stays the same when the page is laid out anew. `count` is how many
    rows lie behind it, None where it leads to a place rather than to rows.
    """

    name: str
    says: str
    view: str = ""
    where: str = ""
    at_ns: int | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that is fit to print, a Rich style, and the door that it is part of."""

    text: str
    style: str = ""
    door: Door | None = None


Line: TypeAlias = list[Piece]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a door lies: `y` is the last of its `height` lines."""

    door: Door
    y: int
    x: int
    width: int
    height: int

    def aside(self, x: float) -> float:
        """How far a column is from it."""
        return max(self.x - x, x - (self.x + self.width - 1), 0)


class DoorPage(Widget, can_focus=True):
    """Lines with doors in them; scrolls where the cursor goes."""

    DEFAULT_CSS = "DoorPage { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "across(1)", "Down", show=False),
        Binding("k,up", "across(-1)", "Up", show=False),
        Binding("l,right", "along(1)", "Right", show=False),
        Binding("h,left", "along(-1)", "Left", show=False),
        Binding("tab", "step(1)", "Next number", show=False),
        Binding("shift+tab", "step(-1)", "Previous number", show=False),
        Binding("g,home", "end(0)", "First number", show=False),
        Binding("G,end", "end(-1)", "Last number", show=False),
        Binding("pagedown", "scroll_page(1)", "Page down", show=False),
        Binding("pageup", "scroll_page(-1)", "Page up", show=False),
        Binding("enter", "open", "Open", show=False),
    ]

    class Opened(Message):
        """Enter was pressed on a door."""

        def __init__(self, door: Door) -> None:
            super().__init__()
            self.door = door

    class Moved(Message):
        """The cursor or the page moved."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: Sequence[Line] = ()
        """What is on the page, in sight or not."""
        self._places: list[_Place] = []
        self._at = 0
        self._column = 0.0
        """The column that going up and down keeps to."""
        self._top = 0

    @property
    def doors(self) -> list[Door]:
        """All doors, in reading order."""
        return [place.door for place in self._places]

    @property
    def door(self) -> Door | None:
        """The door under the cursor."""
        return self._places[self._at].door if self._places else None

    @property
    def below(self) -> int:
        """How many lines lie below the page."""
        return max(0, len(self.lines) - self._top - self.size.height)

    def load(self, lines: Sequence[Line], first: str = "") -> None:
        """Show other lines. The cursor stays on its door, at its time, or goes to the door called `first`."""
        held = self.door
        self.lines, self._places = lines, list(_places(lines))
        self._at = min(self._at, max(0, len(self._places) - 1))
        if held is None:
            self.go_to(first)
        elif not self.go_to(held.name) and held.at_ns is not None:
            self._go_to_time(held.at_ns)
        self._keep_in_sight()
        self.refresh()

    def go_to(self, name: str) -> bool:
        """Put the cursor on a door, by its name; False where there is none."""
        at = next((at for at, place in enumerate(self._places) if place.door.name == name), None)
        if at is not None:
            self._move(at)
        return at is not None

    def _go_to_time(self, at_ns: int) -> None:
        timed = [(at, place.door.at_ns) for at, place in enumerate(self._places)]
        near = [(abs(time - at_ns), at) for at, time in timed if time is not None]
        if near:
            self._move(min(near)[1])

    def action_across(self, step: int) -> None:
        """Up or down, to the nearest door, keeping to the column."""
        if not self._places:
            return
        here = self._places[self._at]
        there = [
            (abs(place.y - here.y) + place.aside(self._column) / _ASIDE, at)
            for at, place in enumerate(self._places)
            if (place.y - here.y) * step > 0
        ]
        if there:
            self._move(min(there)[1], keep_column=True)
        else:
            self._scroll(step)

    def action_along(self, step: int) -> None:
        """Left or right: on the line, else to the nearest door on that side."""
        if not self._places:
            return
        here = self._places[self._at]
        there = [
            (abs(place.y - here.y), abs(place.x - here.x), at)
            for at, place in enumerate(self._places)
            if (place.x - here.x) * step > 0
        ]
        if there:
            self._move(min(there)[2])

    def action_step(self, step: int) -> None:
        """On to the next or back to the previous door."""
        if self._places:
            self._move((self._at + step) % len(self._places))

    def action_end(self, which: int) -> None:
        """To the first or the last door."""
        if self._places:
            self._move(which % len(self._places))

    def action_scroll_page(self, step: int) -> None:
        """A page on or back; the cursor goes to the nearest door."""
        if self._places:
            y = self._places[self._at].y + step * max(1, self.size.height - 2)
            self._move(
                min((abs(place.y - y) + place.aside(self._column) / _ASIDE, at)
                    for at, place in enumerate(self._places))[1],
                keep_column=True,
            )  # fmt: skip

    def action_open(self) -> None:
        """Tell which door is to be opened."""
        if self.door:
            self.post_message(self.Opened(self.door))

    def on_click(self, event: events.Click) -> None:
        y = event.y + self._top
        hit = [at for at, place in enumerate(self._places) if place.y == y and not place.aside(event.x)]
        if hit:
            self._move(hit[0])
            self.action_open()

    def on_mouse_scroll_down(self) -> None:
        self._scroll(3)

    def on_mouse_scroll_up(self) -> None:
        self._scroll(-3)

    def on_resize(self) -> None:
        self._keep_in_sight()
        self.refresh()

    def _move(self, at: int, keep_column: bool = False) -> None:
        left, place, top = self._places[self._at], self._places[at], self._top
        self._at = at
        if not keep_column:
            self._column = place.x + (place.width - 1) / 2
        self._keep_in_sight()
        if self._top == top:
            self.refresh(*(self._region(changed) for changed in (left, place)))
        else:
            self.refresh()
        self.post_message(self.Moved())

    def _region(self, place: _Place) -> Region:
        """The lines of a door, as they lie on the screen."""
        return Region(0, place.y - place.height + 1 - self._top, self.size.width, place.height)

    def _scroll(self, lines: int) -> None:
        self._top = max(0, min(self._top + lines, len(self.lines) - self.size.height))
        self.refresh()
        self.post_message(self.Moved())

    def _keep_in_sight(self) -> None:
        """The top of the page is shown wherever that leaves the cursor on it."""
        height = max(1, self.size.height)
        most = max(0, len(self.lines) - height)
        y = self._places[self._at].y if self._places else 0
        if y < height:
            self._top = 0
        else:
            self._top = max(y - height + 1, min(self._top, y))
        self._top = min(self._top, most)

    def render_line(self, y: int) -> Strip:
        """The pieces of a line, the door under the cursor reversed."""
        base, at = self.rich_style, y + self._top
        segments = []
        for piece in self.lines[at] if at < len(self.lines) else ():
            style = base + Style.parse(piece.style) if piece.style else base
            if piece.door is not None and piece.door is self.door:
                style += Style(reverse=True, dim=False)
            segments.append(Segment(piece.text, style))
        return Strip(segments).simplify().adjust_cell_length(self.size.width, base)


def _places(lines: Iterable[Line]) -> Iterable[_Place]:
    """Every door once, at the last line that it is on."""
    found: dict[str, _Place] = {}
    for y, line in enumerate(lines):
        x = 0
        for piece in line:
            width = columns(piece.text)
            if piece.door is not None:
                known = found.get(piece.door.name)
                same = known is not None and known.y == y
                start = known.x if known is not None and same else x
                height = 1 if known is None else known.height if same else known.height + 1
                found[piece.door.name] = _Place(piece.door, y, start, x + width - start, height)
            x += width
    return sorted(found.values(), key=lambda place: (place.y, place.x))
