"""What the safeguards come to, in sentences: of all of them, and of the one under the cursor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from raceview.charts.plot import PLAIN, Run, Style
from raceview.export.safeguards_text import UNKNOWN, priced, span
from raceview.model import counted, words
from raceview.safeguards import Safeguarded

_BOLD, _FAINT = Style(bold=True), Style("bright_black")
_MOST_NAMES = 3


def prevents_all(one: Safeguarded) -> bool:
    """Every duplicate, for certain, and no real event harmed."""
    return bool(one.duplicates) and one.prevented_low == one.duplicates and one.harmed == 0


def headline(found: Sequence[Safeguarded]) -> tuple[str, str]:
    """How many rows are duplicates, and what would have prevented them all."""
    duplicates = next((one.duplicates for one in found if one.duplicates is not None), None)
    if duplicates is None:
        why = next((one.note.removeprefix(f"{UNKNOWN}: ") for one in found if one.note), "")
        return "How many rows are duplicates of a real event is unknown.", f"{why[:1].upper()}{why[1:]}."
    if not duplicates:
        return "No row is a duplicate of a real event.", "There is nothing to prevent."
    head = f"{counted(duplicates, 'duplicate row')}."
    everything = "it" if duplicates == 1 else "all of them"
    if sure := [words(one.safeguard) for one in found if prevents_all(one)]:
        return head, f"{_listed(sure)} would have prevented {everything} and harmed nothing."
    harmless = [one for one in found if one.harmed == 0 and one.prevented_low is not None]
    best = max(harmless, key=lambda one: (one.prevented_low or 0, one.prevented_high or 0), default=None)
    told = f"No safeguard is sure to prevent {everything} without harm"
    if best is None or not best.prevented_high:
        return head, f"{told}."
    return (
        head,
        f"{told}; {words(best.safeguard)} comes closest: {span(best.prevented_low, best.prevented_high)}.",
    )


def about(one: Safeguarded, width: int) -> list[list[Run]]:
    """The safeguard in full: its setting and price, its rule, and what the numbers hang on."""
    lines = [[Run(line, _BOLD if at == 0 else PLAIN)] for at, line in enumerate(_wrapped(_name(one), width))]
    lines += [[Run(line, PLAIN)] for line in _wrapped(f"{one.rule[:1].upper()}{one.rule[1:]}.", width)]
    if one.note:
        lines += [[Run(line, _FAINT)] for line in _wrapped(f"{one.note[:1].upper()}{one.note[1:]}.", width)]
    return lines


def price(one: Safeguarded) -> str:
    """`31 keys held at once`."""
    return UNKNOWN if one.price is None else priced(one.price, one.price_unit)


def _name(one: Safeguarded) -> str:
    """`ttl key · TTL 72 ms · 31 keys held at once`."""
    return " · ".join(filter(None, (words(one.safeguard), one.setting, price(one))))


def _listed(names: Sequence[str]) -> str:
    """`Unique event id, source time key and 2 more`."""
    shown = [*names[:_MOST_NAMES]]
    if len(names) > _MOST_NAMES:
        shown[-1:] = [f"{len(names) - _MOST_NAMES + 1} more"]
    text = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
    return f"{text[:1].upper()}{text[1:]}"


def _wrapped(text: str, width: int) -> Iterator[str]:
    return (f" {line}" for line in wrap(text, max(1, width - 2)))
