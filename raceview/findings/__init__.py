"""What a bundle says about the system rather than one event: one finding a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raceview.findings.clock_skew import clock_skew
from raceview.findings.finding import Finding
from raceview.findings.id_collision import id_collisions
from raceview.findings.lease_expiry import lease_expiry
from raceview.findings.overload import overload
from raceview.findings.sequence_gap import sequence_gaps
from raceview.findings.significance import judge
from raceview.findings.twin import twins
from raceview.findings.worker_pair import worker_pairs

if TYPE_CHECKING:
    from raceview.engine.base import Engine
    from raceview.linkage.link import Linkage

__all__ = ["Finding", "findings"]


def findings(engine: Engine, linkage: Linkage, has_source: bool) -> list[Finding]:
    """All findings: what explains others first. Those that are tested share one level, see `significance`.

    Without the source the log alone is asked: all events that it names would be missing, and others have no cause.
    """
    if not has_source:
        return judge([lease_expiry(engine)])
    return [
        *clock_skew(engine, linkage),
        *judge([lease_expiry(engine), *overload(engine), worker_pairs(engine)]),
        *sequence_gaps(engine),
        *id_collisions(engine),
        *twins(engine),
    ]
