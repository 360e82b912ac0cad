"""Finds the three files of a bundle by name; opens none of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from raceview.errors import InputError

FILE_NAMES = {"ticks": "raw_tick_events.log", "attempts": "worker_logs.csv", "output": "final_output.csv"}


@dataclass(frozen=True, slots=True)
class BundlePaths:
    """Where the files of a bundle lie; None for one that is not there. `name` is the folder's, for titles."""

    name: str
    ticks: Path | None = None
    attempts: Path | None = None
    output: Path | None = None

    def roles(self) -> Iterator[tuple[str, Path | None]]:
        """Role and path of each file, in the order in which data flows."""
        yield from (("ticks", self.ticks), ("attempts", self.attempts), ("output", self.output))


def find_bundle(
    folder: str | Path | None,
    ticks: str | Path | None = None,
    attempts: str | Path | None = None,
    output: str | Path | None = None,
) -> BundlePaths:
    """The files of the bundle in `folder`; a path given for a role wins over what the folder holds.

    A name may carry a prefix (`02_raw_tick_events.log`) and a suffix, `.gz` or `.zst`. Raises InputError where two
    files claim one role, where none is found, and where what is found or given is no readable file.
    """
    given = {"ticks": ticks, "attempts": attempts, "output": output}
    paths = {role: Path(path) for role, path in given.items() if path is not None}
    if folder is not None:
        listed = _files_in(Path(folder))
        for role in given.keys() - paths.keys():
            found = _candidate(Path(folder), listed, role)
            if found is not None:
                paths[role] = found
    if not paths:
        raise InputError(f"{folder or 'no folder given'}: expected {_names('or')}, found none of them")
    for path in paths.values():
        _must_be_a_readable_file(path)
    named_after = Path(folder) if folder is not None else next(iter(paths.values())).parent
    return BundlePaths(named_after.resolve().name or str(named_after), **paths)


def _files_in(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except FileNotFoundError:
        raise InputError(
            f"{folder}: expected a folder with {_names('and')}, found nothing of that name"
        ) from None
    except NotADirectoryError:
        raise InputError(f"{folder}: expected a folder with {_names('and')}, found a file") from None
    except OSError as error:
        raise InputError(f"{folder}: the folder cannot be read: {error.strerror}") from None


def _candidate(folder: Path, listed: list[str], role: str) -> Path | None:
    pattern = re.compile(rf"(?!\.)(.*[^A-Za-z0-9])?{re.escape(FILE_NAMES[role])}(\.gz|\.zst)?")
    found = [name for name in listed if pattern.fullmatch(name)]
    if len(found) > 1:
        raise InputError(
            f"{folder}: expected one {FILE_NAMES[role]}, found {' and '.join(found)}; name one of them explicitly"
        )
    return folder / found[0] if found else None


def _must_be_a_readable_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise InputError(f"{path}: expected a file, found a folder")
        if not path.exists():
            raise InputError(f"{path}: expected a file, found nothing of that name")
        if not path.is_file():
            raise InputError(f"{path}: expected a regular file, found something else")
        with path.open("rb"):
            pass
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read: {error.strerror}") from None


def _names(last: str) -> str:
    first, second, third = FILE_NAMES.values()
    return f"{first}, {second} {last} {third}"
