"""Making one bundle: from a family, a size and a seed to files and what was planted in them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from raceview.errors import UsageError
from raceview.simulate.families import MS, Family, Order, draw_shape

if TYPE_CHECKING:
    from raceview.simulate.families import Shape
    from raceview.simulate.intervention import InPlace
    from raceview.simulate.write import Content

LARGEST = 2**30
"""Event numbers share a 64-bit integer with a time of writing when rows are sorted."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was written: where to, and how much of it. `facts` is the content of `truth.json`."""

    folder: Path
    ticks: Path
    attempts: Path
    output: Path
    truth: Path
    event_count: int
    attempt_count: int
    row_count: int
    facts: Mapping[str, Any]


def simulate(
    out: Path,
    family: Family,
    events: int,
    seed: int,
    order: Order = Order.EVENT,
    spacing_ms: float | None = None,
    safeguard: InPlace | None = None,
) -> Simulated:
    """Write a bundle of `events` ticks and its truth into the folder `out`, which is created.

    The same arguments give the same bytes. `spacing_ms` is the mean gap between two ticks of one symbol;
    without it the family's own is taken. With a `safeguard` in place the same world is run again, faults and all,
    with what the safeguard keeps from happening left out. Raises `UsageError` for arguments that make no sense,
    `OutputError` where the files cannot be written.
    """
    from raceview.simulate import write

    content = make(family, events, seed, order, spacing_ms, safeguard)
    write.write_bundle(out, content)
    return Simulated(
        folder=out,
        ticks=out / write.TICKS_NAME,
        attempts=out / write.ATTEMPTS_NAME,
        output=out / write.OUTPUT_NAME,
        truth=out / write.TRUTH_NAME,
        event_count=events,
        attempt_count=content.attempts.event.size,
        row_count=content.rows.event.size,
        facts=content.facts,
    )


def make(
    family: Family,
    events: int,
    seed: int,
    order: Order = Order.EVENT,
    spacing_ms: float | None = None,
    safeguard: InPlace | None = None,
) -> Content:
    """What `simulate` writes, unwritten."""
    _check(events, seed, spacing_ms)
    import numpy as np

    from raceview.simulate.faults import plant
    from raceview.simulate.intervention import at_the_sink, before_the_work
    from raceview.simulate.rows import make_rows
    from raceview.simulate.scenario import Scenario
    from raceview.simulate.ticks import make_ticks
    from raceview.simulate.truth import judge
    from raceview.simulate.workers import make_attempts
    from raceview.simulate.write import Content

    rng = np.random.default_rng([seed, list(Family).index(family)])
    shape = draw_shape(family, spacing_ms, rng)
    plan = plant(shape, events, rng)
    scenario = Scenario(shape, plan, make_ticks(shape, events, plan.twins, rng))
    attempts = make_attempts(scenario, rng)
    if safeguard:
        attempts = before_the_work(scenario, attempts, safeguard)
    rows = make_rows(scenario, attempts, order, rng)
    if safeguard:
        rows = at_the_sink(scenario, attempts, rows, safeguard)
    truth = judge(scenario, attempts, rows)
    counts = {"events": events, "attempts": attempts.event.size, "rows": rows.event.size}
    found = {
        "twins": plan.twins.size,
        "phantoms": int((rows.event < 0).sum()),
        "outcomes": truth.outcomes,
        "causes": truth.causes(),
        "causes_changed_by_skew": truth.changed_by_skew,
    }
    facts = {"family": family.value, "seed": seed, "order": order.value} | counts | found | _settings(shape)
    return Content(scenario, attempts, rows, truth, facts)


_LONGEST_MS = 10 * 365 * 86_400_000
"""So that every time has a year that can be read."""


def _check(events: int, seed: int, spacing_ms: float | None) -> None:
    if not 1 <= events <= LARGEST:
        raise UsageError(f"a bundle has from 1 to {LARGEST} events, not {events}")
    if seed < 0:
        raise UsageError(f"a seed is a number from 0 up, not {seed}")
    if spacing_ms is not None and not (math.isfinite(spacing_ms) and spacing_ms > 0):
        raise UsageError(f"the spacing is a number of milliseconds above 0, not {spacing_ms}")
    if spacing_ms is not None and spacing_ms * events > _LONGEST_MS:
        raise UsageError(
            f"{events:,} ticks {spacing_ms:g} ms apart take longer than ten years: fewer, or closer ones"
        )


def _settings(shape: Shape) -> dict[str, Any]:
    """What was drawn for the bundle, in milliseconds and in prices."""
    noise = shape.noise
    skewed = None if not shape.skew else f"worker-{shape.skewed_worker + 1}"
    return {
        "symbols": list(shape.symbols),
        "workers": shape.workers,
        "spacing_ms": shape.gap * len(shape.symbols) / MS,
        "skewed_worker": skewed,
        "skew_ms": shape.skew / MS,
        "lease_ms": shape.lease / MS,
        "price_grid": shape.grid / 100,
        "noise": {
            "time_low_ms": noise.time_low / MS,
            "time_high_ms": noise.time_high / MS,
            "time_step_ms": noise.time_step / MS,
            "price_max": noise.price_max / 100,
            "price_step": noise.price_step / 100,
            "price_may_be_same": noise.price_may_be_same,
            "shares": dict(zip(("identical", "price", "time", "price+time"), noise.kinds, strict=True)),
            "every_row": noise.every_row,
        },
    }
