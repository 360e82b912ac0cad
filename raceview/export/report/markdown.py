"""The report as Markdown that GitHub shows, pictures as text: one file that fits into a pull request.

Text from the files is shown as it is and does nothing: no markup, no link, no mention of anybody. What a backslash
cannot disarm (`@name`, `#12`, addresses) stands in a code span.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from raceview.export.report.parts import (
    Command,
    Heading,
    Part,
    Picture,
    Points,
    Report,
    Section,
    Sentences,
    Table,
    shown,
)
from raceview.safe_text import printable

LONGEST = 65_000
"""Letters of the whole: GitHub takes 65,536 in the text of a pull request."""
_BRIEFER = (1, 2, 4, 8)
"""What lists are shortened by, until it fits."""
_LONGEST_TEXT = 1000
_LONGEST_CELL = 240
_MARKUP = re.compile(r"[\\`*_\[\]|~<>&#$!]")
_ACTIVE = re.compile(r"@|://|www\.|#\w|GH-|[\w.]+/[\w.]+#|:(?:[a-z+-][\w+-]*|100|1234):", re.IGNORECASE)
"""What GitHub makes a link, a mention or a picture of, however its letters are escaped."""
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_TICKS = re.compile(r"`+")


def markdown(report: Report) -> str:
    """The report; where it would be too long for a pull request, with shorter lists, which say so."""
    for briefer in _BRIEFER:
        text = "\n\n".join(_blocks(report, briefer)) + "\n"
        if len(text) <= LONGEST:
            break
    return text


def _blocks(report: Report, briefer: int) -> Iterator[str]:
    yield f"# {inline(report.title)}"
    yield from (
        f"**{inline(sentence)}**" if not at else inline(sentence)
        for at, sentence in enumerate(report.verdict)
    )
    yield _table(("", ""), [(name, shown(value)) for name, value in report.figures], (False, True))
    for section in report.sections:
        yield from _section(section, briefer)
    yield f"<sub>{inline(report.maker)}</sub>"


def _section(section: Section, briefer: int) -> Iterator[str]:
    yield f"## {inline(section.title)}"
    for part in section.parts:
        yield from _part(part, briefer)


def _part(part: Part, briefer: int) -> Iterator[str]:
    match part:
        case Heading(title):
            yield f"### {inline(title)}"
        case Sentences(sentences):
            yield " ".join(map(inline, sentences))
        case Points(points):
            yield "\n".join(f"- {inline(point)}" for point in points)
        case Command():
            yield _fenced([part.of_kind(".md")], "sh")
        case Picture(caption, _, text):
            if lines := text():
                yield _fenced(lines, "text")
            yield inline(caption)
        case Table():
            most = max(1, part.brief // briefer)
            rows = part.rows[:most]
            numeric = [part.numeric(column) for column in range(len(part.columns))]
            yield _table(part.columns, [[shown(cell) for cell in row] for row in rows], numeric)
            if rest := part.rest(len(rows)):
                yield inline(rest)


def inline(text: str, in_table: bool = False) -> str:
    """Text as text, in a paragraph or in a cell of a table."""
    plain = printable(text, _LONGEST_CELL if in_table else _LONGEST_TEXT)
    return _code(plain, in_table) if _ACTIVE.search(plain) else _MARKUP.sub(_disarmed, plain)


def _disarmed(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0], f"\\{found[0]}")


def _code(text: str, in_table: bool) -> str:
    """A code span. In a table a bar ends the cell even here, unless it is escaped."""
    fence = "`" * (max((len(run) for run in _TICKS.findall(text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") or text.strip() != text else ""
    span = text.replace("|", "\\|") if in_table else text
    return f"{fence}{pad}{span}{pad}{fence}"


def _fenced(lines: Sequence[str], language: str) -> str:
    fence = "`" * max(3, 1 + max((len(run) for line in lines for run in _TICKS.findall(line)), default=0))
    return "\n".join([f"{fence}{language}", *lines, fence])


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> str:
    lines = [
        [inline(column, in_table=True) for column in columns],
        ["---:" if right else "---" for right in numeric],
        *([inline(cell, in_table=True) for cell in row] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
