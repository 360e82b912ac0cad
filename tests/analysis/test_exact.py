"""Rows that repeat a tick: which of several rows goes to which of several events that are alike."""

from __future__ import annotations

from analysis.conftest import Opened
from analysis.hand_made import relation, table

EXACT = "SELECT row, event, twins FROM exact ORDER BY row"


def test_one_to_one(bundle: Opened) -> None:
    inv = bundle(
        "ms price\n 1000 100.00\n 2000 100.00\n 3000 100.00",
        "event_id\n e1",
        "ms price\n 3000 100.00\n 1000 100.00\n 2000 100.01",
    )
    assert relation(inv, EXACT) == table("row event twins\n 0 3 1\n 1 1 1")
    assert relation(inv, "SELECT row FROM rest") == table("row\n 2")


def test_another_symbol_is_another_tick(bundle: Opened) -> None:
    inv = bundle("symbol ms\n AAA 1000\n BBB 1000", "event_id\n e1", "symbol ms\n BBB 1000\n CCC 1000")
    assert relation(inv, EXACT) == table("row event twins\n 0 2 1")


def test_equal_keys_are_paired_by_rank(bundle: Opened) -> None:
    inv = bundle(
        """
        event_id ms   price
        e1       1000 100.00
        e2       2000 100.00
        e3       1000 100.00
        e4       3000 100.00
        e5       3000 100.00
        """,
        "event_id\n e1",
        "ms\n 3000\n 1000\n 2000\n 1000\n 1000\n 2000",
    )
    assert relation(inv, EXACT) == table(
        """
        row event twins
        0   4     2
        1   1     2
        2   2     1
        3   3     2
        """
    )
    assert relation(inv, "SELECT row FROM rest ORDER BY row") == table("row\n 4\n 5")


def test_twins_that_both_have_their_row_are_each_processed_once(bundle: Opened) -> None:
    inv = bundle("ms\n 1000\n 1000\n 2000", "start\n 1010\n 1010\n 2010", "ms\n 1000\n 1000\n 2000")
    assert relation(inv, "SELECT event, rows, outcome FROM ledger ORDER BY event") == table(
        "event rows outcome\n 1 1 exactly_once\n 2 1 exactly_once\n 3 1 exactly_once"
    )
    assert relation(inv, "SELECT row, event, confidence_millionths FROM links ORDER BY row") == table(
        "row event confidence_millionths\n 0 1 500000\n 1 2 500000\n 2 3 1000000"
    )
