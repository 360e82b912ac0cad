"""The findings view: everything that is not as it should be, as one list with one filter."""

from __future__ import annotations

from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from raceview.answers.amounts import date
from raceview.answers.filters import Filter, parse
from raceview.answers.finding_kinds import FindingKind
from raceview.model import counted
from raceview.safe_text import columns, printable
from raceview.tui.case import Case
from raceview.tui.findings.kinds import Kinds, after, width_in
from raceview.tui.findings.marks import name
from raceview.tui.findings.rows import PAGE, FindingRows, columns_for, digits_for, symbols_for
from raceview.tui.findings.text import copy_finding, facts
from raceview.tui.messages import OpenEvent, OpenTimeline
from raceview.tui.view import View
from raceview.tui.widgets.table import Table

if TYPE_CHECKING:
    from raceview.answers.findings_list import FindingLine, FindingsList

_SENTENCE_LINES = 2


class Listed(Message):
    """The findings were counted: all that the filter lets through whatever their kind, and those to be shown."""

    def __init__(self, where: Filter, every: FindingsList, shown: FindingsList) -> None:
        super().__init__()
        self.where, self.every, self.shown = where, every, shown


class Whole(Message):
    """All findings are counted, whatever the filter."""

    def __init__(self, every: FindingsList) -> None:
        super().__init__()
        self.every = every


class PageRead(Message):
    """A page of the list is there."""

    def __init__(self, shown: FindingsList, page: int, lines: list[FindingLine]) -> None:
        super().__init__()
        self.shown, self.page, self.lines = shown, page, lines


class FindingsView(View):
    """Kinds with their counts at the left, the findings beside them, the one under the cursor in full below."""

    NAME = "findings"
    HINT = " enter open · h l kind · j k move · / filter · t timeline · y copy · ? help"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h,left,shift+tab", "kind(-1)", "Previous kind", show=False),
        Binding("l,right,tab", "kind(1)", "Next kind", show=False),
        Binding("t", "timeline", "Timeline", show=False),
        Binding("y", "copy", "Copy the finding", show=False),
        Binding("escape", "clear", "No filter", show=False),
    ]
    DEFAULT_CSS = f"""
    FindingsView > #findings-title {{ height: 1; }}
    FindingsView > Horizontal {{ height: 1fr; }}
    FindingsView #findings-table {{ width: 1fr; }}
    FindingsView > #findings-detail {{ height: {_SENTENCE_LINES + 1}; }}
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._where = Filter()
        self._every: FindingsList | None = None
        self._shown: FindingsList | None = None
        self._whole: FindingsList | None = None
        """Without a filter: what one hides is told."""
        self._rows = FindingRows(0, self._want)
        self._reading = False
        self._row_wanted = 0

    def compose(self) -> ComposeResult:
        yield Static(id="findings-title", markup=False)
        with Horizontal():
            yield Kinds(id="findings-kinds")
            yield Table(columns_for(0, 3), empty="counting ...", id="findings-table")
        yield Static(id="findings-detail", markup=False)

    @property
    def table(self) -> Table:
        """The list."""
        return self.query_one(Table)

    @property
    def line(self) -> FindingLine | None:
        """The finding under the cursor."""
        return self._rows.line(self.table.cursor)

    @property
    def count(self) -> int | None:
        """How many findings are shown, None until they are counted."""
        current = self._shown is not None and self._shown.where == self._where
        return len(self._rows) if current else None

    def show_case(self, case: Case) -> None:
        super().show_case(case)
        self._list()

    def take_focus(self) -> None:
        self.table.focus()

    def narrow(self, where: str) -> None:
        self._go(parse(where))

    def filter_text(self) -> str:
        return str(self._where)

    def time_ns(self) -> int | None:
        return self.line.at_ns if self.line else None

    def beside(self, event: int, step: int) -> int | None:
        """The next line of another event; what has not been read yet is asked for, and there at the next key."""
        at = self.table.cursor
        if self.line is None or self.line.event != event:
            return None
        while 0 <= (at := at + (1 if step > 0 else -1)) < len(self._rows):
            line = self._rows.line(at)
            if line is None:
                self._want(at // PAGE)
                return event
            if line.event not in (None, event):
                self.table.move_to(at)
                return line.event
        self.notify(f"the list of findings {'ends' if step > 0 else 'begins'} here", markup=False)
        return event

    def action_clear(self) -> None:
        """All kinds, no filter."""
        if self._where:
            self._go(Filter())

    def action_kind(self, step: int) -> None:
        """The next kind that there is something of; before the first and after the last come all."""
        if self._every is None:
            return
        kind = after(self._chosen, self._every.counts, step)
        self._go(replace(self._rest, finding=(kind,) if kind else ()))

    @property
    def _named(self) -> tuple[str, ...]:
        """The kinds or outcomes that the filter names; none where it lets all through."""
        return self._where.finding or self._where.outcome

    @property
    def _chosen(self) -> FindingKind | None:
        """The one kind that is shown, where it is one: not every outcome is a finding."""
        kind, *more = self._named or ("",)
        return FindingKind(kind) if kind in set(FindingKind) and not more else None

    @property
    def _rest(self) -> Filter:
        """The filter but for the kinds; an outcome is a kind unless kinds are named."""
        return replace(self._where, finding=(), outcome=self._where.outcome if self._where.finding else ())

    def _go(self, where: Filter) -> None:
        if where != self._where:
            self.table.move_to(0)
        self._where = where
        self._list()

    @work(thread=True, exclusive=True, group="findings")
    def _list(self) -> None:
        """Count."""
        from raceview.answers.findings_list import findings_list

        worker, case, where, rest, every = (
            get_current_worker(),
            self.case,
            self._where,
            self._rest,
            self._every,
        )
        if case is None:
            return
        if every is None or every.where != rest:
            every = findings_list(case.investigation, rest)
        shown = every if where == rest else findings_list(case.investigation, where)
        if not worker.is_cancelled:
            self.post_message(Listed(where, every, shown))
        if self._whole is None and not worker.is_cancelled:
            self.post_message(Whole(every if not rest else findings_list(case.investigation, Filter())))

    def on_listed(self, message: Listed) -> None:
        if message.where != self._where:
            return
        self._every, self._shown, self._reading = message.every, message.shown, False
        self._rows = FindingRows(len(message.shown), self._want)
        self._draw()
        self.table.move_to(self._row_wanted or self.table.cursor)
        self._row_wanted = 0

    def on_whole(self, message: Whole) -> None:
        self._whole = message.every
        self._draw_title()

    def _want(self, page: int) -> None:
        """Read a page, one at a time: when it is there, what is in sight by then is asked for again."""
        if self._shown is not None and not self._reading:
            self._reading = True
            self._read(self._shown, page)

    @work(thread=True, group="findings-pages")
    def _read(self, shown: FindingsList, page: int) -> None:
        self.post_message(PageRead(shown, page, shown.page(page * PAGE, (page + 1) * PAGE)))

    def on_page_read(self, message: PageRead) -> None:
        if message.shown is self._shown:
            self._reading = False
            self._rows.put(message.page, message.lines)
            self.table.redraw()
            self._tell()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        kinds = width_in(self.size.width)
        self.query_one(Kinds).styles.width = kinds
        width = self.size.width - kinds
        self._rows.digits, self._rows.symbols = digits_for(width), symbols_for(width)
        empty = "counting ..." if self._shown is None else self._nothing()
        self.table.load(self._rows, heads=columns_for(width, self._rows.digits), empty=empty)
        self._draw_title()
        self._draw_kinds()
        self._tell()

    def _nothing(self) -> str:
        """Why the list is empty: there is nothing, or nobody can know."""
        counts = {} if self._shown is None else self._shown.counts
        if any(count is None for count in counts.values()) and self.case:
            return f"not known: {' and '.join(self.case.summary['missing'])} not given"
        return "nothing of the kind"

    def _draw_title(self) -> None:
        count = " findings" if self._shown is None else f" {counted(len(self._shown), 'finding')}"
        days = ""
        if self.case and self.case.span:
            first, last = date(self.case.span.first_ns), date(self.case.span.last_ns)
            days = f"{first} UTC " if first == last else f"{first} to {last} UTC "
        room = self.size.width - len(days)
        forms = [f"{count}, gravest first", count]
        if self._where:
            kept = f" · filter {printable(str(self._where))}{self._hidden()}"
            forms = [f"{form}{kept}{leave}" for form in forms for leave in (" · esc all", "")]
        text = next((form for form in forms if columns(form) <= room), printable(forms[-1], max(0, room)))
        self.query_one("#findings-title", Static).update(
            Content.assemble((text, "bold"), " " * max(0, room - columns(text)), (days, "dim"))
        )

    def _hidden(self) -> str:
        """How many the filter hides, once that is known; kinds that are shown on request alone are none of them."""
        if self._whole is None or self._shown is None:
            return ""
        kept = sum(self._shown.counts.get(kind) or 0 for kind in self._whole.counts)
        return f" hides {len(self._whole) - kept:,}"

    def _draw_kinds(self) -> None:
        if self._every is None or self._shown is None:
            return
        counts = {**self._every.counts, **self._shown.counts}
        self.query_one(Kinds).tell(len(self._every), counts, self._named)

    def on_table_moved(self) -> None:
        self._tell()

    def _tell(self) -> None:
        """The finding under the cursor, in full as far as there is room."""
        line, width = self.line, max(20, self.size.width - 2)
        detail = self.query_one("#findings-detail", Static)
        if line is None:
            detail.update("")
            return
        told = wrap(printable(line.what), width)
        if len(told) > _SENTENCE_LINES:
            told = [*told[: _SENTENCE_LINES - 1], told[_SENTENCE_LINES - 1][: width - 4] + " ..."]
        text = "\n".join(f" {part}" for part in [*told, *[""] * (_SENTENCE_LINES - len(told))])
        detail.update(Content.assemble(text, "\n", (printable(f" {facts(line)}", width + 1), "dim")))

    def on_table_selected(self) -> None:
        line = self.line
        if line is None or self.case is None:
            return
        if line.event is not None:
            self.post_message(OpenEvent(line.event))
            return
        from raceview.tui.findings.screen import FindingScreen

        self.app.push_screen(FindingScreen(self.case, line))

    def action_timeline(self) -> None:
        """The moment of the finding on the timeline."""
        if self.line and self.line.at_ns is not None:
            self.post_message(OpenTimeline(self.line.event, self.line.at_ns))
        elif self.line:
            self.notify(f"a finding of kind {name(self.line.kind)} has no time", markup=False)

    def action_copy(self) -> None:
        """The finding as text, to the clipboard."""
        if self.line and self.case:
            copy_finding(self.app, self.case, self.line)

    def place(self) -> dict[str, object]:
        return {"filter": str(self._where), "row": self.table.cursor}

    def go_to_place(self, place: dict[str, object]) -> None:
        self._where = parse(str(place.get("filter", "")))
        row = place.get("row")
        self._row_wanted = row if isinstance(row, int) else 0
        self._list()
