"""What the app asks for in one line: a time to go to, a filter, a folder to compare with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from raceview.tui.messages import OpenTimeline, OpenView
from raceview.tui.screens.prompt import PromptScreen
from raceview.tui.view import View

if TYPE_CHECKING:
    from textual.app import App

    from raceview.answers.moment import Span


def ask_time(app: App[Any], within: Span, near_ns: int | None) -> None:
    """A time to show on the timeline; what is left out of it is as at `near_ns`, or at the first record."""
    from raceview.answers.moment import FORMS, parse_moment

    near = within.first_ns if near_ns is None else near_ns

    def go(typed: str | None) -> None:
        if typed:
            app.post_message(OpenTimeline(at_ns=parse_moment(typed, near, within)))

    app.push_screen(
        PromptScreen(":", f"time, UTC: {FORMS}", check=lambda typed: parse_moment(typed, near, within)), go
    )


def ask_filter(app: App[Any], view: View) -> None:
    """A filter of the view, or of the duplicates where it has nothing to filter."""
    from raceview.answers.filters import FIELDS

    filters = type(view).narrow is not View.narrow
    target = view.NAME if filters else "duplicates"

    def narrow(typed: str | None) -> None:
        if typed is not None:
            app.post_message(OpenView(target, typed))

    hint = f"{target} with {', '.join(f'{field}:NAME' for field in FIELDS)}, or part of an event id"
    shown = view.filter_text() if filters else ""
    app.push_screen(PromptScreen("/", hint, shown, check=view.check_filter, empty=True), narrow)


def ask_folder(app: App[Any], compare_with: Callable[[Path], None]) -> None:
    """The folder of another bundle, or of an export."""
    from raceview.tui.compare.folder import typed_folder

    def go(typed: str | None) -> None:
        if typed:
            compare_with(typed_folder(typed))

    hint = "compare with: the folder of another bundle or of an export, such as before a fix"
    app.push_screen(PromptScreen("v", hint, check=typed_folder), go)
