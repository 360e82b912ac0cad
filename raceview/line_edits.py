"""Copies a text file byte for byte but for some of its records: these are left out, or replaced.

The file is never decoded, so that what nobody could read goes through as it is, blank lines and all. Only a block of
it is in memory at a time, however long it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO

import numpy as np
import numpy.typing as npt

from raceview.engine import Engine

BLOCK = 1 << 20
"""Bytes of a block, about: what fits a processor's cache is cut and put together in half the time."""
STRETCH = 250_000
"""Lines whose edits are fetched at once."""
_LINE_END = ord("\n")
_Ints = npt.NDArray[np.int64]


def make_line_edits(engine: Engine) -> None:
    """Make `line_edits` (line, lines, text): records that `changes` drops (text NULL), or corrects to `corrected`."""
    engine.create(
        "line_edits",
        "SELECT o.line, 1 + length(o.text) - length(replace(o.text, chr(10), '')) AS lines, c.text "
        "FROM changes AS g JOIN outputs_read AS o ON o.row = g.row LEFT JOIN corrected AS c ON c.row = g.row "
        "ORDER BY o.line",
    )


def edited(engine: Engine, source: IO[bytes]) -> Iterator[bytes]:
    """The text of `source` with `line_edits` applied to its lines, which are counted from 1."""
    line, edits = 1, _fetched(engine, 1)
    while text := source.read(BLOCK):
        text += source.readline()
        ends = _line_ends(text)
        if line + len(ends) > edits.until:
            edits = _fetched(engine, line, len(ends))
        here = edits.between(line, line + len(ends))
        if cut := here.beyond(line + len(ends)):
            text += b"".join(source.readline() for _ in range(cut))
            ends = _line_ends(text)
        yield here.applied(text, ends, line)
        line += len(ends)


def _line_ends(text: bytes) -> _Ints:
    """Where each line ends, behind its line end."""
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == _LINE_END) + 1
    return ends if text.endswith(b"\n") else np.append(ends, len(text))


@dataclass(frozen=True, slots=True)
class _Edits:
    """Records to leave out, or to replace: where `text` has something for their first `line`."""

    line: _Ints
    lines: _Ints
    """How many lines the record takes."""
    text: dict[int, bytes]
    until: int
    """The edits of all lines before this one are here."""

    def between(self, first: int, until: int) -> _Edits:
        """Those of the lines from `first` to before `until`."""
        low, high = np.searchsorted(self.line, [first, until])
        return _Edits(self.line[low:high], self.lines[low:high], self.text, until)

    def beyond(self, line: int) -> int:
        """How many lines of the last record stand at `line` and after it."""
        return max(0, int(self.line[-1] + self.lines[-1]) - line) if len(self.line) else 0

    def applied(self, text: bytes, ends: _Ints, first: int) -> bytes:
        """What is left of `text`, whose lines are numbered from `first`; no record reaches beyond it."""
        if not len(self.line):
            return text
        bounds, at = np.concatenate([[0], ends]), self.line - first
        # A file that was cut short meanwhile may lack the last lines of a record: the caller will see that it changed.
        begin, end = bounds[at].tolist(), bounds[np.minimum(at + self.lines, len(ends))].tolist()
        view = memoryview(text)
        kept = [view[here:there] for here, there in zip([0, *end], [*begin, len(text)], strict=True)]
        if not self.text:
            return b"".join(kept)
        new = [self.text.get(line, b"") for line in self.line.tolist()]
        ended = [
            b"\n" if put and text[there - 1] == _LINE_END else b""
            for put, there in zip(new, end, strict=True)
        ]
        return b"".join(chain.from_iterable(zip(kept, [*new, b""], [*ended, b""], strict=True)))


def _fetched(engine: Engine, first: int, least: int = 0) -> _Edits:
    """The edits from line `first` on: of a stretch, or of `least` lines if these are more."""
    until = first + max(STRETCH, least)
    here = f"FROM line_edits WHERE line >= {first} AND line < {until}"
    found = engine.arrays(f"SELECT line, lines {here} ORDER BY line")
    text = {
        line: text.encode() for line, text in engine.rows(f"SELECT line, text {here} AND text IS NOT NULL")
    }
    return _Edits(found["line"], found["lines"], text, until)
