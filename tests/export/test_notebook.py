"""The notebook, as its kernel left it: it says what the CSVs say, and runs again elsewhere."""

from __future__ import annotations

import csv
import html
import os
import re
import shutil
from base64 import b64decode
from collections import Counter
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import nbformat
import pytest
from analysis.hand_made import write_bundle
from markdown_it import MarkdownIt

import raceview
from raceview.errors import OutputError, UsageError
from raceview.export import write_exports
from raceview.export.notebook import kernel, write_notebook
from raceview.export.notebook import write as writing
from raceview.export.notebook.cells import code

SAMPLE = Path(__file__).parents[2] / "data"
ASSESSMENT = Path(__file__).parents[3] / "shared" / "data" / "assessment"
CHARTS = {"time", "causes", "clocks", "marks", "busiest", "safeguards"}
CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)
ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Written:
    """A notebook that was written, and the export of its bundle."""

    path: Path
    exports: Path

    @property
    def cells(self) -> dict[str, Any]:
        return {cell.id: cell for cell in nbformat.read(self.path, as_version=4).cells}

    def text(self, name: str) -> str:
        source: str = self.cells[name].source
        return source

    def shown(self, name: str) -> dict[str, Any]:
        """What a cell shows, by kind."""
        (output,) = self.cells[name].outputs
        return dict(output.data)

    def table(self, name: str) -> list[list[str]]:
        """The frame that a cell shows, its header first."""
        return [
            [html.unescape(cell) for cell in CELL.findall(row)]
            for row in ROW.findall(self.shown(name)["text/html"])
        ]

    def csv(self, name: str) -> list[dict[str, str]]:
        with (self.exports / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


def _write(bundle: Path, path: Path) -> Written:
    exports = path.parent / "exports"
    with raceview.open_bundle(bundle) as inv:
        write_exports(inv, exports)
        write_notebook(inv, path)
    return Written(path, exports)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The sample's, written where a user's own settings and modules lie in wait."""
    place = tmp_path_factory.mktemp("sample")
    shutil.copytree(SAMPLE, place / "data")
    (place / "pandas.py").write_text("raise SystemExit('the module beside the notebook')")
    startup = place / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-mine.py").write_text(
        "from pathlib import Path; Path(__file__).with_suffix('.ran').touch()"
    )
    with pytest.MonkeyPatch.context() as patch:
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(name, str(place / "ipython"))
        written = _write(place / "data", place / "timeline.ipynb")
    assert sorted(path.name for path in (place / "ipython").rglob("*")) == [
        "00-mine.py",
        "profile_default",
        "startup",
    ]
    return written


def test_every_cell_has_run(sample: Written) -> None:
    code_cells = [cell for cell in sample.cells.values() if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code_cells] == list(range(1, len(code_cells) + 1))
    kinds = {output.output_type for cell in code_cells for output in cell.outputs}
    assert kinds == {"execute_result"}  # no error, and nothing on stderr


def test_charts_are_pictures_that_need_no_browser(sample: Written) -> None:
    charts = CHARTS | {name for name in sample.cells if re.fullmatch(r"race-\d+", name)}
    assert len(charts) > len(CHARTS)
    for name in charts:
        assert b64decode(sample.shown(name)["image/png"]).startswith(b"\x89PNG\r\n")


def test_it_tells_nothing_of_this_machine(sample: Written) -> None:
    text = sample.path.read_text(encoding="utf-8")
    assert str(sample.path.parent) not in text
    notebook = nbformat.reads(text, as_version=4)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert not any(cell.metadata for cell in notebook.cells)


def test_it_runs_again_elsewhere(sample: Written, tmp_path: Path) -> None:
    """With its bundle beside it, and to the last byte."""
    shutil.copytree(sample.path.parent / "data", tmp_path / "data")
    notebook = nbformat.read(sample.path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    kernel.run(notebook, tmp_path)
    notebook.metadata = nbformat.read(sample.path, as_version=4).metadata
    assert nbformat.writes(notebook) + "\n" == sample.path.read_text(encoding="utf-8")


# What it says


def test_outcomes_are_those_of_the_ledger(sample: Written) -> None:
    ledger = Counter(line["outcome"] for line in sample.csv("event_ledger.csv"))
    ledger["exactly_once"] = 4000 - ledger.total()
    assert {name: int(count) for name, count in sample.table("outcomes")[1:] if count != "0"} == ledger
    for outcome, count in ledger.items():
        assert f"{outcome.replace('_', ' ')} {count:,}" in sample.text("outcomes-words")


def test_duplicate_rows_are_those_of_the_audit(sample: Written) -> None:
    rows = sample.csv("row_audit.csv")
    duplicates = sum(row["role"] == "duplicate" for row in rows)
    events = len(sample.csv("duplication_analysis.csv"))
    said = f"{duplicates:,} duplicate rows of {len(rows):,} rows"
    assert sample.text("time-words").splitlines()[-1].startswith(said)
    assert f"of {events:,} events" in sample.text("time-words")


def test_causes_are_those_of_the_analysis(sample: Written) -> None:
    causes = Counter(line["cause"] for line in sample.csv("duplication_analysis.csv"))
    said = dict(re.findall(r"^- (.*?): ([\d,]+) of 96 ", sample.text("causes-words"), re.MULTILINE))
    assert said == {cause.replace("_", " "): f"{count:,}" for cause, count in causes.items()}
    evidence = {line["event_id"]: line["evidence"] for line in sample.csv("event_ledger.csv")}
    header, *lines = sample.table("evidence")
    for line in lines:
        shown = dict(zip(header, line, strict=True))
        assert shown["evidence"] == evidence[shown["event_id"]]


def test_workers_are_those_of_the_timeline(sample: Written) -> None:
    attempts = sample.csv("timeline.csv")
    expected = [
        [
            worker,
            str(sum(one["worker_id"] == worker for one in attempts)),
            *(
                str(sum(one["worker_id"] == worker and one[flag] == "1" for one in attempts))
                for flag in ("failed", "retry", "overlaps_event")
            ),
        ]
        for worker in sorted({one["worker_id"] for one in attempts})
    ]
    assert sample.table("workers")[2:] == expected  # below two lines of header
    totals = [sum(int(line[column]) for line in expected) for column in range(1, 5)]
    assert [int(number) for number in re.findall(r"\d+", sample.text("workers-words").replace(",", ""))] == [
        4,
        *totals,
    ]


def test_policies_are_those_of_the_scoreboard(sample: Written) -> None:
    board = sample.csv("policy_scoreboard.csv")
    header, *lines = sample.table("policies")
    assert header[1:] == list(board[0])
    for line, expected in zip(lines, board, strict=True):
        assert line[1] == expected["policy"]
        shown = [float(value) if value != "NaN" else None for value in line[2:]]
        told = [float(value) if value else None for value in list(expected.values())[1:]]
        assert shown == pytest.approx(told, abs=5e-7)  # a frame shows six digits


def test_races_are_told_with_their_evidence(sample: Written) -> None:
    evidence = {line["event_id"]: line["evidence"] for line in sample.csv("event_ledger.csv")}
    races = [
        text for name in sample.cells if re.fullmatch(r"race-\d+-words", name) for text in [sample.text(name)]
    ]
    assert races
    for race in races:
        (event_id,) = re.findall(r": `(\w+)`$", race, re.MULTILINE)
        assert race.endswith(f"`{evidence[event_id]}`")


# Text from the files


HOSTILE = "<img src=x onerror=alert(1)> [a](javascript:b) **c** `d` $e$ | https://f.invalid/"


def test_hostile_names_are_no_markup(tmp_path: Path) -> None:
    folder = write_bundle(
        tmp_path / "bundle", "symbol\nAAA", "start end\n1010 1020\n1015 1025", "price\n100.00\n100.10"
    )
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"\be[12]\b", HOSTILE, text)
        path.write_text(re.sub(r"\bw1\b", f"w{HOSTILE}", text), encoding="utf-8")
    written = _write(folder, tmp_path / "n.ipynb")
    for cell in written.cells.values():
        if cell.cell_type == "markdown":
            rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(cell.source)
            assert not re.search(r"<(?!/?(?:h\d|p|ul|li|code|strong)\b)", rendered), cell.source
    assert "w&lt;img src=x" in MarkdownIt().render(written.text("race-1-words"))
    assert written.table("workers")[2][0] == f"w{HOSTILE}"
    for cell in written.cells.values():
        for output in cell.get("outputs", []):
            assert "<img" not in output.data.get("text/html", "")


def test_control_characters_in_names_do_not_end_the_kernel(tmp_path: Path) -> None:
    """What draws the pictures stops the whole process at what XML cannot hold."""
    log = "event_id worker_id start end\ne1 w\x1b[31m 1010 1020\ne1 w\x01 1015 1025\ne2 w\ufffe 2010 2020"
    folder = write_bundle(
        tmp_path / "bundle",
        "symbol ms\nA\x1bA 1000\nBBB 2000",
        log,
        "symbol ms\nA\x1bA 1000\nA\x1bA 1000\nBBB 2000",
    )
    written = _write(folder, tmp_path / "n.ipynb")
    names = {line[0] for line in written.table("workers")}
    assert names >= {r"'w\x01'", r"'w\x1b[31m'", r"'w\ufffe'"}


# The file


def test_an_input_is_not_written_over(tmp_path: Path) -> None:
    rows = tmp_path / "final_output.ipynb"
    rows.write_bytes((SAMPLE / "final_output.csv").read_bytes())
    with raceview.open_bundle(output=rows) as inv, pytest.raises(UsageError, match="files that are read"):
        write_notebook(inv, rows)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "raceview.export.notebook.write.find_spec",
        lambda name: None if name == "nbclient" else find_spec(name),
    )
    with pytest.raises(UsageError, match=re.escape("needs nbclient: pip install 'raceview[notebook]'")):
        writing.make_ready(Path("n.ipynb"))


def test_a_cell_that_fails_leaves_the_old_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text("old")
    monkeypatch.setattr(writing, "story", lambda *_: [code("wrong", "1 / 0")])
    with (
        raceview.open_bundle(SAMPLE) as inv,
        pytest.raises(kernel.CellFailedError, match=r"^a cell of the notebook failed: division by zero$"),
    ):
        write_notebook(inv, path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["n.ipynb"]


def test_a_temporary_folder_whose_name_is_too_long_for_sockets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    monkeypatch.setattr(writing, "story", lambda *_: [code("right", "print('ran')")])
    with raceview.open_bundle(SAMPLE) as inv:
        write_notebook(inv, tmp_path / "n.ipynb")
    assert "ran" in (tmp_path / "n.ipynb").read_text()
    assert os.listdir(long) == []


def test_a_kernel_that_cannot_start_is_not_told_as_a_file_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(kernel, "_environment", refused)
    with (
        raceview.open_bundle(SAMPLE) as inv,
        pytest.raises(OutputError, match=r"^the notebook cannot be run: Resource temporarily unavailable$"),
    ):
        write_notebook(inv, tmp_path / "n.ipynb")
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not ASSESSMENT.is_dir(), reason="the assessment bundle is not here")
def test_the_assessment(tmp_path: Path) -> None:
    written = _write(ASSESSMENT, tmp_path / "n.ipynb")
    assert "250 duplicate rows of 70,250 rows (0.36 %), of 250 events" in written.text("time-words")
    causes = Counter(line["cause"] for line in written.csv("duplication_analysis.csv"))
    said = dict(re.findall(r"^- (.*?): ([\d,]+) of 250 ", written.text("causes-words"), re.MULTILINE))
    assert said == {cause.replace("_", " "): str(count) for cause, count in causes.items()}
    assert written.path.stat().st_size < 3_000_000
