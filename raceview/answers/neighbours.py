"""The events that lie next to an event, and those that are just like it: what a row of it may be mistaken for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from raceview.answers.event_records import Tick, one_of

if TYPE_CHECKING:
    from raceview.investigation import Investigation

MOST_TWINS = 5
"""Ids that are named of events like this one."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another event of the symbol, and how far a place in time and price is from it."""

    event: int
    event_id: str
    line: int
    time_ns: int
    price_units: int
    time_apart_ns: int
    """Its time less the place's: positive is after it."""
    price_apart_units: int
    reachable: bool
    """A row there could have come from it: differences like this were seen. Otherwise it cannot be meant."""


def neighbours(
    inv: Investigation, tick: Tick, place: tuple[int, int]
) -> tuple[Neighbour | None, Neighbour | None]:
    """The events of the symbol before and after this one, and how far they are from `place` (time, price)."""
    sides = (
        (f"(time_ns < {tick.time_ns} OR time_ns = {tick.time_ns} AND event < {tick.line})", " DESC"),
        (f"(time_ns > {tick.time_ns} OR time_ns = {tick.time_ns} AND event > {tick.line})", ""),
    )
    beside = [
        inv.engine.rows(
            f"SELECT event, time_ns, price_units FROM ticks WHERE symbol_id = {tick.symbol_id} AND {side} "
            f"ORDER BY time_ns{down}, event{down} LIMIT 1"
        )
        for side, down in sides
    ]
    ids = event_ids(inv, [line[0] for lines in beside for line in lines])
    previous, following = (
        _neighbour(inv, ids[lines[0][0]], lines[0], place) if lines else None for lines in beside
    )
    return previous, following


def twins(inv: Investigation, tick: Tick) -> tuple[tuple[str, ...], int]:
    """Ids of other events with the same symbol, time and price, at most MOST_TWINS, and how many there are."""
    found = inv.engine.rows(
        "SELECT event, count(*) OVER () FROM ticks "
        f"WHERE symbol_id = {tick.symbol_id} AND time_ns = {tick.time_ns} "
        f"AND price_units = {tick.price_units} AND event <> {tick.line} ORDER BY event LIMIT {MOST_TWINS}"
    )
    ids = event_ids(inv, [event for event, _ in found])
    return tuple(ids[event] for event, _ in found), found[0][1] if found else 0


def event_ids(inv: Investigation, events: list[int]) -> dict[int, str]:
    """The ids of a few events."""
    if not events:
        return {}
    return dict(inv.engine.rows(f"SELECT line, event_id FROM ticks_read WHERE {one_of('line', events)}"))


def _neighbour(
    inv: Investigation, event_id: str, line: tuple[int, int, int], place: tuple[int, int]
) -> Neighbour:
    event, time_ns, price_units = line
    time_apart, price_apart = time_ns - place[0], price_units - place[1]
    reachable = _reachable(inv, -time_apart, -price_apart)
    return Neighbour(event, event_id, event, time_ns, price_units, time_apart, price_apart, reachable)


def _reachable(inv: Investigation, time_delta_ns: int, price_delta_units: int) -> bool:
    """Whether a row may differ from its tick by this much, under the noise and the clock offsets that were fitted."""
    noise = inv.linkage.noise
    if noise is None:
        return time_delta_ns == 0 and price_delta_units == 0
    offsets = {0, *(int(offset) for offset in inv.linkage.offsets_ns)}
    near = any(
        time_delta_ns == offset or noise.time.low <= time_delta_ns - offset <= noise.time.high
        for offset in offsets
    )
    return near and (price_delta_units == 0 or noise.price.low <= price_delta_units <= noise.price.high)
