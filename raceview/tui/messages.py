"""What travels between workers, views and the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from raceview.tui.case import Case

if TYPE_CHECKING:
    from raceview.answers.event_page import EventPage


class LoadingStep(Message):
    """How far the opening of a bundle is: of a file in bytes, or of its steps."""

    def __init__(self, step: str, done: int, total: int) -> None:
        super().__init__()
        self.step, self.done, self.total = step, done, total


class Loaded(Message):
    """The bundle is open. `event` and `at_ns` are the place asked for; `complaint` says why it is not there."""

    def __init__(
        self, case: Case, event: int | None = None, at_ns: int | None = None, complaint: str = ""
    ) -> None:
        super().__init__()
        self.case, self.event, self.at_ns, self.complaint = case, event, at_ns, complaint


class LoadingFailed(Message):
    """The bundle cannot be opened."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class OpenView(Message):
    """Show a view, by its name in `VIEWS`; a list filtered by `where`."""

    def __init__(self, view: str, where: str | None = None) -> None:
        super().__init__()
        self.view, self.where = view, where


class OpenEvent(Message):
    """Show the page of one event."""

    def __init__(self, event: int) -> None:
        super().__init__()
        self.event = event


class OpenTimeline(Message):
    """Show the timeline at an event or at a time (ns)."""

    def __init__(self, event: int | None = None, at_ns: int | None = None) -> None:
        super().__init__()
        self.event, self.at_ns = event, at_ns


class OpenClocks(Message):
    """Show how the causes would read if a worker's clock were off."""


class CopyEvidence(Message):
    """Copy all about one event, as text."""

    def __init__(self, event: int) -> None:
        super().__init__()
        self.event = event


class EvidenceRead(Message):
    """The page of an event is there, to be copied."""

    def __init__(self, page: EventPage) -> None:
        super().__init__()
        self.page = page


class OpenReplay(Message):
    """Play the race of one event in slow motion."""

    def __init__(self, event: int) -> None:
        super().__init__()
        self.event = event
