"""Which folder is meant to be compared with."""

from __future__ import annotations

from pathlib import Path

from raceview.errors import UsageError
from raceview.safe_text import printable

_LONGEST = 60


def typed_folder(typed: str) -> Path:
    """The folder that was typed; `~` is the user's own. Raises UsageError where there is none such."""
    try:
        path = Path(typed).expanduser()
        there = path.is_dir()
    except (OSError, ValueError, RuntimeError):  # a name that no disk takes, a home that nobody has
        there = False
    if not there:
        raise UsageError(f"{printable(typed, _LONGEST)}: there is no such folder")
    return path
