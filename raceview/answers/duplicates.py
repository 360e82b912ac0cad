"""The list of duplicated events, sorted and filtered: what, when, how far off, why, and how sure.

Numbers and ids only, line by line on demand: a storm leaves hundreds of thousands of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, overload

from raceview.answers.filters import Filter
from raceview.model import Cause, Kind

if TYPE_CHECKING:
    import numpy.typing as npt

    from raceview.investigation import Investigation

_NO_MARGIN = -1


class Sort(StrEnum):
    """What the list may be sorted by; the value is the column's word."""

    TIME = "time"
    SYMBOL = "symbol"
    ROWS = "rows"
    PRICE_SHIFT = "price shift"
    LATE = "copy late"
    KIND = "kind"
    CAUSE = "cause"
    MARGIN = "margin"
    CONFIDENCE = "confidence"
    EVENT_ID = "event id"

    @property
    def first(self) -> str:
        """What stands first unless it is reversed."""
        return _FIRST.get(self, "least")


_FIRST = {Sort.ROWS: "most", Sort.PRICE_SHIFT: "most", Sort.LATE: "most"}
_KINDS, _CAUSES = list(Kind), [*Cause, ""]


@dataclass(frozen=True, slots=True)
class DuplicatedEvent:
    """One line. `cause` is empty without the worker log, `margin_ns` None where no shift of clocks matters."""

    event: int
    event_id: str
    time_ns: int
    symbol: str
    rows: int
    price_shift_units: int
    """Greatest price of its rows less the least."""
    late_ns: int
    """How much later than the original the duplicate is that is furthest away in time; negative: earlier."""
    kind: str
    cause: str
    margin_ns: int | None
    confidence_millionths: int
    """The least of its rows."""


class Duplicates(Sequence[DuplicatedEvent]):
    """The list, in its order. Lines are made when asked for."""

    def __init__(
        self, numbers: dict[str, npt.NDArray[Any]], ids: Sequence[str], symbols: dict[int, str]
    ) -> None:
        self._numbers, self._ids, self._symbols = numbers, ids, symbols
        self.events: list[int] = numbers["event"].tolist()
        """The events, line by line."""

    def __len__(self) -> int:
        return len(self.events)

    @overload
    def __getitem__(self, at: int) -> DuplicatedEvent: ...
    @overload
    def __getitem__(self, at: slice) -> list[DuplicatedEvent]: ...
    def __getitem__(self, at: int | slice) -> DuplicatedEvent | list[DuplicatedEvent]:
        if isinstance(at, slice):
            return [self[index] for index in range(*at.indices(len(self)))]
        number = {name: int(values[at]) for name, values in self._numbers.items()}
        return DuplicatedEvent(
            number["event"],
            self._ids[at],
            number["time_ns"],
            self._symbols[number["symbol_id"]],
            number["rows"],
            number["price_shift"],
            number["late_ns"],
            _KINDS[number["kind"]],
            _CAUSES[number["cause"]],
            None if number["margin_ns"] == _NO_MARGIN else number["margin_ns"],
            number["confidence"],
        )

    @property
    def second_digits(self) -> int:
        """Digits of a second (3, 6 or 9) that all of the times need."""
        times = self._numbers["time_ns"]
        return next((digits for digits in (3, 6) if not (times % 10 ** (9 - digits)).any()), 9)

    @property
    def span_ns(self) -> tuple[int, int] | None:
        """The first and the last time; None where the list is empty."""
        times = self._numbers["time_ns"]
        return (int(times.min()), int(times.max())) if len(times) else None


def duplicates(
    inv: Investigation, where: Filter | None = None, sort: Sort = Sort.TIME, reverse: bool = False
) -> Duplicates:
    """The duplicated events that match. What ties is in the order of time; without a margin is always last."""
    chosen = _CHOSEN.format(
        kind=_code("d.kind", _KINDS), cause=_code("d.cause", _CAUSES), no_margin=_NO_MARGIN
    )
    if where:
        chosen += f" WHERE d.event IN ({where.events(inv.threshold_millionths)})"
    order = _order(sort, reverse)
    names = (
        "event",
        "time_ns",
        "symbol_id",
        "rows",
        "price_shift",
        "late_ns",
        "kind",
        "cause",
        "margin_ns",
        "confidence",
    )
    numbers = inv.engine.arrays(f"SELECT {', '.join(names)} FROM ({chosen}) AS c ORDER BY {order}")
    ids = [
        event_id for (event_id,) in inv.engine.rows(f"SELECT event_id FROM ({chosen}) AS c ORDER BY {order}")
    ]
    return Duplicates(numbers, ids, dict(inv.engine.rows("SELECT symbol_id, symbol FROM symbols")))


_CHOSEN = """
    SELECT d.event, k.event_id, t.time_ns, d.symbol_id, CAST(d.rows AS BIGINT) AS rows,
        d.price_max_units - d.price_min_units AS price_shift,
        CASE WHEN -l.low > l.high THEN l.low ELSE l.high END AS late_ns,
        {kind} AS kind, {cause} AS cause, coalesce(d.margin_ns, {no_margin}) AS margin_ns,
        d.confidence_millionths AS confidence
    FROM duplicated AS d
    JOIN ticks AS t ON t.event = d.event
    JOIN ticks_read AS k ON k.line = d.event
    JOIN (
        SELECT c.event, min(c.time_delta_ns - o.time_delta_ns) AS low, max(c.time_delta_ns - o.time_delta_ns) AS high
        FROM crowded AS c
        JOIN crowded AS o ON o.event = c.event AND o.place = 1
        WHERE c.place > 1
        GROUP BY c.event
    ) AS l ON l.event = d.event"""

_COLUMN = {
    Sort.TIME: "time_ns",
    Sort.SYMBOL: "symbol_id",
    Sort.ROWS: "rows",
    Sort.PRICE_SHIFT: "price_shift",
    Sort.LATE: "late_ns",
    Sort.KIND: "kind",
    Sort.CAUSE: "cause",
    Sort.MARGIN: "margin_ns",
    Sort.CONFIDENCE: "confidence",
    Sort.EVENT_ID: "event_id",
}


def _order(sort: Sort, reverse: bool) -> str:
    down = (sort.first == "most") is not reverse
    last = f"CASE WHEN margin_ns = {_NO_MARGIN} THEN 1 ELSE 0 END, " if sort is Sort.MARGIN else ""
    ties = f"time_ns{' DESC' if down and sort is Sort.TIME else ''}, event"
    return f"{last}{_COLUMN[sort]}{' DESC' if down else ''}, {ties}"


def _code(column: str, words: Sequence[str]) -> str:
    """SQL of the place of a word in the model's order: numbers sort so, and cost little."""
    cases = " ".join(f"WHEN '{word}' THEN {at}" for at, word in enumerate(words))
    return f"CASE {column} {cases} ELSE {len(words) - 1} END"
