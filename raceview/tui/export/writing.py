"""Writes what was chosen in the export dialog, one thing after the other, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Set
from pathlib import Path
from typing import TYPE_CHECKING

from raceview.errors import RaceviewError
from raceview.export import write_exports
from raceview.tui.export import words
from raceview.tui.export.choices import DOCUMENTS, FILES, WHAT

if TYPE_CHECKING:
    from raceview.investigation import Investigation

Tell = Callable[[str, int, int], None]


class StoppedError(Exception):
    """The user stopped the export. What `tell` raises at the next step of what takes long."""


def write_chosen(inv: Investigation, chosen: Set[str], folder: Path, tell: Tell) -> tuple[list[Path], str]:
    """The files, and an empty sentence; where not all could be written none, and why, and what is there even so."""
    from raceview.export.notebook.kernel import CellFailedError

    files: list[Path] = []
    try:
        for name in WHAT:
            if name in chosen:
                files += _write(inv, name, folder, tell)
    except StoppedError:
        return [], words.of_stop(len(files), folder)
    except (RaceviewError, CellFailedError) as error:
        return [], words.of_failure(error, len(files))
    return files, ""


def _write(inv: Investigation, name: str, folder: Path, tell: Tell) -> list[Path]:
    tell(f"beginning {words.LABELS[name]}", 0, 1)
    if name == FILES:
        return write_exports(inv, folder, tell)
    choice = next(one for one in DOCUMENTS if one.name == name)
    choice.document.write(inv, folder / choice.file, tell)
    return [folder / choice.file]
