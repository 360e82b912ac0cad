"""Copying to the clipboard of the terminal one sits at, over ssh too: OSC 52, through tmux and screen.

A terminal never answers whether it took it, so the text goes to a file as well, and the sentence says both. tmux takes
the sequence itself where its `set-clipboard` is on, and hands it on where `allow-passthrough` is: it gets both.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

MOST_BYTES = 74_994
"""Of text: many terminals (xterm's default among them) stop reading such a sequence at 100,000 bytes, of which this
much text takes 99,992 in base64 and the frame 8."""
FILE_NAME = "copied.txt"
_DUMB = ("", "dumb", "linux")
"""Terminals that are known to have no clipboard."""
_SCREEN_CHUNK = 240
"""screen hands strings on in pieces, and old ones hold no more than 256 bytes."""


def copy(app: App[Any], text: str, folder: Path | None) -> str:
    """Copy `text`; gives the sentence that tells the user what was done. The file goes to `folder` (None: no file)."""
    kept = _keep(text, folder)
    sent = sequence(text, os.environ)
    size = len(text.encode("utf-8", "replace"))
    if sent is not None and app._driver is not None:
        app._driver.write(sent)  # Textual's own `copy_to_clipboard` knows neither tmux nor screen
        said = f"{size:,} bytes sent to the terminal's clipboard; not every terminal accepts it"
        if "TMUX" in os.environ:
            said += ", tmux only with set-clipboard or allow-passthrough on"
    elif size > MOST_BYTES:
        said = f"{size:,} bytes are more than a terminal's clipboard takes ({MOST_BYTES:,})"
    else:
        said = "this terminal has no clipboard"
    return f"{said}. {kept}" if kept else f"{said}."


def sequence(text: str, environ: Mapping[str, str]) -> str | None:
    """What makes the terminal take `text`; None where there is too much of it, or the terminal is known not to."""
    plain = text.encode("utf-8", "replace")
    if len(plain) > MOST_BYTES or environ.get("TERM", "") in _DUMB:
        return None
    command = f"\x1b]52;c;{base64.b64encode(plain).decode('ascii')}\a"
    if "TMUX" in environ:
        escaped = command.replace("\x1b", "\x1b\x1b")
        return f"{command}\x1bPtmux;{escaped}\x1b\\"
    if "STY" in environ:
        pieces = [command[at : at + _SCREEN_CHUNK] for at in range(0, len(command), _SCREEN_CHUNK)]
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return command


def _keep(text: str, folder: Path | None) -> str:
    """Write the text to a file that only the user reads; a sentence about it, nothing where that failed."""
    if folder is None:
        return ""
    path = folder / FILE_NAME
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text.encode("utf-8", "replace"))
        return f"It is in {path} too."
    return ""
