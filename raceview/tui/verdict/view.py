"""The verdict view: what happened, in words and numbers. Every number is a door to the rows behind it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from textual import work
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from raceview.model import counted
from raceview.safe_text import columns, printable
from raceview.tui.case import Case
from raceview.tui.messages import OpenClocks, OpenTimeline, OpenView
from raceview.tui.verdict import sections
from raceview.tui.verdict.findings import CLOCKS, findings
from raceview.tui.view import View
from raceview.tui.widgets.doors import DoorPage, Line, Piece

if TYPE_CHECKING:
    from raceview.answers.by_worker import WorkerShare
    from raceview.answers.over_time import OverTime

_FIRST = "outcome:duplicated"
_HIGHEST = 6
"""Lines that the duplicates over time take at most."""
_TWO_COLUMNS = 76
_LEFT, _MIDDLE, _BESIDE = 42, 38, 38
_WIDE = _LEFT + _MIDDLE + 2 * _BESIDE
"""Columns from which workers and symbols stand beside the ledger."""
_LONGEST_SENTENCE = 140
_FEW = 9


class Counted(Message):
    """What the summary does not hold was counted."""

    def __init__(self, over_time: OverTime | None, by_worker: list[WorkerShare]) -> None:
        super().__init__()
        self.over_time, self.by_worker = over_time, by_worker


class VerdictView(View):
    """The first thing to see. The summary is drawn at once; what needs a query follows."""

    NAME = "verdict"
    HINT = " enter open · hjkl move · n next race · c clocks · e export · ? help"
    DEFAULT_CSS = """
    VerdictView > #behind { height: 1; color: $text-muted; }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._over_time: OverTime | None = None
        self._by_worker: list[WorkerShare] | None = None
        self._all: set[str] = set()
        """Lists that are shown whole."""
        self._cells = 0

    def compose(self) -> ComposeResult:
        yield DoorPage(id="verdict-page")
        yield Static(id="behind", markup=False)

    @property
    def page(self) -> DoorPage:
        """The text with the doors."""
        return self.query_one(DoorPage)

    def show_case(self, case: Case) -> None:
        super().show_case(case)
        self._draw()

    def take_focus(self) -> None:
        self.page.focus()
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if not self.case or not self.size.width:
            return
        if self._cells != self.size.width - 2:
            self._cells = self.size.width - 2
            self._count(self._cells)
        self.page.load(self._wide() if self.size.width >= _WIDE else self._narrow(), _FIRST)
        self._say()

    @work(thread=True, exclusive=True, group="verdict")
    def _count(self, cells: int) -> None:
        """Ask what the summary does not hold."""
        from raceview.answers.by_worker import by_worker
        from raceview.answers.over_time import duplicates_over_time

        worker, case = get_current_worker(), self.case
        if case is None:
            return
        inv = case.investigation
        found = Counted(duplicates_over_time(inv, max(1, cells)), by_worker(inv))
        if not worker.is_cancelled:
            self.post_message(found)

    def on_counted(self, message: Counted) -> None:
        self._over_time, self._by_worker = message.over_time, message.by_worker
        self._draw()

    def _narrow(self) -> list[Line]:
        """Workers and symbols below; everything below everything where not even two columns fit."""
        width, summary = self.size.width, self._summary
        two = width >= _TWO_COLUMNS
        left, half = (_LEFT, width // 2) if two else (width, width)
        right, rest = (width - left, width - half) if two else (width, width)
        arranged = _beside if two else _stacked
        above = [
            *sections.sentences(summary, width, apart=False),
            [],
            *arranged((sections.ledger(summary, left), left), (sections.causes(summary, right), right)),
            [],
        ]
        below = [
            [],
            *findings(summary, width),
            [],
            *arranged(
                (sections.by_worker(self._by_worker, summary, half, self._limit("worker", _FEW)), half),
                (sections.by_symbol(summary, rest, self._limit("symbol", _FEW)), rest),
            ),
        ]
        return self._with_time(above, below)

    def _wide(self) -> list[Line]:
        """Four columns; the time across all of them."""
        width, summary = self.size.width, self._summary
        rest = (width - _LEFT - _MIDDLE) // 2
        few = max(_FEW, self.size.height // 3)
        above = [
            *sections.sentences(summary, min(width, _LONGEST_SENTENCE), apart=True),
            [],
            *_beside(
                (sections.ledger(summary, _LEFT), _LEFT),
                (sections.causes(summary, _MIDDLE), _MIDDLE),
                (sections.by_worker(self._by_worker, summary, rest, self._limit("worker", few)), rest),
                (sections.by_symbol(summary, rest, self._limit("symbol", few)), rest),
            ),
            [],
        ]
        return self._with_time(above, [[], *findings(summary, min(width, _LONGEST_SENTENCE))])

    def _with_time(self, above: list[Line], below: list[Line]) -> list[Line]:
        """Duplicates over time in between, as high as there is room for."""
        room = self.page.size.height - len(above) - len(below) - 1
        height = max(1, min(room, _HIGHEST))
        return [*above, *sections.over_time(self._over_time, self._summary, self.size.width, height), *below]

    @property
    def _summary(self) -> Mapping[str, Any]:
        assert self.case is not None
        policy = str(self.case.investigation.policy)  # it may have been changed since
        return {**self.case.summary, "policy": policy}

    def _limit(self, noun: str, few: int) -> int:
        return 10**9 if noun in self._all else few

    def on_door_page_moved(self) -> None:
        self._say()

    def _say(self) -> None:
        """What lies behind the door under the cursor, and what below the page."""
        width = self.size.width
        below = f"↓ {counted(self.page.below, 'more line')} " if self.page.below else ""
        door = self.page.door
        says = printable(f" enter: {door.says}" if door else "", max(0, width - columns(below)))
        self.query_one("#behind", Static).update(f"{says:<{max(0, width - columns(below))}}{below}")

    def on_door_page_opened(self, message: DoorPage.Opened) -> None:
        door = message.door
        if door.name.startswith(sections.MORE):
            self._all.add(door.name.removeprefix(sections.MORE))
            self._draw()
        elif door.view == CLOCKS:
            self.post_message(OpenClocks())
        elif door.at_ns is not None:
            self.post_message(OpenTimeline(at_ns=door.at_ns))
        else:
            self.post_message(OpenView(door.view, door.where))

    def place(self) -> dict[str, object]:
        return {"door": self.page.door.name} if self.page.door else {}

    def go_to_place(self, place: dict[str, object]) -> None:
        self.page.go_to(str(place.get("door", "")))


def _stacked(*blocks: tuple[list[Line], int]) -> list[Line]:
    """Blocks of lines below each other."""
    (first, _), *others = blocks
    return [*first, *(line for block, _ in others for line in [[], *block])]


def _beside(*blocks: tuple[list[Line], int]) -> list[Line]:
    """Blocks of lines side by side, each padded to its width."""
    lines = zip_longest(*(block for block, _ in blocks), fillvalue=[])
    widths = [width for _, width in blocks]
    return [
        [piece for part, width in zip(parts, widths, strict=True) for piece in _padded(part, width)]
        for parts in lines
    ]


def _padded(line: Line, width: int) -> Line:
    used = sum(columns(piece.text) for piece in line)
    return [*line, Piece(" " * max(0, width - used))]
