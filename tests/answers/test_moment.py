"""What moment a user means, and what is told where it is none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from raceview.answers.moment import Span, find_event, parse_moment, span
from raceview.errors import UsageError
from raceview.investigation import open_bundle


def ns(text: str, rest: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**9 + rest


NIGHT = Span(ns("2025-07-12 23:00:00"), ns("2025-07-13 02:00:00"))
NEAR = ns("2025-07-12 23:30:00")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("23:15", ns("2025-07-12 23:15:00")),
        ("23:15:05", ns("2025-07-12 23:15:05")),
        (" 23:15:05.81 ", ns("2025-07-12 23:15:05", 810_000_000)),
        ("01:00:00", ns("2025-07-13 01:00:00")),
        ("2025-07-13T01:00:00.000000001Z", ns("2025-07-13 01:00:00", 1)),
        ("2025-07-13 01:00:00", ns("2025-07-13 01:00:00")),
        ("2025-07-13T03:00:00+02:00", ns("2025-07-13 01:00:00")),
        (str(ns("2025-07-13 01:00:00")), ns("2025-07-13 01:00:00")),
        (str(ns("2025-07-13 01:00:00") // 10**9), ns("2025-07-13 01:00:00")),
        ("+5s", NEAR + 5 * 10**9),
        ("-200ms", NEAR - 200_000_000),
        ("+1.5 m", NEAR + 90 * 10**9),
        ("+1ns", NEAR + 1),
    ],
)
def test_forms(typed: str, expected: int) -> None:
    assert parse_moment(typed, NEAR, NIGHT) == expected


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("noon", "'noon' is no time: write 09:15:05.81"),
        ("", "'' is no time"),
        ("25:00", "'25:00' is no time of day"),
        ("23:60:00", "'23:60:00' is no time of day"),
        ("12:00", "12:00: the files reach from 2025-07-12 23:00:00.000 to 2025-07-13 02:00:00.000 UTC"),
        ("-5h", "-5h: the files reach from"),
        ("+99999999999999999999h", "the files reach from"),
    ],
)
def test_what_is_no_time_gets_one_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(UsageError) as told:
        parse_moment(typed, NEAR, NIGHT)
    assert sentence in str(told.value)
    assert "\n" not in str(told.value)


def test_the_sample_names_its_span_and_its_events() -> None:
    with open_bundle(Path(__file__).parents[2] / "data") as sample:
        found = span(sample)
        assert found is not None
        assert found.first_ns < found.last_ns
        ((event, event_id),) = sample.engine.rows("SELECT line, event_id FROM ticks_read WHERE line = 48")
        assert find_event(sample, event_id) == event
        with pytest.raises(UsageError, match="has no such event_id"):
            find_event(sample, "evt'; DROP TABLE ticks")
