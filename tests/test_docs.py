"""The docs are true: what they list is what there is, and what they show to run runs.

In README.md and docs/*.md a block that begins with "```sh run" is run, in a folder that holds a copy of `data/`; the
lines of a "```text" block right below it must stand in what it prints, in their order. A "```python" block is run, too.
Other blocks are only read: every option in them must be one that `--help` knows.
"""

from __future__ import annotations

import ast
import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import raceview
from raceview.answers.filters import FIELDS
from raceview.answers.moment import FORMS
from raceview.answers.policy_preview import MOST
from raceview.charts import marks
from raceview.engine.duckdb_engine import DuckDBEngine
from raceview.export import write_exports
from raceview.tui.clipboard import MOST_BYTES
from raceview.tui.main_screen import VIEWS
from raceview.tui.screens.too_small import LEAST

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
SQL = ROOT / "raceview" / "sql"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
MADE_BY_THE_SCAN = ["ticks_read", "attempts_read", "outputs_read", "quarantine"]
MADE_FROM = {
    "candidates": "near",
    "inferred_exact": "exact",
    "inferred_links_found": "links_found",
    "inferred_ticks_read": "ticks_read",
    "same_key_groups": "inferred",
}
"""A query that is not called as what it makes, and one of the relations that it makes."""

BLOCK = re.compile(r"^```(\w*)( run)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"`([a-z_]+)`")
HEADER_COLUMNS = re.compile(r"--   ([a-z_]+(?:, [a-z_]+)*)(?:  .*)?")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page."""

    page: str
    line: int
    language: str
    run: bool
    text: str
    printed: str
    """The text block right below it, or nothing."""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def _blocks() -> Iterator[Block]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in BLOCK.finditer(text):
            below = BLOCK.match(text, found.end() + 1)
            printed = below[3] if below and below[1] == "text" else ""
            line = text.count("\n", 0, found.start()) + 1
            yield Block(page.name, line, found[1], bool(found[2]), found[3], printed)


BLOCKS = list(_blocks())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the sample, where the commands are on the path."""
    place = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "data", place / "data")
    (place / "bin").mkdir()
    for name, module in (("raceview", "raceview"), ("deduplicate-stream", "raceview.deduplicate_stream")):
        command = place / "bin" / name
        command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m {module} "$@"\n')
        command.chmod(0o755)
    return place


@dataclass(frozen=True, slots=True)
class Sample:
    """What an export of the sample makes: relations in their order with their columns, and files."""

    relations: dict[str, list[str]]
    exports: Path


@pytest.fixture(scope="module")
def sample(folder: Path) -> Sample:
    made: list[str] = []

    def noted(method: Any) -> Any:
        def note(engine: DuckDBEngine, relation: str, *arguments: Any, **more: Any) -> Any:
            made.append(relation)
            return method(engine, relation, *arguments, **more)

        return note

    with pytest.MonkeyPatch.context() as patch:
        for name in ("create", "load", "load_rows"):
            patch.setattr(DuckDBEngine, name, noted(getattr(DuckDBEngine, name)))
        patch.setattr(DuckDBEngine, "drop", lambda *_: None)  # what is forgotten has columns, too
        with raceview.open_bundle(folder / "data") as inv:
            write_exports(inv, folder / "exports")
            assert inv.safeguards_list
            names = dict.fromkeys([*MADE_BY_THE_SCAN, *made])
            relations = {name: _columns(inv, name) for name in names}
    with raceview.open_bundle(output=folder / "data" / "final_output.csv") as inv:
        relations["inferred"] = _columns(inv, "inferred")
    return Sample(relations, folder / "exports")


def _columns(inv: raceview.Investigation, relation: str) -> list[str]:
    found = inv.engine.rows(
        f"SELECT column_name FROM duckdb_columns() WHERE table_name = '{relation}' ORDER BY column_index"
    )
    return [name for (name,) in found]


# What docs/relations.md lists


def _listed() -> dict[str, list[str]]:
    """Relations and their columns, as the tables of relations.md name them."""
    rows = re.findall(
        r"^\| `([a-z_]+)` \| (.*?) \| ", (DOCS / "relations.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    return {relation: NAME.findall(_without_remarks(columns)) for relation, columns in rows}


def _without_remarks(cell: str) -> str:
    return re.sub(r"\([^)]*\)", "", cell)


def test_all_relations_are_listed(sample: Sample) -> None:
    assert sorted(_listed()) == sorted(sample.relations)


def test_relations_are_listed_with_their_columns(sample: Sample) -> None:
    assert _listed() == sample.relations


@pytest.mark.parametrize("path", sorted(SQL.glob("*.sql")), ids=lambda path: path.stem)
def test_every_query_names_its_columns(path: Path, sample: Sample) -> None:
    """The head of the file, and the page."""
    assert f"`{path.stem}`" in (DOCS / "relations.md").read_text(encoding="utf-8")
    lines = (HEADER_COLUMNS.fullmatch(line) for line in path.read_text(encoding="utf-8").splitlines())
    named = [name for line in lines if line for name in line[1].split(", ")]
    assert named == sample.relations[MADE_FROM.get(path.stem, path.stem)]


# What docs/exports.md lists


def _sections() -> dict[str, str]:
    text = (DOCS / "exports.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^## `([a-z_.]+)`\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))


def test_every_exported_file_is_described(sample: Sample) -> None:
    assert sorted(_sections()) == sorted(path.name for path in sample.exports.iterdir())


@pytest.mark.parametrize("name", [name for name in _sections() if name.endswith(".csv")])
def test_examples_are_lines_of_the_file(name: str, sample: Sample) -> None:
    """The header first, then some of its lines, in their order."""
    lines = (sample.exports / name).read_text(encoding="utf-8").splitlines()
    (shown,) = (found[3].splitlines() for found in BLOCK.finditer(_sections()[name]) if found[1] == "csv")
    assert shown[0] == lines[0]
    assert _missing(shown, lines) == []


@pytest.mark.parametrize("name", [name for name in _sections() if name.endswith(".csv")])
def test_columns_are_described_in_their_order(name: str, sample: Sample) -> None:
    first_table = re.search(
        r"^\| column \| \|\n\| --- \| --- \|\n((?:\|.*\n)*)", _sections()[name], re.MULTILINE
    )
    if name == "deduplicated_output.csv":  # its columns are the input's own
        assert first_table is None
        return
    assert first_table is not None
    described = [column for row in first_table[1].splitlines() for column in NAME.findall(row.split("|")[1])]
    with (sample.exports / name).open(encoding="utf-8", newline="") as file:
        assert described == next(csv.reader(file))


# What docs/investigator.md lists

_AS_TYPED = {
    "colon": ":",
    "slash": "/",
    "question_mark": "?",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    **dict.fromkeys(("left", "right", "up", "down"), "arrows"),
}
_VIEW_KEYS = ",".join(str(number) for number, _ in enumerate(VIEWS, start=1))
"""The one binding whose keys are no literal."""
_STRUCTURAL_GLYPHS = ("BUSY_GLYPHS", "BAR_END", "BAR_START", "OPEN_END", "LINK", "FOLD", "HERE", "LEVELS")


def _investigator() -> str:
    return (DOCS / "investigator.md").read_text(encoding="utf-8")


def _bound() -> set[str]:
    """Every key that some screen or view binds, as one types it."""
    found: set[str] = set()
    for path in sorted((ROOT / "raceview" / "tui").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Binding":
                keys = str(call.args[0].value) if isinstance(call.args[0], ast.Constant) else _VIEW_KEYS
                found |= {_AS_TYPED.get(key, key) for key in keys.split(",")}
    return found


def test_every_key_is_described() -> None:
    page, bound = _investigator(), _bound()
    assert {"w", "ctrl+c", "]"} <= bound
    told = set(re.findall(r"`([^`\n]+)`", page)) | {"arrows" for _ in re.findall(r"\barrows\b", page)}
    assert sorted(bound - told) == []


def test_every_sign_is_described() -> None:
    page = _investigator()
    tables = (marks.SEVERITIES, marks.ROLES, marks.OUTCOMES)
    named = [(mark.glyph, mark.word) for table in tables for mark in table.values() if mark.glyph.strip()]
    drawn = [*marks.BODIES.values(), *("".join(getattr(marks, name)) for name in _STRUCTURAL_GLYPHS)]
    signs = {sign for text in [*(glyph for glyph, _ in named), *drawn] for sign in text if sign.strip()}
    shown = set("".join(re.findall(r"`([^`\n]+)`", page)))
    assert sorted(signs - shown) == []
    assert [word for _, word in named if word not in page] == []


def test_filters_sizes_and_times_are_as_described() -> None:
    page = _investigator()
    assert [field for field in FIELDS if f"`{field}:" not in page] == []
    assert f"{LEAST.width} columns and {LEAST.height} lines" in page
    assert f"{MOST_BYTES:,} bytes" in page
    assert f"first {MOST:,}" in page
    assert [form for form in re.findall(r"[-+]?[0-9][^\s,]*", FORMS) if form not in page] == []


def test_views_are_described_under_their_keys() -> None:
    assert re.findall(r"^\| `([0-9])` \| (\w+)", _investigator(), re.MULTILINE) == [
        (str(number), view) for number, view in enumerate(VIEWS, start=1)
    ]


# What the pages show to run


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.run], ids=str)
def test_commands_run_and_print_what_is_shown(block: Block, folder: Path) -> None:
    assert block.language == "sh"
    environment = {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    run = subprocess.run(
        ["sh", "-eu", "-c", block.text],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert _missing(block.printed.splitlines(), run.stdout.splitlines()) == [], run.stdout


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "python"], ids=str)
def test_python_runs(block: Block, sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `exports/` is, too."""
    monkeypatch.chdir(sample.exports.parent)
    exec(compile(block.text, str(block), "exec"), {})


def test_options_that_are_shown_are_known(folder: Path) -> None:
    known = "".join(
        subprocess.run([folder / "bin" / of[0], *of[1:]], capture_output=True, text=True, check=True).stdout
        for of in (
            ["raceview", "--help"],
            ["raceview", "simulate", "--help"],
            ["deduplicate-stream", "--help"],
        )
    )
    shown = {
        option
        for page in PAGES
        for line in page.read_text(encoding="utf-8").splitlines()
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", line)
    }
    assert sorted(option for option in shown if not re.search(rf"{option}(?![\w-])", known)) == []


def test_links_between_pages_lead_somewhere() -> None:
    targets = [
        (page, target)
        for page in PAGES
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    ]
    assert [target for page, target in targets if not (page.parent / target).exists()] == []


def _missing(wanted: list[str], lines: list[str]) -> list[str]:
    """The wanted lines that do not stand in `lines` in this order."""
    rest = iter(lines)  # `in` moves on, so the order counts too
    return [line for line in wanted if line not in rest]
