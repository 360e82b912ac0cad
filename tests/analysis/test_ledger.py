"""What became of each event: every outcome, which of two that hold comes first, and what is not known."""

from __future__ import annotations

import random

import pytest

from analysis.conftest import Opened
from analysis.hand_made import Table, relation, table
from raceview.investigation import Investigation
from raceview.model import Outcome

TICKS = """
event_id ms
twice        1000
altered      2000
unlogged     3000
unconfirmed  4000
once         5000
lost         6000
abandoned    7000
unprocessed  8000
"""

ATTEMPTS = """
event_id    start end  status
twice       1010  1020 success
altered     2010  2020 success
unconfirmed 4010  -    timeout
unconfirmed 4030  4040 timeout
once        5010  5020 timeout
once        5030  5040 success
lost        6010  6020 timeout
lost        6030  6040 success
abandoned   7010  -    timeout
"""

OUTPUT = """
ms   price  event
1000 100.00 twice
1000 100.00 twice
2003 100.00 altered
3000 100.00 unlogged
4000 100.00 unconfirmed
5000 100.00 once
"""

COUNTED = {
    "duplicated": 1, "altered": 1, "unlogged": 1, "unacknowledged": 1, "exactly_once": 1, "lost": 1,
    "abandoned": 1, "unprocessed": 1, "unknown": 0,
}  # fmt: skip


def test_every_outcome(linked: Opened) -> None:
    inv = linked(TICKS, ATTEMPTS, OUTPUT)
    assert _ledger(inv) == table(
        """
        event_id    attempts failed rows outcome
        twice       1        0      2    duplicated
        altered     1        0      1    altered
        unlogged    0        0      1    unlogged
        unconfirmed 2        2      1    unacknowledged
        once        2        1      1    exactly_once
        lost        2        1      0    lost
        abandoned   1        1      0    abandoned
        unprocessed 0        0      0    unprocessed
        """
    )
    assert inv.summary()["outcomes"] == COUNTED


def test_the_same_with_links_that_the_program_found(bundle: Opened) -> None:
    assert bundle(TICKS, ATTEMPTS, OUTPUT).summary()["outcomes"] == COUNTED


def test_the_first_outcome_that_holds(linked: Opened) -> None:
    inv = linked(
        "event_id ms\n twice-unlogged 1000\n twice-timeout 2000\n altered-unlogged 3000\n altered-timeout 4000",
        """
        event_id        start end status
        twice-timeout   2010  -   timeout
        altered-timeout 4010  -   timeout
        """,
        """
        ms   price  event
        1000 100.00 twice-unlogged
        1009 100.00 twice-unlogged
        2009 100.00 twice-timeout
        2009 100.00 twice-timeout
        3000 100.01 altered-unlogged
        4001 100.00 altered-timeout
        """,
    )
    assert _ledger(inv) == table(
        """
        event_id         attempts failed rows outcome
        twice-unlogged   0        0      2    duplicated
        twice-timeout    1        1      2    duplicated
        altered-unlogged 0        0      1    altered
        altered-timeout  1        1      1    altered
        """
    )


@pytest.mark.parametrize(
    ("row", "within"),
    [
        ("1009.999 100.00", 1),
        ("1010.001 100.00", 0),
        ("1000 100.49", 1),
        ("1000 99.49", 0),
        ("1005 100.51", 0),
    ],
)
def test_altered_rows_are_within_the_noise_or_beyond_it(linked: Opened, row: str, within: int) -> None:
    inv = linked("ms\n 1000", "start\n 1010", f"ms price event\n {row} e1")
    assert inv.summary()["altered"] == {"within_noise": within, "beyond_noise": 1 - within}


def test_a_clock_offset_is_no_noise(linked: Opened) -> None:
    inv = linked("ms\n 1000", "start\n 1010", "ms event offset\n 1500 e1 500")
    assert inv.summary()["altered"] == {"within_noise": 1, "beyond_noise": 0}


def test_the_same_moment_and_price_written_in_another_way_is_not_altered(bundle: Opened) -> None:
    inv = bundle(
        "ms price\n 1000 100.00\n 2000 7", "start\n 1010\n 2010", "ms price\n 1000 100.0\n 2000 7.000"
    )
    assert _ledger(inv) == table(
        """
        event_id attempts failed rows outcome
        e1       1        0      1    exactly_once
        e2       1        0      1    exactly_once
        """
    )


def test_outcomes_are_those_of_the_model_in_its_order() -> None:
    assert list(COUNTED) == list(Outcome)


def _ledger(inv: Investigation) -> Table:
    return relation(
        inv,
        "SELECT k.event_id, attempts, failed, rows, outcome FROM ledger "
        "JOIN ticks_read AS k ON k.line = event ORDER BY event",
    )


def test_many_events_are_not_taken_for_their_neighbours(bundle: Opened) -> None:
    """They are looked up 60 to a block: one attempted twice must not stand in for one that was not attempted."""
    draw = random.Random(7)
    events = range(1, 251)
    attempts = {event: draw.choice([0, 1, 1, 1, 2]) for event in events}
    rows = {event: draw.choice([0, 1, 1, 1]) for event in events}
    logged = [event for event in events for _ in range(attempts[event])]
    emitted = [(event, "AAA") for event in events if rows[event]] + [(251, "AAA"), (252, "BBB")]
    draw.shuffle(logged)
    draw.shuffle(emitted)
    inv = bundle(
        "ms\n" + "\n".join(f"{event}000" for event in events),
        "event_id start_ms end_ms\n" + "\n".join(f"e{event} {event}000 {event}001" for event in logged),
        "ms symbol price\n" + "\n".join(f"{event}000 {symbol} 100.00" for event, symbol in emitted),
    )
    found = inv.engine.rows("SELECT event, attempts, rows FROM ledger ORDER BY event")
    assert found == [(event, attempts[event], rows[event]) for event in events]
    numbers = inv.engine.rows("SELECT event, attempt FROM attempts ORDER BY event, attempt")
    assert numbers == [(event, number + 1) for event in events for number in range(attempts[event])]
    left = inv.engine.rows("SELECT row FROM rest ORDER BY row")
    assert left == [(row,) for row, (event, _) in enumerate(emitted) if event > 250]
