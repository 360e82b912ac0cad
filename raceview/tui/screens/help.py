"""Every key that works where the user stands, from the bindings themselves, and what the signs mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import ModalScreen
from textual.widgets import Static

from raceview.charts.marks import OUTCOMES, ROLES, SEVERITIES, Mark, Severity
from raceview.safe_text import left, printable
from raceview.tui.event.actions import BOOKMARK, NOTED

_KEYS, _WORDS = 9, 27
"""Columns for the keys and for what they do; twice these and their gaps fill a box of 80."""
_TWO_COLUMNS = 80
_ARROWS = {"left": "←", "right": "→", "up": "↑", "down": "↓"}


class HelpScreen(ModalScreen[None]):
    """Over any screen; the keys are those of that screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "Back"),
        Binding("j,down", "down", "Down"),
        Binding("k,up", "up", "Up"),
        Binding("g,home", "first", "First"),
        Binding("G,end", "last", "Last"),
    ]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > VerticalScroll { width: 80; max-width: 100%; height: auto; max-height: 100%; background: $panel;
        border: round $primary; border-title-align: left; scrollbar-size-vertical: 1;
        padding: 0 1; }
    """

    def __init__(self, bindings: Mapping[str, ActiveBinding]) -> None:
        super().__init__()
        self._active = list(bindings.items())

    def compose(self) -> ComposeResult:
        with VerticalScroll() as box:
            box.border_title = "keys and signs · esc back"
            yield Static(markup=False)

    def on_mount(self) -> None:
        self._draw()
        self.query_one(VerticalScroll).focus()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        columns = 2 if self.app.size.width >= _TWO_COLUMNS else 1
        self.query_one(Static).update(Content("\n").join(self._lines(columns)))

    def action_down(self) -> None:
        """Scroll."""
        self.query_one(VerticalScroll).scroll_down(animate=False)

    def action_up(self) -> None:
        """Scroll back."""
        self.query_one(VerticalScroll).scroll_up(animate=False)

    def action_first(self) -> None:
        """Scroll to the top."""
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_last(self) -> None:
        """Scroll to the signs."""
        self.query_one(VerticalScroll).scroll_end(animate=False)

    def _lines(self, columns: int) -> Iterator[Content]:
        here = [(key, active) for key, active in self._active if not isinstance(active.node, App)]
        everywhere = [(key, active) for key, active in self._active if isinstance(active.node, App)]
        yield from _section("here", _keys(here), columns)
        yield from _section("everywhere", _keys(everywhere), columns)
        yield from _section("signs", _signs(), columns)


def _section(title: str, lines: Iterable[tuple[str, str]], columns: int) -> Iterator[Content]:
    """A heading, then what is said in columns, down the first and then down the second."""
    said = list(lines)
    if not said:
        return
    yield Content.styled(title, "bold underline")
    length = -(-len(said) // columns)
    for number in range(length):
        cells = [
            Content.styled(f"{printable(key, _KEYS):>{_KEYS}} ", "bold") + Content(left(words, _WORDS) + " ")
            for key, words in said[number::length]
        ]
        yield Content("").join(cells)
    yield Content("")


def _keys(active: Iterable[tuple[str, ActiveBinding]]) -> Iterator[tuple[str, str]]:
    """(keys, what they do), one line for each action."""
    actions: dict[tuple[DOMNode, str], tuple[list[str], str]] = {}
    for key, (node, binding, enabled, _) in active:
        if enabled and binding.description and not key.startswith("super+"):
            actions.setdefault((node, binding.action), ([], binding.description))[0].append(
                _shown(key, binding)
            )
    for keys, description in actions.values():
        shown = " ".join(dict.fromkeys(" ".join(keys).split()))  # a key_display may name several keys
        yield shown, description


def _shown(key: str, binding: Binding) -> str:
    from textual.keys import format_key

    return binding.key_display or _ARROWS.get(key) or format_key(key)


def _signs() -> Iterator[tuple[str, str]]:
    """Each glyph once for each meaning."""
    marks: list[Mark] = [mark for severity, mark in SEVERITIES.items() if severity is not Severity.IDLE]
    marks += [*ROLES.values(), *OUTCOMES.values()]
    yield from dict.fromkeys((mark.glyph, mark.word) for mark in marks)
    yield NOTED, "noted"
    yield BOOKMARK, "bookmarked"
