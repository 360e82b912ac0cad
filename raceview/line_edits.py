"""Copies a text file byte for byte but for some of its records: these are left out, or replaced.

The file is never decoded, so that what nobody could read goes through as it is, blank lines and all. Only a stretch of
it is in memory at a time, however long it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from raceview.engine import Engine

_LINE_END = ord("\n")


def make_line_edits(engine: Engine) -> None:
    """Make `line_edits` (line, lines, text): records that `changes` drops (text NULL), or corrects to `corrected`."""
    engine.create(
        "line_edits",
        "SELECT o.line, 1 + length(o.text) - length(replace(o.text, chr(10), '')) AS lines, c.text "
        "FROM changes AS g JOIN outputs_read AS o ON o.row = g.row LEFT JOIN corrected AS c ON c.row = g.row "
        "ORDER BY o.line",
    )


def edited(engine: Engine, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The text of `chunks` with `line_edits` applied to its lines, which are counted from 1."""
    line, over, rest = 1, 0, b""
    for chunk in chunks:
        end = chunk.rfind(b"\n") + 1
        if not end:
            rest += chunk
            continue
        block = _Block(rest + chunk[:end], line)
        over = block.edit(engine, over)
        yield block.joined()
        line, rest = line + block.lines, chunk[end:]
    if rest:
        block = _Block(rest, line)
        block.edit(engine, over)
        yield block.joined()


class _Block:
    """Whole lines, the first of them with the number `line`."""

    def __init__(self, text: bytes, line: int) -> None:
        self._text, self._line = text, line
        ends = np.flatnonzero(np.frombuffer(text, np.uint8) == _LINE_END) + 1
        if not len(ends) or ends[-1] < len(text):
            ends = np.append(ends, len(text))
        self._bounds: npt.NDArray[np.int64] = np.concatenate([[0], ends])
        self.lines = len(ends)
        self._left_out = np.zeros(self.lines, dtype=bool)
        self._new: dict[int, bytes] = {}

    def edit(self, engine: Engine, over: int) -> int:
        """Apply the edits of these lines.

        `over` is how many lines at the beginning belong to a record of the block before that is edited; returns the
        same for the next block.
        """
        self._left_out[:over] = True
        over = max(0, over - self.lines)
        here = f"FROM line_edits WHERE line >= {self._line} AND line < {self._line + self.lines}"
        found = engine.arrays(f"SELECT line - {self._line} AS at, lines {here} ORDER BY line")
        self._left_out[found["at"]] = True
        several = found["lines"] > 1
        for at, lines in zip(found["at"][several].tolist(), found["lines"][several].tolist(), strict=True):
            self._left_out[at : at + lines] = True
            over = max(over, at + lines - self.lines)
        for line, lines, text in engine.rows(f"SELECT line, lines, text {here} AND text IS NOT NULL"):
            self._replace(line - self._line, lines, text)
        return over

    def _replace(self, at: int, lines: int, text: str) -> None:
        last = min(at + lines, self.lines)
        ended = self._text[self._bounds[last] - 1] == _LINE_END
        self._new[at] = text.encode() + (b"\n" if ended else b"")

    def joined(self) -> bytes:
        """The lines that stay, and those that are put in."""
        if not self._left_out.any():
            return self._text
        stay = np.concatenate([[False], ~self._left_out, [False]])
        turns = np.flatnonzero(stay[1:] != stay[:-1])
        view = memoryview(self._text)
        parts: list[tuple[int, bytes | memoryview]] = [
            (begin, view[self._bounds[begin] : self._bounds[end]])
            for begin, end in zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True)
        ]
        if self._new:
            parts = sorted([*parts, *self._new.items()], key=lambda part: part[0])
        return b"".join(part for _, part in parts)
