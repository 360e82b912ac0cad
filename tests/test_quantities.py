"""What users type as times, prices and probabilities."""

from __future__ import annotations

import pytest

from raceview.errors import UsageError
from raceview.quantities import nanoseconds, price_units, probability, zone


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5ms", 5_000_000),
        ("500us", 500_000),
        ("500 µs", 500_000),
        ("0.25s", 250_000_000),
        (".5ms", 500_000),
        ("1ns", 1),
        ("0ms", 0),
        (" 1.000001ms ", 1_000_001),
    ],
)
def test_times(text: str, expected: int) -> None:
    assert nanoseconds(text, "--jitter") == expected


@pytest.mark.parametrize(
    "text", ["5", "ms", "", "-5ms", "5 minutes", "1e3ms", "0.5ns", "9999999999s", "nan", "\u0665ms"]
)
def test_times_that_are_none(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--jitter takes"):
        nanoseconds(text, "--jitter")


@pytest.mark.parametrize(
    ("text", "expected"), [("0.5", 500_000_000), ("0", 0), ("1e-9", 1), ("12", 12 * 10**9)]
)
def test_prices(text: str, expected: int) -> None:
    assert price_units(text, "--price-tolerance") == expected


@pytest.mark.parametrize("text", ["", "-0.5", "nan", "inf", "half", "1e-10", "1e30"])
def test_prices_that_are_none(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--price-tolerance takes"):
        price_units(text, "--price-tolerance")


def test_probabilities() -> None:
    assert [probability(text, "--threshold") for text in ("0", "0.5", "1")] == [0.0, 0.5, 1.0]
    for text in ("1.01", "-0.1", "nan", "x"):
        with pytest.raises(UsageError, match=r"^--threshold takes"):
            probability(text, "--threshold")


def test_zones() -> None:
    assert zone("Asia/Kolkata", "--assume-tz") == "Asia/Kolkata"
    for text in ("", "Mars", "../UTC", "/etc/passwd", "UTC\0"):
        with pytest.raises(UsageError, match=r"^--assume-tz takes"):
            zone(text, "--assume-tz")
