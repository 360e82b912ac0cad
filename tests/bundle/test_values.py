"""What a time and a price may look like; the tables are the definition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raceview.bundle.prices import parse_price
from raceview.bundle.rejection import RejectedError
from raceview.bundle.times import offset_changes, parse_time, time_shape

START = 1_752_311_700_000_000_000
"""2025-07-12T09:15:00Z"""
TIMES = {
    "2025-07-12T09:15:00Z": START,
    "2025-07-12 09:15:00": START,
    "2025-07-12T09:15:00.1z": START + 100_000_000,
    "2025-07-12T09:15:00.123456789": START + 123_456_789,
    "2025-07-12T14:45:00+05:30": START,
    "2025-07-12T14:45:00.5+0530": START + 500_000_000,
    "2025-07-12T04:15:00-05": START,
    "1752311700": START,
    "1752311700.005": START + 5_000_000,
    "1752311700005": START + 5_000_000,
    "1752311700005.25": START + 5_250_000,
    "1752311700005001": START + 5_001_000,
    "1752311700005001002": START + 5_001_002,
    "1.7523117e9": START,
    "0": 0,
    "-1": -1_000_000_000,
    "1900-01-01T00:00:00Z": -2_208_988_800 * 10**9,
    "2099-12-31T23:59:59.999999999Z": 4_102_444_800 * 10**9 - 1,
}
A_TIME = "a time such as 2025-07-12T09:15:00.005Z or an epoch number"
YEARS = "a time in the years 1900 to 2099"
NO_TIMES = {
    "": A_TIME,
    "2025-07-12": A_TIME,
    " 2025-07-12T09:15:00": A_TIME,
    "2025-07-12T09:15:00 ": A_TIME,
    "2025-7-12T9:5:0": A_TIME,
    "2025-07-12T09:15": A_TIME,
    "2025-07-12T09:15:00 UTC": A_TIME,
    "\uff12025-07-12T09:15:00": A_TIME,
    "1_752_311_700": A_TIME,
    "2025-02-30T00:00:00Z": "a date and time that exist",
    "2025-07-12T24:00:00": "a date and time that exist",
    "2025-07-12T09:15:60Z": "a date and time that exist",
    "0000-01-01T00:00:00": "a date and time that exist",
    "2025-07-12T09:15:00.1234567891": "at most 9 fraction digits",
    "2025-07-12T09:15:00+24:00": "an offset below 24 hours",
    "1752311700.0000000001": "an epoch number no finer than a nanosecond",
    "2100-01-01T00:00:00Z": YEARS,
    "1899-12-31T23:59:59.999999999Z": YEARS,
    "-9223372036854775808": YEARS,
    "9999999999999999999": YEARS,
    "1e99": YEARS,
}
PRICES = {
    "1222.66": 1_222_660_000_000,
    "0": 0,
    "-0.0": 0,
    "-2.50": -2_500_000_000,
    "+5": 5_000_000_000,
    ".5": 500_000_000,
    "5.": 5_000_000_000,
    "007": 7_000_000_000,
    "1e3": 1_000_000_000_000,
    "1.5E-3": 1_500_000,
    "1.10000000000": 1_100_000_000,
    "0.000000001": 1,
    "8223372036.854775807": 2**63 - 1 - 10**18,
    "-1000000000": -(10**18),
    "0e999999": 0,
}
A_NUMBER, FINE = "a finite decimal number", "at most 9 digits after the point"
LARGE = "a number from -1e9 to 8.2e9"
NO_PRICES = {
    "": A_NUMBER, " 5": A_NUMBER, "5 ": A_NUMBER, "1_000": A_NUMBER, "1,000": A_NUMBER, "0x10": A_NUMBER,
    "abc": A_NUMBER, "NaN": A_NUMBER, "inf": A_NUMBER, "-Infinity": A_NUMBER,
    ".": A_NUMBER, "1e": A_NUMBER, "٣": A_NUMBER, "null": A_NUMBER,
    "0.1234567891": FINE, "1e-10": FINE, "1e-999999": FINE,
    "8223372036.854775808": LARGE, "9000000000": LARGE, "1e10": LARGE,
    "-1000000000.000000001": LARGE, "-1e999999": LARGE,
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TIMES.items())
def test_a_time(text: str, expected: int) -> None:
    assert parse_time("timestamp", text, UTC) == expected


@pytest.mark.parametrize(("text", "expected"), NO_TIMES.items())
def test_no_time(text: str, expected: str) -> None:
    with pytest.raises(RejectedError) as caught:
        parse_time("timestamp", text, UTC)
    assert str(caught.value) == f"timestamp: expected {expected}, found {repr(text) if text else 'nothing'}"


@pytest.mark.parametrize(("text", "expected"), PRICES.items())
def test_a_price(text: str, expected: int) -> None:
    assert parse_price("price", text) == expected


@pytest.mark.parametrize(("text", "expected"), NO_PRICES.items())
def test_no_price(text: str, expected: str) -> None:
    with pytest.raises(RejectedError) as caught:
        parse_price("price", text)
    assert str(caught.value) == f"price: expected {expected}, found {repr(text) if text else 'nothing'}"


def test_a_reason_shows_control_characters_and_stays_short() -> None:
    with pytest.raises(RejectedError) as caught:
        parse_price("price", "\x1b[31m" + "9" * 100)
    assert str(caught.value) == f"price: expected {A_NUMBER}, found '\\x1b[31m{'9' * 55}…'"


def test_the_shape_of_a_time() -> None:
    assert time_shape("2025-07-12T09:15:00.005000Z") == "0000-00-00T00:00:00.000000Z"
    assert time_shape("2025-07-12 09:15:00") == "0000-00-00 00:00:00"
    assert time_shape("2025-07-12T09:15:00+05:30") is None
    assert time_shape("1752311700") is None


@given(
    zone=st.sampled_from(
        ["Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Europe/Dublin", "Asia/Pyongyang"]
    ),
    start=st.integers(-500_000_000, 2_000_000_000),
    steps=st.lists(st.integers(0, 40_000_000), min_size=1, max_size=4),
)
def test_offset_changes_say_what_the_zone_says(zone: str, start: int, steps: list[int]) -> None:
    """The piecewise form that an engine applies equals the time zone database, second by second near a change."""
    rules, high = ZoneInfo(zone), start + sum(steps)
    changes = offset_changes(rules, start * 10**9, high * 10**9)
    near = [local // 10**9 + step for local, _ in changes[1:] if local is not None for step in (-1, 0, 1)]
    for second in [start, high, *(start + step for step in steps), *near]:
        local = datetime(1970, 1, 1) + timedelta(seconds=second)
        east = [offset for since, offset in changes if since is None or second * 10**9 >= since][-1]
        exact = local.replace(tzinfo=rules).utcoffset()
        assert exact is not None
        assert east == int(exact.total_seconds()) * 10**9
