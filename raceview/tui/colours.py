"""The sixteen colours in the themes that bring colours of their own: all sixteen can be told apart and read.

Textual's own two give race and altered one red on dark, and grey and amber on light that one can hardly see. The themes
named after ANSI leave the colours to the terminal.
"""

from __future__ import annotations

from rich.color import parse_rgb_hex
from rich.terminal_theme import TerminalTheme


def _theme(background: str, foreground: str, normal: str, bright: str) -> TerminalTheme:
    """From hexadecimal colours, eight and eight of them in the order of their numbers."""
    return TerminalTheme(
        _rgb(background), _rgb(foreground), [*map(_rgb, normal.split())], [*map(_rgb, bright.split())]
    )


def _rgb(code: str) -> tuple[int, int, int]:
    return parse_rgb_hex(code)


ON_DARK = _theme(
    "121212",
    "e0e0e0",
    "1a1a1a e06c60 6fbf5f c9a03c 6f9fe8 c583d8 4fb3c4 c8c8c8",
    "9c9c9c ff6b5e 8fe07a f2c55c 8ab4ff e79cff 63d8ec ffffff",
)
ON_LIGHT = _theme(
    "e8e8e8",
    "1e1e1e",
    "000000 9c2a20 265c15 7a5200 2450a8 74308c 005f7a 6a6a6a",
    "565656 ae130a 23620b 784c00 1e4fc2 8a1f96 005d74 303030",
)
