"""The app: opens the bundle beside the screen, keeps the views, and carries messages between them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import work
from textual.actions import SkipAction
from textual.app import App, SystemCommand
from textual.binding import ActiveBinding, Binding, BindingType
from textual.command import CommandPalette, Provider
from textual.events import Event, Key, Resize
from textual.reactive import Reactive
from textual.screen import Screen

from raceview.tui.case import Case
from raceview.tui.colours import ON_DARK, ON_LIGHT
from raceview.tui.loading import Loading
from raceview.tui.main_screen import VIEWS, MainScreen
from raceview.tui.messages import (
    CopyEvidence,
    EvidenceRead,
    Loaded,
    LoadingFailed,
    LoadingStep,
    OpenClocks,
    OpenEvent,
    OpenReplay,
    OpenTimeline,
    OpenView,
)
from raceview.tui.opening import Opening
from raceview.tui.session import load_theme, save_theme

if TYPE_CHECKING:
    from raceview.tui.timeline.view import TimelineView

THEME = "ansi-dark"
"""The terminal's own sixteen colours: the user's palette, and short escape codes over ssh."""


def _commands() -> type[Provider]:
    from raceview.tui.commands import ActionsProvider

    return ActionsProvider


class RaceviewApp(App[None]):
    """The terminal investigator."""

    TITLE = "raceview"
    CSS_PATH = "raceview.tcss"
    COMMANDS: ClassVar[set[Any]] = {_commands}
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(number), f"view('{name}')", name.capitalize())
            for number, name in enumerate(VIEWS, start=1)
        ),
        Binding("n", "race(1)", "Next race"),
        Binding("N", "race(-1)", "Previous race"),
        Binding("colon", "go_to_time", "Go to time", key_display=":"),
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("c", "clocks", "If a clock were off"),
        Binding("v", "compare", "Compare with another bundle"),
        Binding("e", "export", "Export"),
        Binding("question_mark", "help", "All keys and signs", key_display="?"),
        Binding("escape", "leave_loading", "Stop loading", show=False),
        Binding("q", "quit", "Quit"),
        Binding("ctrl+c", "copy_or_quit", "Quit, or copy marked text", priority=True),
    ]

    theme: Reactive[str] = Reactive(THEME)
    ansi_theme_dark = Reactive(ON_DARK, init=False)
    ansi_theme_light = Reactive(ON_LIGHT, init=False)

    def __init__(self, opening: Opening) -> None:
        super().__init__()
        self.opening = opening
        self.case: Case | None = None
        self.loading = Loading(opening, self.post_message)
        self.failure: Exception | None = None
        """Why the bundle could not be opened; the command line tells it when the app has ended."""
        chosen = None if self.no_color else load_theme()
        self._races = 0
        """How many races on one asked to go while the bundle was being opened."""
        self._kept_theme = THEME
        if chosen in self.available_themes:
            self.theme = self._kept_theme = chosen

    def get_default_screen(self) -> Screen[None]:
        return MainScreen(self.opening.name)

    @property
    def main(self) -> MainScreen:
        """The screen with the views, whatever lies over it."""
        return cast(MainScreen, self.screen_stack[0])

    # From the start to the first view

    def on_mount(self) -> None:
        self.call_after_refresh(self.loading.start)  # paint first

    def on_loading_step(self, message: LoadingStep) -> None:
        if self.screen_stack:
            self.main.show_progress(message.step, message.done, message.total)

    def on_loading_failed(self, message: LoadingFailed) -> None:
        self.failure = message.error
        self.exit()

    async def on_loaded(self, message: Loaded) -> None:
        if self._exit:
            message.case.investigation.close()
            return
        self.case = message.case
        view = message.case.session.view
        if message.at_ns is not None:
            view = "timeline"
        await self.main.show_case(message.case, view if view in VIEWS else VIEWS[0])
        if message.complaint:
            self.complain(message.complaint)
        if message.at_ns is not None:
            self.post_message(OpenTimeline(at_ns=message.at_ns))
        elif self._races and self.main.view and self.main.view.NAME == "timeline":
            await self.action_race(self._races)
        if message.event is not None:
            self.post_message(OpenEvent(message.event))

    async def on_event(self, event: Event) -> None:
        """A key takes away what was told before it: a toast lies over the text that one reads next."""
        if isinstance(event, Key) and not event.is_forwarded and self._notifications:
            self.clear_notifications()
        await super().on_event(event)

    def complain(self, sentence: str) -> None:
        """Tell what is not possible, in one sentence; it may quote files and users."""
        from raceview.safe_text import printable

        self.notify(printable(sentence), severity="warning", markup=False, timeout=8)

    # Keys

    async def action_view(self, name: str) -> None:
        """Bring a view to the front."""
        if not self.screen_stack:
            return  # a message came when all was over
        while len(self.screen_stack) > 1:
            self.pop_screen()
        await self.main.show_view(name)

    async def action_race(self, step: int) -> None:
        """The next or the previous race, on the timeline."""
        if timeline := await self._timeline():
            timeline.step_race(step)
        elif not self.case:
            self._races += step

    def action_go_to_time(self) -> None:
        """Ask for a time and show it on the timeline."""
        case, view = self.case, self.main.view
        if not case or not view:
            return
        if case.span is None:
            self.complain("there is no record to go to")
            return
        from raceview.tui.questions import ask_time

        ask_time(self, case.span, view.time_ns())

    def action_filter(self) -> None:
        """Ask for a filter: of the view at the front, or of the duplicates where it has nothing to filter."""
        if view := self.main.view:
            from raceview.tui.questions import ask_filter

            ask_filter(self, view)

    def action_clocks(self) -> None:
        """How the causes would read if a worker's clock were off."""
        self._push("clocks", "ClocksScreen", None)

    def action_compare(self) -> None:
        """Ask for another bundle, or the folder of an export, and say what changed."""
        if self.case:
            from raceview.tui.questions import ask_folder

            ask_folder(self, lambda folder: self._push("compare", "CompareScreen", folder))

    def action_export(self) -> None:
        """Ask where the files are to go, and write them."""
        self._push("export", "ExportScreen", self.opening)

    def action_help(self) -> None:
        """Every key that works here, and what the signs mean."""
        from raceview.tui.screens.help import HelpScreen

        first = {key: ActiveBinding(self, one, True, "") for key, one in self._bindings if one.priority}
        self.push_screen(HelpScreen({**self.screen.active_bindings, **first}))

    def action_copy_or_quit(self) -> None:
        """Copy the text that the mouse has marked; where there is none, leave. A line to type into has its own."""
        from raceview.tui.screens.prompt import PromptScreen

        if isinstance(self.screen, PromptScreen | CommandPalette):
            raise SkipAction
        if self.screen.get_selected_text() is None:
            self.exit()
        else:
            self.screen.action_copy_text()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape leaves while the bundle is being opened, and only then."""
        return self.case is None if action == "leave_loading" else True

    def action_leave_loading(self) -> None:
        """Stop opening the bundle, and leave."""
        self.exit()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette offers beside the keys."""
        yield SystemCommand("Theme", "Choose the colours", self.action_change_theme)

    # Between the screens

    async def on_open_view(self, message: OpenView) -> None:
        await self.action_view(message.view)
        if message.where is not None and self.screen_stack and self.main.view:
            self.main.view.narrow(message.where)

    async def on_open_timeline(self, message: OpenTimeline) -> None:
        if timeline := await self._timeline():
            timeline.go_to(message.event, message.at_ns)

    async def _timeline(self) -> TimelineView | None:
        """The timeline, at the front now; None before there is one, and when all is over."""
        await self.action_view("timeline")
        return cast("TimelineView | None", self.main.view) if self.screen_stack else None

    def on_open_event(self, message: OpenEvent) -> None:
        self._push("event", "EventScreen", message.event)

    def on_open_replay(self, message: OpenReplay) -> None:
        self._push("replay", "ReplayScreen", message.event)

    def on_open_clocks(self, _: OpenClocks) -> None:
        self.action_clocks()

    def on_copy_evidence(self, message: CopyEvidence) -> None:
        if self.case:
            self._read_evidence(self.case, message.event)

    @work(thread=True, exclusive=True, group="evidence")
    def _read_evidence(self, case: Case, event: int) -> None:
        from raceview.answers.event_page import event_page

        self.post_message(EvidenceRead(event_page(case.investigation, event)))

    def on_evidence_read(self, message: EvidenceRead) -> None:
        from raceview.tui.event.actions import copy_evidence

        if self.case:
            copy_evidence(self, self.case, message.page)

    def _push(self, module: str, name: str, about: object) -> None:
        """Put a screen about the case and something in it on top; its code is loaded when first needed."""
        if self.case and self.screen_stack:
            screen = getattr(import_module(f"raceview.tui.{module}.screen"), name)
            self.push_screen(screen(self.case, about))

    def on_resize(self, message: Resize) -> None:
        from raceview.tui.screens.too_small import LEAST, TooSmallScreen

        small = message.size.width < LEAST.width or message.size.height < LEAST.height
        covered = isinstance(self.screen, TooSmallScreen)
        if small and not covered:
            self.push_screen(TooSmallScreen())
        elif covered and not small:
            self.pop_screen()

    def watch_theme(self, theme: str) -> None:
        """Remember what the user chose."""
        if self.is_running and theme != self._kept_theme:
            self._kept_theme = theme
            save_theme(theme)

    # The end

    def exit(self, *args: Any, **kwargs: Any) -> None:
        """Leave; the place is written down while the views are still there."""
        if self.screen_stack:
            self.main.remember()
        super().exit(*args, **kwargs)

    def _keep(self) -> None:
        if self.case and (complaint := self.case.session.save()):
            from rich.text import Text

            self._exit_renderables.append(Text(complaint))

    def on_unmount(self) -> None:
        self.loading.cancel()
        if self.case:
            self._keep()
            self.case.investigation.engine.interrupt()
            self.case.investigation.close()
