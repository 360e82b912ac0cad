"""Files as people have them: each test shows the lines and everything that is made of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from raceview.errors import InputError, UsageError

from .conftest import Read, Rows

TIME, TIME_NS = "2025-07-12T09:15:00Z", 1752311700000000000
HEADER = "symbol,timestamp,price\n"
ATTEMPT_HEADER = "event_id,worker_id,start_time,end_time,status\n"


def row(
    number: int, line: int, symbol: str, price: str, units: int, text: str | None = None
) -> tuple[object, ...]:
    """A row of `outputs_read` at TIME; `text` where the record is not simply its fields."""
    return (number, line, symbol, TIME, price, TIME_NS, units, text or f"{symbol},{TIME},{price}")


A = f"A,{TIME},1.5\n"
LINE_CASES = {
    "truncated last line": (
        A + "A,2025-07",
        [row(0, 2, "A", "1.5", 1_500_000_000)],
        [(3, "expected 3 fields, found 2", "A,2025-07")],
    ),
    "more fields than the header": (
        f"A,{TIME},1,9\n" + A,
        [row(1, 3, "A", "1.5", 1_500_000_000)],
        [(2, "expected 3 fields, found 4", f"A,{TIME},1,9")],
    ),
    "blank lines are no records": (
        "\n" + A + "  \n\n" + A + "\n",
        [row(0, 3, "A", "1.5", 1_500_000_000), row(1, 6, "A", "1.5", 1_500_000_000)],
        [],
    ),
    "some lines end in CRLF": (
        A + A.replace("\n", "\r\n") + A,
        [
            row(0, 2, "A", "1.5", 1_500_000_000),
            row(1, 3, "A", "1.5", 1_500_000_000, f"A,{TIME},1.5\r"),
            row(2, 4, "A", "1.5", 1_500_000_000),
        ],
        [],
    ),
    "a lone carriage return": (
        f"A\rB,{TIME},1\n" + A,
        [row(1, 3, "A", "1.5", 1_500_000_000)],
        [(2, "a carriage return inside the record", f"A\rB,{TIME},1")],
    ),
    "quoted fields, here and there": (
        A + f'"A,B",{TIME},"2"\n"A""B",{TIME},3\n',
        [
            row(0, 2, "A", "1.5", 1_500_000_000),
            row(1, 3, "A,B", "2", 2_000_000_000, f'"A,B",{TIME},"2"'),
            row(2, 4, 'A"B', "3", 3_000_000_000, f'"A""B",{TIME},3'),
        ],
        [],
    ),
    "a quoted line break": (
        A + f'"A\n\nB",{TIME},2\n' + A,
        [
            row(0, 2, "A", "1.5", 1_500_000_000),
            row(1, 3, "A\n\nB", "2", 2_000_000_000, f'"A\n\nB",{TIME},2'),
            row(2, 6, "A", "1.5", 1_500_000_000),
        ],
        [],
    ),
    "a quote that is never closed swallows nothing": (
        f'"A,{TIME},2\n' + A + f'"B",{TIME},3\n',
        [row(1, 3, "A", "1.5", 1_500_000_000), row(2, 4, "B", "3", 3_000_000_000, f'"B",{TIME},3')],
        [(2, "a quote is opened and not closed", f'"A,{TIME},2')],
    ),
    "a stray quote": (
        f'A"B,{TIME},2\n"A"B,{TIME},2\n' + A,
        [row(2, 4, "A", "1.5", 1_500_000_000)],
        [
            (2, "a quote inside a field that is not quoted, or text after a closing quote", f'A"B,{TIME},2'),
            (3, "a quote inside a field that is not quoted, or text after a closing quote", f'"A"B,{TIME},2'),
        ],
    ),
    "a symbol that a spreadsheet or a terminal would act on": (
        f"=1+1,{TIME},1\nA\x1b[31m,{TIME},2\n",
        [row(0, 2, "=1+1", "1", 1_000_000_000), row(1, 3, "A\x1b[31m", "2", 2_000_000_000)],
        [],
    ),
    "NUL bytes": (
        f"A\0,{TIME},1\n" + A,
        [row(1, 3, "A", "1.5", 1_500_000_000)],
        [(2, "symbol: expected text without NUL bytes, found 'A\\x00'", f"A\0,{TIME},1")],
    ),
    "the engine's own separators as a value": (
        f"\x1f\x1e\x1f\x1e,{TIME},1\n" + A,
        [row(0, 2, "\x1f\x1e\x1f\x1e", "1", 1_000_000_000), row(1, 3, "A", "1.5", 1_500_000_000)],
        [],
    ),
    "an empty symbol": (
        f",{TIME},1\n" + A,
        [row(1, 3, "A", "1.5", 1_500_000_000)],
        [(2, "symbol: expected a value, found nothing", f",{TIME},1")],
    ),
}


@pytest.mark.parametrize(("lines", "rows", "quarantine"), LINE_CASES.values(), ids=LINE_CASES)
def test_lines_of_the_output(read: Callable[..., Read], lines: str, rows: Rows, quarantine: Rows) -> None:
    found = read({"final_output.csv": (HEADER + lines).encode()})
    assert found.output == rows
    assert found.quarantine == [("final_output.csv", *bad) for bad in quarantine]
    assert found.files.output is not None
    assert (found.files.output.used, found.files.output.quarantined) == (len(rows), len(quarantine))


def test_lines_that_are_not_utf8_are_quarantined_alone(read: Callable[..., Read]) -> None:
    content = HEADER.encode() + A.encode() + f"\xe9,{TIME},1\n".encode("latin-1") + f"é,{TIME},2\n".encode()
    found = read({"final_output.csv": content})
    assert found.output == [row(0, 2, "A", "1.5", 1_500_000_000), row(2, 4, "é", "2", 2_000_000_000)]
    assert found.quarantine == [("final_output.csv", 3, "expected UTF-8 text", f"\\xe9,{TIME},1")]


def test_a_line_of_megabytes_is_quarantined_with_its_beginning(read: Callable[..., Read]) -> None:
    found = read({"final_output.csv": (HEADER + A + "x" * 3_000_000 + "\n" + A).encode()})
    assert [values[:2] for values in found.output] == [(0, 2), (2, 4)]
    reason = "expected a record, found a line of more than 524288 bytes"
    assert found.quarantine == [("final_output.csv", 3, reason, "x" * 1999 + "…")]


@pytest.mark.parametrize("end", ["", "\n", "\r", "\r\n"])
def test_a_last_line_of_megabytes_is_one_line_however_it_ends(read: Callable[..., Read], end: str) -> None:
    found = read({"final_output.csv": (HEADER + A + "x" * 3_000_000 + end).encode()})
    assert [values[:2] for values in found.output] == [(0, 2)]
    reason = "expected a record, found a line of more than 524288 bytes"
    assert found.quarantine == [("final_output.csv", 3, reason, "x" * 1999 + "…")]


def test_columns_in_any_order_case_and_number(read: Callable[..., Read]) -> None:
    found = read(
        {"final_output.csv": f" Price ,note,SYMBOL,timestamp\n1.5,x,A,{TIME}\n2,,B,{TIME}\n".encode()}
    )
    assert found.output == [
        (0, 2, "A", TIME, "1.5", TIME_NS, 1_500_000_000, f"1.5,x,A,{TIME}"),
        (1, 3, "B", TIME, "2", TIME_NS, 2_000_000_000, f"2,,B,{TIME}"),
    ]
    assert found.files.output is not None
    assert found.files.output.header == " Price ,note,SYMBOL,timestamp"


def test_attempts(read: Callable[..., Read]) -> None:
    early = "2025-07-12T09:14:59Z"
    lines = [
        f"e,w,{TIME},,timeout",
        f"e,w,{TIME},null, Timeout ",
        f"unknown,w,{TIME},{TIME},SUCCESS",
        f"e,w,{TIME},,success",
        f"e,w,{TIME},{early},success",
        f"e,w,{TIME},{early},SUCCESS",
        f"e,w,{TIME},,crashed",
        f",w,{TIME},,success",
        f"e,,{TIME},,success",
        "e,w,,,success",
        f"e,w,{TIME},soon,success",
    ]
    found = read({"worker_logs.csv": (ATTEMPT_HEADER + "\n".join(lines) + "\n").encode()})
    assert found.attempts == [
        (2, "e", "w", TIME, "", "timeout", TIME_NS, None),
        (3, "e", "w", TIME, "", "timeout", TIME_NS, None),
        (4, "unknown", "w", TIME, TIME, "success", TIME_NS, TIME_NS),
        (5, "e", "w", TIME, "", "success", TIME_NS, None),
    ]
    a_time = "a time such as 2025-07-12T09:15:00.005Z or an epoch number"
    assert found.quarantine == [
        ("worker_logs.csv", number, reason, lines[number - 2])
        for number, reason in [
            (6, f"end_time: expected at or after the start {TIME}, found '{early}'"),
            (7, f"end_time: expected at or after the start {TIME}, found '{early}'"),
            (8, "status: expected success or timeout, found 'crashed'"),
            (9, "event_id: expected a value, found nothing"),
            (10, "worker_id: expected a value, found nothing"),
            (11, "start_time: expected a value, found nothing"),
            (12, f"end_time: expected {a_time}, found 'soon'"),
        ]
    ]


def tick(
    number: int, event_id: str, symbol: str, price: str, units: int, source: str = "s"
) -> tuple[object, ...]:
    return (number, event_id, symbol, TIME, price, source, TIME_NS, units)


def test_ticks(read: Callable[..., Read]) -> None:
    good = f'{{"event_id": "e0", "timestamp": "{TIME}", "symbol": "A", "price": 1.5, "source": "s"}}'
    lines = [
        good,
        good.replace("1.5", "1642.30"),
        good.replace('"A"', r'"B\u0041\n"'),
        good.replace('"A"', '"x,y"'),
        f'{{"symbol":"C","event_id":"e1","timestamp":"{TIME}","price":1e3}}',
        f' {{"event_id" : 7, "timestamp": "{TIME}", "symbol": 5, "price": "2.50", "x": [1, {{"a": 2}}]}} ',
        good.replace('"s"', "null"),
        good.replace("1.5", "NaN"),
        good.replace("1.5", "null"),
        good.replace("1.5", "-Infinity"),
        good.replace("1.5", "01.5"),
        good.replace('"A"', '["A"]'),
        good.replace('"A"', r'"\ud800"'),
        good.replace('"event_id"', '"id"'),
        "[1]",
        good + "x",
        good[:-20],
    ]
    found = read({"raw_tick_events.log": "\n".join(lines).encode()})
    assert found.ticks == [
        tick(1, "e0", "A", "1.5", 1_500_000_000),
        tick(2, "e0", "A", "1642.30", 1_642_300_000_000),
        tick(3, "e0", "BA\n", "1.5", 1_500_000_000),
        tick(4, "e0", "x,y", "1.5", 1_500_000_000),
        tick(5, "e1", "C", "1e3", 1_000_000_000_000, ""),
        tick(6, "7", "5", "2.50", 2_500_000_000, ""),
        tick(7, "e0", "A", "1.5", 1_500_000_000, ""),
    ]
    assert found.quarantine == [
        ("raw_tick_events.log", number, reason, lines[number - 1])
        for number, reason in [
            (8, "price: expected a finite decimal number, found 'NaN'"),
            (9, "price: expected a value, found nothing"),
            (10, "price: expected a finite decimal number, found '-Infinity'"),
            (11, "expected a JSON object (Expecting ',' delimiter at character 82)"),
            (12, "symbol: expected text or a number, found '[\"A\"]'"),
            (13, "symbol: expected valid Unicode, found '\\ud800'"),
            (14, "event_id: expected a value, found nothing"),
            (15, "expected a JSON object, found '[1]'"),
            (16, "expected a JSON object (Extra data at character 100)"),
            (17, "expected a JSON object (Expecting value at character 80)"),
        ]
    ]


def test_duplicate_event_ids_with_different_payloads_are_both_read(read: Callable[..., Read]) -> None:
    line = '{"event_id": "e", "timestamp": 1752311700, "symbol": "A", "price": %d}\n'
    found = read({"raw_tick_events.log": (line % 1 + line % 2).encode()})
    assert [(values[1], values[4], values[6]) for values in found.ticks] == [
        ("e", "1", TIME_NS),
        ("e", "2", TIME_NS),
    ]


UNUSABLE = {
    "empty": (
        b"",
        "final_output.csv: expected a CSV header with symbol, timestamp, price; found an empty file",
    ),
    "blank": (
        b"\n\n",
        "final_output.csv, line 1: expected a CSV header with symbol, timestamp, price; found blank lines",
    ),
    "a missing column": (
        b"symbol,time,price\n",
        "final_output.csv, line 1: expected a CSV header with symbol, timestamp, price; found 'symbol,time,price'",
    ),
    "a column twice": (
        b"symbol,timestamp,price,Price\n",
        "final_output.csv, line 1: expected a CSV header with symbol, timestamp, price; found price more than once",
    ),
    "JSON": (
        b'{"symbol": "A"}\n',
        'final_output.csv, line 1: expected a CSV header with symbol, timestamp, price; found \'{"symbol": "A"}\'',
    ),
    "UTF-16": (
        HEADER.encode("utf-16"),
        "final_output.csv, line 1: expected a CSV header with symbol, timestamp, price; found binary data",
    ),
    "no record of it can be read": (
        (HEADER + f"\nA,{TIME}\nB,{TIME}\n").encode(),
        "final_output.csv, line 3: expected 3 fields, found 2; none of the file's 2 records could be read",
    ),
}


@pytest.mark.parametrize(("content", "message"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_file_that_cannot_be_used(read: Callable[..., Read], content: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read({"final_output.csv": content})
    assert str(caught.value) == message


def test_more_columns_than_an_expression_may_be_deep(read: Callable[..., Read]) -> None:
    names = ",".join(f"x{number}" for number in range(1500))
    values = "," * 1500
    found = read({"final_output.csv": f"{HEADER.strip()},{names}\nA,{TIME},1.5{values}\n".encode()})
    assert found.output == [row(0, 2, "A", "1.5", 1_500_000_000, f"A,{TIME},1.5{values}")]


def test_ticks_that_are_a_csv_or_lack_a_field(read: Callable[..., Read]) -> None:
    expected = "raw_tick_events.log, line 1: expected JSON lines with event_id, symbol, timestamp, price"
    with pytest.raises(InputError) as csv:
        read({"raw_tick_events.log": b"event_id,timestamp\n"})
    assert str(csv.value) == f"{expected}; found 'event_id,timestamp'"
    with pytest.raises(InputError) as lacking:
        read({"raw_tick_events.log": b'{"event_id": 1, "timestamp": 1, "symbol": "A"}\n' * 3})
    assert str(lacking.value) == f"{expected}; found no price in the first 3 records"


def test_a_header_alone_has_no_records(read: Callable[..., Read]) -> None:
    found = read({"final_output.csv": HEADER.encode(), "worker_logs.csv": ATTEMPT_HEADER.strip().encode()})
    assert (found.ticks, found.attempts, found.output, found.quarantine) == ([], [], [], [])


def test_an_unknown_time_zone_is_a_usage_error(read: Callable[..., Read]) -> None:
    with pytest.raises(
        UsageError, match="expected an IANA time zone such as Asia/Kolkata, found 'Mars/Olympus'"
    ):
        read({"final_output.csv": HEADER.encode()}, assume_tz="Mars/Olympus")


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2025-07-12T09:15:00", "2025-07-12T13:15:00Z"),
        ("2025-07-12T09:15:00Z", "2025-07-12T09:15:00Z"),
        ("2025-07-12T09:15:00+05:30", "2025-07-12T03:45:00Z"),
        ("2025-11-02 00:59:59.5", "2025-11-02T04:59:59.5Z"),
        ("2025-11-02 01:30:00", "2025-11-02T05:30:00Z"),  # comes twice: the earlier
        ("2025-11-02 02:00:00", "2025-11-02T07:00:00Z"),
        ("2025-03-09 01:59:59", "2025-03-09T06:59:59Z"),
        ("2025-03-09 02:30:00", "2025-03-09T07:30:00Z"),  # never comes: the clock as before the change
        ("2025-03-09 03:00:00", "2025-03-09T07:00:00Z"),
        ("1752311700", "2025-07-12T09:15:00Z"),
    ],
)
def test_a_time_without_a_zone_is_in_the_assumed_one(
    read: Callable[..., Read], local: str, expected: str
) -> None:
    """SQL reads the unquoted line, Python the other; both mean the same instant as `expected` in UTC."""
    lines = f'A,{local},1\n"A",{local},1.0\nA,{expected},1\n'
    found = read({"final_output.csv": (HEADER + lines).encode()}, assume_tz="America/New_York")
    assert len({values[5] for values in found.output}) == 1
    assert found.quarantine == []


def test_an_attempt_that_ends_before_it_starts_in_the_assumed_zone_only(read: Callable[..., Read]) -> None:
    lines = "e,w,2025-07-12T09:15:00,2025-07-12T09:16:00Z,success\ne,w,2025-07-12T09:15:00,,timeout\n"
    found = read({"worker_logs.csv": (ATTEMPT_HEADER + lines).encode()}, assume_tz="America/New_York")
    assert [values[0] for values in found.attempts] == [3]
    assert [(line, text) for _, line, _, text in found.quarantine] == [(2, lines.splitlines()[0])]
