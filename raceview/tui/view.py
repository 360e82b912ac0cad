"""What the views have in common."""

from __future__ import annotations

from typing import ClassVar

from textual.containers import Vertical

from raceview.tui.case import Case


class View(Vertical, can_focus=False):
    """One of the views: mounted when first shown, given the case when it is there.

    A subclass loads what it shows in thread workers that post messages; its handlers draw. It focuses one of its
    widgets in `take_focus`.
    """

    NAME: ClassVar[str]
    HINT: ClassVar[str] = ""
    """The keys that matter most here, for the last line: at most 78 columns."""

    case: Case | None = None

    def show_case(self, case: Case) -> None:
        """Called once, when the bundle is open (and the view is mounted)."""
        self.case = case

    def take_focus(self) -> None:
        """Called when the view comes to the front."""

    def narrow(self, where: str) -> None:
        """Filter by the text of a `raceview.answers.filters.Filter`; views without a list ignore it."""

    def filter_text(self) -> str:
        """The filter that holds now, as `narrow` took it: `/` begins with this."""
        return ""

    def check_filter(self, where: str) -> None:
        """Raises UsageError, in one sentence, for a filter that `narrow` could not take."""
        from raceview.answers.filters import parse

        parse(where)

    def time_ns(self) -> int | None:
        """The time that the view is at, from which `:+5s` counts; None where it is at none."""
        return None

    def beside(self, event: int, step: int) -> int | None:
        """The event `step` lines on from `event` in the view's list, which goes there; None where there is none."""
        return None

    def place(self) -> dict[str, object]:
        """Where the user is in this view, as JSON can hold it, for the next session."""
        return {}

    def go_to_place(self, place: dict[str, object]) -> None:
        """Go where `place` said; what is no longer there is ignored. Called after `show_case`."""
