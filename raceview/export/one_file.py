"""Writes a single file whole or not at all: beside its place first, then into it."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from raceview.errors import OutputError, UsageError

if TYPE_CHECKING:
    from raceview.bundle import BundleFiles


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """An empty file to write instead of `path`; it becomes `path` where the block ends well, and else is removed.

    Folders on the way are made, and links are followed. Raises OutputError where it cannot be written: also where a
    device or a pipe is there, which a file would take the place of.
    """
    try:
        place = Path(os.path.realpath(path))
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists() and not place.is_file():
            raise OSError(0, "it is a folder" if place.is_dir() else "it is no regular file", str(path))
        with replacement(place) as staged:
            yield staged
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error


@contextmanager
def replacement(place: Path) -> Iterator[Path]:
    """A file beside `place` that becomes it where the block ends well, with the permissions of the one that was there.

    Else it is removed. Raises OSError where it cannot be written.
    """
    mode = place.stat().st_mode if place.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(prefix=f".{place.name[:100]}.", suffix=place.suffix, dir=place.parent)
    os.close(handle)
    staged = Path(name)
    try:
        yield staged
        staged.chmod(stat.S_IMODE(mode))  # a temporary file is its owner's alone
        os.replace(staged, place)
    finally:
        staged.unlink(missing_ok=True)


def refuse_inputs(path: Path, files: BundleFiles) -> None:
    """Raise UsageError where what is written would replace what was read."""
    for file in files.present():
        if path.resolve() == file.path.resolve() or (path.exists() and path.samefile(file.path)):
            raise UsageError(f"{path} is one of the files that are read: choose another name")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
