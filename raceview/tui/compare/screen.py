"""This bundle beside another one, or the folder of an export: what changed, in the words of `raceview compare`."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap
from threading import Event
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from raceview.errors import RaceviewError
from raceview.investigation import STEPS
from raceview.safe_text import printable
from raceview.tui.case import Case
from raceview.tui.widgets.keys_line import KeysLine

if TYPE_CHECKING:
    from raceview.comparison.side import Side
    from raceview.engine import Engine

_KEYS = " j k scroll · x the other way round · y copy · esc back"
_LONGEST_NAME = 40
_LEAST_WIDTH = 30


class StoppedError(Exception):
    """The user left before the other bundle was read."""


class CompareScreen(Screen[None]):
    """The other one counts as before, this one as after; `x` turns them round."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "turn", "The other way round"),
        Binding("y", "copy", "Copy the comparison"),
        Binding("escape", "leave", "Back", show=False),
        Binding("j,down", "scroll(0, 1)", "Down", show=False),
        Binding("k,up", "scroll(0, -1)", "Up", show=False),
        Binding("h,left", "scroll(-8, 0)", "Left", show=False),
        Binding("l,right", "scroll(8, 0)", "Right", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
    ]
    DEFAULT_CSS = """
    CompareScreen > #compare-title { height: 1; background: $panel; text-style: bold; }
    CompareScreen > ScrollableContainer { height: 1fr; scrollbar-size: 0 0; }
    CompareScreen #compared { width: auto; }
    CompareScreen > #compare-keys { height: 1; color: $text-muted; dock: bottom; }
    """

    class Stepped(Message):
        """How far the reading is."""

        def __init__(self, step: str) -> None:
            super().__init__()
            self.step = step

    class Counted(Message):
        """Both sides are known; `refusal` says why the other one cannot be."""

        def __init__(self, sides: tuple[Side, Side] | None, refusal: str = "") -> None:
            super().__init__()
            self.sides, self.refusal = sides, refusal

    def __init__(self, case: Case, other: Path) -> None:
        super().__init__()
        self._case, self._other = case, other
        self._sides: tuple[Side, Side] | None = None
        """Before and after."""
        self._refusal = ""
        self._stop = Event()
        self._engine: Engine | None = None

    def compose(self) -> ComposeResult:
        other = printable(str(self._other), _LONGEST_NAME)
        yield Static(f" compared with {other}", id="compare-title", markup=False)
        with ScrollableContainer(can_focus=False):
            yield Static("reading it ...", id="compared", markup=False)
        yield KeysLine(_KEYS, id="compare-keys")

    def on_mount(self) -> None:
        self._count()

    def on_unmount(self) -> None:
        self._stop.set()
        if self._engine:
            self._engine.interrupt()

    @work(thread=True, exclusive=True)
    def _count(self) -> None:
        """Read the other one, with the options of this one, and count both."""
        try:
            sides = (self._read(), self._side_of(self._case.investigation))
        except RaceviewError as error:
            self.post_message(self.Counted(None, f"{error}."))
        except Exception:  # an engine that was interrupted answers with an error of its own
            if not self._stop.is_set():
                raise
        else:
            self.post_message(self.Counted(sides))

    @staticmethod
    def _side_of(source: object) -> Side:
        from raceview.comparison.read import side_of

        return side_of(source)  # type: ignore[arg-type]  # what `_read` and the case have is what it takes

    def _read(self) -> Side:
        from dataclasses import replace

        from raceview.comparison.manifest import is_export
        from raceview.engine import open_engine
        from raceview.investigation import open_bundle

        if is_export(self._other):
            return self._side_of(self._other)
        self._engine = open_engine()
        options = replace(self._case.investigation.options, policy=None)
        with open_bundle(self._other, options=options, progress=self._tell, engine=self._engine) as other:
            return self._side_of(other)

    def _tell(self, step: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise StoppedError
        if step in STEPS:  # not for every chunk of a file
            self.post_message(self.Stepped(f"{step} ..."))

    def on_compare_screen_stepped(self, message: Stepped) -> None:
        self.query_one("#compared", Static).update(printable(message.step))

    def on_compare_screen_counted(self, message: Counted) -> None:
        self._sides, self._refusal = message.sides, message.refusal
        self._show()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        """Sentences fit the terminal; a table that does not is scrolled."""
        if not self.is_mounted:
            return
        width = max(_LEAST_WIDTH, self.size.width)
        if self._sides:
            self.query_one("#compared", Static).update(self._text(width))
        elif self._refusal:
            told = "\n".join(wrap(printable(f"! {self._refusal}"), width))
            self.query_one("#compared", Static).update(told)

    def _text(self, most: int | None = None) -> str:
        """The comparison, nothing while there is none; what comes from files has been made fit to print."""
        if self._sides is None:
            return ""
        from raceview.comparison import Comparison
        from raceview.comparison.text import WIDTH, render_comparison

        return render_comparison(Comparison.of(*self._sides), min(WIDTH, most or WIDTH))

    def action_turn(self) -> None:
        """What was after is before."""
        if self._sides:
            self._sides = self._sides[1], self._sides[0]
            self._show()

    def action_copy(self) -> None:
        """The text, to the clipboard."""
        if text := self._text():
            from raceview.tui.clipboard import copy

            path = self._case.session.path
            said = copy(self.app, text, path.parent if path else None)
            self.app.notify(printable(said), markup=False, timeout=8)

    def action_scroll(self, columns: int, lines: int) -> None:
        """Scroll."""
        self.query_one(ScrollableContainer).scroll_relative(x=columns, y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by pages."""
        box = self.query_one(ScrollableContainer)
        box.scroll_relative(y=pages * max(1, box.size.height - 1), animate=False)

    def action_leave(self) -> None:
        """Back to where one came from."""
        self.dismiss()
