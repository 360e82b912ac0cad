"""SQL expressions that turn a field's text into an integer, in DuckDB's dialect; NULL where they are not sure.

They only speed up what `bundle/times.py` and `bundle/prices.py` define: whatever they leave NULL goes there. DuckDB's
own casts are too lenient to be used alone (`' 5'`, `'1_000'`, `'0x10'`, a `+05:30` that a cast to TIMESTAMP_NS drops
without a word), so a value's shape is checked before it is cast.
"""

from __future__ import annotations

from collections.abc import Sequence

from raceview.engine.scan import PRICES, TIMES

FIRST_YEAR, LAST_YEAR = "1901", "2099"
"""Timestamps that compare between these are among `TIMES`, with room for any offset."""

_PRICE = r"[-+]?[0-9]{1,10}(\.[0-9]{0,9})?"
_JSON_PRICE = r"-?(0|[1-9][0-9]{0,9})(\.[0-9]{1,9})?"
_ISO = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"(\.[0-9]{1,9})?([Zz]|[-+][0-9]{2}(:?[0-9]{2})?)?"
)
_EPOCH = r"0|[1-9][0-9]{0,18}|-[1-9][0-9]{0,17}"
_NS_PER_SECOND = 1_000_000_000
_MICRO_DIGITS, _NANO_DIGITS = 6, 9


def literal(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def price_units(value: str, json: bool) -> str:
    """The price as an integer of 1e-9: plain decimals of up to nine fraction digits.

    The first branch does for short positive numbers what the regular expression does, at a third of its cost: a cast
    with `e9` appended takes nothing but digits and a point, except for `_` and for what starts like `0x`.
    """
    cast = f"try_cast({value} || 'e9' AS BIGINT)"
    short = f"strlen({value}) <= 10 AND {value} >= '0' AND {value} < ':' AND NOT contains({value}, '_')"
    short += f" AND (strlen({value}) < 10 OR {value} < '8')"
    if json:
        short += f" AND NOT ends_with({value}, '.') AND NOT ({value} >= '0/' AND {value} < '1')"
    else:
        short += f" AND NOT ({value} >= '0:' AND {value} < '1')"
    shape = _JSON_PRICE if json else _PRICE
    bounded = f"CASE WHEN {cast} BETWEEN {PRICES[0]} AND {PRICES[-1]} THEN {cast} END"
    return f"CASE WHEN {short} THEN {cast} WHEN regexp_full_match({value}, '{shape}') THEN {bounded} END"


def time_ns(value: str, shapes: Sequence[str], any_time: bool = True) -> str:
    """Nanoseconds since the epoch, a time without a zone taken as UTC.

    `shapes` (see `Layout`) are tried first, and nothing else where there are any and `any_time` is false.
    """
    years = f"{value} >= '{FIRST_YEAR}' AND {value} < '{LAST_YEAR}'"
    branches = [
        f"WHEN {_has_shape(value, shape)} AND {years} THEN {_one_shape_ns(value, shape)}" for shape in shapes
    ]
    if any_time or not shapes:
        branches += [
            f"WHEN regexp_full_match({value}, '{_ISO}') AND {years} THEN {_any_iso_ns(value)}",
            f"WHEN regexp_full_match({value}, '{_EPOCH}') THEN {_epoch_ns(value)}",
        ]
    return "CASE " + " ".join(branches) + " END"


def without_zone(value: str) -> str:
    """Whether a time that `time_ns` has read names no zone, and is not an epoch number."""
    return f"(contains({value}, ':') AND NOT regexp_matches({value}, '[Zz+]|:.*-'))"


def _has_shape(value: str, shape: str) -> str:
    """Whether strptime, which takes groups of fewer digits and more spaces too, can only find this shape.

    With no fraction, or all the digits that %f and %n take, and a T, the length alone leaves no group short of a digit.
    """
    if " " in shape or _fraction_digits(shape) not in (0, _MICRO_DIGITS, _NANO_DIGITS):
        return f"{value} LIKE '{shape.replace('0', '_')}' AND {value}[-1] >= '0'"
    end = f"ends_with({value}, '{shape[-1]}')" if shape[-1] in "Zz" else f"{value}[-1] >= '0'"
    return f"strlen({value}) = {len(shape)} AND {end}"


def _one_shape_ns(value: str, shape: str) -> str:
    """For the shape of a whole column: one strptime."""
    digits = _fraction_digits(shape)
    fraction = "" if not digits else ".%f" if digits <= _MICRO_DIGITS else ".%n"
    zone = shape[-1] if shape[-1] in "Zz" else ""
    parsed = f"try_strptime({value}, '%Y-%m-%d{shape[10]}%H:%M:%S{fraction}{zone}')"
    return f"epoch_ns({parsed})" if digits > _MICRO_DIGITS else f"epoch_us({parsed}) * 1000"


def _fraction_digits(shape: str) -> int:
    return len(shape.partition(".")[2].rstrip("Zz"))


def _any_iso_ns(value: str) -> str:
    """For any ISO-8601 text that the shape check let through: seconds, fraction and offset apart."""
    seconds = f"epoch_us(try_strptime(replace(left({value}, 19), 'T', ' '), '%Y-%m-%d %H:%M:%S')) * 1000"
    fraction = rf"try_cast(rpad(regexp_extract({value}, '\.([0-9]+)', 1), 9, '0') AS BIGINT)"
    zone = rf"regexp_extract(substr({value}, 20), '[-+].*$')"
    hours, minutes = f"try_cast(substr({zone}, 2, 2) AS BIGINT)", f"try_cast(right({zone}, 2) AS BIGINT)"
    offset = (
        f"CASE WHEN {zone} = '' THEN 0 WHEN {hours} > 23 THEN NULL"
        f" WHEN length({zone}) = 3 THEN {hours} * 3600 WHEN {minutes} > 59 THEN NULL"
        f" ELSE {hours} * 3600 + {minutes} * 60 END * CASE WHEN {zone} LIKE '-%' THEN -1 ELSE 1 END"
    )
    return f"({seconds} + {fraction} - ({offset}) * {_NS_PER_SECOND})"


def _epoch_ns(value: str) -> str:
    """Seconds, ms, us or ns since the epoch, told apart by magnitude (the bounds are those of `times.py`)."""
    number = f"try_cast({value} AS BIGINT)"
    return (
        f"CASE WHEN abs({number}) < 100000000000 THEN {_scaled(number, _NS_PER_SECOND)}"
        f" WHEN abs({number}) < 100000000000000 THEN {_scaled(number, 1_000_000)}"
        f" WHEN abs({number}) < 100000000000000000 THEN {_scaled(number, 1000)}"
        f" ELSE {_scaled(number, 1)} END"
    )


def _scaled(number: str, factor: int) -> str:
    least, most = -(-TIMES[0] // factor), TIMES[-1] // factor
    return f"CASE WHEN {number} BETWEEN {least} AND {most} THEN {number} * {factor} END"
