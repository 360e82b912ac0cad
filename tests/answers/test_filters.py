"""The filter language: what is typed is what is meant, and can be typed again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raceview.answers.filters import Filter, parse, term
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
