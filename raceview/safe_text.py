"""Text from the input files, made fit to stand on a terminal.

A symbol or a worker name is whatever a file says: it may hold escape sequences that move the cursor, marks
that turn the reading direction, or ten thousand letters. The files that raceview writes keep it as it is.
"""

from __future__ import annotations

import unicodedata

_UNFIT = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Controls, format characters, lone surrogates, private and unassigned ones, line and paragraph breaks."""


def printable(text: str, width: int | None = None) -> str:
    """`text` on one line, unfit characters escaped (`\\x1b`), cut to `width` columns with `...` if longer."""
    shown = text if text.isascii() and text.isprintable() else "".join(map(_escaped, text))
    if width is None or columns(shown) <= width:
        return shown
    return _cut(shown, max(width - 3, 0)) + "..."[:width]


def columns(text: str) -> int:
    """How many terminal columns the text takes: wide letters take two, combining marks none."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def left(text: str, width: int) -> str:
    """`printable` text filled with blanks on the right to exactly `width` columns."""
    shown = printable(text, width)
    return shown + " " * (width - columns(shown))


def _escaped(letter: str) -> str:
    if unicodedata.category(letter) not in _UNFIT:
        return letter
    return letter.encode("unicode_escape", "surrogatepass").decode()


def _columns(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _cut(text: str, width: int) -> str:
    taken = 0
    for at, letter in enumerate(text):
        taken += _columns(letter)
        if taken > width:
            return text[:at]
    return text
