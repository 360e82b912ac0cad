"""Makes a copy of a file that can be scanned by lines, where the file itself cannot: its physical lines stay the same.

An engine would take a CR as the end of a line and stop at bytes that are not UTF-8. In the copy a CR is written as a
control character that does not occur in the file, and a line that cannot be scanned at all is left empty; those lines
are handed back with their reason. Understands no record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from raceview.bundle.rejection import LONGEST_TEXT
from raceview.bundle.survey import CHUNK, Survey
from raceview.engine.scan import ScanPlan
from raceview.errors import InputError

_CONTROLS = bytes(code for code in range(1, 32) if code not in b"\t\n\r")
_OTHERS = bytes(code for code in range(256) if code not in _CONTROLS)
_LONGEST_LINE = CHUNK
"""Bytes; a longer line is no record of ours."""

Pulled = dict[int, tuple[str, str]]
"""Lines that cannot be scanned: (reason, text) by line number."""


def prepare_lines(name: str, plan: ScanPlan, looked: Survey, folder: Path) -> tuple[ScanPlan, Pulled]:
    """A plan to scan the file `name` by lines, over a copy in `folder` where need be, and the lines left out."""
    separator, stand_in = _unused_characters(name, looked.text_path)
    by_lines = replace(plan, by_lines=True, separator=separator)
    if looked.utf8 and not (looked.returns or looked.nuls or looked.long_lines):
        return by_lines, {}
    copy = folder / f"{name}.lines"
    pulled = _Copying(looked.text_path, copy, stand_in).run()
    return replace(by_lines, path=copy, carriage_return=stand_in if looked.returns else ""), pulled


def _unused_characters(name: str, path: Path) -> tuple[str, str]:
    used: set[int] = set()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            used.update(chunk.translate(None, _OTHERS))
    free = [chr(code) for code in _CONTROLS if code not in used]
    if len(free) <= 1:
        raise InputError(f"{name}: expected text, found binary data")
    return free[0], free[1]


@dataclass
class _Copying:
    source: Path
    target: Path
    stand_in: str

    def run(self) -> Pulled:
        pulled: Pulled = {}
        line = 1
        with self.source.open("rb") as file, self.target.open("wb") as copy:
            for block in _whole_lines(file.fileno(), self.source):
                written, found = self._mended(block, line)
                copy.write(written)
                pulled.update(found)
                line += block.count(b"\n")
        return pulled

    def _mended(self, block: bytes, line: int) -> tuple[bytes, Pulled]:
        raise NotImplementedError


def _whole_lines(descriptor: int, path: Path) -> Iterator[bytes]:
    raise NotImplementedError(LONGEST_TEXT)
