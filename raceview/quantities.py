"""The amounts a user types on the command line, as the integers the analysis works with.

Decimal all the way: `0.5` must be exactly half, and nanoseconds do not survive a float.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from raceview.errors import UsageError
from raceview.model import PRICE_UNIT_DIGITS

_NS = {"ns": 1, "us": 1_000, "µs": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
_DURATION = re.compile(r"([0-9]*\.?[0-9]+) ?(ns|us|µs|ms|s)")
_MOST = 2**62
"""Beyond this an amount no longer fits the 64-bit integers of the analysis with room to add two."""


def nanoseconds(text: str, option: str) -> int:
    """`5ms`, `500us`, `0.25 s` in nanoseconds; the unit must be there, for a bare 5 could be anything."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{option} takes a time with its unit, such as 5ms, 500us or 0.25s; got {text!r}")
    return _whole(Decimal(match[1]) * _NS[match[2]], text, option, "one nanosecond")


def price_units(text: str, option: str) -> int:
    """A price of zero or more, such as `0.5`, in units of 10**-9."""
    return _whole(_decimal(text, option).scaleb(PRICE_UNIT_DIGITS), text, option, "0.000000001")


def probability(text: str, option: str) -> float:
    """A number from 0 to 1."""
    value = _decimal(text, option)
    if not 0 <= value <= 1:
        raise UsageError(f"{option} takes a number from 0 to 1; got {text!r}")
    return float(value)


def zone(text: str, option: str) -> str:
    """The name of an IANA time zone."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError):
        raise UsageError(
            f"{option} takes the name of a time zone, such as UTC or Asia/Kolkata; got {text!r}"
        ) from None


def _decimal(text: str, option: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise UsageError(f"{option} takes a number; got {text!r}")
    return value


def _whole(value: Decimal, text: str, option: str, step: str) -> int:
    if not 0 <= value < _MOST:
        raise UsageError(
            f"{option} takes an amount of zero or more that a clock or a price can hold; got {text!r}"
        )
    if value != value.to_integral_value():
        raise UsageError(f"{option} takes whole steps of {step}; got {text!r}")
    return int(value)
