"""The filter language: what is typed is what is meant, and can be typed again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raceview.answers.filters import Filter, parse, term
from raceview.engine import open_engine
from raceview.errors import UsageError


def test_words_quotes_and_fields() -> None:
    assert parse('symbol:"BRK B" symbol:INFY finding:timeout 1162 "a b"') == Filter(
        symbol=("BRK B", "INFY"), finding=("timeout",), event_id=("1162", "a b")
    )


@pytest.mark.parametrize("text", ["colour:red", "finding:nothing", "symbol:", 'worker:""'])
def test_what_nobody_knows_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse(text)


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
