"""Duplicated events one by one and symbol by symbol: in what their rows differ, and by how much."""

from __future__ import annotations

from analysis.conftest import Opened
from analysis.hand_made import relation, table

TICKS = "event_id symbol\n same AAA\n price AAA\n time BBB\n both BBB\n once BBB\n three AAA\n quiet CCC"
OUTPUT = """
symbol ms   price  event confidence
AAA    1000 100.00 same  1
AAA    1000 100.00 same  0.9
AAA    2000 100.00 price 1
AAA    2000 99.75  price 1
BBB    3000 100.00 time  1
BBB    2995 100.00 time  1
BBB    4000 100.00 both  0.7
BBB    4008 100.50 both  0.8
BBB    5000 100.00 once  1
AAA    6001 100.10 three 1
AAA    6000 100.00 three 1
AAA    6000 99.90  three 1
"""


def test_the_kind_says_in_what_the_rows_differ_from_each_other(linked: Opened) -> None:
    inv = linked(TICKS, None, OUTPUT)
    assert relation(
        inv,
        "SELECT event_id, rows, kind, price_min_units // 10000000 AS low, price_max_units // 10000000 AS high, "
        "time_shift_ns // 1000000 AS shift_ms, confidence_millionths // 10000 AS percent "
        "FROM duplicated JOIN ticks_read ON line = event ORDER BY event",
    ) == table(
        """
        event_id rows kind       low   high  shift_ms percent
        same     2    identical  10000 10000 0        90
        price    2    price      9975  10000 0        100
        time     2    time       10000 10000 5        100
        both     2    price+time 10000 10050 8        70
        three    3    price+time 9990  10010 1        100
        """
    )


def test_by_symbol(linked: Opened) -> None:
    inv = linked(TICKS, None, OUTPUT)
    inv.need("by_symbol")
    assert relation(
        inv,
        "SELECT symbol, events, duplicated_events AS dup, extra_rows AS extra, duplicate_rate_millionths AS rate, "
        "identical, price_shifted AS priced, time_shifted AS timed, price_shift_min_units // 10000000 AS p_min, "
        "price_shift_max_units // 10000000 AS p_max, time_shift_min_ns // 1000000 AS t_min, "
        "time_shift_max_ns // 1000000 AS t_max FROM by_symbol ORDER BY symbol",
    ) == table(
        """
        symbol events dup extra rate    identical priced timed p_min p_max t_min t_max
        AAA    3      3   4     1000000 1         2      1     0     25    0     1
        BBB    3      2   2     666667  0         1      2     0     50    5     8
        CCC    1      0   0     0       0         0      0     -     -     -     -
        """
    )


def test_a_bundle_without_duplicates_has_none(linked: Opened) -> None:
    inv = linked(TICKS, None, "symbol ms event\n AAA 1000 same\n BBB 5000 once")
    assert len(inv.duplicates()) == 0
    assert inv.summary()["duplicates"] == {
        "events": 0, "rows": 0, "kinds": {"identical": 0, "price": 0, "time": 0, "price+time": 0},
        "exact_key_groups": 0, "exact_key_rows": 0, "exact_key_groups_of_different_events": 0,
        "time_shift_ms": None, "price_shift": None,
    }  # fmt: skip
