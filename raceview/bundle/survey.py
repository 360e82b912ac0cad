"""One pass over a file's bytes: its fingerprint, and what decides how it can be scanned. Understands no record."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from raceview.bundle.file_bytes import CHUNK, WatchedFile, is_packed, unpacked
from raceview.errors import InputError
from raceview.progress import Progress

_SAMPLE = 1 << 16


@dataclass(frozen=True, slots=True)
class Survey:
    """`size` and `sha256` are of the file itself; all else of its text, which lies in `text_path`.

    `lines` counts physical lines, an unterminated last one included. `returns` counts CRs, `crlf` the lines that end
    in `\\r\\n`. `long_lines`: a line is longer than a chunk. `sample` is the beginning of the text, without a BOM.
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
    ascii: bool
    utf8: bool
    quotes: bool
    backslashes: bool
    nuls: bool
    hashes: bool
    long_lines: bool
    sample: bytes


def survey(path: Path, unpack_to: Path, progress: Progress | None = None) -> Survey:
    """Read the whole of `path`; a compressed file is written to `unpack_to` on the way. Raises InputError."""
    packed = is_packed(path)
    text_path = unpack_to if packed else path
    looked = _Look()
    try:
        with path.open("rb") as file:
            raw = WatchedFile(file, path, progress)
            looked.at(_copied(unpacked(path, raw), text_path) if packed else raw.chunks())
            raw.drain()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path.name}: expected a whole gzip file; found {error}") from None
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read: {error.strerror or error}") from None
    return looked.result(text_path, raw.done, raw.sha256())


def _copied(chunks: Iterator[bytes], target: Path) -> Iterator[bytes]:
    with target.open("wb") as out:
        for chunk in chunks:
            out.write(chunk)
            yield chunk


class _Look:
    """What the chunks of a text tell when put together."""

    def __init__(self) -> None:
        self._size = self._ends = self._returns = self._crlf = 0
        self._quotes = self._backslashes = self._nuls = self._hashes = False
        self._encoding, self._lengths = _Encoding(), _LineLengths()
        self._last = self._sample = b""

    def at(self, chunks: Iterable[bytes]) -> None:
        """Look at every chunk."""
        for chunk in filter(None, chunks):
            self._size += len(chunk)
            self._ends += len(chunk) - len(chunk.replace(b"\n", b""))  # chunk.count takes twice as long
            if b"\r" in chunk or self._last == b"\r":
                self._returns += chunk.count(b"\r")
                self._crlf += chunk.count(b"\r\n") + (self._last == b"\r" and chunk[:1] == b"\n")
            self._quotes = self._quotes or b'"' in chunk
            self._backslashes = self._backslashes or b"\\" in chunk
            self._nuls = self._nuls or b"\0" in chunk
            self._hashes = self._hashes or b"#" in chunk
            self._encoding.add(chunk)
            self._lengths.add(chunk)
            if len(self._sample) < _SAMPLE:
                self._sample += chunk[: _SAMPLE - len(self._sample)]
            self._last = chunk[-1:]

    def result(self, text_path: Path, size: int, sha256: str) -> Survey:
        """The survey of the file with these."""
        return Survey(
            text_path=text_path,
            size=size,
            sha256=sha256,
            text_size=self._size,
            lines=self._ends + (self._last not in (b"", b"\n")),
            terminated=self._last == b"\n",
            bom=self._sample.startswith(codecs.BOM_UTF8),
            returns=self._returns,
            crlf=self._crlf,
            ascii=self._encoding.ascii,
            utf8=self._encoding.is_utf8(),
            quotes=self._quotes,
            backslashes=self._backslashes,
            nuls=self._nuls,
            hashes=self._hashes,
            long_lines=self._lengths.long,
            sample=self._sample.removeprefix(codecs.BOM_UTF8),
        )


class _LineLengths:
    """Whether a line is longer than a chunk; no chunk may be."""

    def __init__(self) -> None:
        self.long = False
        self._unended = 0

    def add(self, chunk: bytes) -> None:
        end = chunk.find(b"\n")
        if end < 0:
            self._unended += len(chunk)
        self.long = self.long or self._unended + max(end, 0) > CHUNK
        if end >= 0:
            self._unended = len(chunk) - chunk.rfind(b"\n") - 1


class _Encoding:
    """Whether chunks, put together, are ASCII, or valid UTF-8: nearly free while they are ASCII."""

    def __init__(self) -> None:
        self.ascii = True
        self._valid = True
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def add(self, chunk: bytes) -> None:
        is_ascii = chunk.isascii()
        self.ascii = self.ascii and is_ascii
        if self._valid and not (is_ascii and not self._decoder.getstate()[0]):
            self._decode(chunk, final=False)

    def is_utf8(self) -> bool:
        if self._valid:
            self._decode(b"", final=True)
        return self._valid

    def _decode(self, chunk: bytes, final: bool) -> None:
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            self._valid = False
