"""The app: opens the bundle beside the screen, keeps the five views, and carries messages between them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import get_current_worker

from raceview.errors import RaceviewError
from raceview.tui.case import Case
from raceview.tui.main_screen import MainScreen
from raceview.tui.messages import (
    Loaded,
    LoadingFailed,
    LoadingStep,
    OpenEvent,
    OpenReplay,
    OpenTimeline,
    OpenView,
)
from raceview.tui.opening import Opening

if TYPE_CHECKING:
    from raceview.tui.views.timeline import TimelineView


class LoadingCancelledError(Exception):
    """The user left while the bundle was being opened."""


class RaceviewApp(App[None]):
    """The terminal investigator."""

    TITLE = "raceview"
    CSS_PATH = "raceview.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "view('verdict')", "Verdict"),
        Binding("2", "view('timeline')", "Timeline"),
        Binding("3", "view('duplicates')", "Duplicates"),
        Binding("4", "view('findings')", "Findings"),
        Binding("5", "view('policies')", "Policies"),
        Binding("n", "race(1)", "Next race"),
        Binding("N", "race(-1)", "Previous race"),
        Binding("colon", "go_to_time", "Go to time"),
        Binding("slash", "filter", "Filter"),
        Binding("e", "export", "Export"),
        Binding("question_mark", "help", "All keys"),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(self, opening: Opening) -> None:
        super().__init__()
        self.opening = opening
        self.case: Case | None = None
        self.failure: RaceviewError | None = None
        """Why the bundle could not be opened; the command line tells it when the app has ended."""

    def get_default_screen(self) -> Screen[None]:
        return MainScreen(str(self.opening.bundle or "files"))

    @property
    def main(self) -> MainScreen:
        """The screen with the five views, whatever lies over it."""
        return cast(MainScreen, self.screen_stack[0])

    def on_mount(self) -> None:
        self.call_after_refresh(self.load)  # paint first

    @work(thread=True, exclusive=True, group="loading")
    def load(self) -> None:
        """Open the bundle."""
        worker = get_current_worker()

        def tell(step: str, done: int, total: int) -> None:
            if worker.is_cancelled:
                raise LoadingCancelledError
            self.post_message(LoadingStep(step, done, total))

        try:
            investigation = self.opening.open(tell)
            from raceview.tui.session import load_session

            case = Case(investigation, investigation.summary(), load_session(investigation.files))
        except RaceviewError as error:
            self.post_message(LoadingFailed(error))
        except LoadingCancelledError:
            return
        else:
            self.post_message(Loaded(case))

    def on_loading_step(self, message: LoadingStep) -> None:
        self.main.show_progress(message.step, message.done, message.total)

    def on_loading_failed(self, message: LoadingFailed) -> None:
        self.failure = message.error
        self.exit()

    async def on_loaded(self, message: Loaded) -> None:
        self.case = message.case
        await self.main.show_case(message.case)

    async def action_view(self, name: str) -> None:
        """Bring a view to the front."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        await self.main.show_view(name)

    async def action_race(self, step: int) -> None:
        """The next or the previous race, on the timeline."""
        if self.case:
            await self.action_view("timeline")
            cast("TimelineView", self.main.view).step_race(step)

    async def on_open_view(self, message: OpenView) -> None:
        await self.action_view(message.view)
        if message.where is not None and self.main.view:
            self.main.view.narrow(message.where)

    async def on_open_timeline(self, message: OpenTimeline) -> None:
        await self.action_view("timeline")
        cast("TimelineView", self.main.view).go_to(message.event, message.at_ns)

    def on_open_event(self, message: OpenEvent) -> None:
        self._push("event", "EventScreen", message.event)

    def on_open_replay(self, message: OpenReplay) -> None:
        self._push("replay", "ReplayScreen", message.event)

    def _push(self, module: str, name: str, event: int) -> None:
        """Put a screen about one event on top; its code is loaded when first needed."""
        if self.case:
            screen = getattr(import_module(f"raceview.tui.screens.{module}"), name)
            self.push_screen(screen(self.case, event))

    def on_unmount(self) -> None:
        if self.case:
            self.case.session.save()
            self.case.investigation.close()
