"""A bundle written to a folder, and everything that reading it gives, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from raceview.bundle import BundleFiles, find_bundle, read_bundle
from raceview.engine import Engine, open_engine
from raceview.model import Options

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Read:
    """What `read_bundle` made: its relations, in the order of their lines, and what it says of the files."""

    files: BundleFiles
    ticks: Rows
    attempts: Rows
    output: Rows
    quarantine: Rows


@pytest.fixture
def engine() -> Iterator[Engine]:
    opened = open_engine()
    yield opened
    opened.close()


@pytest.fixture
def read(tmp_path: Path, engine: Engine) -> Callable[..., Read]:
    """Write files (bytes by name), read them as a bundle."""

    def write_and_read(files: dict[str, bytes], assume_tz: str = "UTC") -> Read:
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        return read_folder(tmp_path, engine, assume_tz)

    return write_and_read


def read_folder(folder: Path, engine: Engine, assume_tz: str = "UTC") -> Read:
    found = read_bundle(find_bundle(folder), engine, Options(assume_tz=assume_tz))
    return Read(
        found,
        engine.rows("SELECT * FROM ticks_read ORDER BY line"),
        engine.rows("SELECT * FROM attempts_read ORDER BY line"),
        engine.rows("SELECT * FROM outputs_read ORDER BY line"),
        engine.rows("SELECT * FROM quarantine ORDER BY file, line"),
    )
