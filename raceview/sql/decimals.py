"""SQL that writes integers as decimal text, exactly, on every engine: no floats on the way."""

from __future__ import annotations

from raceview.model import PRICE_UNIT_DIGITS

MS_DIGITS = 6
"""Nanoseconds are 10**-6 of a millisecond."""
MILLIONTH_DIGITS = 6


def decimal_text(value: str, digits: int, signed: bool = False) -> str:
    """SQL text of the integer expression `value` x 10**-`digits`, without trailing zeros; NULL stays NULL.

    `signed` writes a plus before what is above zero.
    """
    scale = 10**digits
    whole = f"CAST(abs({value}) // {scale} AS VARCHAR)"
    part = f"rtrim(lpad(CAST(abs({value}) % {scale} AS VARCHAR), {digits}, '0'), '0')"
    plus = f"WHEN {value} > 0 THEN '+' " if signed else ""
    return (
        f"(CASE WHEN {value} < 0 THEN '-' {plus}ELSE '' END || {whole} || "
        f"CASE WHEN {value} % {scale} = 0 THEN '' ELSE '.' || {part} END)"
    )


def milliseconds(nanoseconds: str, signed: bool = False) -> str:
    """SQL text of a time difference in ms."""
    return decimal_text(nanoseconds, MS_DIGITS, signed)


def price(units: str, signed: bool = False) -> str:
    """SQL text of a price or a price difference."""
    return decimal_text(units, PRICE_UNIT_DIGITS, signed)


def confidence(millionths: str) -> str:
    """SQL text of a probability."""
    return decimal_text(millionths, MILLIONTH_DIGITS)


def fixed_text(units: str, digits: int) -> str:
    """SQL text of a price with exactly `digits` digits after the point; `units` has no finer ones."""
    scale, step = 10**PRICE_UNIT_DIGITS, 10 ** (PRICE_UNIT_DIGITS - digits)
    part = (
        f" || '.' || lpad(CAST(abs({units}) % {scale} // {step} AS VARCHAR), {digits}, '0')" if digits else ""
    )
    return f"(CASE WHEN {units} < 0 THEN '-' ELSE '' END || CAST(abs({units}) // {scale} AS VARCHAR){part})"
