"""One line to type into, over what is on screen: go to time, filter."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from raceview.errors import UsageError
from raceview.safe_text import printable


class PromptScreen(ModalScreen[str | None]):
    """Gives what was typed once `check` takes it (it raises UsageError otherwise), None where the user changed mind.

    `sign` stands before the line, `hint` above it until there is something wrong to be told there. `empty` may be
    given where that means something.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+c", "leave", "Back", priority=True)]
    DEFAULT_CSS = """
    PromptScreen { align: left bottom; background: transparent; }
    PromptScreen > Vertical { height: auto; background: $panel; border-top: solid $primary; }
    PromptScreen #hint { height: auto; color: $text-muted; }
    PromptScreen #hint.wrong { color: $text-error; text-style: bold; }
    PromptScreen Horizontal { height: 1; }
    PromptScreen #sign { width: 2; }
    PromptScreen Input { width: 1fr; border: none; height: 1; padding: 0; }
    """

    def __init__(
        self, sign: str, hint: str, value: str = "", *, check: Callable[[str], object], empty: bool = False
    ) -> None:
        super().__init__()
        self._sign, self._hint, self._value = sign, hint, value
        self._check = check
        self._empty = empty

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self._hint, id="hint", markup=False)
            with Horizontal():
                yield Static(self._sign, id="sign", markup=False)
                yield Input(self._value, select_on_focus=False, compact=True)

    def on_input_changed(self) -> None:
        self._tell(self._hint, wrong=False)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        message.stop()
        typed = message.value.strip()
        if not typed and not self._empty:
            self.dismiss(None)
            return
        try:
            self._check(typed)
        except UsageError as error:
            self._tell(str(error), wrong=True)
        else:
            self.dismiss(typed)

    def action_leave(self) -> None:
        """Back without an answer."""
        self.dismiss(None)

    def _tell(self, sentence: str, wrong: bool) -> None:
        hint = self.query_one("#hint", Static)
        hint.update(printable(sentence))
        hint.set_class(wrong, "wrong")
