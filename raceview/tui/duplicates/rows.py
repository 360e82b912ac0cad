"""The duplicates as lines of the table: which columns there are, and how each is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from raceview.answers import amounts
from raceview.answers.duplicates import Duplicates, Sort
from raceview.model import words
from raceview.tui.widgets.columns import Column
from raceview.tui.widgets.table import Row

_SORTED_UP, _SORTED_DOWN = "▴", "▾"
_DATE = 6
"""Columns that month and day take, where not all events are of one day."""


@dataclass(frozen=True, slots=True)
class _Form:
    """A column: what it is sorted by is what it shows."""

    sort: Sort
    head: str
    width: int
    right: bool = False
    spare: int = 0


_FORMS = (
    _Form(Sort.TIME, "time", 12),
    _Form(Sort.SYMBOL, "symbol", 0),
    _Form(Sort.ROWS, "n", 2, right=True, spare=3),
    _Form(Sort.PRICE_SHIFT, "shift", 7, right=True, spare=2),
    _Form(Sort.LATE, "copy late", 10, right=True, spare=1),
    _Form(Sort.CAUSE, "cause", 16),
    _Form(Sort.CONFIDENCE, "conf", 5, right=True, spare=4),
    _Form(Sort.MARGIN, "margin", 10, right=True, spare=5),
    _Form(Sort.KIND, "kind", 10, spare=6),
    _Form(Sort.EVENT_ID, "event id", 20, spare=7),
)
SORTS = tuple(form.sort for form in _FORMS)
"""In the order of the columns."""


class DuplicateRows(Sequence[Row]):
    """Makes the lines that are on screen."""

    def __init__(self, found: Duplicates) -> None:
        self._found = found
        self._digits = found.second_digits
        span = found.span_ns
        self._dated = span is not None and amounts.date(span[0]) != amounts.date(span[1])

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            return [self[index] for index in range(*at.indices(len(self)))]
        line = self._found[at]
        time = amounts.clock(line.time_ns, self._digits)
        return (
            f"{amounts.date(line.time_ns)[5:]} {time}" if self._dated else time,
            line.symbol,
            str(line.rows),
            amounts.price(line.price_shift_units),
            amounts.milliseconds(line.late_ns, signed=True),
            words(line.cause) or "not known",
            amounts.confidence(line.confidence_millionths),
            "" if line.margin_ns is None else amounts.duration(line.margin_ns),
            line.kind,
            line.event_id,
        )

    def heads(self, sort: Sort, down: bool) -> list[Column]:
        """The columns; the sorted one says which way."""
        return [
            Column(
                form.head + ((_SORTED_DOWN if down else _SORTED_UP) if form.sort is sort else ""),
                self._time_width if form.sort is Sort.TIME else form.width,
                form.right,
                form.spare,
            )
            for form in _FORMS
        ]

    @property
    def _time_width(self) -> int:
        return len("09:15:05.") + self._digits + (_DATE if self._dated else 0)
