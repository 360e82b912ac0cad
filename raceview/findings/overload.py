"""Duplicates that cluster in time, or that come with load.

The stream is cut into bins of equally many events, in the order of the source. Where nothing clusters, the duplicated
events lie in them as if drawn at random.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from raceview.engine.base import Engine
from raceview.findings.finding import Finding
from raceview.findings.significance import NOWHERE, Bools, Floats, Looks, log_excess
from raceview.model import NS_PER_SECOND, FindingName, rounded

EVENTS_PER_BIN = 32
MOST_BINS = 512
LEAST_BINS = 8
LEAST_FOR_TREND = 50
"""Duplicated events from which the trend's statistic is near enough to normal."""


@dataclass(frozen=True, slots=True)
class Bins:
    """Stretches of the source in its order: events, those of them that are duplicated, first and last time."""

    events: Floats
    duplicated: Floats
    first_ns: npt.NDArray[np.int64]
    last_ns: npt.NDArray[np.int64]


def overload(engine: Engine) -> list[Looks]:
    """The looks over time, and with load."""
    ((events, last, duplicated),) = engine.rows(
        "SELECT (SELECT count(*) FROM ticks), (SELECT max(event) FROM ticks), (SELECT count(*) FROM duplicated)"
    )
    number = min(MOST_BINS, events // EVENTS_PER_BIN)
    if number < LEAST_BINS or not duplicated:
        return []
    bins = _read(engine, number, last)
    return [_bursts(bins), _trend(bins)]


def _read(engine: Engine, number: int, last: int) -> Bins:
    found = engine.arrays(
        f"SELECT (event - 1) * {number} // {last} AS bin, count(*) AS events, min(time_ns) AS first_ns, "
        "max(time_ns) AS last_ns FROM ticks GROUP BY bin ORDER BY bin"
    )
    again = engine.arrays(
        f"SELECT (event - 1) * {number} // {last} AS bin, count(*) AS events FROM duplicated GROUP BY bin"
    )
    duplicated = np.zeros(number)
    duplicated[again["bin"]] = again["events"]
    return Bins(
        found["events"].astype(np.float64), duplicated[found["bin"]], found["first_ns"], found["last_ns"]
    )


def _bursts(bins: Bins) -> Looks:
    """A scan statistic (Naus 1965; Kulldorff 1997): windows of 1, 2, 4, ... bins up to a quarter, half overlapping."""
    count = len(bins.events)
    widths = [1 << power for power in range(count.bit_length()) if 1 << power <= max(1, count // 4)]
    start = np.concatenate([np.arange(0, count - width + 1, max(1, width // 2)) for width in widths])
    stop = start + np.repeat(
        widths, [len(range(0, count - width + 1, max(1, width // 2))) for width in widths]
    )
    events, duplicated = (np.append(0.0, np.cumsum(part)) for part in (bins.events, bins.duplicated))
    log_p = log_excess(
        duplicated[stop] - duplicated[start], events[stop] - events[start], duplicated[-1] / events[-1]
    )

    def tell(hold: Bools) -> list[Finding]:
        crowded = np.zeros(count, dtype=bool)
        for at in np.flatnonzero(hold)[np.argsort(log_p[hold], kind="stable")]:
            window = slice(start[at], stop[at])
            crowded[window] |= not crowded[window].any()  # the clearest first; others only apart from them
        return [_of_bursts(bins, crowded)] if crowded.any() else []

    return Looks(log_p, tell)


def _of_bursts(bins: Bins, crowded: Bools) -> Finding:
    """All stretches as one finding. No interval: they were picked for their duplicates."""
    inside, events = bins.duplicated[crowded].sum(), bins.events[crowded].sum()
    edge = np.diff(np.concatenate([[0], crowded.astype(np.int8), [0]]))
    starts, stops = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
    held = np.array([bins.duplicated[a:b].sum() for a, b in zip(starts, stops, strict=True)])
    worst = int(np.argmax(held))
    span = slice(starts[worst], stops[worst])
    whole, total = bins.duplicated.sum(), bins.events.sum()
    stretches = "1 stretch" if len(starts) == 1 else f"{len(starts):,} stretches"
    return Finding(
        FindingName.OVERLOAD,
        "time",
        round(float(inside / events / (whole / total)), 6),
        "times the mean rate",
        None,
        None,
        f"{inside:,.0f} of {whole:,.0f} duplicated events fall into {stretches} with {100 * events / total:.1f} % of "
        f"the events; most, {held[worst]:,.0f} of {bins.events[span].sum():,.0f}, from "
        f"{_utc(bins.first_ns[span].min())} to {_utc(bins.last_ns[span].max())}",
    )


def _trend(bins: Bins) -> Looks:
    """Whether the rate rises with the arrivals per second: the trend of Cochran (1954) and Armitage (1955).

    The load is on a logarithmic scale. Bursts make bins differ by more than chance, which would pass for a trend: the
    variance is multiplied by that dispersion (McCullagh and Nelder 1989, section 4.5).
    """
    seconds = (bins.last_ns - bins.first_ns) / NS_PER_SECOND
    whole, total = bins.duplicated.sum(), bins.events.sum()
    if whole < LEAST_FOR_TREND or whole == total or (seconds <= 0).any():
        return NOWHERE
    rate = whole / total
    load = np.log(bins.events / seconds)
    load -= (bins.events * load).sum() / total
    variance = rate * (1 - rate) * (bins.events * load * load).sum()
    left = bins.duplicated - bins.events * rate
    dispersion = float((left * left / (bins.events * rate * (1 - rate))).sum()) / (len(left) - 1)
    if variance <= 0:
        return NOWHERE
    slope = float((left * load).sum() / (bins.events * load * load).sum() / rate)
    score = float((left * load).sum() / math.sqrt(variance * max(1.0, dispersion)))
    error = slope / score if score else 0.0
    tail = 0.5 * math.erfc(score / math.sqrt(2))

    def tell(hold: Bools) -> list[Finding]:
        return [_of_load(bins, seconds, slope, error)] if hold.any() else []

    return Looks(np.array([math.log(max(tail, 1e-300))]), tell)


def _of_load(bins: Bins, seconds: Floats, slope: float, error: float) -> Finding:
    """How much the rate rises where the load doubles, linearised at the mean; and the busier half against the other."""
    order = np.argsort(bins.events / seconds)
    calm, busy = np.array_split(order, 2)
    doubled = [1 + (slope + z * error) * math.log(2) for z in (0.0, -1.96, 1.96)]
    rates = [bins.duplicated[half].sum() / bins.events[half].sum() for half in (calm, busy)]
    loads = [rounded(bins.events[half].sum() / seconds[half].sum(), 4) for half in (calm, busy)]
    return Finding(
        FindingName.OVERLOAD,
        "load",
        round(doubled[0], 6),
        "times the rate at twice the load",
        round(doubled[1], 6),
        round(doubled[2], 6),
        f"{100 * rates[1]:.3g} % of the events are duplicated in the busier half of the stream, at {loads[1]} "
        f"events a second, {100 * rates[0]:.3g} % in the other, at {loads[0]}",
    )


def _utc(ns: np.int64) -> str:
    return f"{np.datetime64(int(ns), 'ns').astype('datetime64[ms]')}Z"
