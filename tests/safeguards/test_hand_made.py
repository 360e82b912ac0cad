"""Each safeguard where it fires and where it does not: what it would have done is seen from the tables."""

from __future__ import annotations

import json

import pytest

from raceview.investigation import Investigation
from raceview.model import Safeguard
from safeguards.conftest import Opened, answers, table

ALL_CAUSES = """
event_id worker_id start end  status
zombie   w1        1010  1040 timeout
zombie   w2        1045  1055 success
claim    w1        2010  2020 success
claim    w2        2015  2030 success
self     w1        3010  3020 success
self     w1        3015  3030 success
redo     w1        4010  4020 success
redo     w2        4027  4040 success
emit     w1        5010  5020 success
"""
EVENTS = "event_id\n zombie\n claim\n self\n redo\n emit"
TWICE = """
event  ms
zombie 1000
zombie 1000
claim  2000
claim  2000
self   3000
self   3000
redo   4000
redo   4000
emit   5000
emit   5000
"""


def test_every_cause_once(linked: Opened) -> None:
    """Rows are identical copies; w1 of `zombie` wrote nobody knows when."""
    inv = linked(EVENTS, ALL_CAUSES, TWICE)
    assert answers(inv) == table(
        """
        safeguard             low high harmed
        unique_event_id       5   5    0
        symbol_time_key       5   5    0
        ttl_key               3   5    0
        source_time           0   0    0
        source_time_key       5   5    0
        source_time_price_key 5   5    0
        atomic_claim          2   2    0
        single_writer         1   1    0
        lease                 2   2    0
        heartbeat             2   3    0
        timeout               0   1    0
        fencing_token         0   3    0
        transaction           2   2    0
        """
    )


def test_nothing_to_prevent(linked: Opened) -> None:
    inv = linked("event_id\n e1\n e2", "event_id\n e1\n e2", "event\n e1\n e2")
    assert answers(inv) == [
        ("safeguard", "low", "high", "harmed"),
        *((str(safeguard), "0", "0", "0") for safeguard in Safeguard),
    ]
    assert inv.safeguard_curve_points == []


def test_keys_at_the_sink(linked: Opened) -> None:
    """A copy 5 ms late; one at its event's own time, off in price; one on the slot of the next event, which is gone
    for it. Twins, and another event of the symbol at their time."""
    inv = linked(
        """
        event_id ms   price
        late     1000 100
        off      2000 100
        landed   3000 100
        next     3005 101
        twin1    4000 100
        twin2    4000 100
        third    4000 102
        """,
        "event_id\n late\n late\n off\n off\n landed\n landed\n next\n twin1\n twin2\n third",
        """
        event  ms   price
        late   1000 100
        late   1005 100
        off    2000 100
        off    2000 100.5
        landed 3000 100
        landed 3005 100.5
        next   3005 101
        twin1  4000 100
        twin2  4000 100
        third  4000 102
        """,
    )
    asked = [safeguard for safeguard in Safeguard if "key" in safeguard or "_id" in safeguard]
    assert answers(inv, *asked) == table(
        """
        safeguard             low high harmed
        unique_event_id       3   3    0
        symbol_time_key       1   1    3
        ttl_key               3   3    0
        source_time_key       3   3    2
        source_time_price_key 1   1    1
        """
    )
    assert [(one.price, one.price_unit) for one in inv.safeguards_list[:2]] == [
        (7, "keys held, growing"),
        (6, "keys held, growing"),
    ]


def test_the_first_row_stays_even_where_it_is_the_worse_one(linked: Opened) -> None:
    """e1 wrote a shifted row before its own; e2's best row came first; both of e3's are shifted."""
    inv = linked(
        "event_id\n e1\n e2\n e3",
        "event_id\n e1\n e1\n e2\n e2\n e3\n e3",
        "event ms\n e1 1003\n e1 1000\n e2 2000\n e2 2004\n e3 3002\n e3 3003",
    )
    assert answers(inv, Safeguard.UNIQUE_EVENT_ID, Safeguard.SOURCE_TIME_KEY) == table(
        """
        safeguard             low high harmed
        unique_event_id       3   3    1
        source_time_key       3   3    0
        """
    )


CHAIN = """
event_id worker_id start end  status
e1       w1        1000  1010 success
e1       w2        1004  1020 success
e1       w3        1015  1030 success
"""


def test_what_follows_an_attempt_that_did_not_start_is_uncertain(linked: Opened) -> None:
    """w3 starts after w1 and within w2, which a claim keeps from starting: would it have found the event free?"""
    inv = linked("event_id\n e1", CHAIN, "event\n e1\n e1\n e1")
    assert answers(inv, Safeguard.ATOMIC_CLAIM, Safeguard.SINGLE_WRITER, Safeguard.TRANSACTION) == table(
        """
        safeguard             low high harmed
        atomic_claim          1   2    0
        single_writer         1   2    0
        transaction           1   1    0
        """
    )


def test_with_fewer_rows_than_attempts_the_attempt_that_goes_may_have_left_none(linked: Opened) -> None:
    """Three race and leave two rows, two race and leave one: w1's may be the missing one, and then none is left."""
    inv = linked(
        "event_id\n e1\n e2",
        """
        event_id worker_id start end
        e1       w1        1000  1010
        e1       w2        1004  1020
        e1       w3        1006  1020
        e2       w1        2000  2010
        e2       w2        2005  2010
        """,
        "event\n e1\n e1\n e2",
    )
    assert answers(inv, Safeguard.ATOMIC_CLAIM) == table(
        """
        safeguard             low high harmed
        atomic_claim          1   1    2
        """
    )


def test_a_retry_behind_a_timeout_is_no_harm(linked: Opened) -> None:
    inv = linked(
        "event_id\n e1",
        """
        event_id worker_id start end  status
        e1       w1        1000  -    timeout
        e1       w2        1035  1045 success
        """,
        "event\n e1",
    )
    assert {one.harmed for one in inv.safeguards_list} == {0}


def test_an_open_timeout_ends_when_those_that_are_logged_do(linked: Opened) -> None:
    """Time-outs are logged after 30 and 40 ms. Behind an open one: a claim after 20 ms meets it, one after 35 may,
    one after 41 does not."""
    inv = linked(
        "event_id\n e1\n e2\n e3\n e4\n e5",
        """
        event_id worker_id start end  status
        e1       w1        1000  1030 timeout
        e2       w1        2000  2040 timeout
        e3       w1        3000  -    timeout
        e3       w2        3020  3025 success
        e4       w1        4000  -    timeout
        e4       w2        4035  4040 success
        e5       w1        5000  -    timeout
        e5       w2        5041  5045 success
        """,
        "event\n e1\n e2\n e3\n e3\n e4\n e4\n e5\n e5",
    )
    assert answers(inv, Safeguard.ATOMIC_CLAIM, Safeguard.TIMEOUT, Safeguard.TRANSACTION) == table(
        """
        safeguard             low high harmed
        atomic_claim          1   2    0
        timeout               0   2    0
        transaction           3   3    2
        """
    )
    (timeout,) = (one for one in inv.safeguards_list if one.safeguard is Safeguard.TIMEOUT)
    assert (timeout.setting, timeout.price, timeout.price_unit) == (
        "time-out 80 ms",
        40,
        "ms added to each retry",
    )


def test_a_fence_asks_who_wrote_first(linked: Opened) -> None:
    """Attempt 2 wrote before attempt 1 in e1, after it in e2; who wrote what in e3 is not known; in e4 they part."""
    inv = linked(
        "event_id\n e1\n e2\n e3\n e4",
        """
        event_id worker_id start end
        e1       w1        1000  1010
        e1       w2        1005  1008
        e2       w1        2000  2010
        e2       w2        2005  2018
        e3       w1        3000  3010
        e3       w2        3005  3018
        e4       w1        4000  4010
        e4       w2        4011  4018
        """,
        "event attempt\n e1 2\n e1 1\n e2 1\n e2 2\n e3 -\n e3 -\n e4 -\n e4 -",
    )
    assert answers(inv, Safeguard.FENCING_TOKEN) == table("safeguard low high harmed\n fencing_token 1 2 0")


def test_curves(linked: Opened) -> None:
    """Work of 4 ms and of 12 ms, each claimed again after 2 ms; both writes within 10 and 20 ms of the first start."""
    inv = linked(
        "event_id\n e1\n e2",
        """
        event_id worker_id start end
        e1       w1        1000  1004
        e1       w2        1002  1010
        e2       w1        2000  2012
        e2       w2        2002  2020
        """,
        "event\n e1\n e1\n e2\n e2",
    )
    found = [
        (str(one.safeguard), one.setting_value, one.prevented_low, one.prevented_high, one.price)
        for one in inv.safeguard_curve_points
    ]
    assert found == [
        ("ttl_key", 10.0, 0, 2, 1),
        ("ttl_key", 20.0, 1, 2, 1),
        ("ttl_key", 50.0, 2, 2, 1),
        ("lease", 2.0, 0, 0, 4),
        ("lease", 5.0, 1, 1, 3),
        ("lease", 10.0, 1, 1, 2),
        ("lease", 20.0, 2, 2, 0),
    ]


def test_a_skewed_clock_is_set_right_first(linked: Opened) -> None:
    """w3 claims 30 ms before w1 is done, and its clock says 20 ms after: the finding tells."""
    names = [f"e{number}" for number in range(1, 91)]
    log = ["event_id worker_id start end", "e1 w3 1081 1100"]
    for number, name in enumerate(names, start=1):
        ahead = 50 if number % 3 == 2 else 0
        start = number * 1000 + number % 7 + ahead
        log.append(f"{name} w{number % 3 + 1} {start} {start + 60}")
    inv = linked(
        "\n".join(["event_id", *names]),
        "\n".join(log),
        "\n".join(["event", *names, "e1"]),
    )
    assert [finding.subject for finding in inv.findings_list] == ["w3"]
    assert inv.summary()["causes"]["redelivery"] == 1
    assert answers(inv, Safeguard.ATOMIC_CLAIM) == table("safeguard low high harmed\n atomic_claim 1 1 0")


def test_what_a_missing_file_leaves_unknown(bundle: Opened) -> None:
    inv = bundle("event_id\n e1\n e2", None, "ms\n 1000\n 1000\n 2000")
    known = {
        str(one.safeguard): one.prevented_low for one in inv.safeguards_list if one.prevented_low is not None
    }
    assert known == {
        "unique_event_id": 1,
        "symbol_time_key": 1,
        "source_time": 0,
        "source_time_key": 1,
        "source_time_price_key": 1,
    }
    frame = inv.safeguards().set_index("safeguard")
    assert (
        frame.loc["lease", ["duplicates", "prevented_low", "prevented_high", "harmed", "price"]].isna().all()
    )
    assert "no worker log" in str(frame.loc["lease", "note"])
    assert inv.safeguard_curves().empty


@pytest.mark.parametrize(
    "files", [(None, "event_id\n e1", "ms\n 1000\n 1000"), ("event_id\n e1", "event_id\n e1", None)]
)
def test_without_the_source_or_the_output_nothing_is_known(
    bundle: Opened, files: tuple[str | None, str, str | None]
) -> None:
    inv = bundle(*files)
    assert {(one.duplicates, one.prevented_high, one.harmed) for one in inv.safeguards_list} == {(None,) * 3}
    assert all(one.note.startswith("unknown: ") for one in inv.safeguards_list)
    json.dumps([one.as_dict() for one in inv.safeguards_list], allow_nan=False)


def test_a_success_whose_end_is_not_logged_makes_nothing_certain(linked: Opened) -> None:
    """It may have written, and ended, before or after the second one started."""
    inv = linked(
        "event_id\n e1",
        """
        event_id worker_id start end  status
        e1       w1        1001  -    success
        e1       w2        1050  1060 success
        """,
        "event\n e1\n e1",
    )
    assert answers(inv, Safeguard.TTL_KEY, Safeguard.TRANSACTION) == table(
        """
        safeguard   low high harmed
        ttl_key     0   1    0
        transaction 0   1    0
        """
    )
    leases = [point for point in inv.safeguard_curve_points if point.safeguard is Safeguard.LEASE]
    assert (leases[-1].prevented_low, leases[-1].prevented_high) == (0, 1)


def test_a_success_whose_end_is_not_logged_may_have_held_its_event_for_any_time(linked: Opened) -> None:
    """Time-outs take 30 ms, which says nothing of it: the second one, 20 or 40 ms later, may or may not meet it."""
    inv = linked(
        "event_id\n e1\n e2\n e3",
        """
        event_id worker_id start end  status
        e1       w1        1000  1030 timeout
        e2       w1        2000  -    success
        e2       w2        2020  2025 success
        e3       w1        3000  -    success
        e3       w2        3040  3045 success
        """,
        "event\n e1\n e2\n e2\n e3\n e3",
    )
    asked = (Safeguard.ATOMIC_CLAIM, Safeguard.SINGLE_WRITER, Safeguard.HEARTBEAT, Safeguard.TRANSACTION)
    assert answers(inv, *asked) == table(
        """
        safeguard     low high harmed
        atomic_claim  0   2    0
        single_writer 0   2    0
        heartbeat     0   2    0
        transaction   0   2    1
        """
    )
    notes = {one.safeguard: one.note for one in inv.safeguards_list}
    assert {notes[safeguard] for safeguard in asked[:3]} == {"2 attempts succeeded, nobody knows when"}
    assert notes[Safeguard.TRANSACTION].endswith("tried again; 2 attempts succeeded, nobody knows when")


def test_where_two_numbers_are_apart_the_note_says_why(linked: Opened) -> None:
    """An attempt behind one that may not have started; one behind a time-out that was logged, or was not; all sure."""
    chain = linked("event_id\n e1", CHAIN, "event\n e1\n e1\n e1")
    assert _note(chain, Safeguard.ATOMIC_CLAIM) == (
        "which of an event's attempts would have started, and which left its rows, is not logged"
    )
    log = """
        event_id worker_id start end  status
        e1       w1        1000  {}   timeout
        e1       w2        1020  1045 success
        """
    closed = linked("event_id\n e1", log.format(1010), "event\n e1\n e1")
    assert _note(closed, Safeguard.ATOMIC_CLAIM) == ""
    assert (
        _note(closed, Safeguard.HEARTBEAT) == "whether a worker that timed out was still alive is not logged"
    )
    assert _note(closed, Safeguard.LEASE).endswith(
        "when an attempt that timed out would have been done is not logged"
    )
    opened = linked("event_id\n e1", log.format("-"), "event\n e1\n e1")
    assert _note(opened, Safeguard.SINGLE_WRITER) == "1 attempt timed out, nobody knows when"
    for inv in (chain, closed, opened):
        assert all(one.note for one in inv.safeguards_list if one.prevented_low != one.prevented_high)


def test_of_an_event_without_an_attempt_in_the_log_nothing_is_certain(linked: Opened) -> None:
    """e2 is written three times, by whom nobody knows; e1 by two attempts, one after the other."""
    inv = linked(
        "event_id\n e1\n e2",
        """
        event_id worker_id start end
        e1       w1        1000  1010
        e1       w2        1020  1030
        """,
        "event\n e1\n e1\n e2\n e2\n e2",
    )
    asked = (
        Safeguard.TTL_KEY,
        Safeguard.ATOMIC_CLAIM,
        Safeguard.LEASE,
        Safeguard.HEARTBEAT,
        Safeguard.TIMEOUT,
        Safeguard.FENCING_TOKEN,
        Safeguard.TRANSACTION,
    )
    assert answers(inv, *asked) == table(
        """
        safeguard     low high harmed
        ttl_key       1   3    0
        atomic_claim  0   2    0
        lease         0   2    0
        heartbeat     0   2    0
        timeout       0   2    0
        fencing_token 0   2    0
        transaction   1   3    0
        """
    )
    for safeguard in asked:
        assert _note(inv, safeguard).endswith("1 duplicated event without an attempt in the log")


def _note(inv: Investigation, safeguard: Safeguard) -> str:
    return next(one.note for one in inv.safeguards_list if one.safeguard is safeguard)
