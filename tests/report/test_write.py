"""The file: whole, the same every time, and never over what is read; and the command that writes it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import raceview
from raceview.errors import UsageError
from raceview.export.report import make_ready, write_report
from raceview.export.report.method import command
from raceview.model import Options, Policy
from report.conftest import SAMPLE


def _run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "raceview", "report", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONHASHSEED": "random"},
    )


def test_the_same_files_give_the_same_bytes_wherever_they_lie(tmp_path: Path) -> None:
    """Once in a process of its own, as a user runs it: without a name it is root_cause.html."""
    for folder in ("here", "there"):
        shutil.copytree(SAMPLE, tmp_path / folder / "data")
    run = _run("data", cwd=tmp_path / "here")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "raceview: wrote root_cause.html\n")
    assert _run("data", "-o", "root_cause.md", cwd=tmp_path / "here").returncode == 0
    with raceview.open_bundle(tmp_path / "there" / "data") as inv:
        for kind in ("html", "md"):
            write_report(inv, tmp_path / "there" / f"root_cause.{kind}")
    for kind in ("html", "md"):
        first, second = (
            (tmp_path / folder / f"root_cause.{kind}").read_bytes() for folder in ("here", "there")
        )
        assert first == second
        assert str(tmp_path).encode() not in first


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["data", "-o", "out.pdf"], 2, "out.pdf: a report is called something.html or something.md"),
        (["data", "-o", "out"], 2, "out: a report is called something.html or something.md"),
        (["nothing", "-o", "out.md"], 4, "nothing: expected a folder"),
        (
            ["data", "-o", "data/final_output.csv/out.md"],
            5,
            "data/final_output.csv/out.md: cannot be written",
        ),
        (["data", "-o", "out.md", "--threshold", "2"], 2, "--threshold takes a number from 0 to 1"),
    ],
)
def test_what_goes_wrong_is_one_sentence(words: list[str], code: int, sentence: str, tmp_path: Path) -> None:
    shutil.copytree(SAMPLE, tmp_path / "data")
    run = _run(*words, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (code, "")
    assert run.stderr.startswith(f"raceview: {sentence}")
    assert run.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_an_input_is_never_written_over(tmp_path: Path) -> None:
    ticks = tmp_path / "ticks.md"
    shutil.copy(SAMPLE / "raw_tick_events.log", ticks)
    before = ticks.read_bytes()
    with (
        raceview.open_bundle(ticks=ticks) as inv,
        pytest.raises(UsageError, match=r"ticks\.md is one of the files that are read"),
    ):
        write_report(inv, ticks)
    assert ticks.read_bytes() == before


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("raceview.export.report.write.find_spec", lambda name: None)
    with pytest.raises(
        UsageError, match=r"needs altair, jinja2, vl_convert: pip install 'raceview\[report\]'"
    ):
        make_ready(Path("out.html"))
    make_ready(Path("out.md"))


def test_the_command_names_the_files_and_the_options() -> None:
    options = Options(
        policy=Policy.FIRST, jitter_ns=20_000_000, price_tolerance_units=1_500_000_000, threshold=0.9
    )
    with raceview.open_bundle(SAMPLE, options=options) as inv:
        assert command(inv) == (
            "raceview report data --policy first --jitter 20000000ns --price-tolerance 1.5 --threshold 0.9"
        )
    with raceview.open_bundle(ticks=SAMPLE / "raw_tick_events.log") as inv:
        assert command(inv) == "raceview report --ticks raw_tick_events.log"


def test_the_command_of_a_demo_makes_another(tmp_path: Path) -> None:
    assert _run("--demo", "-o", "out.md", cwd=tmp_path).returncode == 0
    told = (tmp_path / "out.md").read_text(encoding="utf-8").splitlines()
    assert "raceview report --demo -o root_cause.md" in told


def test_markdown_loads_neither_altair_nor_textual_nor_pandas(tmp_path: Path) -> None:
    probe = (
        "import atexit, sys; from raceview.cli.main import main; atexit.register(lambda: print(*sorted("
        "{'altair', 'jinja2', 'pandas', 'textual', 'vl_convert'} & set(sys.modules)), file=sys.stderr)); main()"
    )
    words = [sys.executable, "-c", probe, "report", str(SAMPLE), "-o", "out.md"]
    run = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stderr.splitlines()[-1] == ""
