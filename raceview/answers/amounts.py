"""Times, time differences and prices as people read them: exact, from the integers, no floats on the way.

Times are UTC. A difference with a sign has a true minus (−), so that it lines up with the plus.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from raceview.model import MILLIONTHS, NS_PER_MS, NS_PER_SECOND, PRICE_UNIT_DIGITS

_LEAST_PRICE_DIGITS = 2
_SECOND_DIGITS = 9
_CONFIDENCE_DIGITS = 3


def date(ns: int) -> str:
    """`2025-07-12`."""
    return _moment(ns).strftime("%Y-%m-%d")


def clock(ns: int, digits: int = 3) -> str:
    """`09:15:05.810`, cut to `digits` of a second: take them from `second_digits`, so that nothing is lost."""
    part = f".{ns % NS_PER_SECOND:09}"[: digits + 1] if digits else ""
    return f"{_moment(ns):%H:%M:%S}{part}"


def second_digits(times: Iterable[int]) -> int:
    """How many digits of a second (3, 6 or 9) all of these times need."""
    digits = 3
    for ns in times:
        while digits < _SECOND_DIGITS and ns % 10 ** (_SECOND_DIGITS - digits):
            digits += 3
    return digits


def milliseconds(ns: int, signed: bool = False) -> str:
    """`10 ms`, `+0.25 ms`; all digits there are."""
    return f"{_decimal(ns, NS_PER_MS, 0, signed)} ms"


def duration(ns: int) -> str:
    """A distance in time, without a sign: milliseconds, from a second on seconds."""
    return milliseconds(abs(ns)) if abs(ns) < NS_PER_SECOND else f"{_decimal(abs(ns), NS_PER_SECOND, 0)} s"


def price(units: int, signed: bool = False) -> str:
    """`1,642.34`, `−0.04`: two digits after the point at least, more where there are more."""
    return _decimal(units, 10**PRICE_UNIT_DIGITS, _LEAST_PRICE_DIGITS, signed)


def difference(time_delta_ns: int, price_delta_units: int) -> str:
    """What a row has that its tick has not: `+10 ms −0.04`, or `exact`."""
    parts = [milliseconds(time_delta_ns, signed=True)] if time_delta_ns else []
    parts += [price(price_delta_units, signed=True)] if price_delta_units else []
    return " ".join(parts) or "exact"


def confidence(millionths: int) -> str:
    """`0.998`, cut and never rounded: only what is certain reads 1.000."""
    thousandths = millionths // (MILLIONTHS // 10**_CONFIDENCE_DIGITS)
    return f"{thousandths // 1000}.{thousandths % 1000:03}"


def _moment(ns: int) -> datetime:
    return datetime.fromtimestamp(ns // NS_PER_SECOND, UTC)


def _decimal(value: int, unit: int, least: int, signed: bool = False) -> str:
    """`value` / `unit`, a power of ten, exactly, with at least `least` digits after the point."""
    whole, part = divmod(abs(value), unit)
    digits = str(part).zfill(len(str(unit)) - 1).rstrip("0").ljust(least, "0")
    sign = "−" if value < 0 else "+" if signed and value > 0 else ""
    return f"{sign}{whole:,}{'.' + digits if digits else ''}"
