"""The list of duplicated events: its columns, its order, its filter."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from analysis.conftest import Opened

from raceview.answers.duplicates import DuplicatedEvent, Sort, duplicates
from raceview.answers.filters import parse
from raceview.investigation import Investigation
from raceview.model import Cause, Kind

# e1 raced on two workers, its copy 9 ms late and 0.40 dearer; e2 was redelivered, its copy an exact one;
# e3 has three rows for one attempt, the furthest of them 4 ms early; e4 is clean.
TICKS = """
event_id symbol ms   price
e1       BBB    1000 100.00
e2       AAA    2000 50.00
e3       CCC    3000 70.00
e4       AAA    4000 60.00
"""
ATTEMPTS = """
event_id worker_id start end
e1       w1        1010  1020
e1       w2        1013  1030
e2       w1        2010  2020
e2       w2        2050  2060
e3       w1        3010  3020
e4       w2        4010  4020
"""
OUTPUT = """
row event symbol ms   price  attempt confidence
0   e1    BBB    1000 100.00 1       1
1   e1    BBB    1009 100.40 2       0.9
2   e2    AAA    2000 50.00  1       1
3   e2    AAA    2000 50.00  2       1
4   e3    CCC    3000 70.00  1       1
5   e3    CCC    2996 70.00  -       0.8
6   e3    CCC    3002 69.90  -       0.95
7   e4    AAA    4000 60.00  1       1
"""


@pytest.fixture
def inv(linked: Opened) -> Investigation:
    return linked(TICKS, ATTEMPTS, OUTPUT)


def test_every_column(inv: Investigation) -> None:
    first, second, third = duplicates(inv)
    assert first == DuplicatedEvent(
        event=1,
        event_id="e1",
        time_ns=first.time_ns,
        symbol="BBB",
        rows=2,
        price_shift_units=400_000_000,
        late_ns=9_000_000,
        kind=Kind.PRICE_TIME,
        cause=Cause.CONCURRENT_CLAIM,
        margin_ns=7_000_000,
        confidence_millionths=900_000,
    )
    assert (second.kind, second.cause, second.late_ns) == (Kind.IDENTICAL, Cause.REDELIVERY, 0)
    assert (third.rows, third.late_ns, third.cause, third.margin_ns) == (
        3,
        -4_000_000,
        Cause.DOUBLE_EMIT,
        None,
    )


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        (Sort.TIME, "e1 e2 e3"),
        (Sort.SYMBOL, "e2 e1 e3"),
        (Sort.ROWS, "e3 e1 e2"),
        (Sort.PRICE_SHIFT, "e1 e3 e2"),
        (Sort.LATE, "e1 e2 e3"),
        (Sort.KIND, "e2 e1 e3"),
        (Sort.CAUSE, "e1 e2 e3"),
        (Sort.CONFIDENCE, "e3 e1 e2"),
        (Sort.EVENT_ID, "e1 e2 e3"),
    ],
)
def test_sorted_either_way(inv: Investigation, sort: Sort, ids: str) -> None:
    def order(reverse: bool) -> list[str]:
        return [line.event_id for line in duplicates(inv, sort=sort, reverse=reverse)]

    assert order(False) == ids.split()
    if sort is not Sort.KIND:  # e1 and e3 tie there: time decides both ways
        ties = {Sort.ROWS: "e1 e2 e3"}
        assert order(True) == ties.get(sort, " ".join(reversed(ids.split()))).split()


def test_without_a_margin_is_last_either_way(inv: Investigation) -> None:
    def margins(reverse: bool) -> list[int | None]:
        return [line.margin_ns for line in duplicates(inv, sort=Sort.MARGIN, reverse=reverse)]

    assert margins(False) == [7_000_000, 30_000_000, None]
    assert margins(True) == [30_000_000, 7_000_000, None]


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("symbol:aaa", "e2"),
        ("cause:double_emit cause:redelivery", "e2 e3"),
        ("kind:price+time", "e1 e3"),
        ("worker:w2 E1", "e1"),
        ("outcome:lost", ""),
        ("worker:o'neill", ""),
    ],
)
def test_filtered(inv: Investigation, where: str, ids: str) -> None:
    assert [line.event_id for line in duplicates(inv, parse(where))] == ids.split()


def test_lines_are_made_when_asked_for(inv: Investigation) -> None:
    found = duplicates(inv)
    assert (len(found), found.events) == (3, [1, 2, 3])
    assert [line.event_id for line in found[1:]] == ["e2", "e3"]
    assert found[-1] == found[2]


def test_digits_and_span(bundle: Callable[..., Investigation], inv: Investigation) -> None:
    found = duplicates(inv)
    assert found.second_digits == 3
    assert found.span_ns == (found[0].time_ns, found[2].time_ns)
    nothing = duplicates(inv, parse("symbol:nobody"))
    assert (len(nothing), nothing.span_ns, nothing.second_digits) == (0, None, 3)


def test_without_the_log_no_cause_is_named(linked: Opened) -> None:
    (line, *_) = duplicates(
        linked(
            TICKS,
            None,
            OUTPUT.replace(" attempt", " attempt")
            .replace(" 1       1", " -       1")
            .replace(" 2       ", " -       "),
        )
    )
    assert (line.cause, line.margin_ns) == ("", None)


@pytest.mark.parametrize("files", [(None, ATTEMPTS, "symbol\nAAA"), (TICKS, ATTEMPTS, None)])
def test_without_ticks_or_output_there_is_none(bundle: Opened, files: tuple[str | None, ...]) -> None:
    assert len(duplicates(bundle(*files))) == 0
