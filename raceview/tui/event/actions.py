"""What one may do with an event wherever it is shown: copy its evidence, leave a note on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from raceview.safe_text import printable
from raceview.tui.case import Case

if TYPE_CHECKING:
    from textual.app import App

    from raceview.answers.event_page import EventPage

BOOKMARK, NOTED = "*", '"'


def mark(case: Case, event_id: str) -> str:
    """One letter for lists: bookmarked, noted, or neither."""
    note = case.session.notes.get(event_id)
    return " " if note is None else NOTED if note else BOOKMARK


def copy_evidence(app: App[Any], case: Case, page: EventPage) -> None:
    """Copy the page as text, and tell what was done."""
    from raceview.answers.event_words import as_text
    from raceview.tui.clipboard import copy

    session = case.session
    said = copy(
        app,
        as_text(page, session.notes.get(page.tick.event_id)),
        session.path.parent if session.path else None,
    )
    app.notify(printable(said), markup=False, timeout=8)


def ask_note(app: App[Any], case: Case, event_id: str, then: Callable[[], object]) -> None:
    """Ask for a note: text is kept, nothing is a bookmark, or takes away what was there. `then` draws it."""
    from raceview.tui.screens.prompt import PromptScreen

    notes = case.session.notes
    old = notes.get(event_id)
    empty = "an empty line sets a bookmark" if old is None else "an empty line takes it away"

    def keep(typed: str | None) -> None:
        if typed is None:
            return
        if typed or old is None:
            notes[event_id] = typed
        else:
            notes.pop(event_id, None)
        then()

    hint = f"note on {printable(event_id, 30)}; {empty}"
    app.push_screen(PromptScreen("m", hint, old or "", check=lambda typed: None, empty=True), keep)
