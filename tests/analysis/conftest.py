"""Bundles made by hand, linked by the program or by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import raceview
from analysis.hand_made import HandLinked, hand_matched, write_bundle
from raceview.investigation import Investigation
from raceview.model import Options

Opened = Callable[..., Investigation]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def bundle(tmp_path: Path, stack: ExitStack) -> Opened:
    """Tables in, an investigation out: `bundle(ticks, attempts, output, **options)`; None is a missing file."""

    def open_tables(
        ticks: str | None = None, attempts: str | None = None, output: str | None = None, **options: Any
    ) -> Investigation:
        folder = write_bundle(tmp_path / "bundle", ticks, attempts, output)
        return stack.enter_context(raceview.open_bundle(folder, options=Options(**options)))

    return open_tables


@pytest.fixture
def linked(tmp_path: Path, stack: ExitStack) -> Opened:
    """The same with the links that the output table names: nothing is fitted."""

    def open_tables(
        ticks: str | None = None, attempts: str | None = None, output: str = "", **options: Any
    ) -> Investigation:
        folder = write_bundle(tmp_path / "linked", ticks, attempts, output)
        return stack.enter_context(HandLinked.open(folder, output, Options(**options)))

    return open_tables


@pytest.fixture
def matched(tmp_path: Path, stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """No ticks; which rows are one event is said by the output table: `first` is the row its group begins with."""

    def open_tables(output: str, attempts: str | None = None, **options: Any) -> Investigation:
        monkeypatch.setattr("raceview.matching.match_rows", hand_matched(output))
        folder = write_bundle(tmp_path / "matched", None, attempts, output)
        return stack.enter_context(raceview.open_bundle(folder, options=Options(**options)))

    return open_tables
