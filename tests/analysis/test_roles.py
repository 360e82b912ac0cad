"""What a row is to its event: the original, a duplicate, a phantom; and when that is not certain."""

from __future__ import annotations

import pytest

from analysis.conftest import Opened
from analysis.hand_made import Table, relation, table
from raceview.investigation import Investigation


def test_the_original_is_the_row_with_the_least_misfit_then_the_lowest(linked: Opened) -> None:
    """One part of a thousand of the noise in time (0.02 ms) weighs as much as one in price (0.001)."""
    inv = linked(
        "event_id ms\n exact 1000\n time 2000\n price 3000\n sum 4000\n tie 5000\n clock 6000",
        "event_id\n exact",
        """
        ms    price   event offset
        1004  100.00  exact 0
        1000  100.00  exact 0
        1000  100.00  exact 0
        2004  100.00  time  0
        1997  100.00  time  0
        3000  100.20  price 0
        3000  99.85   price 0
        4004  100.00  sum   0
        4002  100.05  sum   0
        5002  100.00  tie   0
        4998  100.00  tie   0
        6050  100.00  clock 50
        6001  100.00  clock 0
        """,
    )
    assert _roles(inv) == table(
        """
        row role      place event_id
        0   duplicate 2     exact
        1   original  1     exact
        2   duplicate 3     exact
        3   duplicate 2     time
        4   original  1     time
        5   duplicate 2     price
        6   original  1     price
        7   duplicate 2     sum
        8   original  1     sum
        9   original  1     tie
        10  duplicate 2     tie
        11  original  1     clock
        12  duplicate 2     clock
        """
    )


def test_rows_without_an_event_are_phantoms(linked: Opened) -> None:
    inv = linked("ms\n 1000", "event_id\n e1", "event\n -\n e1\n -")
    assert relation(inv, "SELECT row FROM phantoms ORDER BY row") == table("row\n 0\n 2")
    links = inv.links()
    assert links["role"].tolist() == ["phantom", "original", "phantom"]
    assert links["time_delta_ns"].isna().tolist() == [True, False, True]
    assert inv.summary()["phantom_rows"] == 2


def test_the_program_finds_phantoms_where_no_event_can_have_been_it(bundle: Opened) -> None:
    """A symbol that never ticked, and rows a day from any tick of theirs."""
    clean = "".join(f"{second}000 100.00\n" for second in range(1, 31))
    output = "AAA " + "AAA ".join(clean.splitlines(keepends=True))
    inv = bundle(
        f"ms price\n{clean}",
        "event_id\n e1",
        f"symbol ms price\n{output} ZZZ 5000 100.00\n AAA 86400000 100.00\n AAA -86400000 100.00",
    )
    assert relation(inv, "SELECT row FROM phantoms ORDER BY row") == table("row\n 30\n 31\n 32")
    assert inv.summary()["outcomes"]["duplicated"] == 0


def test_no_row_of_a_clean_bundle_is_a_phantom_or_ambiguous(bundle: Opened) -> None:
    inv = bundle("ms\n 1000\n 2000\n 3000", "start\n 1010\n 2010\n 3010", "ms\n 1000\n 2000\n 3000")
    assert relation(inv, "SELECT row FROM phantoms") == [("row",)]
    assert (inv.summary()["phantom_rows"], inv.summary()["ambiguous_rows"]) == (0, 0)


UNSURE = """
event confidence
e1    0.4
e1    0.499999
e1    0.5
e2    0.3
-     1
"""


@pytest.mark.parametrize(
    ("threshold", "ambiguous", "suspects"),
    [(0.5, 3, [1]), (0.4, 1, []), (0.6, 4, [1, 2]), (0.0, 0, []), (1.0, 4, [1, 2])],
)
def test_below_the_threshold_a_row_is_ambiguous_and_a_duplicate_suspect(
    linked: Opened, threshold: float, ambiguous: int, suspects: list[int]
) -> None:
    inv = linked("ms\n 1000\n 2000", "event_id\n e1", UNSURE, threshold=threshold)
    assert inv.summary()["ambiguous_rows"] == ambiguous
    assert inv.engine.rows("SELECT row FROM crowded WHERE suspect = 1 ORDER BY row") == [
        (row,) for row in suspects
    ]


def test_an_ambiguous_row_still_carries_its_best_event(linked: Opened) -> None:
    inv = linked("ms\n 1000\n 2000", "event_id\n e1", UNSURE)
    assert inv.links()[["row", "event_id", "role"]].fillna("-").to_numpy().tolist() == [
        [0, "e1", "original"],
        [1, "e1", "duplicate"],
        [2, "e1", "duplicate"],
        [3, "e2", "original"],
        [4, "-", "phantom"],
    ]


def _roles(inv: Investigation) -> Table:
    return relation(
        inv,
        "SELECT row, CASE WHEN place = 1 THEN 'original' ELSE 'duplicate' END AS role, place, k.event_id "
        "FROM crowded JOIN ticks_read AS k ON k.line = event ORDER BY row",
    )
