"""The filter language: what is typed is what is meant, and can be typed again."""

from __future__ import annotations

from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raceview.answers.duplicates import duplicates
from raceview.answers.filters import Filter, parse, term
from raceview.answers.finding_kinds import MEASURED, FindingKind
from raceview.engine import open_engine
from raceview.errors import UsageError
from raceview.investigation import Investigation
from raceview.model import Cause, Kind, Outcome


def test_words_quotes_and_fields() -> None:
    assert parse('symbol:"BRK B" symbol:INFY finding:timeout 1162 "a b"') == Filter(
        symbol=("BRK B", "INFY"), finding=("timeout",), event_id=("1162", "a b")
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cause:zombie", "cause:zombie_write"),
        ("cause:zombie write", "cause:zombie_write"),
        ('cause:"Zombie Write" write', "cause:zombie_write write"),
        ("cause:zombie lost", "cause:zombie_write lost"),
        ("cause:self-overlap cause:red", "cause:self_overlap cause:redelivery"),
        ("finding:time-out finding:Time out", "finding:timeout"),
        ("outcome:exactly once 1162", "outcome:exactly_once 1162"),
        ("kind:price", "kind:price"),  # the whole word, though price+time begins so
        ("kind:price+", "kind:price+time"),
        ("symbol:INF", "symbol:INF"),  # names of the files are taken as they are
    ],
)
def test_as_much_of_a_word_as_makes_it_plain(typed: str, meant: str) -> None:
    assert str(parse(typed)) == meant


@pytest.mark.parametrize(
    ("field", "known"), [("cause", Cause), ("outcome", Outcome), ("kind", Kind), ("finding", FindingKind)]
)
def test_every_word_can_be_typed_with_blanks(field: str, known: type[StrEnum]) -> None:
    for word in known:
        assert parse(f"{field}:{word.replace('_', ' ')} 12") == parse(f"{field}:{word} 12")


def test_a_beginning_of_several_words_is_asked_about() -> None:
    with pytest.raises(
        UsageError, match="outcome 'un' may be unlogged or unacknowledged or unprocessed or unknown"
    ):
        parse("outcome:un")


@pytest.mark.parametrize(
    "text", ["colour:red", "finding:nothing", "cause:zombie_writes", "cause:_", "symbol:", 'worker:""']
)
def test_what_nobody_knows_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse(text)


def test_events_can_be_asked_for_by_every_finding(sample: Investigation) -> None:
    """What is measured of the system is about no event, and lets none through, except beside one that is."""
    found = {kind: set(duplicates(sample, Filter(finding=(kind,))).events) for kind in FindingKind}
    assert [kind for kind in MEASURED if found[kind]] == []
    assert found[FindingKind.DUPLICATED] == set(duplicates(sample).events)
    assert 0 < len(found[FindingKind.TIMEOUT]) < len(found[FindingKind.DUPLICATED])
    both = Filter(finding=(FindingKind.CLOCK_SKEW, FindingKind.TIMEOUT))
    assert set(duplicates(sample, both).events) == found[FindingKind.TIMEOUT]


@given(st.text(min_size=1))
def test_every_name_can_be_asked_for(name: str) -> None:
    """Blanks, quotes, colons, control characters: a door to a symbol leads to that symbol."""
    assert parse(term("symbol", name)) == Filter(symbol=(name,))
    assert parse(str(parse(term("worker", name)))) == Filter(worker=(name,))


@given(st.text(min_size=1))
def test_every_part_of_an_event_id_can_be_typed_again(part: str) -> None:
    """The `/` prompt begins with the filter that holds, and the session keeps it."""
    assert parse(str(Filter(event_id=(part,)))) == Filter(event_id=(part,))


@pytest.mark.parametrize("symbol", ["INFY", "İŞ", "O'N", "ẞX", "Σς"])
def test_names_are_found_in_whatever_letters_they_are_typed(symbol: str) -> None:
    """As they stand in the file at least, and in other ASCII letters."""
    engine = open_engine()
    try:
        engine.load_rows("symbols", {"symbol_id": "BIGINT", "symbol": "VARCHAR"}, [(1, symbol), (2, "TCS")])
        for typed in (symbol, symbol.replace("INFY", "infy")):
            assert engine.rows(Filter(symbol=(typed,)).symbols()) == [(1, symbol)]
    finally:
        engine.close()
