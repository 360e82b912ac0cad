"""What a bundle says about the system rather than one event: one finding a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raceview.findings.clock_skew import clock_skew
from raceview.findings.finding import Finding
from raceview.findings.id_collision import id_collisions
from raceview.findings.twin import twins

if TYPE_CHECKING:
    from raceview.engine.base import Engine
    from raceview.linkage.link import Linkage

__all__ = ["Finding", "findings"]


def findings(engine: Engine, linkage: Linkage) -> list[Finding]:
    """All findings: what explains others first, then by subject."""
    return [*clock_skew(engine, linkage), *id_collisions(engine), *twins(engine)]
