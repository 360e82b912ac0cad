"""Amounts as people read them."""

from __future__ import annotations

import pytest

from raceview.answers import amounts

AT = 1_752_311_705_810_000_000


def test_times() -> None:
    assert amounts.date(AT) == "2025-07-12"
    assert amounts.clock(AT) == "09:15:05.810"
    assert amounts.clock(AT + 1, 9) == "09:15:05.810000001"
    assert amounts.clock(-1, 9) == "23:59:59.999999999"


@pytest.mark.parametrize(
    ("times", "digits"), [([], 3), ([AT], 3), ([AT, AT + 1_000], 6), ([AT + 1, AT], 9), ([AT + 100_000], 6)]
)
def test_as_many_digits_as_the_times_need(times: list[int], digits: int) -> None:
    assert amounts.second_digits(times) == digits


def test_differences() -> None:
    assert amounts.milliseconds(10_000_000, signed=True) == "+10 ms"
    assert amounts.milliseconds(-250_000, signed=True) == "−0.25 ms"
    assert amounts.milliseconds(0, signed=True) == "0 ms"
    assert amounts.duration(-1_500_000_000) == "1.5 s"
    assert amounts.duration(999_999_999) == "999.999999 ms"


def test_prices() -> None:
    assert amounts.price(1_642_340_000_000) == "1,642.34"
    assert amounts.price(-40_000_000, signed=True) == "−0.04"
    assert amounts.price(12_345) == "0.000012345"
    assert amounts.price(100_000_000_000) == "100.00"


def test_confidence_is_never_rounded_up() -> None:
    assert amounts.confidence(999_999) == "0.999"
    assert amounts.confidence(1_000_000) == "1.000"
    assert amounts.confidence(400) == "0.000"
