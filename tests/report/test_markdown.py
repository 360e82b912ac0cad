"""Markdown: tables that are tables, pictures in code blocks, and names from the files that do nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raceview.export.report.contents import contents
from raceview.export.report.markdown import LONGEST, inline, markdown
from raceview.export.report.parts import Report, Section, Table
from raceview.investigation import Investigation
from report.conftest import SAMPLE
from report.hostile import write_hostile_bundle

Open = Callable[..., Investigation]
BAR = re.compile(r"(?<!\\)\|")


def _blocks(text: str) -> tuple[list[str], list[str]]:
    """Lines outside and inside of code blocks."""
    outside: list[str] = []
    inside: list[str] = []
    fence = ""
    for line in text.split("\n"):
        found = re.match(r"(`{3,})\w*$", line)
        if found and (not fence or found[1] == fence):
            fence = "" if fence else found[1]
        else:
            (inside if fence else outside).append(line)
    assert not fence
    return outside, inside


@pytest.mark.parametrize("hostile", [False, True])
def test_it_is_well_formed_and_fits_a_pull_request(opened: Open, tmp_path: Path, hostile: bool) -> None:
    bundle = write_hostile_bundle(tmp_path) if hostile else SAMPLE
    text = markdown(contents(opened(bundle)))
    assert len(text) <= LONGEST
    outside, inside = _blocks(text)
    assert any(line.endswith(" -o root_cause.md") for line in inside)
    assert any("▼" in line for line in inside)
    tables = [line for line in outside if line.startswith("|")]
    header = 0
    for line, before in zip(outside, ["", *outside], strict=False):
        if line.startswith("|"):
            header = header if before.startswith("|") else len(BAR.findall(line))
            assert len(BAR.findall(line)) == header, line
    assert len(tables) > 50
    active = re.compile(r"<(?!/?sub>)|(?<!`)@everyone|!\[|\]\(|\x1b|\u202e")
    assert [line for line in outside if active.search(re.sub(r"(`+).*?\1|\\.", "", line))] == []


def test_long_lists_are_cut_and_say_so() -> None:
    table = Table("events", ("event",), tuple((f"e{n}",) for n in range(40)), 1000, "x.csv", brief=3)
    report = Report("t", ("v",), (), (Section("s", "S", (table,)),), "m")
    assert "| e2 |\n\n… and 997 more events: all are in x.csv of raceview BUNDLE --export." in markdown(
        report
    )


def test_what_is_too_long_gets_shorter_lists() -> None:
    rows = tuple(("x" * 230, "y" * 230) for _ in range(400))
    report = Report(
        "t", ("v",), (), (Section("s", "S", (Table("events", ("a", "b"), rows, 400, brief=400),)),), "m"
    )
    text = markdown(report)
    assert len(text) <= LONGEST
    assert "… and 300 more events" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain, 2 of 3 (4.5 %)", "plain, 2 of 3 (4.5 %)"),
        ("evt_1 *b* [c] a|b", r"evt\_1 \*b\* \[c\] a\|b"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
        ("@octocat", "`@octocat`"),
        ("see #12", "`see #12`"),
        ("http://x.y `z`", "`` http://x.y `z` ``"),
        ("09:15:30:45", "09:15:30:45"),
        ("a\nb\x1b", r"a\\nb\\x1b"),
    ],
)
def test_text_stays_text(text: str, expected: str) -> None:
    assert inline(text) == expected


@given(st.text(alphabet="`@|a\\ ", max_size=12))
def test_a_code_span_holds_all_of_it(text: str) -> None:
    """However many backticks: the span is not closed before its end, and a cell of a table is not either."""
    span = inline(f"@{text}@", in_table=True)
    fence = re.match(r"`+", span)
    assert fence is not None
    inside = span[len(fence[0]) : -len(fence[0])]
    assert fence[0] not in re.findall(r"`+", inside)
    assert not BAR.search(inside)
