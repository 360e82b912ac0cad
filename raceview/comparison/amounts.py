"""The numbers of a comparison as text: rates, and how they changed, with their intervals."""

from __future__ import annotations

from math import ceil, floor, inf, log10

from raceview.comparison.judge import ONCE, Change
from raceview.comparison.rates import Interval, Rate

_THOUSAND, _MANY = 1_000, 1_000_000
_TENTH = 0.1
_TIMES_OVER = 10
"""From so many times on a rise is told as times, not as per cent."""


def number(value: float) -> str:
    """Four digits, or all before the point."""
    return f"{value:.4g}" if value < _THOUSAND else f"{value:,.0f}"


def count(events: int) -> str:
    """`70,000`, `9.99M`."""
    return f"{events:,}" if events < _MANY else f"{events / _MANY:,.2f}M"


def percent(rate: Rate) -> str:
    """`0.357 %`: two digits at least, and never rounded to none or to all where it is neither."""
    value = rate.value
    if value in {0, 1}:
        return f"{100 * value:.0f} %"
    small = 100 * min(value, 1 - value)
    return f"{100 * value:.{max(1, 1 - floor(log10(small)))}f} %"


def moved(ratio: Interval) -> str:
    """`a fall by 97 % (95 % interval 94 to 99)`."""
    if ratio.value < 1:
        ends = [_share(1 - end) for end in (ratio.high, ratio.low)]
        return f"a fall by {_share(1 - ratio.value)} % (95 % interval {' to '.join(ends)})"
    if ratio.value == inf:
        return "from none"
    if ratio.value < _TIMES_OVER and ratio.high < inf:
        ends = [_share(end - 1) for end in (ratio.low, ratio.high)]
        return f"a rise by {_share(ratio.value - 1)} % (95 % interval {' to '.join(ends)})"
    return f"{ratio.value:,.3g} times as many (95 % interval {ratio.low:,.3g} to {_times(ratio.high)})"


def change(line: Change) -> str:
    """`-97 % (-99 to -94)`; of what nearly always holds the points of a percentage."""
    if line.pair is None:
        return ""
    if line.key == ONCE:
        points = line.pair.difference
        value, low, high = (_points(end) for end in (points.value, points.low, points.high))
        return f"{value} pt ({low} to {high})"
    ratio = line.pair.ratio
    if ratio is None:
        return ""
    if ratio.value == inf:
        return "from none"
    if max(ratio.value, ratio.high) >= _TIMES_OVER:
        return f"x{_times(ratio.value)} (x{_times(ratio.low)} to x{_times(ratio.high)})"
    value, low, high = (_signed(end - 1) for end in (ratio.value, ratio.low, ratio.high))
    return f"{value} % ({low} to {high})"


def _points(share: float) -> str:
    """`+97`, `-0.88`: two digits, all of a hundred."""
    return f"{100 * share:+.0f}" if abs(share) >= _TENTH else f"{100 * share:+.2g}"


def _times(value: float) -> str:
    return "any" if value == inf else f"{value:,.2g}" if value < _TIMES_OVER else f"{value:,.0f}"


def _signed(share: float) -> str:
    text = _share(share)
    return text if text == "0" or share < 0 else f"+{text}"


def _share(share: float) -> str:
    """Per cent without a sign for it; never rounded to all where it is not all."""
    per_cent = 100 * share
    if abs(per_cent) > 99 and abs(per_cent) < 100:  # noqa: PLR2004 - where the last per cent is what counts
        cut = floor(abs(per_cent) * 10) / 10
        return f"{'-' if share < 0 else ''}{cut:.1f}".removesuffix(".0")
    return f"{round(per_cent)}"


def least(needed: float | None) -> str:
    return f"{ceil(100 * (needed or 0))} % or more"
