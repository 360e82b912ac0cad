"""What an attempt's window overlaps, and which attempts are retries."""

from __future__ import annotations

from analysis.conftest import Opened
from analysis.hand_made import Table, relation, table
from raceview.investigation import Investigation


def test_windows_beside_those_of_the_same_event(bundle: Opened) -> None:
    inv = bundle(
        "event_id ms\n e1 0",
        """
        event_id worker_id start end  status
        race     w1        10    20   success
        race     w2        15    30   success
        again    w3        10    20   success
        again    w4        20    30   success
        failed   w5        10    -    timeout
        failed   w6        40    50   success
        closed   w7        10    20   timeout
        closed   w8        15    18   success
        third    w9        10    20   success
        third    w10       12    40   success
        third    w11       25    30   success
        instant  w12       10    10   success
        instant  w13       10    20   success
        """,
    )
    assert _windows(inv) == table(
        """
        line event_id overlaps_event overlaps_worker retry
        2    race     1              0               0
        3    race     1              0               0
        4    again    0              0               0
        5    again    0              0               1
        6    failed   1              0               0
        7    failed   1              0               1
        8    closed   1              0               0
        9    closed   1              0               1
        10   third    1              0               0
        11   third    1              0               0
        12   third    1              0               1
        13   instant  1              0               0
        14   instant  1              0               1
        """
    )


def test_windows_beside_those_of_the_same_worker(bundle: Opened) -> None:
    inv = bundle(
        "event_id ms\n e1 0",
        """
        event_id worker_id start end
        a        apart     10    20
        b        apart     20    30
        c        crossing  10    20
        d        crossing  15    30
        e        around    10    90
        f        around    20    30
        g        around    40    50
        h        around    90    95
        i        instant   10    20
        j        instant   15    15
        k        instant   20    20
        l        together  10    10
        m        together  10    10
        n        other     10    90
        """,
    )
    assert _windows(inv) == table(
        """
        line event_id overlaps_event overlaps_worker retry
        2    a        0              0               0
        3    b        0              0               0
        4    c        0              1               0
        5    d        0              1               0
        6    e        0              1               0
        7    f        0              1               0
        8    g        0              1               0
        9    h        0              0               0
        10   i        0              1               0
        11   j        0              1               0
        12   k        0              0               0
        13   l        0              1               0
        14   m        0              1               0
        15   n        0              0               0
        """
    )


def test_an_open_window_is_an_instant_beside_its_workers_other_events(bundle: Opened) -> None:
    inv = bundle(
        "event_id ms\n e1 0",
        """
        event_id worker_id start end status
        crashed  w1        10    -   timeout
        next     w1        15    20  success
        busy     w2        10    30  success
        inside   w2        20    -   timeout
        later    w2        40    50  success
        """,
    )
    assert _windows(inv) == table(
        """
        line event_id overlaps_event overlaps_worker retry
        2    crashed  0              0               0
        3    next     0              0               0
        4    busy     0              1               0
        5    inside   0              1               0
        6    later    0              0               0
        """
    )


def test_an_open_window_lasts_for_ever_against_its_own_event_on_its_own_worker_too(bundle: Opened) -> None:
    inv = bundle(
        "event_id ms\n e1 0",
        """
        event_id worker_id start end status
        same     w1        10    -   success
        other    w1        20    30  success
        same     w1        40    50  success
        """,
    )
    assert _windows(inv) == table(
        """
        line event_id overlaps_event overlaps_worker retry
        2    same     1              1               0
        3    other    0              0               0
        4    same     1              1               0
        """
    )


def test_failed_is_what_timed_out_with_or_without_an_end(bundle: Opened) -> None:
    inv = bundle(
        "event_id ms\n e1 0",
        """
        event_id start end status
        a        10    20  success
        b        30    40  timeout
        c        50    -   timeout
        d        60    -   success
        """,
    )
    assert relation(inv, "SELECT line, failed FROM attempts ORDER BY line") == table(
        "line failed\n 2 0\n 3 1\n 4 1\n 5 0"
    )


def _windows(inv: Investigation) -> Table:
    return relation(
        inv,
        "SELECT r.line, r.event_id, coalesce(w.overlaps_event, 0) AS overlaps_event, "
        "coalesce(w.overlaps_worker, 0) AS overlaps_worker, coalesce(w.retry, 0) AS retry "
        "FROM attempts_read AS r LEFT JOIN windows AS w ON w.line = r.line ORDER BY r.line",
    )
