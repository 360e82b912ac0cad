"""Restarts that come at one delay: the lease, or the time-out, of whoever hands events out again.

The delay of a restart runs from the start of an attempt that timed out to the start of the event's next attempt.
"""

from __future__ import annotations

import numpy as np

from raceview.engine.base import Engine
from raceview.findings.finding import Finding
from raceview.findings.significance import NORMAL_95, NOWHERE, Bools, Floats, Looks, log_excess
from raceview.model import NS_PER_MS, FindingName, rounded

WIDTH = 0.1
"""Delays that differ by no more than this share are one value."""
SMOOTH_SHARE = 0.25
"""Share of the delays that a smooth law may have within any such range. Delays spread evenly from zero have 0.095, an
exponential law 0.035, a log-normal one reaches 0.25 where its logarithm deviates by 0.15."""


def lease_expiry(engine: Engine) -> Looks:
    """Whether more restarts fall within `WIDTH` of one value than any smooth law allows.

    A scan for one mode against all laws that are nowhere denser than `SMOOTH_SHARE` (the idea of the excess mass of
    Müller and Sawitzki 1991): a range begins at each delay, the others fall into it independently, and the number of
    ranges is corrected for (Bonferroni).
    """
    delays = engine.arrays(
        "SELECT p.second_start_ns - p.first_start_ns AS delay FROM attempt_pairs AS p "
        "JOIN attempts AS a ON a.line = p.first_line AND a.failed = 1 WHERE p.second = p.first + 1 "
        "AND p.zombie = 1 ORDER BY delay"
    )["delay"].astype(np.float64)
    begins = delays[delays > 0]
    if not len(begins):
        return NOWHERE
    within = np.searchsorted(begins, begins * (1 + WIDTH), side="right") - np.arange(len(begins))
    best = int(np.argmax(within))
    many = int(within[best])
    log_p = np.log(len(delays)) + log_excess(many - 1, len(delays) - 1, SMOOTH_SHARE)
    cluster = begins[best : best + many]

    def tell(hold: Bools) -> list[Finding]:
        return [_finding(cluster / NS_PER_MS, len(delays))] if hold.any() else []

    return Looks(np.atleast_1d(log_p), tell)


def _finding(cluster: Floats, restarts: int) -> Finding:
    """The cluster's median with a distribution-free interval: order statistics about the middle."""
    many = len(cluster)
    reach = 0.5 * NORMAL_95 * many**0.5
    low, high = max(0, int(0.5 * many - reach)), min(many - 1, int(np.ceil(0.5 * many + reach)))
    return Finding(
        FindingName.LEASE_EXPIRY,
        "restarts",
        round(float(np.median(cluster)), 6),
        "ms",
        round(float(cluster[low]), 6),
        round(float(cluster[high]), 6),
        f"{many:,} of {restarts:,} restarts after a time-out ({100 * many / restarts:.1f} %) come "
        f"{rounded(cluster[0], 6)} to {rounded(cluster[-1], 6)} ms after the attempt that timed out had started",
    )
