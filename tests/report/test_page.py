"""The HTML page in a real browser: it is drawn, it asks nobody for anything, and nothing in it runs but its own."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree

import pytest

import raceview
from raceview.export.report import write_report
from raceview.export.report.contents import contents
from raceview.export.report.parts import Heading, Picture, Sentences, Table, shown
from report.browser import CHROMIUM, Opened, open_page
from report.conftest import SAMPLE
from report.hostile import NAMES, write_hostile_bundle

browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")


class Words(HTMLParser):
    """The text of a page, element by element, and what its elements are."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self._at = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._at = tag
        self.addresses += [
            value or "" for name, value in attrs if name in {"src", "href", "srcset", "action"}
        ]
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self._at = ""

    def handle_data(self, data: str) -> None:
        if self._at == "td":
            self.cells[-1] += data
        elif self._at not in {"script", "style"}:
            self.texts.append(data)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = tmp_path_factory.mktemp("sample") / "root_cause.html"
    with raceview.open_bundle(SAMPLE) as inv:
        write_report(inv, page)
    return page


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    with raceview.open_bundle(write_hostile_bundle(folder)) as inv:
        write_report(inv, folder / "root_cause.html")
    return folder / "root_cause.html"


def test_all_that_the_report_says_stands_in_the_page(sample: Path) -> None:
    page = Words(sample.read_text(encoding="utf-8"))
    with raceview.open_bundle(SAMPLE) as inv:
        report = contents(inv)
    parts = [part for section in report.sections for part in section.parts]
    cells = [shown(cell) for part in parts if isinstance(part, Table) for row in part.rows for cell in row]
    assert page.cells == cells
    said = [" ".join(part.sentences) for part in parts if isinstance(part, Sentences)]
    said += [part.title for part in parts if isinstance(part, Heading)]
    assert [text for text in (*report.verdict, *said) if text not in page.texts] == []


def test_the_page_names_nothing_outside_itself(sample: Path) -> None:
    text = sample.read_text(encoding="utf-8")
    page = Words(text)
    assert [address for address in page.addresses if not address.startswith("#")] == []
    assert not {"link", "img", "iframe", "object", "base"} & set(page.tags)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy[1]
    assert str(SAMPLE.parent) not in text


@browser
@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_drawn(sample: Path, width: int) -> None:
    with raceview.open_bundle(SAMPLE) as inv:
        pictures = [
            part for section in contents(inv).sections for part in section.parts if isinstance(part, Picture)
        ]
    opened = open_page(sample, width)
    assert (opened.console, opened.asked) == ([], [])
    assert 'data-charts="drawn"' in opened.dom
    assert len(re.findall(r'<div class="chart[^>]*>\s*<svg', opened.dom)) == len(pictures)
    assert (
        opened.dom.count('aria-roledescription="rect mark"') + opened.dom.count('aria-roledescription="bar"')
        > 100
    )


@browser
def test_names_from_the_files_do_nothing(hostile: Path) -> None:
    opened = open_page(hostile)
    assert (opened.console, opened.asked) == ([], [])
    assert 'data-charts="drawn"' in opened.dom
    assert "data-owned" not in opened.dom
    page = Words(opened.dom)
    assert page.tags.count("script") == 3
    assert not {"img", "i"} & set(page.tags)
    shown_cells = set(page.cells)
    assert [name for name in NAMES if shown(name) not in shown_cells] == []
    assert "\x1b" not in opened.dom
    assert "\u202e" not in opened.dom


def test_no_control_of_a_name_reaches_the_page(tmp_path: Path) -> None:
    """Not of the folder's own name either, which stands in the title."""
    folder = tmp_path / "\x1b[31mred\u202e"
    copytree(write_hostile_bundle(tmp_path), folder)
    with raceview.open_bundle(folder) as inv:
        write_report(inv, tmp_path / "root_cause.html")
    page = (tmp_path / "root_cause.html").read_text(encoding="utf-8")
    assert "<title>Root cause: \\x1b[31mred\\u202e</title>" in page
    assert not set("\x1b\x07\x9b\u202e\u2028") & set(page)


@browser
def test_the_browser_would_tell(tmp_path: Path) -> None:
    """What the tests above rely on: a page that asks, fails and is owned is seen to."""
    page = tmp_path / "bad.html"
    page.write_text(
        "<!doctype html><img src='https://example.com/x.png'>"
        "<script>document.documentElement.dataset.owned = '1'; console.error('no');</script>"
    )
    opened: Opened = open_page(page)
    assert opened.asked == ["https://example.com/x.png"]
    assert len(opened.console) == 1
    assert "data-owned" in opened.dom
