"""`deduplicate-stream` as cron and a shell meet it: bytes in, bytes out, what it says, and what it refuses."""

from __future__ import annotations

import csv
import gzip
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard
from analysis.hand_made import hand_matched

from raceview import deduplicate_stream
from raceview.engine import Engine
from raceview.engine.duckdb_engine import DuckDBEngine
from raceview.line_edits import make_line_edits

SCRIPT = Path(deduplicate_stream.__file__)
MODULE = [sys.executable, "-m", "raceview.deduplicate_stream"]
DATA = Path(__file__).parents[1] / "../shared/data/assessment"
SAMPLE = Path(__file__).parents[1] / "data/final_output.csv"

T = b"2024-06-03T09:30:0%d.000Z"
STREAM = (
    b"symbol,timestamp,price\n"
    b"AAA,2024-06-03T09:30:01.000Z,100.10\n"
    b"AAA,2024-06-03T09:30:01.004Z,100.3\n"
    b"BBB,2024-06-03T09:30:02.000Z,50.00\n"
    b"AAA,2024-06-03T09:30:00.999Z,100.40\n"
    b"AAA,2024-06-03T09:30:03.000Z,100.10\n"
    b"AAA,2024-06-03T09:30:03.000Z,100.10\n"
)
GROUPS = "first p exact\n 0 1 -\n 0 0.9 -\n - - -\n 0 0.8 -\n 4 1 -\n 4 0.75 1"
"""Which of these rows are one event: what `match_rows` would find."""

Main = Callable[..., int]


def _run(*words: str | Path, **kwargs: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*MODULE, *words], check=False, capture_output=True, timeout=120, **kwargs)


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch) -> Main:
    """Runs the command line in this process; the rows of its input are matched as `groups` says."""

    def run(*words: str | Path, groups: str = GROUPS) -> int:
        monkeypatch.setattr("raceview.matching.match_rows", hand_matched(groups))
        monkeypatch.setattr(sys, "argv", ["deduplicate-stream", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            deduplicate_stream.main()
        return int(ended.value.code or 0)

    return run


@pytest.fixture
def written(main: Main, tmp_path: Path) -> Callable[..., bytes]:
    """What is written of a stream of these bytes."""

    def write(stream: bytes, *words: str, groups: str = GROUPS) -> bytes:
        (tmp_path / "in.csv").write_bytes(stream)
        assert main(tmp_path / "in.csv", tmp_path / "out.csv", *words, groups=groups) == 0
        assert sorted(os.listdir(tmp_path)) == ["in.csv", "out.csv"]
        return (tmp_path / "out.csv").read_bytes()

    return write


# What is written


@pytest.mark.parametrize(
    ("policy", "kept"),
    [
        ("first", [0, 2, 4]),
        ("last", [2, 3, 5]),
        ("highest", [2, 3, 4]),
        ("lowest", [0, 2, 4]),
        ("majority", [0, 2, 4]),
        ("confident", [0, 2, 4]),
    ],
)
def test_policies_that_choose_a_row(written: Callable[..., bytes], policy: str, kept: list[int]) -> None:
    header, *rows = STREAM.splitlines(keepends=True)
    assert written(STREAM, "--policy", policy) == header + b"".join(rows[row] for row in kept)


@pytest.mark.parametrize(("policy", "price"), [("mean", b"100.27"), ("median", b"100.30")])
def test_policies_that_write_a_price(written: Callable[..., bytes], policy: str, price: bytes) -> None:
    """The price alone is new, with the digits that prices have here; what needs no new one stays as it is."""
    assert written(STREAM, "--policy", policy) == (
        b"symbol,timestamp,price\n"
        b"AAA,2024-06-03T09:30:01.000Z,%s\n"
        b"BBB,2024-06-03T09:30:02.000Z,50.00\n"
        b"AAA,2024-06-03T09:30:03.000Z,100.10\n" % price
    )


def test_a_mean_in_the_middle_goes_to_the_even_digit(written: Callable[..., bytes]) -> None:
    pair = b"symbol,timestamp,price\nA,2024-06-03T09:30:01Z,0.1\nA,2024-06-03T09:30:01Z,%s\n"
    for second, mean in ((b"0.2", b"0.2"), (b"0.4", b"0.2"), (b"0.6", b"0.4")):
        found = written(pair % second, "--policy", "mean", groups="first\n 0\n 0")
        assert found == b"symbol,timestamp,price\nA,2024-06-03T09:30:01Z,%s\n" % mean


def test_the_first_emitted_row_is_the_default(written: Callable[..., bytes]) -> None:
    assert written(STREAM) == written(STREAM, "--policy", "first")


def test_the_plain_rule_keeps_the_last_of_one_key_and_time(written: Callable[..., bytes]) -> None:
    stream = STREAM.replace(b"01.004Z", b"01.000Z")
    lines = stream.splitlines(keepends=True)
    assert written(stream, "--exact-key", groups="first") == b"".join(lines[at] for at in (0, 2, 3, 4, 6))
    assert written(stream, "--exact-key", "--policy", "first") == b"".join(
        lines[at] for at in (0, 1, 3, 4, 5)
    )


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("bom", lambda text: b"\xef\xbb\xbf" + text),
        ("crlf", lambda text: text.replace(b"\n", b"\r\n")),
        ("some crlf", lambda text: text.replace(b"50.00\n", b"50.00\r\n")),
        ("quotes", lambda text: text.replace(b"AAA", b'"AAA"').replace(b"50.00", b'"50.00"')),
        ("blank lines", lambda text: text.replace(b"BBB", b"\n \nBBB").replace(b"symbol", b"\nsymbol")),
        ("header", lambda text: text.replace(b"symbol,timestamp", b'" Symbol ",TIMESTAMP')),
    ],
)
@pytest.mark.parametrize("policy", ["first", "last", "mean"])
def test_the_form_of_the_file_is_kept(
    written: Callable[..., bytes], name: str, changed: Callable[[bytes], bytes], policy: str
) -> None:
    assert written(changed(STREAM), "--policy", policy) == changed(written(STREAM, "--policy", policy)), name


def test_the_end_of_the_file_is_kept(written: Callable[..., bytes]) -> None:
    assert written(STREAM[:-1], "--policy", "last") == written(STREAM, "--policy", "last")[:-1]
    assert written(STREAM[:-1]) == written(STREAM)
    assert written(STREAM + b"\n\n") == written(STREAM) + b"\n\n"
    alone = STREAM.splitlines(keepends=True)[0] + b"A,1717407001,1\nA,1717407001,2"
    assert written(alone, "--policy", "mean", groups="first\n 0\n 0").endswith(b"A,1717407001,2\n")
    assert written(alone, "--policy", "last", groups="first\n 0\n 0").endswith(b"A,1717407001,2")


def test_other_columns_and_other_names(written: Callable[..., bytes]) -> None:
    """A column called as a field that was asked for elsewhere is one like any other."""
    first = b'note,ticker,price,When,px\n"a, ""b""",A,x,1717407001000,1.5\n'
    stream = first + b",A,y,1717407001004,1.7\nz,A,,1717407009000,2\n"
    names = ("--key", "ticker", "--time", "when", "--value", "PX")
    lines = stream.splitlines(keepends=True)
    groups = "first\n 0\n 0\n -"
    assert written(stream, *names, groups=groups) == lines[0] + lines[1] + lines[3]
    assert written(stream, *names, "--policy", "mean", groups=groups) == (
        lines[0] + b'"a, ""b""",A,x,1717407001000,1.6\n' + lines[3]
    )


def test_records_of_several_lines(written: Callable[..., bytes]) -> None:
    header, a, b, c = (
        b"symbol,timestamp,price,n\n",
        b'A,%s,1,"x\ny"\n',
        b'A,%s,1.2,"x\n\nz"\n',
        b'B,%s,1,"\n"\n',
    )
    rows = [a % (T % 1), b % (T % 2), c % (T % 3)]
    stream, groups = header + b"".join(rows), "first\n 0\n 0\n -"
    assert written(stream, groups=groups) == header + rows[0] + rows[2]
    assert written(stream, "--policy", "last", groups=groups) == header + rows[1] + rows[2]
    assert (
        written(stream, "--policy", "mean", groups=groups)
        == header + rows[0].replace(b",1,", b",1.1,") + rows[2]
    )


@pytest.mark.parametrize("size", [1, 7, 30, 64, 1000])
def test_the_blocks_in_which_it_is_copied_make_no_difference(
    written: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    stream = (
        STREAM.replace(b"price\n", b"price,n\n").replace(b"0\n", b'0,"\n\n"\n').replace(b".3\n", b'.3,"\n"\n')
    )
    expected = [written(stream, "--policy", policy) for policy in ("last", "mean")]
    monkeypatch.setattr("raceview.line_edits.BLOCK", size)
    monkeypatch.setattr("raceview.line_edits.STRETCH", size)
    assert [written(stream, "--policy", policy) for policy in ("last", "mean")] == expected


def test_lines_that_cannot_be_understood_stay_in_place(
    written: Callable[..., bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [b"AAA,yesterday,1\n", b"\xff\xfe,,\n", b'"open,%s,1\n' % (T % 1), b"a,b\n", b"\0,%s,1\n" % (T % 1)]
    lines = STREAM.splitlines(keepends=True)
    stream = b"".join([*lines[:3], *bad, *lines[3:], b"AAA,x"])
    groups = "row first\n 0 0\n 1 0\n 7 -\n 8 0\n 9 9\n 10 9"
    assert written(stream, groups=groups) == b"".join([*lines[:2], *bad, lines[3], lines[5], b"AAA,x"])
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith(
        "deduplicate-stream: 6 lines could not be understood: they stand in the output unchanged, in place "
        "(line 4: timestamp: expected "
    )
    assert told.endswith("; and 1 more).")


def test_the_list_of_duplicates(main: Main, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(STREAM)
    assert main(tmp_path / "in.csv", tmp_path / "out.csv", "--analysis", tmp_path / "a.csv") == 0
    assert (tmp_path / "a.csv").read_text() == (
        "symbol,timestamp,occurrences,price_shift,event_id,price_min,price_max,time_shift_ms,source_price,kind,cause,"
        "workers,attempts,rows,confidence\n"
        "AAA,2024-06-03T09:30:01.000Z,3,0.3,,100.1,100.4,5,,price+time,,,,0;1;3,0.8\n"
        "AAA,2024-06-03T09:30:03.000Z,2,0,,100.1,100.1,0,,identical,,,,4;5,0.75\n"
    )


# What is said


def test_what_is_told(main: Main, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.csv").write_bytes(STREAM)
    assert main(tmp_path / "in.csv", tmp_path / "out.csv", "--policy", "mean") == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert [line.removeprefix("deduplicate-stream: ") for line in shown.err.splitlines()] == [
        "in.csv: 6 rows read, 3 removed.",
        "Which rows are one event is inferred from this file alone: nothing is known of causes, nor of lost events.",
        "2 events had more than one row; kept of each: the first row, with the mean price. Least probability of a "
        "removed row 0.750; about 0.6 of them are expected to be no copies.",
        "1 of these repeats another row in symbol, timestamp, price: an exact repeat cannot be told from a twin, "
        "a second real event that is alike. By chance fewer than 0.1 such twins are expected.",
        "1 row got the mean of the prices of the event.",
    ]


def test_what_is_told_where_nothing_is_claimed(
    main: Main, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.csv").write_bytes(STREAM)
    assert main(tmp_path / "in.csv", tmp_path / "out.csv", groups="first\n" + 6 * " -\n") == 0
    assert (tmp_path / "out.csv").read_bytes() == STREAM
    assert capsys.readouterr().err.splitlines()[2] == (
        "deduplicate-stream: No price or time that is off was taken for a copy's: the rows are as those of different "
        "events would be."
    )


def test_what_is_told_of_the_plain_rule(
    main: Main, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.csv").write_bytes(STREAM.replace(b"01.004Z", b"01.000Z"))
    assert main(tmp_path / "in.csv", tmp_path / "out.csv", "--exact-key") == 0
    assert capsys.readouterr().err == (
        "deduplicate-stream: in.csv: 6 rows read, 2 removed.\n"
        "deduplicate-stream: Rows that share symbol and timestamp were taken for one event, whatever else is in them: "
        "2 groups.\n"
        "deduplicate-stream: Kept of each: the row that was emitted last. 1 repeats the price, too; the others may be "
        "different events, and copies that are off in time were not looked for.\n"
    )


# Streams and packed files


def test_from_stdin_to_stdout() -> None:
    run = _run("-", "-", "--exact-key", input=STREAM)
    assert (run.returncode, run.stdout) == (0, STREAM[: STREAM.rindex(b"AAA")])
    assert run.stderr.startswith(b"deduplicate-stream: standard input: 6 rows read, 1 removed.\n")


@pytest.mark.parametrize(
    ("suffix", "pack", "unpack"),
    [
        (".gz", gzip.compress, gzip.decompress),
        (
            ".zst",
            zstandard.compress,
            lambda packed: zstandard.ZstdDecompressor().decompressobj().decompress(packed),
        ),
    ],
)
def test_packed_files(
    tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes], unpack: Callable[[bytes], bytes]
) -> None:
    """By the name of a file, by the first bytes of a stream; the same input gives the same bytes."""
    source, target, plain = tmp_path / f"in.csv{suffix}", tmp_path / f"out.csv{suffix}", tmp_path / "out.csv"
    source.write_bytes(pack(STREAM))
    assert _run(source, plain, "--exact-key").returncode == 0
    assert plain.read_bytes() == STREAM[: STREAM.rindex(b"AAA")]
    assert _run(source, target, "--exact-key").returncode == 0
    first = target.read_bytes()
    assert unpack(first) == plain.read_bytes()
    assert _run("-", target, "--exact-key", input=source.read_bytes()).returncode == 0
    assert target.read_bytes() == first


def test_a_pipe_with_a_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen([*MODULE, tmp_path / "pipe", tmp_path / "out.csv", "--exact-key"]) as run:
        (tmp_path / "pipe").write_bytes(STREAM)
    assert run.returncode == 0
    assert (tmp_path / "out.csv").read_bytes() == STREAM[: STREAM.rindex(b"AAA")]


def test_a_reader_who_leaves_early() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [*MODULE, SAMPLE, "-"], check=False, stdout=writing, stderr=subprocess.PIPE, timeout=120
    )
    os.close(writing)
    assert run.returncode == 0
    assert b"Traceback" not in run.stderr
    assert b"rows read" in run.stderr


def test_talk_that_nobody_reads_changes_nothing(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    out = tmp_path / "out.csv"
    run = subprocess.run([*MODULE, SAMPLE, out, "--exact-key"], check=False, stderr=writing, timeout=120)
    os.close(writing)
    assert (run.returncode, out.is_file()) == (0, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_stdout_is_told() -> None:
    with open("/dev/full", "wb") as full:
        run = subprocess.run(
            [*MODULE, SAMPLE, "-"], check=False, stdout=full, stderr=subprocess.PIPE, timeout=120
        )
    assert run.returncode == 5
    assert run.stderr == b"deduplicate-stream: standard output cannot be written: No space left on device\n"


# What is refused


@pytest.mark.parametrize("kind", ["itself", "symlink", "hardlink", "another way", "from a stream"])
def test_the_input_is_never_written_over(main: Main, tmp_path: Path, kind: str) -> None:
    source = target = tmp_path / "in.csv"
    source.write_bytes(STREAM)
    if kind == "symlink":
        target = tmp_path / "link.csv"
        target.symlink_to(source)
    if kind == "hardlink":
        target = tmp_path / "link.csv"
        target.hardlink_to(source)
    if kind == "another way":
        target = tmp_path / ".." / tmp_path.name / "in.csv"
    if kind == "from a stream":
        with source.open("rb") as stream:
            run = _run("-", target, stdin=stream)
        assert (run.returncode, run.stderr.count(b"\n")) == (2, 1)
    else:
        assert main(source, target) == 2
        assert main(source, tmp_path / "out.csv", "--analysis", target) == 2
    assert source.read_bytes() == STREAM
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["in.csv"], 2, "the following arguments are required: OUTPUT; --help lists the options"),
        (["in.csv", "out.csv", "--nope"], 2, "unrecognized arguments: --nope; --help lists the options"),
        (["in.csv", "out.csv", "--policy", "source"], 2, "argument --policy: invalid choice: 'source'"),
        (["in.csv", "out.csv", "--threshold", "2"], 2, "--threshold takes a number from 0 to 1; got '2'"),
        (
            ["in.csv", "out.csv", "--exact-key", "--threshold", "0.1"],
            2,
            "--threshold belongs to the inference",
        ),
        (["in.csv", "out.csv", "--key", "Price"], 2, "--key, --time and --value must name three columns"),
        (["in.csv", "out.csv", "--analysis", "out.csv"], 2, "out.csv is the input or the output"),
        (["in.csv", "out.csv", "--analysis", "-"], 2, "--analysis takes the name of a file"),
        (["none.csv", "out.csv"], 4, "none.csv: expected a file, found nothing of that name"),
        ([".", "out.csv"], 4, ".: expected a file, found a folder"),
        (
            ["empty.csv", "out.csv"],
            4,
            "empty.csv: expected a CSV header with symbol, timestamp, price; found an empty",
        ),
        (
            ["in.csv", "out.csv", "--value", "px"],
            4,
            "in.csv, line 1: expected a CSV header with symbol, timestamp, px;",
        ),
        (["binary.csv.gz", "out.csv"], 4, "binary.csv.gz: expected a whole gzip file; found"),
        (["in.csv", "."], 5, ".: cannot be written: Is a directory"),
        (["in.csv", "none/out.csv"], 5, "none/out.csv: cannot be written: No such file or directory"),
        (["in.csv", "out.csv", "--analysis", "none/a.csv"], 5, "none/a.csv: cannot be written: No such file"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(
    main: Main,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: int,
    sentence: str,
) -> None:
    (tmp_path / "in.csv").write_bytes(STREAM)
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "binary.csv.gz").write_bytes(b"\x00\xff")
    monkeypatch.chdir(tmp_path)
    before = sorted(os.listdir())
    assert main(*words) == code
    shown = capsys.readouterr()
    assert shown.err.startswith(f"deduplicate-stream: {sentence}")
    assert (shown.out, shown.err.count("\n")) == ("", 1)
    assert sorted(os.listdir()) == before


def test_a_file_that_changes_meanwhile_is_told(
    main: Main, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(STREAM)

    def change(*_: object) -> None:
        source.write_bytes(STREAM + STREAM)

    monkeypatch.setattr("raceview.line_edits.make_line_edits", change)
    monkeypatch.setattr("raceview.line_edits.edited", lambda *_: iter(()))
    assert main(source, tmp_path / "out.csv") == 4
    assert "in.csv changed while it was read: nothing was written" in capsys.readouterr().err
    assert os.listdir(tmp_path) == ["in.csv"]
    assert main(source, "-") == 4
    assert (
        "in.csv changed while it was read: do not use what was written to stdout" in capsys.readouterr().err
    )


def test_a_file_that_is_cut_short_meanwhile_is_told(
    main: Main, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Even within a record of several lines that is to go."""
    source = tmp_path / "in.csv"
    record = b'A,%s,1,"x\ny\nz"\n' % (T % 1)
    source.write_bytes(b"symbol,timestamp,price,n\n" + record + record)

    def change(engine: Engine) -> None:
        make_line_edits(engine)
        source.write_bytes(source.read_bytes()[:-6])

    monkeypatch.setattr("raceview.line_edits.make_line_edits", change)
    assert main(source, tmp_path / "out.csv", "--exact-key", "--policy", "first") == 4
    assert "in.csv changed while it was read: nothing was written" in capsys.readouterr().err


# Whole, or not at all


def test_what_fails_half_way_leaves_the_old_output(
    main: Main, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Any:
        yield b"half"
        raise OSError(28, "No space left on device")

    (tmp_path / "in.csv").write_bytes(STREAM)
    (tmp_path / "out.csv").write_bytes(b"old")
    monkeypatch.setattr("raceview.line_edits.edited", fail)
    assert main(tmp_path / "in.csv", tmp_path / "out.csv", "--analysis", tmp_path / "a.csv") == 5
    assert (tmp_path / "out.csv").read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["in.csv", "out.csv"]


def test_the_new_output_has_the_permissions_of_the_old_and_a_link_stays_one(
    main: Main, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_bytes(STREAM)
    old, link = tmp_path / "out.csv", tmp_path / "link.csv"
    old.write_bytes(b"old")
    old.chmod(0o640)
    link.symlink_to(old)
    assert main(tmp_path / "in.csv", link) == 0
    assert link.is_symlink()
    assert old.stat().st_mode & 0o777 == 0o640
    assert old.read_bytes().startswith(b"symbol,")


def test_a_defect_is_told_in_one_line_and_everything_is_cleared_away(
    main: Main, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = []
    close = DuckDBEngine.close

    def note(engine: DuckDBEngine) -> None:
        closed.append(engine.folder)
        close(engine)

    monkeypatch.setattr(DuckDBEngine, "close", note)
    monkeypatch.setattr("raceview.inferred_events.make_events", lambda *_, **__: 1 // 0)
    (tmp_path / "in.csv").write_bytes(STREAM)
    assert main(tmp_path / "in.csv", tmp_path / "out.csv", "--policy", "last") == 1
    assert capsys.readouterr().err == (
        "deduplicate-stream: a defect of raceview: ZeroDivisionError: integer division or modulo by zero "
        "(RACEVIEW_DEBUG=1 shows where)\n"
    )
    assert [folder.exists() for folder in closed] == [False]
    assert os.listdir(tmp_path) == ["in.csv"]


# How it is started, and what it loads


def test_an_error_is_one_line_while_modules_still_load(tmp_path: Path) -> None:
    run = _run(SAMPLE, tmp_path / "out.csv", "--key", "ticker")
    assert run.returncode == 4
    assert run.stderr.decode().splitlines() == [
        "deduplicate-stream: final_output.csv, line 1: expected a CSV header with ticker, timestamp, price; found "
        "'symbol,timestamp,price'"
    ]


@pytest.mark.parametrize(
    "start", [MODULE, [sys.executable, str(SCRIPT)], [sys.executable, "deduplicate_stream.py"]]
)
def test_as_a_module_and_as_a_file(tmp_path: Path, start: list[str]) -> None:
    folder = SCRIPT.parent if start[-1] == SCRIPT.name else tmp_path
    environment = {**os.environ, "PYTHONPATH": str(SCRIPT.parents[1])} if start is MODULE else None
    run = subprocess.run(
        [*start, "-", "-", "--exact-key"], check=False, capture_output=True, input=STREAM, cwd=folder,
        env=environment, timeout=120,
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (0, STREAM[: STREAM.rindex(b"AAA")]), run.stderr


def test_help_and_version() -> None:
    assert _run("--help").stdout.startswith(b"usage: deduplicate-stream ")
    assert _run("--version").stdout.startswith(b"deduplicate-stream ")


def test_it_loads_no_terminal_library_and_no_pandas(tmp_path: Path) -> None:
    heavy = ["pandas", "plotext", "pydantic", "rich", "scipy", "textual", "typer"]
    probe = (
        "import atexit, sys; from raceview.deduplicate_stream import main; "
        f"atexit.register(lambda: print(sorted(set({heavy}) & set(sys.modules)))); main()"
    )
    words = [
        str(SAMPLE),
        str(tmp_path / "out.csv"),
        "--analysis",
        str(tmp_path / "a.csv"),
        "--policy",
        "mean",
    ]
    run = subprocess.run(
        [sys.executable, "-c", probe, *words], check=False, capture_output=True, text=True, timeout=120
    )
    assert (run.returncode, run.stdout) == (0, "[]\n"), run.stderr


# The data set that the project began with


@pytest.mark.skipif(not DATA.is_dir(), reason="the assessment data lie beside the project, not in it")
def test_the_assessment(tmp_path: Path) -> None:
    """All 250 copies go, and at most one real row with them; every row that stays is the source's own."""
    run = _run(DATA / "final_output.csv", tmp_path / "out.csv")
    assert run.returncode == 0, run.stderr
    rows = list(csv.DictReader(io.StringIO((DATA / "final_output.csv").read_text())))
    with (DATA / "truth.csv").open(newline="") as file:
        originals = [rows[int(line["row"])] for line in csv.DictReader(file) if line["role"] == "original"]
    clean = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text())))
    kept = {tuple(row.values()) for row in clean}
    assert len(clean) in (69_999, 70_000)
    assert kept <= {tuple(row.values()) for row in originals}
