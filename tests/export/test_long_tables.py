"""Tables as long as an input: written in parts, and as lines ready made where no value needs quotes."""

from __future__ import annotations

import csv
import io
import json
import os
import resource
import select
from contextlib import closing
from pathlib import Path

import pytest

import raceview
from export.golden_set import INPUT
from raceview.engine import open_engine
from raceview.errors import OutputError
from raceview.export import write_exports
from raceview.export.long_file import LongFile
from raceview.export.parts import write_in_parts
from raceview.investigation import Investigation

SAMPLE = Path(__file__).parents[2] / "data"
LONG = ("row_audit.csv", "timeline.csv", "deduplicated_output.csv")


def _written(inv: Investigation, out: Path) -> dict[str, bytes]:
    write_exports(inv, out)
    return {name: (out / name).read_bytes() for name in LONG}


@pytest.mark.parametrize("rows", [2, 7, 1000])
def test_parts_make_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    with raceview.open_bundle(INPUT) as inv:
        whole = _written(inv, tmp_path / "whole")
        monkeypatch.setattr("raceview.export.parts.PART", rows)
        assert _written(inv, tmp_path / "parts") == whole


def test_both_ways_to_write_a_table_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with raceview.open_bundle(SAMPLE) as inv:
        lines = _written(inv, tmp_path / "lines")
        assert all(file.unquoted for file in inv.files.present())
        monkeypatch.setattr("raceview.export.tables._unquoted", lambda *_: False)
        assert _written(inv, tmp_path / "fields") == lines


def test_no_rows_leave_the_header(tmp_path: Path) -> None:
    with closing(open_engine()) as engine:
        engine.load_rows("t", {"key": "BIGINT"}, [])

        def write(condition: str, part: Path, first: bool) -> None:
            engine.write_csv(f"SELECT key FROM t WHERE {condition}", part, header=first)

        write_in_parts(engine, tmp_path / "t.csv", "SELECT max(key) FROM t", "key", write)
    assert (tmp_path / "t.csv").read_text() == "key\n"


def test_a_later_part_that_finds_no_room_tells_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its writer knows of a pipe alone: the reason is that of the file behind it."""
    monkeypatch.setattr("raceview.export.parts.PART", 50_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with closing(open_engine()) as engine:
        engine.create("t", "SELECT range AS key FROM range(200000)")

        def write(condition: str, part: Path, first: bool) -> None:
            engine.write_csv(f"SELECT key FROM t WHERE {condition} ORDER BY key", part, header=first)

        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, hard))
        try:
            with pytest.raises(OSError, match="File too large"):
                write_in_parts(engine, tmp_path / "t.csv", "SELECT max(key) FROM t", "key", write)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_part_that_fails_leaves_no_thread_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("raceview.export.parts.PART", 1)
    before = set(os.listdir("/dev/fd"))
    with closing(open_engine()) as engine:

        def write(condition: str, part: Path, first: bool) -> None:
            if not first:
                raise OutputError("no more")
            with part.open("w") as file:
                file.write("first\n")

        with pytest.raises(OutputError, match="no more"):
            write_in_parts(engine, tmp_path / "t.csv", "SELECT 2", "key", write)
    assert len(set(os.listdir("/dev/fd")) - before) == 0


def test_parts_that_begin_when_nothing_can_be_written_any_more_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They open a pipe that nobody reads."""
    monkeypatch.setattr("raceview.export.parts.PART", 1)
    late: list[str] = []

    def refuse(_: LongFile, __: int) -> None:
        raise OSError("no room")

    monkeypatch.setattr(LongFile, "take", refuse)
    with closing(open_engine()) as engine:
        engine.create("t", "SELECT range AS key FROM range(3)")

        def write(condition: str, part: Path, first: bool) -> None:
            nobody_reads = select.poll()
            nobody_reads.register(int(part.name), 0)
            assert nobody_reads.poll(10_000)
            try:
                engine.write_csv(f"SELECT key FROM t WHERE {condition}", part, header=first)
            except OutputError as error:
                late.append(str(error))

        with pytest.raises(OSError, match="no room"):
            write_in_parts(engine, tmp_path / "t.csv", "SELECT max(key) FROM t", "key", write)
    assert len(late) == 2
    assert all("cannot be written" in told for told in late)


MARKED = {
    "comma": lambda text: text.replace(b"AAA", b'"A,A"'),
    "quote": lambda text: text.replace(b"AAA", b'"A""A"'),
    "hash": lambda text: text.replace(b"AAA", b"#AA"),
    "hash within": lambda text: text.replace(b"AAA", b"A#A"),
    "line break": lambda text: text.replace(b"AAA", b'"A\nA"'),
    "return": lambda text: text.replace(b"AAA", b'"A\rA"'),
    "one record quoted": lambda text: text.replace(b"AAA", b'"AAA"', 1),
    "nothing": lambda text: text,
}
SYMBOLS = {
    "comma": "A,A",
    "quote": 'A"A',
    "hash": "#AA",
    "hash within": "A#A",
    "line break": "A\nA",
    "return": "A\rA",
}
HEADER = b"symbol,timestamp,price\n"
ROWS = b"AAA,2024-06-03T09:30:01.000Z,100.1\nBBB,2024-06-03T09:30:02.000Z,200.0\nAAA,2024-06-03T09:30:03.000Z,99.0\n"


@pytest.mark.parametrize("name", MARKED)
@pytest.mark.parametrize("odd", [b"", b"odd,line\n"])
def test_values_that_need_quotes_have_them(tmp_path: Path, name: str, odd: bytes) -> None:
    """Whatever a field holds, a reader of CSV gets it back."""
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    symbol = SYMBOLS.get(name, "AAA")
    (bundle / "final_output.csv").write_bytes(HEADER + MARKED[name](ROWS) + odd)
    ticks = [("e,1" if name == "comma" else "e#1" if "hash" in name else "e1", symbol, 1), ("e2", "BBB", 2)]
    (bundle / "raw_tick_events.log").write_text(
        "".join(
            json.dumps(
                {
                    "event_id": event,
                    "timestamp": f"2024-06-03T09:30:0{second}.000Z",
                    "symbol": tick_symbol,
                    "price": 100.1 * second,
                    "source": "s",
                }
            )
            + "\n"
            for event, tick_symbol, second in ticks
        )
    )
    (bundle / "worker_logs.csv").write_text(
        "event_id,worker_id,start_time,end_time,status\n"
        "e2,w1,2024-06-03T09:30:02.000Z,2024-06-03T09:30:02.500Z,success\n"
    )
    with raceview.open_bundle(bundle) as inv:
        written = _written(inv, tmp_path / "out")
    rows = list(csv.DictReader(io.StringIO(written["row_audit.csv"].decode(), newline="")))
    assert [row["symbol"] for row in rows] == [symbol, "BBB", symbol]
    assert rows[0]["event_id"] == ticks[0][0]
    plain = name == "nothing"
    assert inv.files.output is not None
    assert inv.files.output.unquoted is plain
