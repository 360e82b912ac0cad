"""Makes a copy of a file that can be scanned by lines, where the file itself cannot: its physical lines stay the same.

An engine would take a CR as the end of a line and stop at bytes that are not UTF-8. In the copy a CR is written as a
control character that does not occur in the file, and a line that cannot be scanned at all is left empty; those lines
are handed back with their reason. Understands no record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from os import SEEK_CUR
from pathlib import Path
from typing import IO

from raceview.bundle.file_bytes import CHUNK
from raceview.bundle.rejection import LONGEST_TEXT
from raceview.bundle.survey import Survey
from raceview.engine.scan import ScanPlan
from raceview.errors import InputError

_CONTROLS = bytes(code for code in range(1, 32) if code not in b"\t\n\r")
_OTHERS = bytes(code for code in range(256) if code not in _CONTROLS)
_LONGEST_LINE = CHUNK // 2
"""Bytes; a longer line is no record of ours."""

Pulled = dict[int, tuple[str, str]]
"""Lines that cannot be scanned: (reason, text) by line number."""


def prepare_lines(name: str, plan: ScanPlan, looked: Survey, copy: Path) -> tuple[ScanPlan, Pulled]:
    """A plan to scan the file `name` by lines, over a `copy` where need be, and the lines left out."""
    separator, stand_in = _unused_characters(name, looked.text_path)
    by_lines = replace(plan, by_lines=True, separator=separator)
    if looked.utf8 and not (looked.returns or looked.nuls or looked.long_lines):
        return by_lines, {}
    pulled = _copy(looked.text_path, copy, stand_in)
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


def _copy(source: Path, target: Path, stand_in: str) -> Pulled:
    """Write the plain copy, its last line ended; returns the lines that were left empty in it."""
    pulled: Pulled = {}
    table = bytes.maketrans(b"\r", stand_in.encode())
    line = 1
    with source.open("rb") as file, target.open("wb") as copy:
        for block, cut in _whole_lines(file):
            if cut:
                pulled[line] = (
                    f"expected a record, found a line of more than {_LONGEST_LINE} bytes",
                    _text(block),
                )
            mended = b"" if cut else _without_invalid(block, line, pulled)
            if not mended.endswith(b"\n"):  # an empty last line would otherwise be none
                mended += b"\n"
            copy.write(mended.translate(table))
            line += mended.count(b"\n")
    return pulled


def _whole_lines(file: IO[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Blocks of whole lines; or, marked, the beginning of one line that is too long, the rest of it left out."""
    rest = b""
    while chunk := file.read(_LONGEST_LINE):
        end = chunk.rfind(b"\n") + 1
        if end:
            yield rest + chunk[:end], False
            rest = chunk[end:]
        elif len(rest) + len(chunk) <= _LONGEST_LINE:
            rest += chunk
        else:
            yield (rest + chunk)[: 4 * LONGEST_TEXT], True
            _skip_line(file)
            rest = b""
    if rest:
        yield rest, False


def _skip_line(file: IO[bytes]) -> None:
    """Go behind the end of the line."""
    while chunk := file.read(_LONGEST_LINE):
        end = chunk.find(b"\n") + 1
        if end:
            file.seek(end - len(chunk), SEEK_CUR)
            return


def _without_invalid(block: bytes, line: int, pulled: Pulled) -> bytes:
    try:
        if not block.isascii():
            block.decode()
        return block
    except UnicodeDecodeError:
        pass
    lines = block.split(b"\n")
    for index, text in enumerate(lines):
        if not text.isascii():
            try:
                text.decode()
            except UnicodeDecodeError:
                pulled[line + index] = ("expected UTF-8 text", _text(text))
                lines[index] = b""
    return b"\n".join(lines)


def _text(line: bytes) -> str:
    """What is shown of a line that is no text: bytes that are not UTF-8 as `\\xe9`."""
    return line.removesuffix(b"\r")[: 4 * LONGEST_TEXT].decode(errors="backslashreplace")
