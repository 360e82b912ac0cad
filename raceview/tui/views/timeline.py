"""The timeline view: per-worker lanes."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Static

from raceview.tui.case import Case
from raceview.tui.view import View


class TimelineView(View):
    """To be built."""

    NAME = "timeline"
    HINT = ""

    def compose(self) -> ComposeResult:
        yield Static("reading the bundle ...", markup=False)

    def step_race(self, step: int) -> None:
        """Go `step` races on."""

    def go_to(self, event: int | None, at_ns: int | None) -> None:
        """Show an event, or a time in ns."""

    def show_case(self, case: Case) -> None:
        super().show_case(case)
        self.query_one(Static).update(str(case.summary["events"]))
