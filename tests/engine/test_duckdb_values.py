"""The SQL for times and prices gives what `bundle` defines, or NULL: it never disagrees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from raceview.bundle.prices import parse_price
from raceview.bundle.rejection import RejectedError
from raceview.bundle.times import parse_time, time_shape
from raceview.engine import Engine, open_engine
from raceview.engine.duckdb_values import literal, price_units, time_ns, without_zone

SETTINGS = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    opened = open_engine()
    yield opened
    opened.close()


def ask(engine: Engine, expression: str, text: str) -> object:
    return engine.rows(f"SELECT {expression} FROM (SELECT {literal(text)} AS v)")[0][0]


def defined_price(text: str) -> int | None:
    try:
        return parse_price("price", text)
    except RejectedError:
        return None


def defined_time(text: str) -> int | None:
    try:
        return parse_time("timestamp", text, UTC)
    except RejectedError:
        return None


@SETTINGS
@example("0x10")
@example("1_0")
@example(" 5")
@example("5 ")
@example("0.1234567891")
@example("9223372036.854775807")
@example("9000000000")
@example("-1000000000.000000001")
@given(st.from_regex(r"[-+ ]?[0-9_]{0,11}(\.[0-9_]{0,11})?([eExX][-+]?[0-9]{0,3})?[ _]?", fullmatch=True))
def test_prices_agree(engine: Engine, text: str) -> None:
    for json in (False, True):
        assert ask(engine, price_units("v", json), text) in (None, defined_price(text))


DIGIT_GROUPS = [
    st.sampled_from(["2025", "1899", "1900", "2099", "2100", "0000", "9999", "202", " 025", "20251"]),
    st.sampled_from(["-"]),
    st.sampled_from(["07", "02", "12", "13", "7", " 7"]),
    st.sampled_from(["-", "/"]),
    st.sampled_from(["12", "30", "31", "00", "1", "1 "]),
    st.sampled_from(["T", " ", "  ", "t"]),
    st.sampled_from(["09", "24", "9", " 9"]),
    st.sampled_from([":"]),
    st.sampled_from(["15", "60", "5"]),
    st.sampled_from([":00", ":60", ":0", ""]),
    st.sampled_from(["", ".", ".5", ".005", ".005000", ".1234567", ".123456789", ".1234567891", ".12 "]),
    st.sampled_from(["", "Z", "z", "+05:30", "-0330", "+05", "+25:00", "+05:60", " UTC", " ", "+5", "\t"]),
]


@SETTINGS
@example(["2025", "-", "7", "-", "12", "T", "09", ":", "15", ":00", ".1234567", "Z"])
@given(st.tuples(*DIGIT_GROUPS).map(list))
def test_times_agree(engine: Engine, parts: list[str]) -> None:
    """With every shape as the hint: a hint changes no result."""
    text = "".join(parts)
    shapes = [()] + [(f"0000-00-00{t}00:00:00{f}{z}",) for t in "T " for f in ("", ".000", ".000000", ".000000000")
                       for z in ("", "Z", "z")]  # fmt: skip
    found = {ask(engine, time_ns("v", hint), text) for hint in shapes}
    assert found <= {None, defined_time(text)}


@SETTINGS
@given(st.integers(-(2**64), 2**64) | st.integers(-(10**12), 10**12))
def test_epochs_agree(engine: Engine, number: int) -> None:
    assert ask(engine, time_ns("v", ()), str(number)) in (None, defined_time(str(number)))


@pytest.mark.parametrize(
    "text",
    [
        "2025-07-12T09:15:00Z", "2025-07-12 09:15:00", "2025-07-12T09:15:00.005", "2025-07-12T09:15:00.123456789Z",
        "2025-07-12T14:45:00.5+05:30", "1752311700", "1752311700005", "1752311700005000", "1752311700005000001",
    ],
)  # fmt: skip
def test_the_usual_times_need_no_python(engine: Engine, text: str) -> None:
    expected = defined_time(text)
    assert expected is not None
    assert ask(engine, time_ns("v", ()), text) == expected
    assert ask(engine, time_ns("v", tuple(filter(None, [time_shape(text)]))), text) == expected


@pytest.mark.parametrize(
    "text", ["0", "1222.66", "-5", "1642.30", "85.50", "8223372036.854775807", "0.000000001"]
)
def test_the_usual_prices_need_no_python(engine: Engine, text: str) -> None:
    assert [ask(engine, price_units("v", json), text) for json in (False, True)] == [defined_price(text)] * 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-07-12T09:15:00", True), ("2025-07-12 09:15:00.5", True), ("2025-07-12T09:15:00Z", False),
        ("2025-07-12T09:15:00-05", False), ("2025-07-12T09:15:00+05:30", False), ("1752311700", False), ("-1", False),
    ],
)  # fmt: skip
def test_which_times_name_no_zone(engine: Engine, text: str, expected: bool) -> None:
    assert ask(engine, without_zone("v"), text) is expected
