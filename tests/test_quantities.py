"""What users type as times, prices and probabilities."""

from __future__ import annotations

import pytest

from raceview.errors import UsageError
from raceview.model import Options, Policy, rounded
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


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (-59_999.6, "-60,000"),
        (9_999.9, "10,000"),
        (12.345678, "12.35"),
        (0, "0"),
        (999_999_999_999, "999,999,999,999"),
    ],
)
def test_no_number_below_ten_to_the_fifteenth_has_an_exponent(value: float, told: str) -> None:
    assert rounded(value, 4) == told
    assert rounded(value, 4, "+") == (told if value < 0 else f"+{told}")


def test_a_policy_is_given_by_its_name_or_refused() -> None:
    assert Options(policy="first").policy is Policy.FIRST  # type: ignore[arg-type]  # as a caller without types does
    with pytest.raises(ValueError, match="policy nope: choose from none, exact-key, first"):
        Options(policy="nope")  # type: ignore[arg-type]  # the same
