"""The frame around the five views: title, tabs, the view, and a line of keys."""

from __future__ import annotations

from importlib import import_module

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Static

from raceview.safe_text import printable
from raceview.tui.case import Case
from raceview.tui.view import View

VIEWS = ("verdict", "timeline", "duplicates", "findings", "policies")


class MainScreen(Screen[None]):
    """Title, tabs, one of the views, keys."""

    def __init__(self, bundle: str) -> None:
        super().__init__()
        self._bundle = bundle
        self._case: Case | None = None
        self._front = VIEWS[0]

    def compose(self) -> ComposeResult:
        yield Static(id="title", markup=False)
        yield Static(id="tabs", markup=False)
        with ContentSwitcher(id="views", initial="loading"), Container(id="loading"):
            yield Static("reading the bundle", id="progress", markup=False)
        yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        self._draw_frame()

    @property
    def view(self) -> View | None:
        """The view at the front, None while loading."""
        found = self.query(f"#{self._front}")
        return found.first(View) if self._case and found else None

    def show_progress(self, step: str, done: int, total: int) -> None:
        """Tell how far the opening is."""
        share = f" {100 * done // total} %" if total else ""
        self.query_one("#progress", Static).update(printable(f"{step}{share}"))

    async def show_case(self, case: Case) -> None:
        """The bundle is open: show the view that was asked for meanwhile."""
        self._case = case
        await self.show_view(self._front)

    async def show_view(self, name: str) -> None:
        """Bring a view to the front, mounted and given the case when first shown."""
        self._front = name
        if self._case:
            switcher = self.query_one("#views", ContentSwitcher)
            if not switcher.query(f"#{name}"):
                module = import_module(f"raceview.tui.views.{name}")
                view: View = getattr(module, f"{name.capitalize()}View")(id=name)
                await switcher.mount(view)
                view.show_case(self._case)
            switcher.current = name
            if self.view:
                self.view.take_focus()
        self._draw_frame()

    def _draw_frame(self) -> None:
        self.query_one("#title", Static).update(self._title())
        tabs = [
            Content.styled(f" {number} {name.capitalize()} ", "reverse bold" if name == self._front else "")
            for number, name in enumerate(VIEWS, start=1)
        ]
        self.query_one("#tabs", Static).update(Content("").join(tabs))
        view = self.view
        self.query_one("#keys", Static).update(view.HINT if view else "esc cancel · q quit")

    def _title(self) -> Content:
        name = Content(" raceview · " + printable(self._bundle, 30))
        if not self._case:
            return name
        counts = [f"{self._case.summary[what]:,} {what}" for what in ("events", "attempts", "rows")]
        right = " · ".join(counts) + " "
        return name + Content(" " * max(1, self.size.width - name.cell_length - len(right)) + right)

    def on_resize(self) -> None:
        self._draw_frame()
