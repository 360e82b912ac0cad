"""The sentence that tells why: exact words, with the numbers and the lines where somebody would look them up."""

from __future__ import annotations

import pytest

from analysis.conftest import Opened
from raceview.investigation import Investigation


@pytest.mark.parametrize(
    ("attempts", "sentence"),
    [
        (
            "e1 w3 1010 1021.5 success\n e1 w2 1010.25 1020 success",
            "w3 held it from 2024-06-03T09:30:01.010000 to 2024-06-03T09:30:01.021500 (line 2); w2 claimed it at "
            "2024-06-03T09:30:01.010250 (line 3), 11.25 ms before release; rows 0, 1",
        ),
        (
            "e1 w3 1010 - success\n e1 w2 1015 1020 success",
            "w3 held it from 2024-06-03T09:30:01.010000 with no end logged (line 2); w2 claimed it at "
            "2024-06-03T09:30:01.015000 (line 3); rows 0, 1",
        ),
        (
            "e1 w3 1010 1020 success\n e1 w3 1015 1030 success",
            "w3 held it from 2024-06-03T09:30:01.010000 to 2024-06-03T09:30:01.020000 (line 2); w3 claimed it at "
            "2024-06-03T09:30:01.015000 (line 3), 5 ms before release; rows 0, 1",
        ),
        (
            "e1 w2 1027 1040 success\n e1 w3 1010 1020 success",
            "w3 finished it at 2024-06-03T09:30:01.020000 (line 3); w2 took it again at "
            "2024-06-03T09:30:01.027000 (line 2), 7 ms after that; rows 0, 1",
        ),
        (
            "e1 w3 1010 1020 success\n e1 w2 1020 1030 success",
            "w3 finished it at 2024-06-03T09:30:01.020000 (line 2); w2 took it again at "
            "2024-06-03T09:30:01.020000 (line 3), 0 ms after that; rows 0, 1",
        ),
        (
            "e1 w1 1010 - timeout\n e1 w2 1030 1040 success",
            "w1 took it at 2024-06-03T09:30:01.010000, timeout (line 2); w2 at 2024-06-03T09:30:01.030000, success "
            "(line 3); both wrote, though one of them timed out; rows 0, 1",
        ),
        ("e1 w1 1010 1020 success", "2 rows for 1 attempt; rows 0, 1"),
        ("e2 w1 1010 1020 success", "the worker log does not account for it: 2 rows, 0 attempts; rows 0, 1"),
    ],
    ids=["race", "open", "self", "redelivery", "at once", "zombie", "double emit", "unexplained"],
)
def test_of_a_duplicated_event(linked: Opened, attempts: str, sentence: str) -> None:
    inv = linked("ms\n 1000", f"event_id worker_id start end status\n {attempts}", "event\n e1\n e1")
    assert _evidence(inv) == {"e1": sentence}
    assert inv.duplicates()["evidence"].tolist() == [sentence]


def test_an_event_with_several_duplicates_tells_of_the_first_and_names_all_rows(linked: Opened) -> None:
    inv = linked(
        "event_id ms\n e1 1000\n e2 2000",
        """
        event_id worker_id start end
        e1       w1        1010  1020
        e1       w2        1015  1030
        e2       w1        2010  2020
        """,
        "event\n e2\n e1\n e2\n e1\n e1\n e2",
    )
    assert _evidence(inv) == {
        "e1": "w1 held it from 2024-06-03T09:30:01.010000 to 2024-06-03T09:30:01.020000 (line 2); w2 claimed it at "
        "2024-06-03T09:30:01.015000 (line 3), 5 ms before release; rows 1, 3, 4",
        "e2": "3 rows for 1 attempt; rows 0, 2, 5",
    }


def test_of_events_that_are_not_duplicated(linked: Opened) -> None:
    inv = linked(
        """
        event_id    ms
        late        1000
        dearer      2000
        early       3000
        unlogged    4000
        unconfirmed 5000
        once        6000
        lost        7000
        abandoned   8000
        unprocessed 9000
        """,
        """
        event_id    start end  status
        late        1010  1020 success
        dearer      2010  2020 success
        early       3010  3020 success
        unconfirmed 5030  5040 timeout
        unconfirmed 5010  -    timeout
        once        6010  6020 success
        lost        7010  7020 success
        lost        7030  -    timeout
        abandoned   8010  -    timeout
        """,
        """
        ms       price  event
        1002.125 100.00 late
        2000     100.25 dearer
        2999     99.50  early
        4000     100.00 unlogged
        5000     100.00 unconfirmed
        6000     100.00 once
        """,
    )
    assert _evidence(inv) == {
        "late": "row 0 is +2.125 ms and 0 off its tick",
        "dearer": "row 1 is 0 ms and +0.25 off its tick",
        "early": "row 2 is -1 ms and -0.5 off its tick",
        "unlogged": "row 3, but no attempt in the worker log",
        "unconfirmed": "timed out (line 6, 5), yet row 4 was written",
        "lost": "succeeded (line 8, 9), but no row was written",
        "abandoned": "timed out (line 10), and no row was written",
        "unprocessed": "no attempt and no row",
    }


def _evidence(inv: Investigation) -> dict[str, str]:
    return dict(
        inv.engine.rows(
            "SELECT k.event_id, e.evidence FROM evidence AS e JOIN ticks_read AS k ON k.line = e.event ORDER BY e.event"
        )
    )
