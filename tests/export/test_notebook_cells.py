"""What the cells of a notebook are, for bundles of every kind: run here, without a kernel."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pytest
from analysis.hand_made import write_bundle
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import raceview
from raceview.export.notebook.cells import LONGEST, opening, quoted, span_text
from raceview.export.notebook.story import story
from raceview.model import Options, Policy
from raceview.safe_text import printable

TABLES = {
    "ticks": "symbol\nAAA\nBBB\nAAA",
    "attempts": "worker_id start end status\nw1 1010 1020 success\nw2 1015 - timeout\nw1 2010 2010 success",
    "output": "symbol ms price\nAAA 1000 100.00\nAAA 1001 100.00\nBBB 2000 100.00",
}
KINDS = [kept for size in (1, 2, 3) for kept in combinations(TABLES, size)]
SECTIONS = {
    ("ticks",): {"files", "outcomes"},
    ("attempts",): {"files", "outcomes", "workers", "marks", "attempt-kinds", "gantt", "busiest"},
    ("output",): {"files", "time"},
}


@pytest.fixture
def _settings() -> Iterator[None]:
    """What the cells set is set back."""
    yield
    pd.reset_option("display.max_colwidth")
    pd.reset_option("display.html.use_mathjax")
    alt.renderers.enable("default")


def _folder(place: Path, kept: tuple[str, ...]) -> Path:
    attempts = TABLES["attempts"].replace("worker_id", "event_id worker_id").splitlines()
    ids = ["", "e1 ", "e1 ", "e2 "]
    tables = TABLES | {"attempts": "\n".join(map("".join, zip(ids, attempts, strict=True)))}
    return write_bundle(place, *(tables[name] if name in kept else None for name in TABLES))


def _run(cells: list[Any]) -> dict[str, Any]:
    """What each cell shows; charts as what they are drawn from."""
    names: dict[str, Any] = {}
    shown: dict[str, Any] = {}
    for cell in cells:
        body = ast.parse(cell.text)
        last = ast.Expression(body.body.pop().value) if isinstance(body.body[-1], ast.Expr) else None
        exec(compile(body, cell.name, "exec"), names)
        found = eval(compile(last, cell.name, "eval"), names) if last else None
        shown[cell.name] = found.to_dict() if isinstance(found, alt.TopLevelMixin) else found
    names["inv"].close()
    return shown


@pytest.mark.usefixtures("_settings")
@pytest.mark.parametrize("kept", KINDS, ids="+".join)
def test_a_bundle_of_what_is_there(tmp_path: Path, kept: tuple[str, ...]) -> None:
    """What cannot be said is left out, and every cell that is there runs."""
    folder = _folder(tmp_path / "bundle", kept)
    with raceview.open_bundle(folder) as inv:
        cells = list(story(inv, opening(inv.files, inv.options, Path.cwd())))
    shown = _run([cell for cell in cells if cell.code])
    words = {cell.name: cell.text for cell in cells if not cell.code}
    assert ("attempts" in kept) == ("No attempt is logged" not in words["workers-words"])
    assert ("output" in kept) == ("No output is given" not in words["time-words"])
    assert ({"ticks", "output"} <= set(kept)) == ("policies" in shown)
    if kept in SECTIONS:
        assert set(shown) - {"findings"} == {"open", *SECTIONS[kept]}
    if len(kept) == len(TABLES):
        assert shown["outcomes"]["events"].to_dict()["duplicated"] == 1
        assert "race-1" in shown


@pytest.mark.usefixtures("_settings")
def test_files_with_headers_alone(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "bundle", "symbol\nAAA", "event_id", "symbol")
    with raceview.open_bundle(folder) as inv:
        cells = list(story(inv, opening(inv.files, inv.options, Path.cwd())))
    shown = _run([cell for cell in cells if cell.code])
    assert shown["outcomes"]["events"].to_dict()["unprocessed"] == 1


@pytest.mark.usefixtures("_settings")
def test_the_race_is_drawn_with_its_marks(tmp_path: Path) -> None:
    """The event's attempts stand out; the overlap, the time-out and the rows are marked where they are."""
    with raceview.open_bundle(_folder(tmp_path / "bundle", tuple(TABLES))) as inv:
        cells = list(story(inv, opening(inv.files, inv.options, Path.cwd())))
    drawn = _run([cell for cell in cells if cell.code])["race-1"]
    bars, points = (drawn["datasets"][layer["data"]["name"]] for layer in drawn["layer"])
    start = points[0]["at"] - 10  # the first overlap: attempt 1, 10 ms after the tick
    assert [
        (bar["worker_id"], bar["from"] - start, bar["to"] - start, bar["kind"], bar["own"]) for bar in bars
    ] == [
        ("w1", 10, 20, "overlap", True),
        ("w2", 15, 20, "time-out", True),  # open: as long as attempts usually are, the median of 10 and 0 ms
    ]
    assert [(point["worker_id"], point["at"] - start, point["what"]) for point in points] == [
        ("w1", 10, "overlap"),
        ("w2", 15, "overlap"),
        ("w2", 20, "time-out"),
        ("(output)", 0, "original row"),
        ("(output)", 1, "duplicate row"),
    ]


# How the bundle is opened again


def test_a_folder_is_opened_by_its_path_from_the_notebook(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "a" / "bundle", tuple(TABLES))
    with raceview.open_bundle(folder) as inv:
        assert opening(inv.files, inv.options, tmp_path / "a") == "raceview.open_bundle('bundle')"
        assert opening(inv.files, inv.options, tmp_path / "b") == "raceview.open_bundle('../a/bundle')"
        elsewhere = Path(tmp_path.anchor) / "nowhere"
        assert opening(inv.files, inv.options, elsewhere) == f"raceview.open_bundle({str(folder)!r})"


def test_files_and_options_are_named(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "bundle", tuple(TABLES))
    options = Options(jitter_ns=5_000_000, policy=Policy.FIRST, assume_tz="Asia/Kolkata")
    names = ("raw_tick_events.log", "final_output.csv")
    ticks, output = (folder / name for name in names)
    with raceview.open_bundle(ticks=ticks, output=output, options=options) as inv:
        said = opening(inv.files, inv.options, folder)
        again = eval(said.replace("='", f"='{folder}/", 2), {"raceview": raceview})
    assert said == (
        "raceview.open_bundle(ticks='raw_tick_events.log', output='final_output.csv', "
        "options=raceview.Options(jitter_ns=5000000, assume_tz='Asia/Kolkata', policy=raceview.Policy(\"first\")))"
    )
    assert (again.options, again.files.attempts) == (options, None)
    again.close()


# Words and spans


@given(st.text(alphabet=st.one_of(st.sampled_from("`<>[]*_$\\| \n&!"), st.characters())))
def test_a_quotation_is_one_span_of_code(text: str) -> None:
    (block,) = [token for token in MarkdownIt().parse(f"a {quoted(text)} b") if token.type == "inline"]
    assert [child.type for child in block.children or []] == ["text", "code_inline", "text"]
    assert (block.children or [])[1].content.strip() == printable(text, LONGEST).strip()


@given(st.integers(0, 10**18), st.integers(1, 200))
def test_spans_are_round_and_few(total: int, most: int) -> None:
    width, text = span_text(total, most)
    assert width * most >= total
    assert pd.Timedelta(text).value == width
