"""A host of our own, for each test; skipped, with the reason, where it cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal import remote


@pytest.fixture
def host(tmp_path: Path) -> Iterator[remote.Remote]:
    """An sshd and a tmux server, both ended after the test."""
    if lacking := remote.missing():
        pytest.skip(lacking)
    there = remote.Remote(tmp_path)
    try:
        if refusal := there.refusal():
            pytest.skip(refusal)
        yield there
    finally:
        there.close()
