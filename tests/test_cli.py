"""The command line as users and cron meet it: words, streams, exit codes, and what it does not load."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pytest

import raceview
from raceview.cli import main as cli
from raceview.errors import InputError, OutputError
from raceview.model import Options, Outcome, Policy
from raceview.simulate import Family

SAMPLE = Path(__file__).parents[1] / "data"
RACEVIEW = [sys.executable, "-m", "raceview"]
COMMANDS = [one.callback.__name__ for one in cli.app.registered_commands if one.callback and not one.hidden]
HEAVY = ["duckdb", "numpy", "pandas", "plotext", "pydantic", "rich", "scipy", "textual"]


def _run(*words: str, **kwargs: Any) -> subprocess.CompletedProcess[str]:
    kwargs.setdefault("stdout", subprocess.PIPE)
    return subprocess.run(
        [*RACEVIEW, *words], check=False, stderr=subprocess.PIPE, text=True, timeout=120, **kwargs
    )


def _loaded_by(*words: str, cwd: Path) -> set[str]:
    """Those of HEAVY that a run of the command line has loaded when it ends."""
    probe = (
        "import atexit, sys; from raceview.cli.main import main; sys.argv[0] = 'raceview'; "
        f"atexit.register(lambda: print(*sorted(set({HEAVY}) & set(sys.modules)), file=sys.stderr)); main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", probe, *words], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return set(run.stderr.splitlines()[-1].split())


# Words


def test_version() -> None:
    run = _run("--version")
    assert (run.returncode, run.stdout, run.stderr) == (0, f"raceview {raceview.__version__}\n", "")


def test_version_loads_nothing_heavy(tmp_path: Path) -> None:
    assert _loaded_by("--version", cwd=tmp_path) == set()


def test_help_shows_the_options_and_the_other_commands() -> None:
    run = _run("--help", env={**os.environ, "COLUMNS": "80"})
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("Usage: raceview [OPTIONS] ")
    for expected in (
        "--fail-on WHAT",
        "Exit codes:",
        "\nFiles:\n",
        "\nCommands:\n",
        *(f"\n  {name} " for name in COMMANDS),
    ):
        assert expected in run.stdout
    assert "investigate" not in run.stdout
    assert "..." not in run.stdout.split("\nCommands:\n")[1]
    assert max(map(len, run.stdout.splitlines())) <= 80


def test_help_of_simulate_names_every_family() -> None:
    run = _run("simulate", "--help", env={**os.environ, "COLUMNS": "400"})
    assert all(family in run.stdout for family in Family)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["data", "--json"], "--json belongs to --export: add that"),
        (["--out", "x"], "--out belongs to --export: add that"),
        (["--fail-on", "any"], "--fail-on belongs to --export: add that"),
        (["--export", "--fail-on", "x"], "--fail-on x: choose from duplicates, lost, any"),
        (["--export", "--policy", "none"], "--policy none: choose from first, last, "),
        (["--export", "--policy", ""], "--policy : choose from first, last, "),
        (["--export", "--jitter", "5"], "--jitter takes a time with its unit"),
        (["--export", "--price-tolerance", "x"], "--price-tolerance takes a number"),
        (["--export", "--threshold", "2"], "--threshold takes a number from 0 to 1"),
        (["--export", "--assume-tz", "Mars"], "--assume-tz takes the name of a time zone"),
        (["data", "--demo", "--export"], "--demo makes its own bundle"),
        ([str(SAMPLE)], "the investigator needs a terminal; add --export"),
        (["notebook", "--demo"], "--demo: its cells open the bundle again, and a demo's is gone by then"),
        (["simulate", "", "--family", "mixed"], "OUT takes the name of a folder"),
        (["simulate", "x", "--family", "none"], "--family none: choose from assessment, mixed, "),
        (["simulate", "x", "--family", "mixed", "--order", "up"], "--order up: choose from event, emission"),
    ],
)
def test_a_usage_error_is_one_sentence(words: list[str], sentence: str, tmp_path: Path) -> None:
    run = _run(*words, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(f"raceview: {sentence}")
    assert run.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words", [["--nope"], ["a", "b"], ["data", "--out"], ["simulate"], ["simulate", "x"]]
)
def test_words_that_are_not_understood(words: list[str], tmp_path: Path) -> None:
    run = _run(*words, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert "\nError: " in f"\n{run.stderr}"


@pytest.mark.parametrize(
    ("words", "index", "expected"),
    [
        ("raceview ", 1, COMMANDS),
        ("raceview --po", 1, ["--policy"]),
        ("raceview data --policy ma", 3, ["majority"]),
        ("raceview data --fail-on ", 3, ["duplicates", "lost", "any"]),
        ("raceview simulate x --family s", 4, ["skew", "storm"]),
    ],
)
def test_completion(words: str, index: int, expected: list[str]) -> None:
    asked = {"_RACEVIEW_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(index)}
    assert _run(env={**os.environ, **asked}).stdout.split() == expected


# From the words to the analysis


class FakeInvestigation:
    """Stands for an analysis: remembers what it was asked for, answers with a small summary."""

    def __init__(self, bundle: Path | None, **asked: Any) -> None:
        del asked["progress"], asked["engine"], asked["meanwhile"]
        self.asked = {"bundle": bundle, **asked}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def counted(self) -> dict[str, Any]:
        outcomes = {**{outcome.value: 0 for outcome in Outcome}, "duplicated": 3}
        return {"bundle": str(self.asked["bundle"]), "outcomes": outcomes, "missing": [], "symbol": "\x1b[2J"}


class FakeExport:
    """Stands for what is written: a manifest."""

    def __init__(self, out: Path) -> None:
        self._out = out

    def write_ahead(self, _: object) -> None:
        raise AssertionError("there is no analysis to do so")

    def write(self, _: FakeInvestigation, __: object) -> list[Path]:
        return [self._out / "manifest.json"]

    def close(self) -> None:
        pass


Main = Callable[..., int]


@pytest.fixture
def opened() -> list[FakeInvestigation]:
    return []


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch, opened: list[FakeInvestigation]) -> Main:
    """Runs the command line in this process, on an analysis that is not there; gives the exit code."""

    def open_bundle(*args: Any, **kwargs: Any) -> FakeInvestigation:
        opened.append(FakeInvestigation(*args, **kwargs))
        return opened[-1]

    def run(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["raceview", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0)

    monkeypatch.setitem(vars(raceview), "open_bundle", open_bundle)
    monkeypatch.setattr("raceview.export.Export", FakeExport, raising=False)
    return run


def _asked(bundle: str | None, **changes: Any) -> dict[str, Any]:
    wanted = {"bundle": bundle, "ticks": None, "attempts": None, "output": None, **changes}
    paths = {name: Path(path) if path else None for name, path in wanted.items() if name != "options"}
    return {**paths, "options": changes.get("options", Options())}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--export"], _asked("data")),
        (["data", "--export"], _asked("data")),
        (["--export", "data"], _asked("data")),
        (["./simulate", "--export"], _asked("simulate")),
        (["--export", "simulate"], _asked("simulate")),
        (["investigate", "--export"], _asked("data")),
        (["--export", "--output", "o.csv"], _asked(None, output="o.csv")),
        (["b", "--export", "--ticks", "t", "--attempts", "a"], _asked("b", ticks="t", attempts="a")),
        (["--export", "--policy", "confident"], _asked("data", options=Options(policy=Policy.CONFIDENT))),
        (["--export", "--jitter", "500us"], _asked("data", options=Options(jitter_ns=500_000))),
        (["--export", "--jitter", "0ms"], _asked("data", options=Options(jitter_ns=0))),
        (
            ["--export", "--price-tolerance", "0.5", "--threshold", "0.9", "--drop-phantoms"],
            _asked(
                "data", options=Options(price_tolerance_units=500_000_000, threshold=0.9, drop_phantoms=True)
            ),
        ),
        (
            ["--export", "--assume-tz", "Asia/Kolkata"],
            _asked("data", options=Options(assume_tz="Asia/Kolkata")),
        ),
    ],
)
def test_what_the_analysis_is_asked(
    words: list[str], expected: dict[str, Any], main: Main, opened: list[FakeInvestigation]
) -> None:
    assert main(*words, "--json") == 0
    assert [investigation.asked for investigation in opened] == [expected]


def test_json_is_the_summary_and_nothing_else(main: Main, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("b", "--export", "--json", "--out", "x") == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {
        "bundle": "b",
        "outcomes": {**{outcome.value: 0 for outcome in Outcome}, "duplicated": 3},
        "missing": [],
        "symbol": "\x1b[2J",
        "exports": {"folder": "x", "files": ["manifest.json"]},
    }
    assert "\x1b" not in shown.out
    assert shown.err == ""


def test_the_gate_closes_after_the_export(main: Main, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("b", "--export", "--json", "--fail-on", "duplicates") == 3
    shown = capsys.readouterr()
    assert json.loads(shown.out)["exports"]["files"] == ["manifest.json"]
    assert shown.err == "raceview: --fail-on duplicates: 3 duplicated events\n"


def test_the_gate_stays_open(main: Main, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("b", "--export", "--json", "--fail-on", "lost") == 0
    assert capsys.readouterr().err == ""


def test_the_bundle_is_not_written_into(main: Main, tmp_path: Path, opened: list[FakeInvestigation]) -> None:
    assert main(str(tmp_path), "--export", "--out", f"{tmp_path}/x/..") == 2
    assert opened == []


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (InputError("a.csv: no column \x1b[2J"), 4, "raceview: a.csv: no column \\x1b[2J\n"),
        (OutputError("x cannot be written: no space"), 5, "raceview: x cannot be written: no space\n"),
        (
            ValueError("two\nlines"),
            1,
            "raceview: a defect of raceview: ValueError: two\\nlines (RACEVIEW_DEBUG=1 shows where)\n",
        ),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_errors_end_in_one_sentence_and_a_code(
    error: BaseException,
    code: int,
    sentence: str,
    main: Main,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setitem(vars(raceview), "open_bundle", fail)
    assert main("b", "--export") == code
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", sentence)


def test_an_engine_that_reports_ctrl_c_in_its_own_way(
    main: Main, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def query(*_: object, **__: object) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None

    monkeypatch.setitem(vars(raceview), "open_bundle", query)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    try:
        assert main("b", "--export") == 130
        assert capsys.readouterr() == ("", "")
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_debug_shows_where_a_defect_is(
    main: Main, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RACEVIEW_DEBUG", "1")
    monkeypatch.setitem(vars(raceview), "open_bundle", lambda *_, **__: 1 // 0)
    assert main("b", "--export") == 1
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "test_cli.py" in shown


# Whole runs


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated bundle with every kind of fault."""
    folder = tmp_path_factory.mktemp("cli") / "mixed"
    run = _run("simulate", str(folder), "--family", "mixed", "--events", "500", "--seed", "3")
    assert (run.returncode, run.stdout) == (0, ""), run.stderr
    return folder


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_an_export_that_is_ended_leaves_nothing_behind(bundle: Path, tmp_path: Path, number: int) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    words = [*RACEVIEW, str(bundle), "--export", "--out", str(tmp_path / "out")]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    # Under nohup it is ignored, here and in what is begun here.
    before = signal.signal(number, signal.SIG_DFL)
    try:
        run = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    finally:
        signal.signal(number, before)
    with run:
        while run.poll() is None and not list(temporary.glob("raceview-*")):
            pass  # until the engine has made its folder
        run.send_signal(number)
        out, errors = run.communicate(timeout=60)
    assert (run.returncode, out, errors) == (128 + number, b"", b"")
    assert list(temporary.iterdir()) == []
    assert not list(tmp_path.glob("out/*.csv"))


def test_simulate_says_what_it_wrote_and_is_repeatable(bundle: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    run = _run("simulate", str(again), "--family", "mixed", "--events", "500", "--seed", "3")
    assert run.stderr == f"raceview: wrote 500 events of family mixed, and their truth, to {again}\n"
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in bundle.iterdir()
    }
    assert "truth.csv" in os.listdir(again)


def test_an_export_prints_its_summary_and_writes_its_files(bundle: Path, tmp_path: Path) -> None:
    run = _run(str(bundle), "--export", "--out", "x", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("raceview: ")
    assert "written to x:" in run.stdout
    assert {"deduplicated_output.csv", "manifest.json"} <= set(os.listdir(tmp_path / "x"))


def test_json_of_an_export(bundle: Path, tmp_path: Path) -> None:
    run = _run(str(bundle), "--export", "--json", cwd=tmp_path)
    summary = json.loads(run.stdout)
    assert run.stderr == ""
    assert summary["events"] == 500
    assert sum(summary["outcomes"].values()) == 500
    assert sorted(summary["exports"]["files"]) == sorted(os.listdir(tmp_path / "exports"))


def test_an_export_loads_neither_screens_nor_pandas(bundle: Path, tmp_path: Path) -> None:
    assert not _loaded_by(str(bundle), "--export", "--out", "x", cwd=tmp_path) & {
        "pandas",
        "plotext",
        "pydantic",
        "rich",
        "textual",
    }


def test_the_demo_is_exported_and_leaves_nothing_else_behind(tmp_path: Path) -> None:
    run = _run("--demo", "--export", "--out", "x", cwd=tmp_path, env={**os.environ, "TMPDIR": str(tmp_path)})
    assert (run.returncode, run.stderr) == (0, "")
    assert os.listdir(tmp_path) == ["x"]


def test_the_gate_of_a_real_run(bundle: Path, tmp_path: Path) -> None:
    run = _run(str(bundle), "--export", "--out", "x", "--fail-on", "duplicates", cwd=tmp_path)
    assert run.returncode == 3
    assert run.stderr.startswith("raceview: --fail-on duplicates: ")
    assert (tmp_path / "x" / "manifest.json").is_file()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('"$@" --export --fail-on duplicates >&- 2>&-', 3),
        ('"$@" --export --out x >&-', 0),
        ('"$@" --export <&-', 0),
        ('"$@"/nowhere --export 2>&-', 4),
        ('"$@" --version >&-', 0),
    ],
)
def test_a_process_whose_streams_were_closed(line: str, code: int, tmp_path: Path) -> None:
    run = subprocess.run(
        ["sh", "-c", line, "sh", *RACEVIEW, str(SAMPLE)],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (run.returncode, run.stderr) == (code, "")


@pytest.mark.parametrize("words", [[], ["--export"]])
def test_a_bundle_that_is_not_there(words: list[str], tmp_path: Path) -> None:
    run = _run("nowhere", *words, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (4, "")
    assert "nowhere" in run.stderr
    assert run.stderr.count("\n") == 1


def test_exports_that_cannot_be_written(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    run = _run(str(bundle), "--export", "--out", "file/x", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (5, "")
    assert run.stderr.count("\n") == 1


def test_a_reader_who_leaves_early_changes_nothing(bundle: Path, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    run = _run(str(bundle), "--export", "--json", cwd=tmp_path, stdout=writing)
    os.close(writing)
    assert (run.returncode, run.stderr) == (0, "")
    assert (tmp_path / "exports" / "manifest.json").is_file()


def test_a_reader_of_both_streams_who_leaves_early_leaves_the_gate_closed(
    bundle: Path, tmp_path: Path
) -> None:
    """`raceview ... 2>&1 | head`: what the gate says has no reader, its exit code has."""
    reading, writing = os.pipe()
    os.close(reading)
    words = [*RACEVIEW, str(bundle), "--export", "--fail-on", "duplicates"]
    run = subprocess.run(words, cwd=tmp_path, stdout=writing, stderr=writing, check=False)
    os.close(writing)
    assert run.returncode == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_standard_output_is_told(bundle: Path, tmp_path: Path) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        run = _run(str(bundle), "--export", cwd=tmp_path, stdout=full)
    assert run.returncode == 5
    assert run.stderr == "raceview: standard output cannot be written: No space left on device\n"


# What is amiss around the process


@pytest.mark.parametrize("words", [["--help"], ["report", "--help"], ["--version"]], ids=" ".join)
def test_help_onto_a_full_disk(words: list[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        run = _run(*words, stdout=full)
    assert run.returncode == 5
    assert run.stderr == "raceview: standard output cannot be written: No space left on device\n"


def test_in_a_folder_that_is_gone(tmp_path: Path) -> None:
    program = f"import os; os.rmdir({str(tmp_path / 'gone')!r}); from raceview.cli.main import main; main()"
    (tmp_path / "gone").mkdir()
    run = subprocess.run(
        [sys.executable, "-c", program, "--demo", "--export"],
        cwd=tmp_path / "gone",
        env={**os.environ, "PYTHONPATH": str(SAMPLE.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (4, "")
    assert run.stderr == "raceview: the current folder is not there any more: go to another one\n"


def test_ticks_that_would_take_longer_than_there_are_years(tmp_path: Path) -> None:
    run = _run(
        "simulate", str(tmp_path / "far"), "--family", "mixed", "--events", "100", "--spacing-ms", "1e12"
    )
    assert (run.returncode, run.stderr) == (
        2,
        "raceview: 100 ticks 1e+12 ms apart take longer than ten years: fewer, or closer ones\n",
    )
