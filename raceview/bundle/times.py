"""What a time may look like, exactly: text to nanoseconds since the epoch. The engines' SQL agrees or abstains."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from raceview.bundle.prices import scaled_integer
from raceview.bundle.rejection import rejected
from raceview.engine.scan import TIMES
from raceview.model import NS_PER_SECOND

_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?"
    r"(?:([Zz])|([-+])([0-9]{2})(?::?([0-9]{2}))?)?"
)
_EPOCH = re.compile(r"-?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]{1,2})?")
_EPOCH_UNITS = ((10**11, 9), (10**14, 6), (10**17, 3))
"""Magnitudes below which an epoch number is seconds, ms, us (above: ns), and the digits from there to ns."""
_FRACTION_DIGITS = 9
_HOURS, _MINUTES = 23, 59
_EPOCH_START = datetime(1970, 1, 1)
_EXPECTED = "a time such as 2025-07-12T09:15:00.005Z or an epoch number"


def parse_time(name: str, text: str, zone: tzinfo) -> int:
    """Nanoseconds since the epoch, UTC; `zone` is that of a time which names none.

    A local time that a clock change repeats is taken as the earlier one, one that it skips as if the clock had not
    changed yet. Raises RejectedError.
    """
    match = _ISO.fullmatch(text)
    found = _iso_ns(name, text, match, zone) if match else _epoch_ns(name, text)
    if found not in TIMES:
        raise rejected(name, "a time in the years 1900 to 2099", text)
    return found


def time_shape(text: str) -> str | None:
    """The mask of a plain ISO time (each digit a 0), for `Layout.time_shapes`; None for what has no fixed mask."""
    match = _ISO.fullmatch(text)
    if match is None or match[5] or len(match[3] or "") > _FRACTION_DIGITS:
        return None
    return re.sub(r"[0-9]", "0", text)


def offset_changes(zone: tzinfo, low: int, high: int) -> list[tuple[int | None, int]]:
    """How `zone` is off UTC for local times from `low` to `high` (ns): (local ns from which, ns east of UTC).

    The first entry holds from the beginning (None).
    """
    day = 86_400
    start, end = low // NS_PER_SECOND - 2 * day, high // NS_PER_SECOND + 2 * day
    changes: list[tuple[int | None, int]] = [(None, _offset(zone, start))]
    while start < end:
        following = min(start + day, end)
        if _offset(zone, following) != _offset(zone, start):
            local = _first_change(zone, start, following)
            changes.append((local * NS_PER_SECOND, _offset(zone, local)))
        start = following
    return changes


def _first_change(zone: tzinfo, low: int, high: int) -> int:
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == _offset(zone, low):
            low = middle
        else:
            high = middle
    return high


def _offset(zone: tzinfo, local_seconds: int) -> int:
    """Nanoseconds that `zone` is east of UTC at a local time."""
    local = (_EPOCH_START + timedelta(seconds=local_seconds)).replace(tzinfo=zone)
    return _offset_of(local)


def _offset_of(local: datetime) -> int:
    offset = local.utcoffset() or timedelta()
    return round(offset.total_seconds()) * NS_PER_SECOND


def _iso_ns(name: str, text: str, match: re.Match[str], zone: tzinfo) -> int:
    date, clock, fraction, zulu, sign, hours, minutes = match.groups(default="")
    if len(fraction) > _FRACTION_DIGITS:
        raise rejected(name, f"at most {_FRACTION_DIGITS} fraction digits", text)
    try:
        local = datetime.fromisoformat(f"{date} {clock}")
    except ValueError:
        raise rejected(name, "a date and time that exist", text) from None
    if sign:
        if int(hours) > _HOURS or int(minutes or 0) > _MINUTES:
            raise rejected(name, "an offset below 24 hours", text)
        east = timedelta(hours=int(hours), minutes=int(minutes or 0))
        zone = timezone(-east if sign == "-" else east)
    elif zulu:
        zone = UTC
    since = local - _EPOCH_START
    nanoseconds = (since.days * 86_400 + since.seconds) * NS_PER_SECOND + int(fraction.ljust(9, "0"))
    return nanoseconds - _offset_of(local.replace(tzinfo=zone))


def _epoch_ns(name: str, text: str) -> int:
    if not _EPOCH.fullmatch(text):
        raise rejected(name, _EXPECTED, text)
    in_ns = scaled_integer(text, 0)
    whole = abs(in_ns) if in_ns is not None else abs(int(float(text)))
    digits = next((digits for bound, digits in _EPOCH_UNITS if whole < bound), 0)
    found = scaled_integer(text, digits)
    if found is None:
        raise rejected(name, "an epoch number no finer than a nanosecond", text)
    return found
