"""The folder that an export is to go to: what is in it, or why it will not do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from raceview.errors import RaceviewError
from raceview.export import refuse_bundle


@dataclass(frozen=True, slots=True)
class Folder:
    """What is known of the folder that was typed."""

    path: Path
    exists: bool = False
    there: frozenset[str] = frozenset()
    """The files in it that an export would replace."""
    refusal: str = ""
    """Why it will not do."""


def typed_path(typed: str) -> Path:
    """The folder that was typed; `~` is the user's own, a `~` of nobody's the name of a folder."""
    path = Path(typed.strip())
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def look_at(typed: str, names: Iterable[str], bundle: Path | None) -> Folder:
    """Look for files of these names; `bundle` is where nothing may be written. It may lie on a slow disk."""
    path = typed_path(typed)
    if not typed.strip():
        return Folder(path, refusal="Name a folder to write to.")
    try:
        refuse_bundle(path, bundle)
        if path.exists() and not path.is_dir():
            return Folder(path, refusal=f"{path} is a file, not a folder.")
        return Folder(path, path.exists(), frozenset(n for n in names if (path / n).exists()))
    except RaceviewError as error:
        return Folder(path, refusal=f"{error}.")
    except (OSError, ValueError) as error:
        return Folder(path, refusal=f"{path}: {getattr(error, 'strerror', None) or error}.")
