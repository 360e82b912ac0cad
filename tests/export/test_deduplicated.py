"""The clean output: kept rows as they were read, corrected ones with nothing but time and price changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from export.conftest import Exported
from raceview.model import Policy

T = b"2024-06-03T09:30:0%d.000Z"
LATE = b"2024-06-03T09:30:01.007Z"

PLAIN = b"symbol,timestamp,price\nAAA,%s,100.1\nAAA,%s,100.2\nBBB,%s,200.00\n" % (T % 1, LATE, T % 2)
PAIR = "event\n e1\n e1\n e2"


def test_kept_rows_are_kept_byte_for_byte(deduplicated: Exported) -> None:
    """100.1 is the price that the source writes as 100.10: it is not corrected."""
    assert deduplicated(PLAIN, PAIR) == PLAIN.replace(b"AAA,%s,100.2\n" % LATE, b"")


@pytest.mark.parametrize(
    ("name", "output", "expected"),
    [
        (
            "bom",
            b"\xef\xbb\xbf" + PLAIN,
            b"\xef\xbb\xbfsymbol,timestamp,price\nAAA,%s,100.1\nBBB,%s,200.00\n",
        ),
        (
            "crlf",
            PLAIN.replace(b"\n", b"\r\n"),
            b"symbol,timestamp,price\r\nAAA,%s,100.1\r\nBBB,%s,200.00\r\n",
        ),
        (
            "mixed",
            PLAIN.replace(b"100.1\n", b"100.1\r\n"),
            b"symbol,timestamp,price\nAAA,%s,100.1\r\nBBB,%s,200.00\n",
        ),
        ("no newline at the end", PLAIN[:-1], b"symbol,timestamp,price\nAAA,%s,100.1\nBBB,%s,200.00\n"),
        (
            "crlf, no newline at the end",
            PLAIN.replace(b"\n", b"\r\n")[:-2],
            b"symbol,timestamp,price\r\nAAA,%s,100.1\r\nBBB,%s,200.00\r\n",
        ),
        (
            "crlf, half a newline at the end",
            PLAIN.replace(b"\n", b"\r\n")[:-1],
            b"symbol,timestamp,price\r\nAAA,%s,100.1\r\nBBB,%s,200.00\r\n",
        ),
        (
            "other case",
            PLAIN.replace(b"symbol,", b" Symbol ,"),
            b" Symbol ,timestamp,price\nAAA,%s,100.1\nBBB,%s,200.00\n",
        ),
        (
            "quoted",
            PLAIN.replace(b"AAA", b'"AAA"'),
            b'symbol,timestamp,price\n"AAA",%s,100.1\nBBB,%s,200.00\n',
        ),
    ],
)
def test_the_form_of_the_file_is_kept(
    deduplicated: Exported, name: str, output: bytes, expected: bytes
) -> None:
    assert deduplicated(output, PAIR) == expected % (T % 1, T % 2), name


@pytest.mark.parametrize("end", [b"", b"\r", b"\r\n"])
def test_the_last_record_gets_the_line_end_of_the_others(deduplicated: Exported, end: bytes) -> None:
    """Also where the file is put together from its records, for one of them could not be read."""
    lines = PLAIN.replace(b"\n", b"\r\n").replace(b"price\r\n", b"price\r\nunreadable\r\n")
    found = deduplicated(lines[:-2] + end, "row event\n 1 e1\n 2 e1\n 3 e2")
    assert found == b"symbol,timestamp,price\r\nAAA,%s,100.1\r\nBBB,%s,200.00\r\n" % (T % 1, T % 2)


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        (b"symbol,timestamp,price", b"CCC,%s,299.5", b"CCC,%s,300.00"),
        (b"price,symbol,note,timestamp", b"299.5,CCC,,%s", b"300.00,CCC,,%s"),
        (b"symbol,timestamp,price,note", b"CCC,%s,299.5, keep , me".replace(b" ,", b""), b"CCC,%s,300.00, keep me"),
        (b"symbol,timestamp,price,note", b'CCC,%s,299.5,"a, ""b"""', b'CCC,%s,300.00,"a, ""b"""'),
        (b"symbol,timestamp,price,note", b'"CCC","%s","299.5","n"', b'"CCC","%s","300.00","n"'),
        (b"symbol,timestamp,price,note", b'CCC,"%s",299.5,"two\nlines"', b'CCC,"%s",300.00,"two\nlines"'),
        (b"note,symbol,timestamp,price", b",CCC,%s,2.995e2", b",CCC,%s,300.00"),
        (b'"symbol","timestamp","price"', b"CCC,%s,299.5", b"CCC,%s,300.00"),
        (b"note,symbol,timestamp,price", "“é”,CCC,%s,299.5".encode(), "“é”,CCC,%s,300.00".encode()),
    ],
)  # fmt: skip
def test_a_corrected_row_changes_in_time_and_price_alone(
    deduplicated: Exported, header: bytes, row: bytes, expected: bytes
) -> None:
    """In a file that ends its lines in CR LF, with a record that is kept beside it."""
    off, right = b"2024-06-03 09:30:03.004", T % 3
    found = deduplicated(
        header + b"\r\n" + row % off + b"\r\n" + row % off + b"\r\n", "event confidence\n e3 1\n e3 0.1"
    )
    assert found == header + b"\r\n" + expected % right + b"\r\n" + row % off + b"\r\n"


def test_a_computed_price_leaves_the_time_alone(deduplicated: Exported) -> None:
    output = b"symbol,timestamp,price\nAAA,%s,100.25\nAAA,%s,100.38\nBBB,%s,7\n" % (LATE, T % 1, T % 2)
    links = "event\n e1\n e1\n e2"
    mean = b"symbol,timestamp,price\nAAA,%s,100.32\nBBB,%s,7\n" % (LATE, T % 2)
    assert deduplicated(output, links, policy=Policy.MEAN) == mean
    assert deduplicated(output, links, policy=Policy.MEDIAN) == mean


def test_ambiguous_duplicates_are_kept_as_they_are(deduplicated: Exported) -> None:
    """Under `source` too: whether they are duplicates is not certain enough to change them."""
    links = "event confidence\n e1 1\n e1 0.3\n e2 1"
    for policy in (Policy.SOURCE, Policy.FIRST, Policy.MEAN):
        assert deduplicated(PLAIN, links, policy=policy) == PLAIN


def test_phantoms_are_dropped_under_source_else_kept_unless_asked(deduplicated: Exported) -> None:
    links = "event\n e1\n -\n e2"
    without = PLAIN.replace(b"AAA,%s,100.2\n" % LATE, b"")
    assert deduplicated(PLAIN, links) == without
    for policy in (Policy.NONE, Policy.FIRST, Policy.MEAN):
        assert deduplicated(PLAIN, links, policy=policy) == PLAIN
        assert deduplicated(PLAIN, links, policy=policy, drop_phantoms=True) == without


def test_a_phantom_on_the_key_of_a_row_is_dropped_once(deduplicated: Exported, tmp_path: Path) -> None:
    """Row 0 is a phantom, and `exact-key` keeps row 1, which shares its key."""
    output = b"symbol,timestamp,price\nAAA,%s,1\nAAA,%s,100.10\n" % (T % 1, T % 1)
    kept = b"symbol,timestamp,price\nAAA,%s,100.10\n" % (T % 1)
    assert deduplicated(output, "event\n -\n e1", policy=Policy.EXACT_KEY, drop_phantoms=True) == kept
    audit = (tmp_path / "out" / "row_audit.csv").read_text().splitlines()[1:]
    assert [(line[0], line.rsplit(",", 1)[1]) for line in audit] == [("0", "dropped"), ("1", "kept")]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert manifest["conservation"] == {
        "records": 2,
        "kept": 1,
        "corrected": 0,
        "dropped": 1,
        "quarantined": 0,
    }


def test_source_adds_no_event_that_has_no_row(deduplicated: Exported) -> None:
    output = b"symbol,timestamp,price\nBBB,%s,200.00\n" % (T % 2)
    assert deduplicated(output, "event\n e2", policy=Policy.SOURCE) == output


def test_records_that_cannot_be_read_are_left_out(deduplicated: Exported) -> None:
    output = PLAIN.replace(b"AAA,%s,100.2\n" % LATE, b"AAA,%s,nan\n\nAAA,%s\n" % (LATE, LATE))
    assert deduplicated(output, "row event\n 0 e1\n 3 e2") == PLAIN.replace(b"AAA,%s,100.2\n" % LATE, b"")


def test_an_output_of_a_header_alone(deduplicated: Exported) -> None:
    assert deduplicated(b"symbol,timestamp,price\n", "event") == b"symbol,timestamp,price\n"
