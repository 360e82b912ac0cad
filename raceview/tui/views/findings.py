"""The findings view: everything else that is not as it should be."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Static

from raceview.tui.case import Case
from raceview.tui.view import View


class FindingsView(View):
    """To be built."""

    NAME = "findings"
    HINT = ""

    def compose(self) -> ComposeResult:
        yield Static("reading the bundle ...", markup=False)

    def show_case(self, case: Case) -> None:
        super().show_case(case)
        self.query_one(Static).update(str(case.summary["events"]))
