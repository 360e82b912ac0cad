"""Bundles made by hand, as for the analysis, and the sample, which is opened once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from analysis.conftest import bundle, linked, matched, stack

from raceview.investigation import Investigation, open_bundle

__all__ = ["bundle", "linked", "matched", "stack"]

SAMPLE = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="session")
def sample() -> Iterator[Investigation]:
    """The bundle in `data/`. All share it: who chooses another policy opens one of his own."""
    with open_bundle(SAMPLE) as investigation:
        yield investigation
