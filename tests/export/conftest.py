"""Bundles from bytes, and what an export makes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from analysis.hand_made import HandLinked

from raceview.export import write_exports
from raceview.model import Options

Exported = Callable[..., bytes]

TICKS = b"".join(
    b'{"event_id": "%s", "timestamp": "2024-06-03T09:30:0%d.000Z", "symbol": "%s", "price": %s, "source": "s"}\n'
    % tick
    for tick in ((b"e1", 1, b"AAA", b"100.10"), (b"e2", 2, b"BBB", b"200.00"), (b"e3", 3, b"CCC", b"300.00"))
)


@pytest.fixture
def deduplicated(tmp_path: Path) -> Exported:
    """`deduplicated_output.csv` of the three TICKS and an output of these bytes, its rows linked by hand."""

    def export(output: bytes, links: str, **options: Any) -> bytes:
        folder, out = tmp_path / "bundle", tmp_path / "out"
        folder.mkdir(exist_ok=True)
        (folder / "raw_tick_events.log").write_bytes(TICKS)
        (folder / "final_output.csv").write_bytes(output)
        with HandLinked.open(folder, links, Options(**options)) as inv:
            write_exports(inv, out)
        return (out / "deduplicated_output.csv").read_bytes()

    return export
