"""The policies view: ways to pick one row, and what each would do."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Static

from raceview.tui.case import Case
from raceview.tui.view import View


class PoliciesView(View):
    """To be built."""

    NAME = "policies"
    HINT = ""

    def compose(self) -> ComposeResult:
        yield Static("reading the bundle ...", markup=False)

    def show_case(self, case: Case) -> None:
        super().show_case(case)
        self.query_one(Static).update(str(case.summary["events"]))
