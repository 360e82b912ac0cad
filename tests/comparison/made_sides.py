"""Sides made of a few numbers, to be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from raceview.comparison.side import FILES, SPANS, Estimate, Group, Key, Side, Tally
from raceview.model import Outcome

EVEN = (1,) * SPANS


def tally(count: int, of: int, spans: Sequence[int] | None = None) -> Tally:
    """Spread evenly over the run where the spans are not given."""
    even = [
        count // SPANS + (at * (count % SPANS) // SPANS < (at + 1) * (count % SPANS) // SPANS)
        for at in range(SPANS)
    ]
    return Tally(count, of, tuple(spans or even), EVEN)


def burst(count: int, of: int, at: int = 20) -> Tally:
    """All in one span."""
    return tally(count, of, [count * (place == at) for place in range(SPANS)])


def side(
    duplicated: Tally,
    others: Mapping[Key, Tally] | None = None,
    findings: Mapping[tuple[str, str], Estimate] | None = None,
    missing: frozenset[str] = frozenset(),
) -> Side:
    """A side of as many events as the duplicated ones are of."""
    tallies = {} if missing & {"ticks", "output"} else {Key(Group.OUTCOME, Outcome.DUPLICATED): duplicated}
    assert missing <= set(FILES)
    return Side(
        name="made",
        events=duplicated.of,
        attempts=duplicated.of,
        rows=duplicated.of + duplicated.count,
        span_ns=10**9,
        missing=missing,
        inferred=False,
        tallies=tallies | dict(others or {}),
        findings=findings or {},
    )


def bursty(rng: np.random.Generator, events: int, rate: float, length: int, stormy: float) -> Tally:
    """Duplicates in storms: each run of `length` events is one with probability `stormy`; `rate` is the mean of all."""
    storms = rng.random(-(-events // length)) < stormy
    rates = np.repeat(np.where(storms, rate / stormy, 0.0), length)[:events]
    places = np.arange(events) * SPANS // events
    spans = np.bincount(places[rng.random(events) < rates], minlength=SPANS)
    exposure = np.bincount(places, minlength=SPANS)
    return Tally(int(spans.sum()), events, tuple(spans.tolist()), tuple(exposure.tolist()))


def without(one: Side, *missing: str) -> Side:
    """The same side, had these files not been given."""
    lacking = frozenset(missing)
    known = {key: tally for key, tally in one.tallies.items() if not key.files_needed & lacking}
    return replace(one, missing=lacking, tallies=known)
