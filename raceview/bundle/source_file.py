"""What is known of a file once it has been read: the manifest's and the exports' side of a bundle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from raceview.bundle.find import BundlePaths


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that was read. `records` = `used` + `quarantined`, always.

    `role` is `ticks`, `attempts` or `output`; `name` the base name; `size` and `sha256` are of the file as it lies
    there, compressed or not. `header` is the header line as read, without BOM and line ending ("" in JSON lines),
    `newline` the line ending of its first line ("\\n" or "\\r\\n"), `lines` counts physical lines, and
    `ended` says whether the last of them has a line end. `unquoted`: no
    value of a record is one that a CSV quotes, as far as that is known without looking at each.
    """

    role: str
    name: str
    path: Path
    size: int
    sha256: str
    lines: int
    ended: bool
    records: int
    used: int
    quarantined: int
    header: str
    newline: str
    bom: bool
    unquoted: bool

    def __post_init__(self) -> None:
        if self.records != self.used + self.quarantined:
            raise AssertionError(
                f"{self.name}: {self.records} records, but {self.used} used and {self.quarantined} quarantined"
            )


@dataclass(frozen=True, slots=True)
class BundleFiles:
    """The files of a bundle as read; None for one that is not there."""

    paths: BundlePaths
    ticks: SourceFile | None = None
    attempts: SourceFile | None = None
    output: SourceFile | None = None

    @property
    def name(self) -> str:
        """The bundle's name, for titles."""
        return self.paths.name

    def present(self) -> Iterator[SourceFile]:
        """The files that are there, in the order in which data flows."""
        yield from (file for file in (self.ticks, self.attempts, self.output) if file is not None)
