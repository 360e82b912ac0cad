"""What a price may look like, exactly: decimal text to an integer of 10**-9. The engines' SQL agrees or abstains."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from raceview.bundle.rejection import rejected
from raceview.engine.scan import PRICES
from raceview.model import PRICE_UNIT_DIGITS

_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,6})?")
_DIGITS_IN_INT64 = 19


def parse_price(name: str, text: str) -> int:
    """The price in units of 1e-9. Raises RejectedError where it is no finite decimal, too fine or too large."""
    expected = "a finite decimal number"
    if not _NUMBER.fullmatch(text):
        raise rejected(name, expected, text)
    units = scaled_integer(text, PRICE_UNIT_DIGITS)
    if units is None:
        raise rejected(name, f"at most {PRICE_UNIT_DIGITS} digits after the point", text)
    if units not in PRICES:
        raise rejected(name, "a number from -1e9 to 8.2e9", text)
    return units


def scaled_integer(text: str, digits: int) -> int | None:
    """The decimal number `text` times 10**digits, exactly; None where that is no integer.

    A number far beyond 64 bits comes back as some number far beyond 64 bits.
    """
    try:
        sign, coefficient, exponent = Decimal(text).as_tuple()
    except InvalidOperation:
        return None
    magnitude = int("".join(map(str, coefficient)) or "0")
    if magnitude == 0:
        return 0
    shift = int(exponent) + digits
    if shift < 0:
        if -shift > len(coefficient) or magnitude % 10**-shift:
            return None
        magnitude //= 10**-shift
    else:
        magnitude *= int(10 ** min(shift, 2 * _DIGITS_IN_INT64))
    return -magnitude if sign else magnitude
