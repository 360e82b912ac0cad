"""One pass over a file's bytes: its fingerprint, and what decides how it can be scanned. Understands no record."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import queue
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, cast

from raceview.errors import InputError

Progress = Callable[[str, int, int], None]
"""Told (file name, bytes done, bytes in all) while a file is read."""

CHUNK = 1 << 20
_SAMPLE = 1 << 16
_BOM = codecs.BOM_UTF8


@dataclass(frozen=True, slots=True)
class Survey:
    """`size` and `sha256` are of the file itself; all else of its text, which lies in `text_path`.

    `lines` counts physical lines, an unterminated last one included. `returns` counts CRs, `crlf` those before a
    `\\n`. `long_lines`: a line may be longer than a chunk. `sample` is the beginning of the text, without a BOM.
    """

    text_path: Path
    size: int
    sha256: str
    text_size: int
    lines: int
    terminated: bool
    bom: bool
    returns: int
    crlf: int
    quotes: bool
    backslashes: bool
    nuls: bool
    utf8: bool
    ascii: bool
    long_lines: bool
    sample: bytes


def survey(path: Path, folder: Path, progress: Progress | None = None) -> Survey:
    """Read the whole of `path`; a compressed file is unpacked into `folder` on the way. Raises InputError."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file, _Fingerprint() as fingerprint:
            raw = _Watched(file, fingerprint, path.name, size, progress)
            if path.suffix in (".gz", ".zst"):
                text_path = folder / path.stem
                found = _unpack(path, raw, text_path)
            else:
                text_path = path
                found = _look(raw.chunks())
            raw.drain()
        return replace(found, text_path=text_path, size=raw.done, sha256=fingerprint.sha256())
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path.name}: expected a whole gzip file, found {error}") from None
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read: {error.strerror or error}") from None


class _Fingerprint:
    """sha256 in a thread of its own: hashing releases the interpreter, so it costs the reader next to no time."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._chunks: queue.Queue[bytes | None] = queue.Queue(maxsize=8)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> _Fingerprint:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._chunks.put(None)
        self._thread.join()

    def add(self, chunk: bytes) -> None:
        self._chunks.put(chunk)

    def sha256(self) -> str:
        """In hexadecimal; only after the last chunk (outside the `with`)."""
        return self._hash.hexdigest()

    def _run(self) -> None:
        while chunk := self._chunks.get():
            self._hash.update(chunk)


class _Watched(io.RawIOBase):
    """A file whose bytes are fingerprinted, and whose progress is told, as they are read."""

    def __init__(
        self, file: IO[bytes], fingerprint: _Fingerprint, name: str, size: int, progress: Progress | None
    ) -> None:
        self._file, self._fingerprint = file, fingerprint
        self._name, self._size, self._progress = name, size, progress
        self.done = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size if size > 0 else CHUNK)
        if chunk:
            self._fingerprint.add(chunk)
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

    def drain(self) -> None:
        """Read what a decompressor left behind."""
        for _ in self.chunks():
            pass


def _unpack(path: Path, raw: _Watched, target: Path) -> Survey:
    with target.open("wb") as out:

        def copied() -> Iterator[bytes]:
            for chunk in _decompressed(path, raw):
                out.write(chunk)
                yield chunk

        return _look(copied())


def _decompressed(path: Path, raw: _Watched) -> Iterator[bytes]:
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
    try:
        source = cast("IO[bytes]", raw)
        with zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True) as reader:
            while chunk := reader.read(CHUNK):
                yield chunk
    except zstandard.ZstdError as error:
        raise InputError(f"{path.name}: expected a whole zstd file, found {error}") from None


def _look(chunks: Iterator[bytes]) -> Survey:
    total = ends = returns = crlf = 0
    quotes = backslashes = nuls = long_lines = False
    text = _Utf8()
    last = b""
    sample = b""
    for chunk in chunks:
        total += len(chunk)
        ends += chunk.count(b"\n")
        if b"\r" in chunk or last == b"\r":
            returns += chunk.count(b"\r")
            crlf += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
        quotes = quotes or b'"' in chunk
        backslashes = backslashes or b"\\" in chunk
        nuls = nuls or b"\0" in chunk
        long_lines = long_lines or (len(chunk) == CHUNK and b"\n" not in chunk)
        text.add(chunk)
        if len(sample) < _SAMPLE:
            sample += chunk[: _SAMPLE - len(sample)]
        last = chunk[-1:]
    bom = sample.startswith(_BOM)
    return Survey(
        text_path=Path(), size=0, sha256="", text_size=total, lines=ends + (last not in (b"", b"\n")),
        terminated=last == b"\n", bom=bom, returns=returns, crlf=crlf, quotes=quotes, backslashes=backslashes,
        nuls=nuls, utf8=text.finish(), ascii=text.ascii, long_lines=long_lines,
        sample=sample[len(_BOM) :] if bom else sample,
    )  # fmt: skip


class _Utf8:
    """Whether chunks, put together, are valid UTF-8; nearly free while they are ASCII."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._valid = True
        self.ascii = True

    def add(self, chunk: bytes) -> None:
        self.ascii = self.ascii and chunk.isascii()
        pending, _ = self._decoder.getstate()
        if self._valid and (pending or not chunk.isascii()):
            self._decode(chunk, final=False)

    def finish(self) -> bool:
        self._decode(b"", final=True)
        return self._valid

    def _decode(self, chunk: bytes, final: bool) -> None:
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            self._valid = False
            self._decoder.reset()
