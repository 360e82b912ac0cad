"""Whatever is done to some lines of a bundle: no traceback, nothing lost, every other line read as before."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from raceview.bundle import read
from raceview.engine import Engine
from raceview.errors import InputError

from .conftest import Read, read_folder

COUNT = 12
TIMES = [f"2025-07-12T09:15:{i:02}.005000Z" for i in range(COUNT)]
FILES = {
    "raw_tick_events.log": [
        json.dumps({"event_id": f"e{i}", "timestamp": TIMES[i], "symbol": "A", "price": i + 0.5})
        for i in range(COUNT)
    ],
    "worker_logs.csv": [f"e{i},worker-1,{TIMES[i]},,timeout" for i in range(COUNT)],
    "final_output.csv": [f"A,{TIMES[i]},{i}.5" for i in range(COUNT)],
}
HEADERS = {
    "raw_tick_events.log": [],
    "worker_logs.csv": ["event_id,worker_id,start_time,end_time,status"],
    "final_output.csv": ["symbol,timestamp,price"],
}

NASTY = [
    b"", b" ", b"\r", b"\r\n", b'"', b'""', b"\\", b",", b",,,,", b"{", b"}", b"[]", b"\0", b"\xff", b"\xc3",
    "é".encode(),
    b"\xef\xbb\xbf", b"\x1a", b"\x1f\x1e\x1f\x1e", b"\x01", b"NaN", b"1e999", b"-", b"null", b"'", b"#", b"2300",
    b"0x10",
    b"1_0", b"+05:30", b"\n", b'"\n"', b"\xe2\x80\xa8", b"\xed\xa0\x80", b"\t",
]  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn) -> tuple[int, bytes]:
    """(line, what it becomes), for one line of any of the files; the line does not close a quote that it opened not."""
    line = draw(st.integers(0, COUNT - 1))
    kind = draw(st.sampled_from(["insert", "replace", "cut", "random"]))
    piece = draw(st.sampled_from(NASTY))
    return line, b"|".join([kind.encode(), piece, str(draw(st.integers(0, 200))).encode()])


def mutate(line: bytes, recipe: bytes) -> bytes:
    kind, rest = recipe.split(b"|", 1)
    piece, number = rest.rsplit(b"|", 1)
    position = int(number) % (len(line) + 1)
    if kind == b"insert":
        return line[:position] + piece + line[position:]
    if kind == b"replace":
        return line[:position] + piece + line[position + max(len(piece), 1) :]
    return line[:position] if kind == b"cut" else piece


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(mutations(), max_size=4), ending=st.sampled_from([b"\n", b"\r\n"]), last=st.booleans()
)
def test_a_file_with_mutated_lines(
    engine: Engine, name: str, changes: list[tuple[int, bytes]], ending: bytes, last: bool
) -> None:
    lines = [line.encode() for line in FILES[name]]
    touched = set()
    for index, recipe in changes:
        lines[index] = mutate(lines[index], recipe)
        touched.add(index)
    header = [line.encode() for line in HEADERS[name]]
    content = ending.join([*header, *lines]) + (ending if last else b"")
    found = read_content(engine, name, content)
    file = next(found.files.present())
    rows = {"raw_tick_events.log": found.ticks, "worker_logs.csv": found.attempts}.get(name, found.output)
    assert (file.used, file.quarantined) == (len(rows), len(found.quarantine))
    assert file.records == file.used + file.quarantined
    clean = {str(line) for index, line in enumerate(FILES[name]) if index not in touched}
    assert clean <= {rebuilt(name, row) for row in rows}
    if name == "final_output.csv":
        numbers = sorted({row[0] for row in rows})
        assert all(0 <= number < file.records for number in numbers)
        assert all(row[-1].encode() in content for row in rows)


def rebuilt(name: str, row: tuple[object, ...]) -> str:
    """The line that a row was read from, as FILES writes it."""
    if name == "raw_tick_events.log":
        _, event_id, symbol, timestamp, price, *_ = row
        return json.dumps(
            {"event_id": event_id, "timestamp": timestamp, "symbol": symbol, "price": 0}
        ).replace(": 0}", f": {price}}}")
    if name == "worker_logs.csv":
        return ",".join(str(value) for value in row[1:6])
    return ",".join(str(value) for value in row[2:5])


def read_content(engine: Engine, name: str, content: bytes) -> Read:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(content)
        return read_folder(Path(folder), engine)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.lists(st.sampled_from([*NASTY, b"symbol,timestamp,price\n", b"A,1,1\n", b'{"a":1}\n'])))
def test_any_bytes_give_a_bundle_or_one_sentence(engine: Engine, content: list[bytes]) -> None:
    for name in FILES:
        try:
            read_content(engine, name, b"".join(content))
            sentence = name
        except InputError as error:
            sentence = str(error)
        assert sentence.startswith(name)
        assert "\n" not in sentence


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(mutations(), max_size=4))
def test_the_careful_scan_and_the_fast_one_agree(
    engine: Engine, name: str, changes: list[tuple[int, bytes]]
) -> None:
    """A blank last line forces the scan by lines; sending every line to Python gives a third opinion."""
    lines = [line.encode() for line in FILES[name]]
    for index, recipe in changes:
        lines[index] = mutate(lines[index], recipe)
    content = b"\n".join([*(line.encode() for line in HEADERS[name]), *lines, b""])
    fast = read_content(engine, name, content)
    careful = read_content(engine, name, content + b"\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read, "learn_layout", without_layout)
        python = read_content(engine, name, content)
    for other in (careful, python):
        assert (fast.ticks, fast.attempts, fast.output) == (other.ticks, other.attempts, other.output)
        assert fast.quarantine == other.quarantine


def without_layout(*arguments: object, **named: object) -> object:
    """`learn_layout` that has learnt nothing about the usual line."""
    from dataclasses import replace

    from raceview.bundle.layout import learn_layout

    learned = learn_layout(*arguments, **named)  # type: ignore[arg-type]
    return replace(learned, layout=replace(learned.layout, columns=()))
