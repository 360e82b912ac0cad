"""The frame around the views: title, tabs, the view, and a line of keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Static

from raceview.errors import UsageError
from raceview.model import counted
from raceview.safe_text import columns, printable
from raceview.tui.case import Case
from raceview.tui.view import View
from raceview.tui.widgets.keys_line import KeysLine
from raceview.tui.widgets.progress import LoadingProgress

VIEWS = ("verdict", "timeline", "duplicates", "findings", "policies", "safeguards")
"""In the order of their keys; each is the class `NameView` of `raceview/tui/NAME/view.py`."""
_COUNTED = {"ticks": "event", "attempts": "attempt", "output": "row"}
"""What each file is a list of."""
_ABSENT = {"ticks": "no ticks", "attempts": "no log", "output": "no output"}
_LOADING_HINT = " esc or q leaves: nothing has been written"


class MainScreen(Screen[None]):
    """Title, tabs, one of the views, keys."""

    def __init__(self, bundle: str) -> None:
        super().__init__()
        self._bundle = bundle
        self._case: Case | None = None
        self._front = ""
        """The view that is shown, or asked for while there is nothing to show."""

    def compose(self) -> ComposeResult:
        yield Static(id="title", markup=False)
        yield Static(id="tabs", markup=False)
        with ContentSwitcher(id="views", initial="loading"), Container(id="loading"):
            yield LoadingProgress(id="progress")
        yield KeysLine(id="keys")

    def on_mount(self) -> None:
        self._draw_frame()

    @property
    def view(self) -> View | None:
        """The view at the front, None while loading."""
        found = self.query(f"#{self._front}") if self._case and self._front else None
        return found.first(View) if found else None

    def show_progress(self, step: str, done: int, total: int) -> None:
        """Tell how far the opening is."""
        self.query_one(LoadingProgress).tell(step, done, total)

    async def show_case(self, case: Case, view: str) -> None:
        """The bundle is open: show `view`, unless another one was asked for meanwhile."""
        self._case = case
        await self.show_view(self._front or view)

    async def show_view(self, name: str) -> None:
        """Bring a view to the front; when first shown it is mounted, given the case, and sent to its last place."""
        if name == self._front and self.view:
            self.view.take_focus()
            return  # nothing of the frame changes: `n` on the timeline paints the timeline alone
        self._front = name
        if self._case:
            switcher = self.query_one("#views", ContentSwitcher)
            if not switcher.query(f"#{name}"):
                await switcher.mount(self._made(name))
                self._begin(self.query_one(f"#{name}", View), self._case)
            switcher.current = name
            if self.view:
                self.view.take_focus()
        self._draw_frame()

    def remember(self) -> None:
        """Write down in the session which view is shown, and where the user is in each."""
        if self._case and self._front:
            session = self._case.session
            session.view = self._front
            for view in self.query(View):
                with suppress(NoMatches):  # still being made, or taken down already: its last place stays
                    session.places[view.NAME] = view.place()

    def _made(self, name: str) -> View:
        view: View = getattr(import_module(f"raceview.tui.{name}.view"), f"{name.capitalize()}View")(id=name)
        return view

    def _begin(self, view: View, case: Case) -> None:
        view.show_case(case)
        if place := case.session.places.get(view.NAME):
            # a session file may come from another version, or from an editor
            with suppress(TypeError, ValueError, KeyError, AttributeError, UsageError):
                view.go_to_place(place)

    def draw_keys(self) -> None:
        """Tell the keys of the view at the front; a view whose hint changes calls this."""
        self.query_one(KeysLine).tell(self.view.HINT if self.view else _LOADING_HINT)

    def _draw_frame(self) -> None:
        if not self.query("#title"):
            return  # somebody leaves while a view is being mounted
        self.query_one("#title", Static).update(self._title())
        self.query_one("#tabs", Static).update(self._tabs())
        self.draw_keys()

    def _tabs(self) -> Content:
        front = self._front or VIEWS[0]
        names = [f" {number} {name.capitalize()} " for number, name in enumerate(VIEWS, start=1)]
        if sum(map(len, names)) > self.size.width:  # numbers will do, but for the one that is shown
            names = [
                text if name == front else f" {text.split()[0]} "
                for name, text in zip(VIEWS, names, strict=True)
            ]
        tabs = [
            Content.styled(text, "reverse bold" if name == front else "")
            for name, text in zip(VIEWS, names, strict=True)
        ]
        return Content("").join(tabs)

    def _title(self) -> Content:
        name = " raceview · " + printable(self._bundle, 30)
        if not self._case:
            return Content(name)
        room = self.size.width - columns(name)
        forms = [f"{form} " for form in _counts(self._case.summary)]
        right = next((form for form in forms if len(form) < room), forms[-1])
        return Content(name + " " * max(1, room - len(right)) + right)

    def on_resize(self) -> None:
        self._draw_frame()


def _counts(summary: Mapping[str, Any]) -> Iterator[str]:
    """How much there is in the files that are there, and which are not; from the longest form to the shortest."""
    missing = summary["missing"]
    there = {noun: summary[f"{noun}s"] for role, noun in _COUNTED.items() if role not in missing}
    counts = " · ".join(counted(count, noun) for noun, count in there.items())
    if missing:
        yield f"{counts} · {', '.join(_ABSENT[role] for role in _ABSENT if role in missing)}"
    yield counts
    yield "/".join(f"{count:,}" for count in there.values())
