"""If a clock were off: a worker is chosen, its times are shifted, and the causes are counted anew at every key.

All shifts are computed beforehand, in a worker: moving is looking something up.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from raceview.answers.clocks import Clocks, clocks
from raceview.safe_text import printable
from raceview.tui.case import Case
from raceview.tui.clocks.words import heads, page, worker_rows
from raceview.tui.widgets.keys_line import KeysLine
from raceview.tui.widgets.painted import Painted
from raceview.tui.widgets.table import Table

ASKING = "asking every worker's clock ..."
COARSE = 5
"""Steps at once, with shift."""
_HIGH = 30
"""Lines from which a blank one parts the workers from what is below them."""
_KEYS = " h l shift a clock · H L by five · j k worker · 0 as logged · y copy · esc back"
_TITLE = " if a clock were off · one worker at a time"


class ClocksScreen(Screen[None]):
    """The workers above; below, the causes of the one under the cursor at the shift that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l,right", "shift(1)", "Its times a step later"),
        Binding("h,left", "shift(-1)", "Its times a step earlier"),
        Binding("L,shift+right", f"shift({COARSE})", "Five steps later"),
        Binding("H,shift+left", f"shift(-{COARSE})", "Five steps earlier"),
        Binding("0", "as_logged", "As logged"),
        Binding("y", "copy", "Copy what is shown"),
        Binding("escape,c", "leave", "Back", show=False),
    ]
    DEFAULT_CSS = """
    ClocksScreen > #clocks-title { height: 1; background: $panel; text-style: bold; }
    ClocksScreen > Table { height: 6; }
    ClocksScreen > #clocks-page { height: 1fr; }
    ClocksScreen > #clocks-keys { height: 1; color: $text-muted; dock: bottom; }
    """

    class Asked(Message):
        """Every worker at every shift; None where no cause hangs on a clock."""

        def __init__(self, found: Clocks | None) -> None:
            super().__init__()
            self.found = found

    def __init__(self, case: Case, worker: str | None = None) -> None:
        super().__init__()
        self._case, self._first = case, worker
        self._found: Clocks | None = None
        self._at = 0
        """The number of the shift that is shown."""

    def compose(self) -> ComposeResult:
        yield Static(_TITLE, id="clocks-title", markup=False)
        yield Table((), id="clocks-workers", empty=ASKING)
        yield Painted(id="clocks-page")
        yield KeysLine(_KEYS, id="clocks-keys")

    def on_mount(self) -> None:
        self._table.focus()
        self._ask()

    @property
    def _table(self) -> Table:
        return self.query_one(Table)

    @property
    def worker(self) -> str:
        """The worker under the cursor; nothing while there is none."""
        return str(self._table.key) if self._found else ""

    @work(thread=True, exclusive=True)
    def _ask(self) -> None:
        self.post_message(self.Asked(clocks(self._case.investigation)))

    def on_clocks_screen_asked(self, message: Asked) -> None:
        self._found = message.found
        if message.found is None:
            self._table.load((), empty=self._nothing())
            return
        self._at = message.found.as_logged
        self._draw()
        if self._first:
            self._table.move_to_key(self._first)

    def _nothing(self) -> str:
        """Why there is nothing to ask."""
        if missing := self._case.summary["missing"]:
            return f"not known: {' and '.join(missing)} not given"
        if not self._case.summary["attempts"]:
            return "no attempt is logged: there are no clocks to doubt"
        return "no cause of a duplicate hangs on two clocks"

    @on(Table.Moved)
    def _moved(self) -> None:
        self._draw_page()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def action_shift(self, steps: int) -> None:
        """Move the times of the worker."""
        if self._found:
            self._go(self._at + steps)

    def action_as_logged(self) -> None:
        """No shift."""
        if self._found:
            self._go(self._found.as_logged)

    def _go(self, at: int) -> None:
        assert self._found
        self._at = max(0, min(at, len(self._found.shifts_ns) - 1))
        self._draw()

    def action_copy(self) -> None:
        """What is shown, as text, to the clipboard."""
        if not self._found:
            return
        from raceview.tui.clipboard import copy

        path = self._case.session.path
        text = "\n".join(line.rstrip() for line in self._lines(self.size.width, self.size.height)) + "\n"
        self.app.notify(
            printable(copy(self.app, text, path.parent if path else None)), markup=False, timeout=8
        )

    def action_leave(self) -> None:
        """Back to where one came from."""
        self.dismiss()

    def _lines(self, width: int, height: int) -> list[str]:
        assert self._found
        shown = page(self._found, self.worker, self._at, width, height)
        return ["".join(run.text for run in line) for line in shown]

    def _draw(self) -> None:
        if self._found and self.is_mounted:
            self._table.styles.height = 1 + max(2, min(len(self._found.trials), self.size.height // 5))
            self._table.styles.margin = (0, 0, int(self.size.height >= _HIGH), 0)
            rows, names = worker_rows(self._found, self._at), list(self._found.trials)
            self._table.load(rows, names, heads=heads(self._found))
            self._draw_page()

    def _draw_page(self) -> None:
        painted = self.query_one(Painted)
        if self._found and self.worker and painted.size.width:
            size = painted.size
            painted.show(page(self._found, self.worker, self._at, size.width, size.height))
