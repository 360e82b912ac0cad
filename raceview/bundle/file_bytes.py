"""Reads a file's bytes in chunks, unpacking .gz and .zst; fingerprints them and tells the progress on the way."""

from __future__ import annotations

import gzip
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from raceview.errors import InputError
from raceview.progress import Progress

CHUNK = 1 << 20


class WatchedFile(io.RawIOBase):
    """A file whose bytes are fingerprinted, and whose progress is told, as they are read."""

    def __init__(self, file: IO[bytes], path: Path, progress: Progress | None) -> None:
        self._file, self._progress = file, progress
        self._hash = hashlib.sha256()
        self._name, self._size = path.name, path.stat().st_size
        self.done = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size if size > 0 else CHUNK)
        if chunk:
            self._hash.update(chunk)
            self.done += len(chunk)
            if self._progress:
                self._progress(self._name, self.done, max(self._size, self.done))
        return chunk

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # any writable buffer; typeshed differs by version
        chunk = self.read(len(view))
        view[: len(chunk)] = chunk
        return len(chunk)

    def chunks(self) -> Iterator[bytes]:
        while chunk := self.read(CHUNK):
            yield chunk

    def sha256(self) -> str:
        """Of what has been read, in hexadecimal."""
        return self._hash.hexdigest()

    def drain(self) -> None:
        """Read what a decompressor left behind."""
        for _ in self.chunks():
            pass


def is_packed(path: Path) -> bool:
    """Whether the name says that the file is compressed."""
    return path.suffix in (".gz", ".zst")


def unpacked(path: Path, raw: WatchedFile) -> Iterator[bytes]:
    """The text of the compressed file `raw`, in chunks. Raises InputError, or what gzip raises."""
    if path.suffix == ".gz":
        with gzip.GzipFile(fileobj=raw) as unzipped:
            while chunk := unzipped.read(CHUNK):
                yield chunk
        return
    try:
        import zstandard
    except ImportError:
        raise InputError(
            f"{path.name}: reading .zst needs the package zstandard: pip install zstandard"
        ) from None
    decoder = zstandard.ZstdDecompressor().decompressobj()
    try:
        for chunk in raw.chunks():
            left = chunk
            while left:
                if decoder.eof:  # one frame may follow another
                    decoder = zstandard.ZstdDecompressor().decompressobj()
                plain = decoder.decompress(left)
                for start in range(0, len(plain), CHUNK):
                    yield plain[start : start + CHUNK]
                left = decoder.unused_data
    except zstandard.ZstdError as error:
        raise InputError(f"{path.name}: expected a whole zstd file; found {error}") from None
    if not decoder.eof:
        raise InputError(f"{path.name}: expected a whole zstd file; found its end missing")
