"""The families of bundles, and the drawing of one bundle's parameters from its seed.

Only numbers and names: what they mean is in the modules that use them (`ticks`, `faults`, `workers`, `rows`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from raceview.simulate.faults import Fault

MS = 1_000
"""Microseconds in a millisecond. In `simulate` times are integer microseconds, prices integer cents."""


class Family(StrEnum):
    """The shapes of data that can be made."""

    ASSESSMENT = "assessment"
    """One tick each 5 ms, a few late copies: the data set that the project began with."""
    MIXED = "mixed"
    """Irregular arrival, every cause and outcome, phantoms and twins."""
    WALK = "walk"
    """Prices walk on a coarse grid, so that neighbours often share one."""
    SKEW = "skew"
    """One worker's clock is off by a constant, in its rows and in its log."""
    STORM = "storm"
    """Tens of percent of the events are written two to four times, in bursts."""
    JITTER = "jitter"
    """Every row is inexact in time and price."""


class Order(StrEnum):
    """The order of the output's rows."""

    EVENT = "event"
    """By event, the rows of one in the order in which they were written."""
    EMISSION = "emission"
    """By the time at which each row was written."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How a row differs from its tick. Times in microseconds, prices in cents, all bounds inclusive."""

    time_low: int
    time_high: int
    time_step: int
    price_max: int
    price_step: int
    price_may_be_same: bool
    kinds: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)
    """Shares of copies: identical, off in price only, in time only, in both."""
    every_row: bool = False
    """Whether it befalls every row, or only copies and altered events."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One bundle's parameters. Times in microseconds, prices in cents, shares of the number of events."""

    family: Family
    symbols: tuple[str, ...]
    workers: int
    start: int
    """Of the first tick, since the epoch."""
    gap: float
    """Mean, between ticks of the whole stream."""
    noise: Noise
    faults: Mapping[Fault, float]
    irregular: bool = True
    price_low: int = 90_000
    price_high: int = 260_000
    grid: int = 1
    """Prices are multiples of it."""
    walk_steps: int = 0
    """Largest step of a symbol's price, in grid steps; 0: prices are independent."""
    duration_low: int = 5 * MS
    duration_high: int = 15 * MS
    time_step: int = 1
    """Resolution of the worker log."""
    claim_delay: int = 0
    """Largest, from a tick's time to its first attempt."""
    overlap_lag: int = 0
    """Largest, from the first attempt's start to an overlapping one's; below `duration_low`."""
    lease: int = 30 * MS
    """From the start of an attempt that times out to its logged end and to its retry."""
    open_timeouts: float = 1.0
    """Share of timed-out attempts without an end."""
    inverted_zombies: float = 0.0
    """Share of zombies where the later attempt times out, not the earlier."""
    copies: tuple[float, ...] = (1.0,)
    """Shares of repeated events with 1, 2, ... repeats."""
    blended: float = 0.0
    """Share of events of several repeats whose further repeats are of any kind."""
    burst_events: int = 0
    """Faults fall on every other run of so many events (at random); 0: anywhere."""
    twins: float = 0.0
    phantoms: float = 0.0
    skewed_worker: int = -1
    skew: int = 0


TICKERS = (
    *("ADANIPORTS", "AXISBANK", "BHARTIARTL", "CIPLA", "COALINDIA", "DRREDDY", "EICHERMOT", "GRASIM"),
    *("HCLTECH", "HEROMOTOCO", "HINDALCO", "ICICIBANK", "INDUSIND", "KOTAKBANK", "LT", "MARUTI"),
    *("NESTLE", "NTPC", "ONGC", "POWERGRID", "SUNPHARMA", "TATASTEEL", "TECHM", "TITAN"),
    *("ULTRACEMCO", "UPL", "WIPRO"),
)

YEAR_2024 = 1_704_067_200
DAY = 86_400
"""Seconds."""


def draw_shape(family: Family, spacing_ms: float | None, rng: np.random.Generator) -> Shape:
    """Draw one bundle's parameters; `spacing_ms` is the mean gap between ticks of one symbol."""
    shape = _DRAWERS[family](_draw_common(family, rng), rng)
    if spacing_ms is None:
        return shape
    return replace(shape, gap=spacing_ms * MS / len(shape.symbols))


def _draw_common(family: Family, rng: np.random.Generator) -> Shape:
    from raceview.simulate.faults import Fault

    symbols = tuple(str(name) for name in rng.permutation(TICKERS)[: rng.integers(7, 11)])
    day, quarter = int(rng.integers(0, 700)), int(rng.integers(12, 40))
    return Shape(
        family=family,
        symbols=symbols,
        workers=3,
        start=(YEAR_2024 + day * DAY + quarter * 900) * 1_000_000,
        gap=5 * MS,
        noise=Noise(1 * MS, 10 * MS, 1 * MS, price_max=50, price_step=1, price_may_be_same=True),
        faults=_few_overlaps(rng) | {Fault.UNACKNOWLEDGED: rng.uniform(0.0012, 0.0016)},
        lease=int(rng.integers(20, 61)) * MS,
    )


def _few_overlaps(rng: np.random.Generator) -> dict[Fault, float]:
    from raceview.simulate.faults import Fault

    share, apart = rng.uniform(0.0034, 0.0038), rng.uniform(0.7, 0.8)
    return {Fault.CONCURRENT: share * apart, Fault.SELF_OVERLAP: share * (1 - apart)}


def _draw_assessment(common: Shape, rng: np.random.Generator) -> Shape:
    return replace(common, irregular=False, time_step=1 * MS)


def _draw_mixed(common: Shape, rng: np.random.Generator) -> Shape:
    from raceview.simulate.faults import Fault

    shares = {
        Fault.CONCURRENT: (0.004, 0.010),
        Fault.SELF_OVERLAP: (0.002, 0.006),
        Fault.ZOMBIE: (0.003, 0.008),
        Fault.REDELIVERY: (0.003, 0.008),
        Fault.DOUBLE_EMIT: (0.002, 0.006),
        Fault.RETRIED: (0.001, 0.003),
        Fault.UNACKNOWLEDGED: (0.001, 0.003),
        Fault.LOST: (0.001, 0.003),
        Fault.ABANDONED: (0.0005, 0.002),
        Fault.UNPROCESSED: (0.0005, 0.002),
        Fault.UNLOGGED: (0.0005, 0.002),
        Fault.ALTERED: (0.001, 0.004),
    }
    return replace(
        common,
        workers=int(rng.integers(3, 7)),
        gap=rng.uniform(4, 6) * MS,
        noise=_draw_copy_noise(rng),
        faults={fault: rng.uniform(low, high) for fault, (low, high) in shares.items()},
        claim_delay=int(rng.integers(200, 2 * MS)),
        overlap_lag=common.duration_low - 1,
        open_timeouts=rng.uniform(0.3, 0.7),
        inverted_zombies=rng.uniform(0.15, 0.35),
        copies=(0.92, 0.08),
        blended=0.12,
        twins=rng.uniform(0.0005, 0.002),
        phantoms=rng.uniform(0.0005, 0.002),
    )


def _draw_copy_noise(rng: np.random.Generator) -> Noise:
    """Late by up to 3 to 20 ms, off by up to 0.20 to 1.00; some identical, some off in one value only."""
    identical, price, time, both = (float(share) for share in rng.dirichlet((4, 4, 4, 6)))
    return Noise(
        time_low=100,
        time_high=int(rng.integers(3 * MS, 20 * MS + 1)),
        time_step=1,
        price_max=int(rng.integers(20, 101)),
        price_step=1,
        price_may_be_same=False,
        kinds=(identical, price, time, both),
    )


def _draw_walk(common: Shape, rng: np.random.Generator) -> Shape:
    grid = 5
    noise = Noise(1 * MS, 10 * MS, 1, price_max=10 * grid, price_step=grid, price_may_be_same=False)
    return replace(
        common, noise=noise, gap=rng.uniform(4, 6) * MS, grid=grid, walk_steps=int(rng.integers(1, 4))
    )


def _draw_skew(common: Shape, rng: np.random.Generator) -> Shape:
    workers = int(rng.integers(3, 6))
    # A part below a millisecond, so that rounding to one cannot stand for the right answer.
    size = int(rng.integers(2, 50)) * MS + int(rng.integers(1, MS))
    return replace(
        common,
        workers=workers,
        gap=rng.uniform(4, 6) * MS,
        noise=replace(common.noise, time_step=1),
        skewed_worker=int(rng.integers(workers)),
        skew=size if rng.random() < 0.5 else -size,  # noqa: PLR2004 - a fair coin
    )


def _draw_storm(common: Shape, rng: np.random.Generator) -> Shape:
    from raceview.simulate.faults import Fault

    share = rng.uniform(0.22, 0.38)
    parts = {
        Fault.CONCURRENT: rng.uniform(0.45, 0.6),
        Fault.ZOMBIE: rng.uniform(0.25, 0.35),
        Fault.SELF_OVERLAP: 0.05,
        Fault.REDELIVERY: 0.06,
        Fault.DOUBLE_EMIT: 0.04,
    }
    whole = sum(parts.values())
    return replace(
        common,
        workers=int(rng.integers(4, 9)),
        gap=rng.uniform(4, 6) * MS,
        noise=replace(_draw_copy_noise(rng), kinds=(0.05, 0.1, 0.1, 0.75)),
        faults={fault: share * part / whole for fault, part in parts.items()} | {Fault.UNACKNOWLEDGED: 0.002},
        claim_delay=int(rng.integers(200, 2 * MS)),
        overlap_lag=common.duration_low - 1,
        open_timeouts=rng.uniform(0.3, 0.7),
        inverted_zombies=rng.uniform(0.1, 0.3),
        copies=(0.7, 0.2, 0.1),
        blended=0.05,
        burst_events=int(rng.integers(100, 400)),
    )


def _draw_jitter(common: Shape, rng: np.random.Generator) -> Shape:
    grid = 5
    return replace(
        common,
        gap=100 * MS / len(common.symbols),
        noise=Noise(
            time_low=-5 * MS,
            time_high=5 * MS,
            time_step=1,
            price_max=int(rng.integers(2, 5)) * grid,
            price_step=grid,
            price_may_be_same=True,
            every_row=True,
        ),
        grid=grid,
        walk_steps=int(rng.integers(1, 3)),
        faults={fault: share * 0.004 / 0.0036 for fault, share in _few_overlaps(rng).items()},
        claim_delay=int(rng.integers(200, 2 * MS)),
        overlap_lag=common.duration_low - 1,
    )


_DRAWERS = {
    Family.ASSESSMENT: _draw_assessment,
    Family.MIXED: _draw_mixed,
    Family.WALK: _draw_walk,
    Family.SKEW: _draw_skew,
    Family.STORM: _draw_storm,
    Family.JITTER: _draw_jitter,
}
