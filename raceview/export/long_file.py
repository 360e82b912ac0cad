"""Writes a file that may be long: its digest is taken on the way, and only its beginning goes through the page cache.

Where memory must first be got for them, gigabytes that nobody reads soon cost more in the cache than on the disk, and
push out of it what others do read.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import mmap
import os
from pathlib import Path
from types import TracebackType
from typing import Self

BLOCK = 1 << 20
"""Bytes written at once: a multiple of what any disk wants for writing past the cache."""
CACHED = 64 * BLOCK
"""Bytes of the beginning that go through the cache. What ends there is as quick to read as it was to write."""
_PAST_THE_CACHE = getattr(os, "O_DIRECT", 0)


class LongFile:
    """A new file at `path`, or what was there made anew; close it, or use it as a context manager.

    Whatever cannot be written is told as OSError with the file's name, by `write`, `take` or `close`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hash = hashlib.sha256()
        self._buffer = memoryview(mmap.mmap(-1, BLOCK))  # writing past the cache wants whole pages
        self._filled = self._written = 0
        self._direct = False
        self._file = path.open("wb", buffering=0)

    def write(self, content: bytes) -> None:
        """Append the bytes."""
        left = memoryview(content)
        while left:
            size = min(len(left), BLOCK - self._filled)
            self._buffer[self._filled : self._filled + size] = left[:size]
            self._add(size)
            left = left[size:]

    def take(self, pipe: int) -> None:
        """Append all that comes out of a pipe, until nobody can write into it any more."""
        while size := os.readv(pipe, [self._buffer[self._filled :]]):
            self._add(size)

    def sha256(self) -> str:
        """Hex digest of the whole file, once it is closed."""
        return self._hash.hexdigest()

    def close(self) -> None:
        """Write what is left."""
        try:
            self._flush()
        finally:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _add(self, size: int) -> None:
        self._filled += size
        if self._filled == BLOCK:
            self._flush()
            if self._written == CACHED:
                self._past_the_cache(True)

    def _flush(self) -> None:
        block, self._filled = self._buffer[: self._filled], 0
        self._hash.update(block)
        if self._direct and len(block) < BLOCK:
            self._past_the_cache(False)
        while block:
            size = self._put(block)
            self._written += size
            block = block[size:]

    def _put(self, block: memoryview) -> int:
        """Write as much of it as goes; what is left takes the way through the cache, which tells why."""
        try:
            size = self._file.write(block) or 0
        except OSError as error:
            if not self._direct or error.errno != errno.EINVAL:
                raise OSError(error.errno, os.strerror(error.errno or 0), str(self._path)) from error
            size = 0
        if size < len(block):  # there is no room for it all, or the disk wants other blocks
            self._past_the_cache(False)
        return size

    def _past_the_cache(self, direct: bool) -> None:
        """Go past the cache, where the system can, or no longer."""
        if direct == self._direct or not _PAST_THE_CACHE:
            return
        flags = fcntl.fcntl(self._file, fcntl.F_GETFL) & ~_PAST_THE_CACHE
        try:
            fcntl.fcntl(self._file, fcntl.F_SETFL, flags | _PAST_THE_CACHE if direct else flags)
            self._direct = direct
        except OSError:  # a file system that cannot do it
            self._direct = False
