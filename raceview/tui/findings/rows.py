"""Lines of the findings list as rows of a table, read by the page when they come into sight."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, overload

from raceview.answers.amounts import clock
from raceview.tui.findings.marks import MARKS, name
from raceview.tui.widgets.columns import Column
from raceview.tui.widgets.table import Row

if TYPE_CHECKING:
    from raceview.answers.findings_list import FindingLine

PAGE = 200
"""Lines that are read at once."""
_MOST_PAGES = 100
_WIDE = 110
_ROOMY = 70
_TIGHT = 50


class FindingRows(Sequence[Row]):
    """`length` rows, of which only some pages are here; `want` is called with a page that is asked for in vain."""

    def __init__(self, length: int, want: Callable[[int], None]) -> None:
        self._length = length
        self._want = want
        self._pages: OrderedDict[int, list[FindingLine]] = OrderedDict()
        self.digits = 3
        """Of a second."""
        self.symbols = False
        """Whether symbols have a column of their own."""

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(self._length))]
        line = self.line(index)
        if line is None:
            self._want(index // PAGE)
            return ("", "", "...")
        mark = MARKS[line.kind]
        when = "" if line.at_ns is None else clock(line.at_ns, self.digits)
        where = f"{line.file}:{line.line:,}" if line.line else ""
        told = (line.what, name(line.kind), where)
        return ((mark.glyph, mark.colour), when, *((line.symbol,) if self.symbols else ()), *told)

    def line(self, index: int) -> FindingLine | None:
        """What row `index` shows, None where it is not here yet."""
        page = self._pages.get(index // PAGE)
        return page[index % PAGE] if page and index % PAGE < len(page) else None

    def put(self, page: int, lines: list[FindingLine]) -> None:
        """A page has come; where there are many, the one that came first goes."""
        self._pages[page] = lines
        if len(self._pages) > _MOST_PAGES:
            self._pages.popitem(last=False)


def columns_for(width: int, digits: int) -> list[Column]:
    """The columns of a table that is so wide: the sentence needs the room, the symbol stands below the list, too."""
    heads = [Column("", 1), Column("when", 8 + (digits and digits + 1))]
    if symbols_for(width):
        heads.append(Column("symbol", 12 if width >= _WIDE else 10))
    heads.append(Column("what", 0))
    if width >= _WIDE:
        heads += [Column("kind", 14), Column("where", 28)]
    return heads


def symbols_for(width: int) -> bool:
    """Whether there is room for symbols beside the sentence."""
    return width >= _ROOMY


def digits_for(width: int) -> int:
    """Digits of a second that there is room for; the whole time stands below the list."""
    return 6 if width >= _WIDE else 3 if width >= _TIGHT else 0
