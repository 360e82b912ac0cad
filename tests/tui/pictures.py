"""A screen of the app as a picture (SVG), and the words on it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from textual.app import App

_OUTSIDE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Fonts to be fetched from elsewhere: whoever looks has one."""
_UNIQUE = re.compile(r"\bterminal-\d+-")
"""Names that Rich makes from the content: a changed word would change every line."""
_WORDS = re.compile(r"<text[^>]*>(.*?)</text>", re.DOTALL)


def picture(app: App[Any]) -> str:
    """What is on the screen, the same wherever it is drawn."""
    return _UNIQUE.sub("terminal-", _OUTSIDE.sub("", app.export_screenshot())).rstrip() + "\n"


def words(svg: str) -> str:
    """The text of a picture: pieces of one style, line by line."""
    return unescape("\n".join(_WORDS.findall(svg))).replace("\xa0", " ")
