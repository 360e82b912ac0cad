"""Whether a folder holds a whole export: its manifest, and every file as that names it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from raceview.errors import InputError
from raceview.export.manifest import NAME, sha256_of
from raceview.export.write import INCOMPLETE

READ = (
    "duplicates_by_symbol.csv",
    "duplication_analysis.csv",
    "event_ledger.csv",
    "findings.csv",
    "quarantine.csv",
    "row_audit.csv",
    "timeline.csv",
)
"""The files that are read here; an export has them all."""


def is_export(folder: Path) -> bool:
    """Whether an export was written there, whole or not."""
    return (folder / NAME).exists() or (folder / INCOMPLETE).exists()


def is_bare_export(folder: Path) -> bool:
    """Whether the files of an export lie there without its manifest."""
    return not is_export(folder) and all((folder / name).exists() for name in READ)


def checked_manifest(folder: Path) -> dict[str, Any]:
    """The manifest. Raises InputError where the set is not whole, or a file is not the one that was written."""
    if (folder / INCOMPLETE).exists():
        raise InputError(f"{folder}: an export that has not finished, and its files do not belong together")
    try:
        manifest = json.loads((folder / NAME).read_text(encoding="utf-8"))
        files = {str(name): (one["size"], one["sha256"]) for name, one in manifest["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"{folder / NAME}: expected the manifest of an export") from None
    except OSError as error:
        raise InputError(f"{folder / NAME}: cannot be read: {error.strerror}") from None
    if missing := [name for name in READ if name not in files]:
        raise InputError(f"{folder / NAME}: expected the manifest of an export; it names no {missing[0]}")
    for name, written in files.items():
        _must_be_as_written(folder, name, written)
    return dict(manifest)


def _must_be_as_written(folder: Path, name: str, written: tuple[int, str]) -> None:
    path = folder / name
    if Path(name).name != name:
        raise InputError(f"{folder / NAME}: expected the names of files, found {name!r}")
    try:
        found = path.stat().st_size, sha256_of(path)
    except OSError as error:
        raise InputError(f"{path}: belongs to the export and cannot be read: {error.strerror}") from None
    if found != written:
        raise InputError(f"{path}: not the file that the export wrote (size or sha256 differs): export again")
