"""A file copied but for some records against the same said plainly, whatever the blocks it is copied in."""

from __future__ import annotations

import io
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raceview.engine.duckdb_engine import DuckDBEngine
from raceview.line_edits import edited

KEPT, DROPPED, PUT = "kept", "dropped", "put"
Record = tuple[list[bytes], str]
"""The lines of a record, and what is done to it."""
LINE = st.binary(max_size=4).filter(lambda text: b"\n" not in text)
RECORDS = st.lists(
    st.tuples(st.lists(LINE, min_size=1, max_size=4), st.sampled_from([KEPT, DROPPED, PUT])), max_size=12
)


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine()
    yield engine
    engine.close()


def as_edits(records: list[Record]) -> str:
    """`line_edits` of the records."""
    found, line = ["SELECT 0 AS line, 0 AS lines, '' AS text WHERE 1 = 0"], 1
    for lines, what in records:
        if what != KEPT:
            text = f"'new {line}'" if what == PUT else "NULL"
            found.append(f"SELECT {line}, {len(lines)}, {text}")
        line += len(lines)
    return " UNION ALL ".join(found)


def plainly(records: list[Record], ended: bool) -> bytes:
    """The text that should come out."""
    line, parts = 1, []
    for at, (lines, what) in enumerate(records):
        end = b"\n" if ended or at + 1 < len(records) else b""
        parts.append({KEPT: b"\n".join(lines) + end, DROPPED: b"", PUT: b"new %d" % line + end}[what])
        line += len(lines)
    return b"".join(parts)


@given(RECORDS, st.booleans(), st.integers(1, 40), st.integers(1, 9))
def test_records_are_left_out_and_replaced(
    engine: DuckDBEngine, records: list[Record], ended: bool, block: int, stretch: int
) -> None:
    if records and not records[-1][0][-1]:
        ended = True  # an empty line that does not end is none
    text = b"\n".join(line for lines, _ in records for line in lines) + b"\n" * (ended and bool(records))
    engine.create("line_edits", as_edits(records))
    with patch("raceview.line_edits.BLOCK", block), patch("raceview.line_edits.STRETCH", stretch):
        assert b"".join(edited(engine, io.BytesIO(text))) == plainly(records, ended)
