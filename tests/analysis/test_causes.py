"""Why a duplicate row was written: every cause alone, which of several comes first, with own attempts known or not."""

from __future__ import annotations

from analysis.conftest import Opened
from analysis.hand_made import Table, relation, table
from raceview.investigation import Investigation


def test_every_cause(linked: Opened) -> None:
    inv = linked(
        "event_id\n zombie\n claim\n self\n redo\n emit\n nolog",
        """
        event_id worker_id start end  status
        zombie   w1        1010  -    timeout
        zombie   w2        1030  1040 success
        claim    w1        2010  2020 success
        claim    w2        2015  2030 success
        self     w1        3010  3020 success
        self     w1        3015  3030 success
        redo     w1        4010  4020 success
        redo     w2        4027  4040 success
        emit     w1        5010  5020 success
        """,
        _twice("zombie claim self redo emit nolog"),
    )
    assert _causes(inv) == table(
        """
        row event_id cause            first_line second_line margin_ms
        1   zombie   zombie_write     2          3           -
        3   claim    concurrent_claim 4          5           5
        5   self     self_overlap     6          7           -
        7   redo     redelivery       8          9           7
        9   emit     double_emit      -          -           -
        11  nolog    unexplained      -          -           -
        """
    )
    assert inv.summary()["causes"] == {
        "zombie_write": 1, "concurrent_claim": 1, "self_overlap": 1, "redelivery": 1, "double_emit": 1,
        "unexplained": 1,
    }  # fmt: skip


def test_events_with_one_row_have_no_cause_whatever_their_attempts(linked: Opened) -> None:
    inv = linked(
        "event_id\n e1\n e2",
        """
        event_id worker_id start end  status
        e1       w1        1010  1020 timeout
        e1       w2        1015  1030 success
        e2       w1        2010  2020 success
        e2       w2        2015  2030 success
        """,
        "event\n e1\n e2",
    )
    assert _causes(inv) == [("row", "event_id", "cause", "first_line", "second_line", "margin_ms")]
    assert sum(inv.summary()["causes"].values()) == 0


def test_with_unknown_attempts_the_first_cause_of_any_two_attempts_holds(linked: Opened) -> None:
    inv = linked(
        "event_id\n zombie\n claim\n self\n redo",
        """
        event_id worker_id start end  status
        zombie   w1        1010  1020 success
        zombie   w2        1015  1030 success
        zombie   w3        1040  1050 timeout
        claim    w1        2010  2020 success
        claim    w1        2015  2030 success
        claim    w2        2025  2040 success
        self     w1        3010  3020 success
        self     w1        3015  3030 success
        self     w2        3050  3060 success
        redo     w1        4010  4020 success
        redo     w2        4030  4040 success
        redo     w3        4050  4060 success
        """,
        _twice("zombie claim self redo"),
    )
    assert _causes(inv) == table(
        """
        row event_id cause            first_line second_line margin_ms
        1   zombie   zombie_write     2          4           -
        3   claim    concurrent_claim 6          7           5
        5   self     self_overlap     8          9           20
        7   redo     redelivery       11         12          10
        """
    )


THREE_ATTEMPTS = """
event_id worker_id start end  status
{0}      w1        1010  1020 success
{0}      w2        1015  1030 success
{0}      w3        1040  1050 timeout
"""


def test_known_attempts_decide_alone(linked: Opened) -> None:
    """Attempts 1 and 2 race, 3 timed out: who wrote the rows says which of it matters."""
    names = ("both", "dup-only", "orig-only", "late", "swapped")
    inv = linked(
        "event_id\n" + "\n".join(names),
        "event_id worker_id start end status\n"
        + "\n".join("\n".join(THREE_ATTEMPTS.format(name).splitlines()[2:]) for name in names),
        """
        event     attempt
        both      1
        both      2
        dup-only  -
        dup-only  2
        orig-only 1
        orig-only -
        late      2
        late      3
        swapped   2
        swapped   1
        """,
    )
    assert _causes(inv) == table(
        """
        row event_id  cause            first_line second_line margin_ms
        1   both      concurrent_claim 2          3           5
        3   dup-only  zombie_write     6          7           -
        5   orig-only zombie_write     8          10          -
        7   late      zombie_write     12         13          -
        9   swapped   concurrent_claim 14         15          5
        """
    )


def test_a_known_attempt_rules_out_the_pairs_of_others(linked: Opened) -> None:
    """Attempts 1 and 2 race; the row is known to be the third's, which came after both had ended."""
    inv = linked(
        "event_id\n e1",
        """
        event_id worker_id start end
        e1       w1        1010  1020
        e1       w2        1015  1030
        e1       w3        1041  1050
        """,
        "event attempt\n e1 -\n e1 3",
    )
    assert _causes(inv) == table(
        """
        row event_id cause      first_line second_line margin_ms
        1   e1       redelivery 2          4           11
        """
    )


def test_rows_beyond_the_attempts_are_double_emits_the_others_are_not(linked: Opened) -> None:
    inv = linked(
        "event_id\n e1\n e2",
        """
        event_id worker_id start end
        e1       w1        1010  1020
        e1       w2        1015  1030
        e2       w1        2010  2020
        """,
        "event\n e1\n e1\n e1\n e1\n e2\n e2\n e2",
    )
    assert _causes(inv) == table(
        """
        row event_id cause            first_line second_line margin_ms
        1   e1       concurrent_claim 2          3           5
        2   e1       double_emit      -          -           -
        3   e1       double_emit      -          -           -
        5   e2       double_emit      -          -           -
        6   e2       double_emit      -          -           -
        """
    )
    assert relation(inv, "SELECT event, rows, cause FROM duplicated ORDER BY event") == table(
        "event rows cause\n 1 4 concurrent_claim\n 2 3 double_emit"
    )


def test_the_original_is_no_duplicate_wherever_it_stands(linked: Opened) -> None:
    """The best row of e1 is its second, and of e2 its third; the rows before it are the duplicates."""
    inv = linked(
        "event_id ms\n e1 1000\n e2 2000",
        """
        event_id worker_id start end
        e1       w1        1010  1020
        e1       w2        1015  1030
        e2       w1        2010  2020
        """,
        """
        ms   price  event
        1005 100.00 e1
        1000 100.00 e1
        2000 100.30 e2
        2009 100.00 e2
        2001 100.00 e2
        """,
    )
    assert relation(inv, "SELECT row, event, place FROM crowded ORDER BY event, place") == table(
        """
        row event place
        1   1     1
        0   1     2
        4   2     1
        2   2     2
        3   2     3
        """
    )
    assert _causes(inv) == table(
        """
        row event_id cause            first_line second_line margin_ms
        0   e1       concurrent_claim 2          3           5
        2   e2       double_emit      -          -           -
        3   e2       double_emit      -          -           -
        """
    )


def test_without_any_attempt_of_the_event_no_row_of_it_is_explained(linked: Opened) -> None:
    inv = linked("event_id\n e1", "event_id\n e2", "event\n e1\n e1\n e1")
    assert _causes(inv) == table(
        """
        row event_id cause       first_line second_line margin_ms
        1   e1       unexplained -          -           -
        2   e1       unexplained -          -           -
        """
    )


def _twice(events: str) -> str:
    return "event\n" + "".join(f"{event}\n{event}\n" for event in events.split())


def _causes(inv: Investigation) -> Table:
    return relation(
        inv,
        "SELECT c.row, k.event_id, c.cause, first_line, second_line, margin_ns // 1000000 AS margin_ms "
        "FROM causes AS c JOIN ticks_read AS k ON k.line = c.event ORDER BY c.row",
    )
