"""What the tables of the policies view hold: their columns, as wide as what stands in them, and their rows."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textual.content import Content

from raceview.answers import amounts
from raceview.answers.policy_preview import MOST, ChangedRow, Effect, Flips, Written
from raceview.model import Action, Policy
from raceview.policies import BASELINES
from raceview.safe_text import columns, printable
from raceview.tui.widgets.columns import Column
from raceview.tui.widgets.table import Cell, Row

CHOSEN = "✓"
COMPARED = "d"
"""The key that makes it so."""
_LONGEST_NAME = 16
_TITLES = ("policy", "rows", "kept once", "lost", "copies", "price off", "time off", "")
_WIDE_TITLES = (
    *("policy", "drops", "changes", "rows", "kept once", "real lost", "copies left"),
    *("wrong price", "mean off", "most off", "wrong time", "most late ms", ""),
)
_SPARE = {"": 5, "kept once": 4, "rows": 3, "time off": 2, "price off": 1}
"""Columns that a narrow terminal leaves out, the highest first: what is lost and what is left over stay."""
_SEVERE, _WRONG = "bright_red", "bright_yellow"


@dataclass(frozen=True, slots=True)
class Marks:
    """Which policies are more than a line of the scoreboard."""

    chosen: Policy | None
    compared: Policy | None
    best: frozenset[Policy]

    def name(self, policy: Policy) -> Cell:
        """The policy's name, marked; the chosen one stands out."""
        mark = CHOSEN if policy is self.chosen else COMPARED if policy is self.compared else " "
        return (f"{mark} {policy}", "bold" if policy is self.chosen else "")

    def word(self, policy: Policy) -> Cell:
        """What there is to know of it before one reads its numbers."""
        if policy is Policy.SOURCE:
            return ("oracle", "bright_cyan")
        if policy in BASELINES:
            return ("baseline", "bright_black")
        return ("best", "bright_green") if policy in self.best else ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a table shows."""

    heads: list[Column]
    rows: list[Row]
    keys: list[Hashable]


def scoreboard(
    scores: Mapping[Policy, Mapping[str, Any]], effects: Mapping[Policy, Effect], marks: Marks, wide: bool
) -> Listing:
    """Every policy against the ticks; `wide` has room for whole titles, and for how far off prices and times are."""
    rows = [
        _score(line, effects[policy], marks, wide) for policy, line in scores.items() if policy in effects
    ]
    return Listing(_fitted(_WIDE_TITLES if wide else _TITLES, rows), rows, list(effects))


def _score(line: Mapping[str, Any], effect: Effect, marks: Marks, wide: bool) -> Row:
    name, word = marks.name(effect.policy), marks.word(effect.policy)
    rows, kept = f"{line['rows']:,}", f"{line['kept_once']:,}"
    lost, left = _bad(line["real_lost"], _SEVERE), _bad(line["duplicates_left"], _WRONG)
    prices, times = _bad(line["wrong_prices"], _WRONG), _bad(line["wrong_times"], _WRONG)
    if not wide:
        return (name, rows, kept, lost, left, prices, times, word)
    mean, most = (f"{line[what]:.4f}" for what in ("price_error_mean", "price_error_max"))
    late = f"{line['time_error_max_ms']:,.3f}"
    drops, changes = f"{effect.dropped:,}", f"{effect.corrected:,}"
    return (name, drops, changes, rows, kept, lost, left, prices, mean, most, times, late, word)


def effects(effects: Mapping[Policy, Effect], marks: Marks) -> Listing:
    """Without the ticks: only what each policy would do."""
    rows: list[Row] = [
        (
            marks.name(policy),
            f"{effect.rows:,}",
            f"{effect.dropped:,}",
            f"{effect.corrected:,}",
            marks.word(policy),
        )
        for policy, effect in effects.items()
    ]
    return Listing(_fitted(("policy", "rows", "drops", "changes", ""), rows), rows, list(effects))


def changed(found: Sequence[ChangedRow]) -> Listing:
    """The rows that would go or change; keyed by event, where there is one, and line."""
    digits = amounts.second_digits(ns for row in found for ns in (row.time_ns, row.new_time_ns or 0))
    times = [row.time_ns for row in found]
    dates = _dated(times)
    rows: list[Row] = [
        (
            f"{row.line:,}",
            printable(row.symbol, _LONGEST_NAME),
            _time(row.time_ns, digits, dates),
            amounts.price(row.price_units),
            _becomes(row, digits),
        )
        for row in found
    ]
    heads = _fitted(("line", "symbol", _time_title(dates, times), "price", "becomes"), rows)
    return Listing(heads, rows, [(row.event, row.line) for row in found])


def flips(found: Flips, policy: Policy, other: Policy) -> Listing:
    """The events that two policies write differently; keyed by event."""
    starts = [min(row.time_ns for row in (*flip.ours, *flip.theirs)) for flip in found.listed]
    digits, dates = amounts.second_digits(starts), _dated(starts)
    rows: list[Row] = [
        (
            printable(flip.event_id, _LONGEST_NAME),
            printable(flip.symbol, _LONGEST_NAME),
            _time(start, digits, dates),
            _written(flip.ours, start),
            _written(flip.theirs, start),
        )
        for flip, start in zip(found.listed, starts, strict=True)
    ]
    titles = ("event", "symbol", _time_title(dates, starts), f"{policy} writes", f"{other} writes")
    return Listing(
        _fitted(titles, rows),
        rows,
        [(flip.event,) for flip in found.listed],
    )


def listed(count: int) -> str:
    """`37,262 (first 1,000)`: how many there are, and how many of them the list shows where that is not all."""
    return f"{count:,}" + (f" (first {MOST:,})" if count > MOST else "")


def headings(effect: Effect, against: Policy, flipped: int | None, narrow: bool) -> dict[str, Content]:
    """The line over each list, by the list's name. Where one hides the other, each names both, as tabs.

    `flipped` is how many events flip, None while that is not known.
    """
    touched = listed(effect.dropped + effect.corrected)
    flipping = "..." if flipped is None else listed(flipped)
    heads = {
        "changed": f"rows: {touched}" if narrow else f"rows it drops or changes: {touched}",
        "flips": f"{'flips' if narrow else 'events that flip'} against {against}: {flipping}",
    }
    return {name: _tabs(heads, name) if narrow else Content(f" {text}") for name, text in heads.items()}


def _tabs(heads: Mapping[str, str], front: str) -> Content:
    tabs = [Content.styled(f" {text} ", "reverse" if name == front else "") for name, text in heads.items()]
    return Content(" ").join(tabs)


def _becomes(row: ChangedRow, digits: int) -> Cell:
    if row.action is Action.DROPPED:
        if row.event is None:
            return "dropped: a phantom row"
        if row.stays is None:
            return (f"dropped: {printable(row.event_id or '', _LONGEST_NAME)} is lost", _SEVERE)
        return f"dropped: line {row.stays:,} stays"
    parts = []
    if row.new_time_ns is not None and row.new_time_ns != row.time_ns:
        parts.append(amounts.clock(row.new_time_ns, digits))
    if row.new_price_units is not None and row.new_price_units != row.price_units:
        parts.append(amounts.price(row.new_price_units))
    return " ".join(["→", *parts])


def _written(rows: Sequence[Written], start_ns: int) -> Cell:
    """The first row, its time counted from the event's first; and how many more there are."""
    if not rows:
        return ("nothing", _SEVERE)
    late = rows[0].time_ns - start_ns
    shown = amounts.price(rows[0].price_units) + (
        f" {amounts.milliseconds(late, signed=True)}" if late else ""
    )
    return shown + (f", {len(rows) - 1:,} more" if len(rows) > 1 else "")


def _dated(times: Iterable[int]) -> bool:
    """Whether the times are of several days, so that each must say of which."""
    return len({amounts.date(ns) for ns in times}) > 1


def _time(ns: int, digits: int, dates: bool) -> str:
    return f"{amounts.date(ns)} {amounts.clock(ns, digits)}" if dates else amounts.clock(ns, digits)


def _time_title(dates: bool, times: Sequence[int]) -> str:
    return "UTC" if dates or not times else f"{amounts.date(times[0])} UTC"


def _bad(count: int, colour: str) -> Cell:
    """A number that should be zero."""
    return (f"{count:,}", colour) if count else "0"


def _fitted(titles: Sequence[str], rows: Sequence[Row]) -> list[Column]:
    """Columns as wide as their content, those of numbers at the right."""
    heads = []
    for at, title in enumerate(titles):
        cells = [_text(row[at]) for row in rows]
        width = max(map(columns, [title, *cells]))
        heads.append(Column(title, width, right=all(map(_numeric, cells)), spare=_SPARE.get(title, 0)))
    return heads


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[0]


def _numeric(cell: str) -> bool:
    return cell.replace(",", "").replace(".", "").lstrip("−").isdigit()
