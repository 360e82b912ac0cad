"""Safeguards on stdout: plain text in 80 columns, like the summary."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from textwrap import wrap

from raceview.export.summary import WIDTH
from raceview.model import counted
from raceview.safe_text import printable
from raceview.safeguards import CurvePoint, Safeguarded

UNKNOWN = "unknown"
_ONE = {
    "keys": "key",
    "claims/s": "claim/s",
    "commits/s": "commit/s",
    "leases": "lease",
    "heartbeats/s": "heartbeat/s",
}
_NAME = 22
_SPAN = 15
_NUMBER = 9


def render_safeguards(name: str, found: Sequence[Safeguarded], curves: Sequence[CurvePoint]) -> str:
    """The whole answer; `name` is the bundle's."""
    sections = [
        _head(name, found),
        _table(found),
        _rules(found),
        *(_curve(list(points)) for _, points in groupby(curves, key=lambda point: point.safeguard)),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def span(low: int | None, high: int | None) -> str:
    """`104`, `70 to 104`, or that it is unknown."""
    if low is None or high is None:
        return UNKNOWN
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _head(name: str, found: Sequence[Safeguarded]) -> list[str]:
    title = f"raceview: {printable(name, WIDTH - len('raceview: '))}"
    known = next((one.duplicates for one in found if one.duplicates is not None), None)
    if known is None:
        return [title, "", "How many rows are duplicates of a real event is unknown."]
    return [
        title,
        "",
        f"{counted(known, 'duplicate row')}; how many of them each safeguard would have prevented:",
    ]


def _table(found: Sequence[Safeguarded]) -> list[str]:
    lines = [f"{'safeguard':<{_NAME}}{'prevented':>{_SPAN}}{'harmed':>{_NUMBER}}  price"]
    for one in found:
        numbers = f"{span(one.prevented_low, one.prevented_high):>{_SPAN}}{_count(one.harmed):>{_NUMBER}}"
        price = UNKNOWN if one.price is None else priced(one.price, one.price_unit)
        lines.append(f"{one.safeguard:<{_NAME}}{numbers}  {price}")
    return lines


def _rules(found: Sequence[Safeguarded]) -> list[str]:
    """What each takes away; why others are unknown is said once."""
    known = [one for one in found if one.prevented_low is not None]
    items = [_rule(one) for one in known]
    items += dict.fromkeys(one.note for one in found if one.prevented_low is None)
    lines = [
        line for item in items for line in wrap(item, WIDTH, initial_indent="- ", subsequent_indent="  ")
    ]
    return ["What the replay takes away, and what the numbers hang on", *lines] if known else lines


def _rule(one: Safeguarded) -> str:
    name = f"{one.safeguard} ({one.setting})" if one.setting else str(one.safeguard)
    return f"{name}: {one.rule}" + (f" [{one.note}]" if one.note else "")


def _curve(points: Sequence[CurvePoint]) -> list[str]:
    """One safeguard over its setting."""
    lines = [f"{points[0].safeguard:<{_NAME}}{'prevented':>{_SPAN}}{'harmed':>{_NUMBER}}  price"]
    for one in points:
        setting = f"{amount(one.setting_value)} {one.setting_unit}"
        numbers = f"{span(one.prevented_low, one.prevented_high):>{_SPAN}}{_count(one.harmed):>{_NUMBER}}"
        lines.append(f"{setting:>{_NAME - 2}}  {numbers}  {priced(one.price, one.price_unit)}")
    return lines


def _count(number: int | None) -> str:
    return UNKNOWN if number is None else f"{number:,}"


def amount(number: float) -> str:
    """`1,991`, `7.66667`."""
    return f"{number:,.12g}"


def priced(price: float, unit: str) -> str:
    """`31 keys held at once`, `1 key held at once`."""
    what, blank, rest = unit.partition(" ")
    return f"{amount(price)} {_ONE.get(what, what) if price == 1 else what}{blank}{rest}"
