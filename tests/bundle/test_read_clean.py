"""The same clean records in every wrapping read as the same relations, by the fast scan and by the careful one."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from raceview.bundle import find_bundle, read_bundle
from raceview.bundle.layout import learn_layout
from raceview.bundle.survey import survey
from raceview.engine import Engine
from raceview.engine.scan import OUTPUTS
from raceview.model import Options

from .conftest import Read, read_folder

TICKS = "".join(
    f'{{"event_id": "evt_{i}", "timestamp": "2025-07-12T09:15:00.00{i}000Z", "symbol": "S{i}", "price": {i}.5, '
    f'"source": "stream-1"}}\n'
    for i in range(4)
)
ATTEMPTS = "event_id,worker_id,start_time,end_time,status\n" + "".join(
    f"evt_{i},worker-1,2025-07-12T09:15:00.00{i},{f'2025-07-12T09:15:0{i}' if i else ''},"
    f"{'success' if i else 'timeout'}\n"
    for i in range(4)
)
OUTPUT = "symbol,timestamp,price\n" + "".join(f"S{i},2025-07-12T09:15:00.00{i}000Z,{i}.5\n" for i in range(4))
START = 1_752_311_700_000_000_000

TICKS_READ = [
    (i + 1, f"evt_{i}", f"S{i}", f"2025-07-12T09:15:00.00{i}000Z", f"{i}.5", "stream-1",
     START + i * 1_000_000, i * 1_000_000_000 + 500_000_000)
    for i in range(4)
]  # fmt: skip
ATTEMPTS_READ = [
    (2, "evt_0", "worker-1", "2025-07-12T09:15:00.000", "", "timeout", START, None),
    (3, "evt_1", "worker-1", "2025-07-12T09:15:00.001", "2025-07-12T09:15:01", "success",
     START + 1_000_000, START + 1_000_000_000),
    (4, "evt_2", "worker-1", "2025-07-12T09:15:00.002", "2025-07-12T09:15:02", "success",
     START + 2_000_000, START + 2_000_000_000),
    (5, "evt_3", "worker-1", "2025-07-12T09:15:00.003", "2025-07-12T09:15:03", "success",
     START + 3_000_000, START + 3_000_000_000),
]  # fmt: skip
OUTPUTS_READ = [
    (i, i + 2, f"S{i}", f"2025-07-12T09:15:00.00{i}000Z", f"{i}.5",
     START + i * 1_000_000, i * 1_000_000_000 + 500_000_000, f"S{i},2025-07-12T09:15:00.00{i}000Z,{i}.5")
    for i in range(4)
]  # fmt: skip


def unchanged(text: str) -> str:
    return text


def quoted(text: str) -> str:
    """QUOTE_ALL, for a CSV; JSON stays."""
    if text.startswith("{"):
        return text
    return "".join(",".join(f'"{value}"' for value in line.split(",")) + "\n" for line in text.splitlines())


WRAPPINGS: dict[str, Callable[[str], str]] = {
    "plain": unchanged,
    "no line end at the end": str.rstrip,
    "BOM": lambda text: "\ufeff" + text,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CRLF, none at the end": lambda text: text.replace("\n", "\r\n").rstrip(),
    "CRLF but for one line": lambda text: text.replace("\n", "\r\n").replace("\r\n", "\n", 1),
    "blank line at the end (scanned by lines)": lambda text: text + "\n",
    "quoted": quoted,
    "quoted, scanned by lines": lambda text: quoted(text) + "\n",
    "quoted, BOM and CRLF": lambda text: "\ufeff" + quoted(text).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS)
def test_every_wrapping_gives_the_same_relations(
    read: Callable[..., Read], wrap: Callable[[str], str]
) -> None:
    texts = {"raw_tick_events.log": TICKS, "worker_logs.csv": ATTEMPTS, "final_output.csv": OUTPUT}
    contents = {name: wrap(text).encode() for name, text in texts.items()}
    found = read(contents)
    assert found.ticks == TICKS_READ
    assert found.attempts == ATTEMPTS_READ
    assert [values[:-1] for values in found.output] == [values[:-1] for values in OUTPUTS_READ]
    lines = contents["final_output.csv"].decode().split("\n")
    assert [values[-1] for values in found.output] == lines[1:5]
    assert found.quarantine == []
    assert [(file.records, file.used, file.quarantined) for file in found.files.present()] == [(4, 4, 0)] * 3


def test_what_is_said_of_a_file(read: Callable[..., Read], tmp_path: Path) -> None:
    content = ("\ufeff" + OUTPUT.replace("\n", "\r\n")).encode()
    file = read({"02_final_output.csv": content}).files.output
    assert file is not None
    assert (file.role, file.name, file.path) == (
        "output",
        "02_final_output.csv",
        tmp_path / "02_final_output.csv",
    )
    assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (file.header, file.newline, file.bom, file.lines) == ("symbol,timestamp,price", "\r\n", True, 5)


def _two_frames(text: bytes) -> bytes:
    return zstandard.compress(text[:50]) + zstandard.compress(text[50:])


@pytest.mark.parametrize(
    ("suffix", "pack"), [(".gz", gzip.compress), (".zst", zstandard.compress), (".zst", _two_frames)]
)
def test_a_packed_file_reads_as_what_is_in_it(
    read: Callable[..., Read], engine: Engine, suffix: str, pack: Callable[[bytes], bytes]
) -> None:
    packed = pack(OUTPUT.encode())
    found = read({"final_output.csv" + suffix: packed})
    assert found.output == OUTPUTS_READ
    assert found.files.output is not None
    assert found.files.output.sha256 == hashlib.sha256(packed).hexdigest()
    assert list(engine.folder.iterdir()) == []


def test_files_of_one_name_in_different_folders(engine: Engine, tmp_path: Path) -> None:
    for folder, text in (("a", ATTEMPTS), ("b", OUTPUT)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "data.csv.gz").write_bytes(gzip.compress((text + "\n").encode()))
    paths = find_bundle(None, attempts=tmp_path / "a/data.csv.gz", output=tmp_path / "b/data.csv.gz")
    files = read_bundle(paths, engine, Options())
    assert [(file.role, file.used) for file in files.present()] == [("attempts", 4), ("output", 4)]
    assert list(engine.folder.iterdir()) == []


def test_files_that_are_not_there_give_empty_relations(read: Callable[..., Read], engine: Engine) -> None:
    found = read({"final_output.csv": OUTPUT.encode()})
    assert (found.ticks, found.attempts, found.output) == ([], [], OUTPUTS_READ)
    assert [file.role for file in found.files.present()] == ["output"]
    columns = (
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = '{}' ORDER BY ALL"
    )
    absent = {name: engine.rows(columns.format(name)) for name in ("ticks_read", "attempts_read")}
    read({"raw_tick_events.log": TICKS.encode(), "worker_logs.csv": ATTEMPTS.encode()})
    assert {name: engine.rows(columns.format(name)) for name in absent} == absent


def test_one_engine_reads_one_bundle_after_another(
    read: Callable[..., Read], engine: Engine, tmp_path: Path
) -> None:
    read({"final_output.csv": OUTPUT.encode() + b"x\n"})
    (tmp_path / "final_output.csv").write_text(OUTPUT)
    again = read_folder(tmp_path, engine)
    assert (again.output, again.quarantine) == (OUTPUTS_READ, [])


def test_the_usual_line_is_learnt_from_the_most_not_the_first(tmp_path: Path) -> None:
    """The assessment's first timestamp has no fraction, all others have."""
    path = tmp_path / "final_output.csv"
    path.write_text('symbol,timestamp,price\nA,2025-07-12T09:15:00Z,"1"\n' + OUTPUT.partition("\n")[2])
    layout = learn_layout(path.name, survey(path, tmp_path / "unused"), OUTPUTS, json=False).layout
    assert layout.time_shapes == {"timestamp": ("0000-00-00T00:00:00.000000Z", "0000-00-00T00:00:00Z")}
    assert [(column.field, column.prefix) for column in layout.columns] == [
        ("symbol", ""),
        ("timestamp", ""),
        ("price", ""),
    ]


def test_the_bundle_is_named_after_its_folder(tmp_path: Path) -> None:
    (tmp_path / "final_output.csv").write_text(OUTPUT)
    assert find_bundle(tmp_path).name == tmp_path.name
