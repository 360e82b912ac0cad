"""Which row each policy picks, and at which price: one event of three rows, ties, and rows that are no candidates."""

from __future__ import annotations

import pytest

from analysis.conftest import Opened
from analysis.hand_made import Table, relation, table
from raceview.investigation import Investigation
from raceview.model import Policy

PICKS = "SELECT policy, row, price_units / 1000000000.0 AS price FROM picks"
THREE_ATTEMPTS = """
event_id worker_id start end  status
e1       w1        1010  -    timeout
e1       w2        1020  1030 success
e1       w3        1025  1030 success
"""


def test_three_rows_that_differ_in_everything(linked: Opened) -> None:
    """Row 1 fits the source best (100.00); attempt 2 is the first that succeeded and wrote row 2."""
    inv = linked(
        "ms price\n 1000 100.00",
        THREE_ATTEMPTS,
        """
        ms   price  event attempt confidence
        1004 100.51 e1    1       0.7
        1001 100.10 e1    3       0.9
        1003 99.90  e1    2       0.8
        """,
    )
    assert _picks(inv) == table(
        """
        policy     row price
        first      0   100.51
        last       2   99.9
        highest    0   100.51
        lowest     2   99.9
        mean       0   100.17
        median     0   100.1
        majority   0   100.51
        successful 2   99.9
        confident  1   100.1
        source     1   100.1
        """
    )


def test_ties_go_to_the_lowest_row(linked: Opened) -> None:
    inv = linked(
        "ms price\n 1000 100.00",
        THREE_ATTEMPTS,
        """
        ms   price  event confidence
        1001 100.21 e1    0.9
        1002 100.31 e1    0.9
        1001 100.21 e1    0.9
        1002 100.31 e1    0.9
        """,
    )
    assert _picks(inv) == table(
        """
        policy     row price
        first      0   100.21
        last       3   100.31
        highest    1   100.31
        lowest     0   100.21
        mean       0   100.26
        median     0   100.26
        majority   0   100.21
        successful 0   100.21
        confident  0   100.21
        source     0   100.21
        """
    )


def test_the_majority_wins_wherever_it_stands(linked: Opened) -> None:
    inv = linked("ms\n 1000", None, "price event\n 100.40 e1\n 100.10 e1\n 100.40 e1\n 100.10 e1\n 100.10 e1")
    assert ("majority", "1", "100.1") in _picks(inv)


def test_successful_is_first_where_the_row_of_the_first_success_is_not_known(linked: Opened) -> None:
    inv = linked("ms\n 1000", THREE_ATTEMPTS, "price event attempt\n 100.10 e1 -\n 100.20 e1 3")
    assert ("successful", "0", "100.1") in _picks(inv)


def test_suspect_duplicates_are_no_candidates(linked: Opened) -> None:
    inv = linked(
        "ms\n 1000",
        None,
        "ms price event confidence\n 1000 100.91 e1 0.1\n 1000 100.01 e1 0.2\n 1000 100.51 e1 0.8",
    )
    assert set(_picks(inv)[1:]) == {
        ("confident", "2", "100.51"),
        ("first", "1", "100.01"),
        ("highest", "2", "100.51"),
        ("last", "2", "100.51"),
        ("lowest", "1", "100.01"),
        ("majority", "1", "100.01"),
        ("mean", "1", "100.26"),
        ("median", "1", "100.26"),
        ("source", "1", "100.01"),
        ("successful", "1", "100.01"),
    }


@pytest.mark.parametrize(
    ("prices", "mean", "median"),
    [
        ("100.01 100.02", "100.02", "100.02"),
        ("100.02 100.03", "100.02", "100.02"),
        ("100.00 100.01 100.01", "100.01", "100.01"),
        ("100.00 100.00 100.01", "100.0", "100.0"),
        ("-1.01 -1.02", "-1.02", "-1.02"),
        ("-1.02 -1.03", "-1.02", "-1.02"),
        ("-0.01 0.02", "0.0", "0.0"),
        ("3 4", "4.0", "4.0"),
        ("4 5", "4.0", "4.0"),
        ("0.000000001 0.000000002", "2e-09", "2e-09"),
        ("8000000000 8000000001.5", "8000000000.8", "8000000000.8"),
        ("1 2 4 8", "4.0", "3.0"),
        ("5 1 9 2 2", "4.0", "2.0"),
    ],
)
def test_mean_and_median_round_half_even_to_the_finest_precision_of_the_output(
    linked: Opened, prices: str, mean: str, median: str
) -> None:
    """A tie goes to the neighbour whose last digit is even: 1.015 becomes 1.02, 1.025 becomes 1.02."""
    inv = linked(
        "ms price\n 1000 1", None, "price event\n" + "".join(f"{price} e1\n" for price in prices.split())
    )
    found = {policy: (row, price) for policy, row, price in _picks(inv)[1:]}
    assert (found["mean"], found["median"]) == (("0", mean), ("0", median))


def test_the_source_decides_nothing_for_the_policies_that_do_not_ask_it(linked: Opened) -> None:
    """The same output under three sources: `source` follows them, no other policy does."""
    rows = "ms price event confidence\n 1001 100.30 e1 0.7\n 1002 100.20 e1 0.9\n 1003 100.10 e1 0.8"
    picks = [
        _picks(linked(f"ms price\n {tick}", None, rows))
        for tick in ("1001 100.30", "1002 100.20", "1003 100.10")
    ]
    others = [[line for line in found if line[0] != "source"] for found in picks]
    assert others[0] == others[1] == others[2]
    assert [line for found in picks for line in found if line[0] == "source"] == [
        ("source", "0", "100.3"), ("source", "1", "100.2"), ("source", "2", "100.1"),
    ]  # fmt: skip


def test_events_with_one_row_offer_no_choice(linked: Opened) -> None:
    assert _picks(linked("ms\n 1000\n 2000", None, "ms event\n 1003 e1\n 2000 e2")) == [
        ("policy", "row", "price")
    ]


def test_the_policy_that_is_applied(linked: Opened) -> None:
    """What was asked for, else `source`."""
    assert linked("ms\n 1000", None, "event\n e1").policy is Policy.SOURCE
    assert linked("ms\n 1000", None, "event\n e1", policy=Policy.MEAN).policy is Policy.MEAN


def _picks(inv: Investigation) -> Table:
    order = [str(policy) for policy in Policy]
    header, *lines = relation(inv, PICKS)
    return [header, *sorted(lines, key=lambda line: order.index(line[0]))]
