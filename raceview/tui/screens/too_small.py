"""What stands over everything while the terminal is smaller than any screen can use."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

LEAST = Size(40, 12)


class TooSmallScreen(ModalScreen[None]):
    """Goes by itself when there is room again; what was on screen is as it was."""

    DEFAULT_CSS = "TooSmallScreen Static { width: 100%; height: 100%; background: $background; }"

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    def on_mount(self) -> None:
        self._tell()

    def on_resize(self) -> None:
        self._tell()

    def _tell(self) -> None:
        size = self.app.size
        self.query_one(Static).update(
            f"raceview needs {LEAST.width}x{LEAST.height}, this terminal has {size.width}x{size.height}: "
            "make it larger, or ctrl+q leaves"
        )
