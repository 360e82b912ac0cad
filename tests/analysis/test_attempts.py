"""Attempts as relations: whose they are, how they are numbered, how two windows lie to each other."""

from __future__ import annotations

from analysis.conftest import Opened
from analysis.hand_made import Table, relation, table
from raceview.investigation import Investigation


def test_attempts_are_numbered_within_their_event_by_start_then_line(bundle: Opened) -> None:
    inv = bundle(
        "event_id\n e1\n e2",
        """
        event_id worker_id start end  status
        e1       w2        1020  1030 success
        e2       w1        2010  2020 success
        e1       w1        1010  1015 timeout
        e1       w3        1020  -    timeout
        """,
    )
    assert relation(
        inv, "SELECT line, event, attempt, worker, end_ns IS NULL AS open, failed FROM attempts ORDER BY line"
    ) == table(
        """
        line event attempt worker open  failed
        2    1     2       1      False 0
        3    2     1       0      False 0
        4    1     1       0      False 1
        5    1     3       2      True  1
        """
    )


def test_attempts_of_events_that_the_source_does_not_know_make_events_below_zero(bundle: Opened) -> None:
    inv = bundle(
        "event_id\n e1",
        """
        event_id start end
        ghost    1010  1020
        e1       1010  1020
        spook    1010  1020
        ghost    1005  1008
        """,
    )
    assert relation(
        inv,
        "SELECT a.line, r.event_id, event, attempt FROM attempts AS a "
        "JOIN attempts_read AS r ON r.line = a.line ORDER BY a.line",
    ) == table(
        """
        line event_id event attempt
        2    ghost    -2    2
        3    e1       1     1
        4    spook    -4    1
        5    ghost    -2    1
        """
    )


def test_attempts_of_an_id_with_two_payloads_go_to_the_payload_that_is_nearest_in_time(
    bundle: Opened,
) -> None:
    inv = bundle(
        """
        event_id ms   price
        twice    1000 100.00
        e2       2000 100.00
        twice    3000 105.00
        twice    3000 105.00
        """,
        """
        event_id start end
        twice    2990  3005
        twice    1010  1020
        twice    2000  2005
        """,
    )
    assert relation(inv, "SELECT event FROM ticks ORDER BY event") == table("event\n 1\n 2\n 3")
    assert relation(inv, "SELECT line, event, attempt FROM attempts ORDER BY line") == table(
        """
        line event attempt
        2    3     1
        3    1     1
        4    1     2
        """
    )


PAIRS = """
event_id worker_id start end  status
apart    w1        10    20   success
apart    w2        25    30   success
touching w1        10    20   success
touching w2        20    30   success
meeting  w1        10    20   success
meeting  w2        15    30   success
within   w1        10    90   success
within   w2        40    50   success
together w1        10    20   success
together w2        10    12   success
"""


def test_windows_of_two_attempts_and_the_shift_that_would_change_them(bundle: Opened) -> None:
    inv = bundle("event_id ms\n apart 0", PAIRS)
    assert _pairs(inv) == table(
        """
        event_id first second overlap zombie redelivery margin_ms
        apart    1     2      0       0      1          5
        touching 1     2      0       0      1          0
        meeting  1     2      1       0      0          5
        within   1     2      1       0      0          40
        together 1     2      1       0      0          2
        """
    )


def test_an_instant_meets_the_window_that_contains_it(bundle: Opened) -> None:
    inv = bundle(
        "event_id ms\n e1 0",
        """
        event_id worker_id start end
        inside   w1        10    20
        inside   w2        14    14
        at-start w1        10    20
        at-start w2        10    10
        at-end   w1        10    20
        at-end   w2        20    20
        before   w1        10    10
        before   w2        11    20
        both     w1        10    10
        both     w2        10    10
        """,
    )
    assert _pairs(inv) == table(
        """
        event_id first second overlap zombie redelivery margin_ms
        inside   1     2      1       0      0          4
        at-start 1     2      1       0      0          0
        at-end   1     2      0       0      1          0
        before   1     2      0       0      1          1
        both     1     2      1       0      0          0
        """
    )


def test_an_open_window_lasts_for_ever_against_its_own_event(bundle: Opened) -> None:
    inv = bundle(
        "event_id ms\n e1 0",
        """
        event_id   worker_id start end  status
        open-first w1        10    -    success
        open-first w2        90    95   success
        open-last  w1        10    20   success
        open-last  w2        15    -    success
        open-later w1        10    20   success
        open-later w2        20    -    success
        open-both  w1        10    -    success
        open-both  w2        90    -    success
        """,
    )
    assert _pairs(inv) == table(
        """
        event_id   first second overlap zombie redelivery margin_ms
        open-first 1     2      1       0      0          85
        open-last  1     2      1       0      0          5
        open-later 1     2      0       0      1          0
        open-both  1     2      1       0      0          -
        """
    )


def test_a_timeout_makes_zombies_and_no_redelivery_and_one_clock_has_no_margin(bundle: Opened) -> None:
    inv = bundle(
        "event_id ms\n e1 0",
        """
        event_id     worker_id start end  status
        first-failed w1        10    20   timeout
        first-failed w2        25    30   success
        last-failed  w1        10    20   success
        last-failed  w2        25    30   timeout
        one-clock    w1        10    20   success
        one-clock    w1        25    30   success
        one-worker   w1        10    20   success
        one-worker   w1        15    30   success
        """,
    )
    assert _pairs(inv) == table(
        """
        event_id     first second overlap zombie redelivery margin_ms
        first-failed 1     2      0       1      0          5
        last-failed  1     2      0       1      1          5
        one-clock    1     2      0       0      1          -
        one-worker   1     2      1       0      0          -
        """
    )


def test_three_attempts_make_three_pairs_and_one_attempt_none(bundle: Opened) -> None:
    inv = bundle(
        "event_id ms\n e1 0",
        """
        event_id worker_id start end
        three    w3        30    40
        three    w1        10    20
        three    w2        15    35
        single   w1        50    60
        """,
    )
    assert _pairs(inv) == table(
        """
        event_id first second overlap zombie redelivery margin_ms
        three    1     2      1       0      0          5
        three    1     3      0       0      1          10
        three    2     3      1       0      0          5
        """
    )


def _pairs(inv: Investigation) -> Table:
    return relation(
        inv,
        "SELECT r.event_id, first, second, overlap, zombie, redelivery, margin_ns // 1000000 AS margin_ms "
        "FROM attempt_pairs AS p JOIN attempts_read AS r ON r.line = p.first_line ORDER BY abs(p.event), first, second",
    )
