"""Relations made by hand, as many events as a test needs: what a detector reads, without files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from analysis.conftest import bundle, stack

from raceview.engine import Engine, open_engine

__all__ = ["bundle", "stack"]

Ints = npt.NDArray[np.int64]


@pytest.fixture
def engine() -> Iterator[Engine]:
    opened = open_engine()
    yield opened
    opened.close()


def ints(*columns: Sequence[int] | npt.NDArray[np.generic]) -> list[Ints]:
    return [np.asarray(column, dtype=np.int64) for column in columns]


def load_stream(engine: Engine, time_ns: Ints, duplicated: Ints) -> None:
    """Ticks at these times, events from 1, some of them duplicated by no attempt that is known."""
    events = np.arange(1, len(time_ns) + 1)
    engine.load("ticks", {"event": events, "time_ns": time_ns})
    engine.load("duplicated", {"event": duplicated})
