"""The files of a stream: what is piped in is put into one, what is written takes its place whole or not at all.

Packed files (.gz, .zst) are read and written as they are named; the bytes within pass through untouched.
"""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from raceview.errors import InputError, OutputError, UsageError
from raceview.export.one_file import replacement
from raceview.process import give_up
from raceview.stream.task import STREAM, Task

CHUNK = 8 << 20
"""Bytes that are read at once."""
_PACKED = {b"\x1f\x8b": ".gz", b"\x28\xb5\x2f\xfd": ".zst"}


def refuse_overwriting(task: Task) -> None:
    """Raise UsageError where what is written would take the place of what is read."""
    source, target = _place(task.source, 0), _place(task.target, 1)
    if source == target:
        raise UsageError(f"{task.target} is the input itself: choose another file for the output")
    if task.analysis is not None and _place(task.analysis, None) in (source, target):
        raise UsageError(f"{task.analysis} is the input or the output: choose another file for --analysis")


def _place(path: str, descriptor: int | None) -> tuple[object, ...]:
    """What tells two files apart, whatever they are called: links are followed. Streams are only themselves."""
    if path == STREAM and descriptor is None:
        raise UsageError("--analysis takes the name of a file")
    try:
        found = os.fstat(descriptor or 0) if path == STREAM else os.stat(path)
    except OSError:
        return (os.path.realpath(path),)
    regular = stat.S_ISREG(found.st_mode)
    return (found.st_dev, found.st_ino) if regular else (path, descriptor)


def stamp(path: Path) -> tuple[int, int]:
    """What changes when the file does: its size, and when it was last written to."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def as_file(source: str, folder: Path) -> Path:
    """The file to read; what comes through a stream is put into one in `folder`."""
    if source == STREAM:
        return _spooled(sys.stdin.buffer, folder, "stdin")
    path = Path(source)
    if path.is_fifo() or path.is_char_device():
        try:
            with path.open("rb") as stream:
                return _spooled(stream, folder, path.name)
        except OSError as error:
            raise InputError(f"{path}: the file cannot be read: {error.strerror}") from None
    return path


def _spooled(stream: IO[bytes], folder: Path, name: str) -> Path:
    chunk = stream.read(CHUNK)
    suffix = next((suffix for mark, suffix in _PACKED.items() if chunk.startswith(mark)), "")
    path = folder / f"{name}{suffix}"
    try:
        with path.open("wb") as spool:
            while chunk:
                spool.write(chunk)
                chunk = stream.read(CHUNK)
    except OSError as error:
        raise OutputError(
            f"{folder}: no room for a temporary copy of the input: {error.strerror}; TMPDIR names another folder"
        ) from error
    return path


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """A file to read; it has been read once, so that it is whole."""
    with path.open("rb") as file:
        if path.suffix == ".gz":
            import gzip

            with gzip.GzipFile(fileobj=file) as plain:
                yield cast(IO[bytes], plain)
        elif path.suffix == ".zst":
            import zstandard

            plain_bytes = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
            yield io.BufferedReader(cast(io.RawIOBase, plain_bytes))  # a zstd reader knows no lines
        else:
            yield file


@contextmanager
def packed(target: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """What to write to, packed where the name says so; the same text gives the same bytes."""
    if name.endswith(".gz"):
        import gzip

        with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=target, mtime=0) as packed:
            yield cast(IO[bytes], packed)
    elif name.endswith(".zst"):
        import zstandard

        with zstandard.ZstdCompressor().stream_writer(target, closefd=False) as stream:
            yield cast(IO[bytes], stream)
    else:
        yield target


@contextmanager
def replacing(path: str | None) -> Iterator[IO[bytes] | None]:
    """A file to write, which takes its place at the end, whole, and never where something went wrong; None for None.

    A stream is written to as it is; a reader who left early is no error.
    """
    if path is None:
        yield None
    elif path == STREAM:
        try:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        except OSError as error:
            give_up(sys.stdout)
            if not isinstance(error, BrokenPipeError):
                raise OutputError(f"standard output cannot be written: {error.strerror}") from error
    else:
        try:
            with _opened(Path(os.path.realpath(path))) as file:
                yield file
        except OSError as error:
            raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The file that is to take the place of `path`; what is no regular file, as a device or a pipe, is written to."""
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    # not "wb", which would truncate it, empty as it is: where a file was truncated, ext4 waits for the disk on close
    with replacement(path) as staged, staged.open("r+b") as file:
        yield file
