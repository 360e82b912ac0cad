"""Twins with more rows than events: how many rows are surplus is certain, though not which event each belongs to."""

from __future__ import annotations

import pytest

from analysis.conftest import Opened
from analysis.hand_made import Table, relation, table
from raceview.investigation import Investigation
from raceview.model import Policy

OTHERS = 20
"""Events before the twins, each with its own exact row: what a row looks like as a rule."""
EXACT, NEAR, NEARER = "50000 200.00", "50003 200.10", "50002 200.05"
PICKING = [policy for policy in Policy if policy not in (Policy.NONE, Policy.EXACT_KEY)]
SUSPECTS = "SELECT row, event, place, suspect FROM crowded ORDER BY row"


@pytest.mark.parametrize("twins", [2, 4, 6])
@pytest.mark.parametrize(("rows", "surplus"), [(EXACT, EXACT), (EXACT, NEAR), (NEARER, NEAR)])
def test_one_row_too_many_is_a_duplicate(bundle: Opened, twins: int, rows: str, surplus: str) -> None:
    """One event is duplicated, one row is dropped under every policy; the links stay as unsure as they are."""
    inv = _open(bundle, twins, [rows] * twins + [surplus])
    assert inv.summary()["outcomes"]["duplicated"] == 1
    ((confidence, group),) = inv.engine.rows(
        "SELECT max(f.confidence_millionths), min(f.group_confidence_millionths) FROM links_found AS f "
        "JOIN crowded AS c ON c.row = f.row WHERE c.place = 2 AND c.suspect = 0"
    )
    assert confidence == pytest.approx(1e6 / twins, abs=100)
    assert group == pytest.approx(1e6, abs=1_000)
    scores = {score["policy"]: score for score in inv.scores}
    for policy in PICKING:
        score = scores[policy]
        assert (score["rows"], score["real_lost"], score["duplicates_left"]) == (OTHERS + twins, 0, 0), policy


@pytest.mark.parametrize("policy", PICKING)
def test_each_policy_writes_one_row_per_twin(bundle: Opened, policy: Policy) -> None:
    inv = _open(bundle, 4, [EXACT] * 4 + [NEAR], policy=policy)
    assert _dropped(inv) == 1


@pytest.mark.parametrize("surplus", [2, 3])
def test_as_many_are_dropped_as_are_too_many(bundle: Opened, surplus: int) -> None:
    assert _dropped(_open(bundle, 4, [EXACT] * 4 + [NEAR] * surplus)) == surplus


@pytest.mark.parametrize("twins", [2, 4, 6])
@pytest.mark.parametrize("last", [EXACT, NEAR])
def test_a_row_for_each_twin_is_kept(bundle: Opened, twins: int, last: str) -> None:
    inv = _open(bundle, twins, [EXACT] * (twins - 1) + [last])
    assert (_dropped(inv), inv.summary()["outcomes"]["duplicated"]) == (0, 0)


@pytest.mark.parametrize("twins", [2, 4, 6])
def test_a_row_for_each_twin_is_kept_though_one_was_attempted_twice(bundle: Opened, twins: int) -> None:
    """The log makes two rows of one twin and none of another likelier: not likely enough to drop one."""
    inv = _open(bundle, twins, [NEARER] * twins, again="twin1 50011 50023")
    assert inv.summary()["outcomes"]["duplicated"] == 1
    assert _dropped(inv) == 0


LINKS = """
row event confidence group
0   a     0.25       1
1   a     0.25       0.9
2   b     0.25       1
3   c     0.25       1
4   d     0.25       1
5   d     0.25       {group}
6   e     0.3        0.3
7   e     0.3        0.3
"""
TICKS = "event_id ms\n a 1000\n b 1000\n c 1000\n d 1000\n e 2000\n f 2001"
"""a to d are twins; e and f differ by 1 ms, which no row tells apart."""


@pytest.mark.parametrize(
    ("group", "threshold", "suspects"),
    [("1", 0.5, {7}), ("0.4", 0.5, {5, 7}), ("0.4", 0.95, {1, 5, 7}), ("0.4", 0.2, set())],
)
def test_doubtful_rows_stay_suspect(linked: Opened, group: str, threshold: float, suspects: set[int]) -> None:
    """Rows 1, 5 and 7 are further ones; 7 has no twins to share its doubt with."""
    inv = linked(TICKS, None, LINKS.format(group=group), threshold=threshold)
    rows = inv.engine.rows("SELECT row FROM crowded WHERE suspect = 1")
    assert {row for (row,) in rows} == suspects


def test_the_surest_duplicates_are_the_surplus(linked: Opened) -> None:
    """Six rows of four twins, linked to three: two of the three further rows are surplus, the least sure one is not."""
    inv = linked(
        TICKS,
        None,
        "row event confidence group\n 0 a 0.3 1\n 1 a 0.3 0.8\n 2 b 0.3 1\n 3 b 0.3 1\n 4 c 0.3 1\n 5 c 0.3 0.9",
    )
    assert _suspects(inv) == table(
        """
        row event place suspect
        0   1     1     0
        1   1     2     1
        2   2     1     0
        3   2     2     0
        4   3     1     0
        5   3     2     0
        """
    )
    assert relation(inv, "SELECT * FROM twin_groups ORDER BY event") == table(
        "event first_event surplus\n 1 1 2\n 2 1 2\n 3 1 2\n 4 1 2"
    )


def test_events_without_twins_are_no_group(linked: Opened) -> None:
    inv = linked(
        "symbol ms price\n AAA 1000 1\n BBB 1000 1\n AAA 1000 2\n AAA 1001 1", None, "event\n e1\n e1"
    )
    assert relation(inv, "SELECT * FROM twin_groups") == [("event", "first_event", "surplus")]
    assert inv.engine.rows("SELECT suspect FROM crowded") == [(0,), (0,)]


def _open(
    bundle: Opened, twins: int, rows: list[str], again: str = "", policy: Policy | None = None
) -> Investigation:
    """Twins at 50 s that were attempted once each, one after the other, and the rows at their time."""
    ticks, attempts, output = ["event_id ms price"], ["event_id start end"], ["ms price"]
    for number in range(1, OTHERS + 1):
        ticks.append(f"other{number} {number}000 {100 + number}.00")
        attempts.append(f"other{number} {number}010 {number}020")
        output.append(f"{number}000 {100 + number}.00")
    for number in range(1, twins + 1):
        ticks.append(f"twin{number} {EXACT}")
        attempts.append(f"twin{number} {50009 + number} {50019 + number}")
    return bundle("\n".join(ticks), "\n".join([*attempts, again]), "\n".join([*output, *rows]), policy=policy)


def _dropped(inv: Investigation) -> int:
    ((dropped,),) = inv.engine.rows("SELECT count(*) FROM changes WHERE action = 'dropped'")
    return int(dropped)


def _suspects(inv: Investigation) -> Table:
    return relation(inv, SUSPECTS)
