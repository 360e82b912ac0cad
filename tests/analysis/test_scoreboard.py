"""How each policy does against the source, counted by hand on one small bundle."""

from __future__ import annotations

from analysis.conftest import Opened
from analysis.hand_made import Table, table
from raceview.export.write import SCOREBOARD
from raceview.investigation import Investigation

TICKS = """
event_id ms   price
clean    1000 100.00
pair     2000 100.00
three    3000 100.00
altered  4000 100.00
lost     5000 100.00
unsure   6000 100.00
"""
ATTEMPTS = """
event_id worker_id start end
pair     w1        2010  2020
pair     w2        2015  2030
"""
OUTPUT = """
ms   price  event   attempt confidence
1000 100.00 clean   -       1
2000 100.00 pair    2       0.8
2004 100.40 pair    1       0.9
3003 100.10 three   -       1
3000 100.10 three   -       1
3002 100.31 three   -       1
4002 99.75  altered -       1
6000 100.00 unsure  -       1
6000 100.20 unsure  -       0.3
9000 100.00 -       -       1
"""
"""Rows 0 to 9: an exact one, a pair, three of one event, an altered one, a suspect duplicate, a phantom.

Six events, of which `lost` has no row; 8 rows and more are 6 - 1 = 5 events + 1 suspect duplicate + 1 phantom.
"""


def test_the_scoreboard(linked: Opened) -> None:
    """Wrong are, beside what a policy picks, the altered row (0.25, 2 ms) and the suspect one (0.20)."""
    assert _scores(linked(TICKS, ATTEMPTS, OUTPUT)) == table(
        """
        policy     rows once lost left prices mean        max  times max_ms oracle
        none       10   2    0    4    6      0.226666667 0.4  4     4.0    0
        exact-key  9    3    0    3    6      0.226666667 0.4  4     4.0    0
        first      7    4    0    1    3      0.183333333 0.25 2     3.0    0
        last       7    4    0    1    4      0.29        0.4  3     4.0    0
        highest    7    4    0    1    4      0.29        0.4  3     4.0    0
        lowest     7    4    0    1    3      0.183333333 0.25 2     3.0    0
        mean       7    4    0    1    4      0.205       0.25 2     3.0    0
        median     7    4    0    1    4      0.1875      0.25 2     3.0    0
        majority   7    4    0    1    3      0.183333333 0.25 2     3.0    0
        successful 7    4    0    1    4      0.2375      0.4  3     4.0    0
        confident  7    4    0    1    4      0.2375      0.4  3     4.0    0
        source     6    4    0    1    1      0.2         0.2  0     0.0    1
        """
    )


def test_phantoms_are_dropped_when_asked_for(linked: Opened) -> None:
    """One row less under every policy but `source`, which drops them anyhow; nothing else changes."""
    plain = _scores(linked(TICKS, ATTEMPTS, OUTPUT))
    dropped = _scores(linked(TICKS, ATTEMPTS, OUTPUT, drop_phantoms=True))
    assert [line[0] for line in dropped] == [line[0] for line in plain]
    assert [line[2:] for line in dropped] == [line[2:] for line in plain]
    assert [int(one[1]) - int(other[1]) for one, other in zip(plain[1:], dropped[1:], strict=True)] == [
        1
    ] * 11 + [0]


def test_the_exact_key_pairs_different_events_and_loses_a_real_one(linked: Opened) -> None:
    """The late copy of e1 lies on the timestamp of e2: the brief's own rule keeps the copy and drops the tick."""
    scores = _scores(
        linked(
            "ms price\n 1000 100.00\n 1005 200.00",
            None,
            "ms price event\n 1000 100.00 e1\n 1005 200.00 e2\n 1005 100.25 e1",
        )
    )
    assert scores[:4] == table(
        """
        policy     rows once lost left prices mean        max  times max_ms oracle
        none       3    1    0    1    1      0.25        0.25 1     5.0    0
        exact-key  2    0    1    1    1      0.25        0.25 1     5.0    0
        first      2    2    0    0    0      0.0         0.0  0     0.0    0
        """
    )


def test_how_many_groups_the_exact_key_finds_and_how_many_are_mixed(linked: Opened) -> None:
    """Three groups: copies of e1, e2 with a late copy of e1, and two rows that no event accounts for."""
    inv = linked(
        "ms\n 1000\n 2000",
        None,
        "ms event\n 1000 e1\n 1000 e1\n 1000 e1\n 2000 e2\n 2000 e1\n 5000 -\n 5000 -",
    )
    assert inv.summary()["duplicates"] == {
        "events": 1, "rows": 3, "kinds": {"identical": 0, "price": 0, "time": 1, "price+time": 0},
        "exact_key_groups": 3, "exact_key_rows": 4, "exact_key_groups_of_different_events": 1,
        "time_shift_ms": [1000.0, 1000.0], "price_shift": ["0", "0"],
    }  # fmt: skip


def test_nothing_to_judge_by_nothing_judged(matched: Opened) -> None:
    assert matched("ms first\n 1000 0\n 1000 0").scores == []


def test_the_columns_are_those_of_the_export(linked: Opened) -> None:
    assert all(tuple(score) == SCOREBOARD for score in linked(TICKS, ATTEMPTS, OUTPUT).scores)


def _scores(inv: Investigation) -> Table:
    """The scoreboard under shorter names: events kept once, real ones lost, duplicates left, wrong prices and times."""
    header = ("policy", "rows", "once", "lost", "left", "prices", "mean", "max", "times", "max_ms", "oracle")
    return [header, *(tuple(str(value) for value in score.values()) for score in inv.scores)]
