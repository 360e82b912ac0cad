"""Links by one who knows: the true law of the noise, the true clock offsets and the true rates are given.

Shares no code with the analysis, fits nothing and never looks at the order of the file. A row's candidates come from
the window that the law allows; probabilities are exact sums over the assignments of each component, row by row in
order of time, over the sets of slots that are filled and still in reach. Each row goes to its likeliest event, which
has the greatest expected number of right links.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from linkage.bundle_files import NONE, Attempts, BundleFiles, Floats, Ints, Records

Mass = Callable[[Ints], Floats]
"""Probability of each difference, per step of its axis."""
NEGLIGIBLE = 1e-10
NOBODY = ""
"""The worker of a slot that stands in for an event without attempts."""


@dataclass(frozen=True)
class Law:
    """How rows differ from their ticks: four shares, two laws, the reach of the first, and offsets per worker."""

    exact: float
    price_only: float
    time_only: float
    both: float
    time: Mass
    price: Mass
    reach: tuple[int, int]
    """Bounds of the time difference, ns, offset taken away."""
    offset: Mapping[str, int] = field(default_factory=dict)
    """ns; 0 for workers that are not named."""

    def likelihood(self, time: Ints, price: Ints) -> Floats:
        on_time, on_price = time == 0, price == 0
        return (
            self.exact * (on_time & on_price)
            + self.price_only * on_time * self.price(price)
            + self.time_only * self.time(time) * on_price
            + self.both * self.time(time) * self.price(price)
        )


@dataclass(frozen=True)
class Slots:
    """What may have written a row: the attempts, and a stand-in for each event without any."""

    event: Ints
    offset: Ints
    odds: Floats
    """Of being filled."""
    extra: float
    """Rows beyond the slots, per event."""
    phantom: float
    """Phantoms per step of time and price."""


@dataclass(frozen=True)
class Edges:
    """Pairs of a row and a slot, and their likelihood; sorted by row."""

    row: Ints
    slot: Ints
    likelihood: Floats


def uniform(low: int, high: int, step: int, without_zero: bool = False) -> Mass:
    """Equal probability of each multiple of `step` from `low` to `high`."""
    count = (high - low) // step + 1 - without_zero

    def mass(values: Ints) -> Floats:
        return ((values >= low) & (values <= high) & ~(without_zero & (values == 0))) / count

    return mass


def law_of(bundle: BundleFiles) -> Law:
    """The law that a simulated bundle was made by, from `truth.json`."""
    noise = bundle.facts["noise"]
    low, high, step = (round(noise[f"time_{name}_ms"] * 1e6) for name in ("low", "high", "step"))
    most, grid = round(noise["price_max"] * 1e9), round(noise["price_step"] * 1e9)
    written = len(np.unique(bundle.event[bundle.event != NONE])) - bundle.facts["outcomes"]["altered"]
    first = 0.0 if noise["every_row"] else written / len(bundle.event)
    shares = [noise["shares"][kind] * (1.0 - first) for kind in ("identical", "price", "time", "price+time")]
    return Law(
        *(shares[0] + first, *shares[1:]),
        time=uniform(low, high, step),
        price=uniform(-most, most, grid, not noise["price_may_be_same"]),
        reach=(low, high),
        offset={bundle.facts["skewed_worker"] or NOBODY: round(bundle.facts["skew_ms"] * 1e6)},
    )


def slots_of(bundle: BundleFiles, law: Law, steps: tuple[int, int]) -> Slots:
    """Slots with the true rates; `steps` are those of time and price in which phantoms are spread."""
    attempts, rows = bundle.attempts, bundle.rows
    bare = np.setdiff1d(np.arange(len(bundle.names)), attempts.event)
    kind = np.concatenate([2 * attempts.failed + (attempts.number > 1), np.full(len(bare), 4)])
    by_attempt = np.bincount(bundle.attempt[bundle.attempt != NONE], minlength=len(attempts.event))
    filled = np.concatenate([by_attempt > 0, np.isin(bare, bundle.event)])
    share = (np.bincount(kind, filled, 5) + 0.5) / (np.bincount(kind, minlength=5) + 1.0)
    offset = [law.offset.get(worker, 0) for worker in attempts.worker]
    spread = (np.ptp(rows.time) / steps[0] + 1.0) * (np.ptp(rows.price) / steps[1] + 1.0)
    return Slots(
        event=np.concatenate([attempts.event, bare]),
        offset=np.concatenate([np.array(offset, dtype=np.int64), np.zeros(len(bare), dtype=np.int64)]),
        odds=(share / (1.0 - share))[kind],
        extra=float(np.maximum(by_attempt - 1, 0).sum() + 0.1) / len(bundle.names),
        phantom=float((bundle.event == NONE).sum() + 0.1) / spread,
    )


def best_events(bundle: BundleFiles, law: Law, steps: tuple[int, int]) -> Ints:
    """The likeliest event of each row, NONE where none is likelier than a phantom."""
    slots = slots_of(bundle, law, steps)
    edges = _edges(bundle, law, slots)
    odds = slots.odds[edges.slot]
    best = np.full(len(bundle.rows.time), NONE, dtype=np.int64)
    offers: dict[int, list[tuple[int, float]]] = defaultdict(list)
    extras: dict[int, dict[int, float]] = defaultdict(dict)
    for row, slot, likelihood, weight in zip(
        edges.row.tolist(), edges.slot.tolist(), edges.likelihood.tolist(), (edges.likelihood * odds).tolist(), strict=True
    ):
        offers[row].append((slot, weight))
        event = int(slots.event[slot])
        extras[row][event] = max(extras[row].get(event, 0.0), slots.extra * likelihood)
    for rows in _components(offers):
        rows.sort(key=lambda row: int(bundle.rows.time[row]))
        free = {row: slots.phantom + sum(extras[row].values()) for row in rows}
        for row, chances in _marginals(rows, offers, free).items():
            left = max(0.0, 1.0 - sum(chances.values()))
            score = {event: left * weight / free[row] for event, weight in extras[row].items()}
            for slot, chance in chances.items():
                score[int(slots.event[slot])] += chance
            event = max(score, key=lambda name: score[name])
            if score[event] > left * slots.phantom / free[row]:
                best[row] = event
    return best


def _edges(bundle: BundleFiles, law: Law, slots: Slots) -> Edges:
    ticks, rows = bundle.ticks, bundle.rows
    offsets = [0, *law.offset.values()]
    low, high = min(0, law.reach[0]) + min(offsets), max(0, law.reach[1]) + max(offsets)
    by_event = np.argsort(slots.event, kind="stable")
    row, event = _near(ticks, rows, low, high)
    begin, end = (np.searchsorted(slots.event[by_event], event, side) for side in ("left", "right"))
    pair = np.repeat(np.arange(len(row)), end - begin)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(end - begin) - (end - begin), end - begin)
    slot = by_event[begin[pair] + within]
    row, event = row[pair], event[pair]
    likelihood = law.likelihood(
        rows.time[row] - ticks.time[event] - slots.offset[slot], rows.price[row] - ticks.price[event]
    )
    top = np.zeros(len(rows.time))
    np.maximum.at(top, row, likelihood)
    keep = likelihood > NEGLIGIBLE * top[row]
    return Edges(row[keep], slot[keep], likelihood[keep])


def _near(ticks: Records, rows: Records, low: int, high: int) -> tuple[Ints, Ints]:
    """Rows and events of one symbol whose times differ by `low` to `high`, sorted by row."""
    found: list[tuple[Ints, Ints]] = []
    for symbol in sorted(set(rows.symbol)):
        events, mine = np.flatnonzero(ticks.symbol == symbol), np.flatnonzero(rows.symbol == symbol)
        events = events[np.argsort(ticks.time[events], kind="stable")]
        begin = np.searchsorted(ticks.time[events], rows.time[mine] - high, "left")
        end = np.searchsorted(ticks.time[events], rows.time[mine] - low, "right")
        owner = np.repeat(np.arange(len(mine)), end - begin)
        place = np.arange(len(owner)) - np.repeat(np.cumsum(end - begin) - (end - begin), end - begin)
        found.append((mine[owner], events[begin[owner] + place]))
    row, event = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((event, row))
    return row[order], event[order]


def _components(offers: Mapping[int, list[tuple[int, float]]]) -> list[list[int]]:
    """Rows that share slots, directly or through others."""
    rows_of: dict[int, list[int]] = defaultdict(list)
    for row, slots in offers.items():
        for slot, _ in slots:
            rows_of[slot].append(row)
    seen: set[int] = set()
    found = []
    for start in offers:
        if start in seen:
            continue
        seen.add(start)
        part = [start]
        for row in part:
            for slot, _ in offers[row]:
                part += [other for other in rows_of.pop(slot, []) if other not in seen and not seen.add(other)]  # type: ignore[func-returns-value]
        found.append(part)
    return found


def _marginals(
    rows: list[int], offers: Mapping[int, list[tuple[int, float]]], free: Mapping[int, float]
) -> dict[int, dict[int, float]]:
    """Per row the probability of each of its slots; forward and backward over sets of filled slots (bits)."""
    last = {slot: place for place, row in enumerate(rows) for slot, _ in offers[row]}
    bit = {slot: 1 << number for number, slot in enumerate(last)}
    keep = []
    alive = (1 << len(last)) - 1
    for place, row in enumerate(rows):
        for slot, _ in offers[row]:
            if last[slot] == place:
                alive &= ~bit[slot]
        keep.append(alive)
    before: list[dict[int, float]] = [{0: 1.0}]
    for row, left in zip(rows, keep, strict=True):
        after: dict[int, float] = defaultdict(float)
        for filled, weight in before[-1].items():
            after[filled & left] += weight * free[row]
            for slot, edge in offers[row]:
                if not filled & bit[slot]:
                    after[(filled | bit[slot]) & left] += weight * edge
        whole = sum(after.values())
        before.append({filled: weight / whole for filled, weight in after.items() if weight > 1e-15 * whole})
    found: dict[int, dict[int, float]] = {}
    beyond: Mapping[int, float] = dict.fromkeys(before[-1], 1.0)
    for place in range(len(rows) - 1, -1, -1):
        row, left = rows[place], keep[place]
        chances: dict[int, float] = defaultdict(float)
        onward: dict[int, float] = {}
        idle = 0.0
        for filled, weight in before[place].items():
            stay = free[row] * beyond.get(filled & left, 0.0)
            idle += weight * stay
            onward[filled] = stay
            for slot, edge in offers[row]:
                if not filled & bit[slot]:
                    through = edge * beyond.get((filled | bit[slot]) & left, 0.0)
                    chances[slot] += weight * through
                    onward[filled] += through
        whole = idle + sum(chances.values())
        found[row] = {slot: chance / whole for slot, chance in chances.items()}
        most = max(onward.values())
        beyond = {filled: weight / most for filled, weight in onward.items()}
    return found


__all__ = ["Attempts", "Law", "best_events", "law_of", "uniform"]
