"""Links by one who knows: the true law of the noise, the true clock offsets and the true rates are given.

Shares no code with the analysis, fits nothing and never looks at the order of the file. A row's candidates come from
the window that the law allows; probabilities are exact sums over the assignments of each component, row by row in
order of time, over the sets of slots that are filled and still in reach. Each row goes to its likeliest event: nobody
who does not look at the file's order can expect more right links.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from linkage.bundle_files import NONE, BundleFiles, Floats, Ints, Records

Mass = Callable[[Ints], Floats]
"""Probability of each difference, per step of its axis."""
Chances = dict[int, float]
"""By event; NONE: a phantom."""
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
        by_time, by_price = self.time(time), self.price(price)
        found: Floats = (
            self.exact * (on_time & on_price)
            + self.price_only * on_time * by_price
            + self.time_only * by_time * on_price
            + self.both * by_time * by_price
        )
        return found


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
        possible = (values >= low) & (values <= high) & ~(without_zero & (values == 0))
        return np.where(possible, 1.0 / count, 0.0)

    return mass


def law_of(bundle: BundleFiles) -> Law:
    """The law that a simulated bundle was made by, from `truth.json`."""
    noise = bundle.facts["noise"]
    low, high, step = (round(noise[f"time_{name}_ms"] * 1e6) for name in ("low", "high", "step"))
    most, grid = round(noise["price_max"] * 1e9), round(noise["price_step"] * 1e9)
    written = len(np.unique(bundle.event[bundle.event != NONE])) - bundle.facts["outcomes"]["altered"]
    first = 0.0 if noise["every_row"] else written / len(bundle.event)
    share = {kind: float(part) * (1.0 - first) for kind, part in noise["shares"].items()}
    return Law(
        share["identical"] + first,
        share["price"],
        share["time"],
        share["price+time"],
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


def chances(bundle: BundleFiles, law: Law, steps: tuple[int, int]) -> list[Chances]:
    """Per row the probability of each event that it may have come from, and of NONE, a phantom."""
    slots = slots_of(bundle, law, steps)
    edges = _edges(bundle, law, slots)
    offers: dict[int, list[tuple[int, float]]] = defaultdict(list)
    extras: dict[int, dict[int, float]] = defaultdict(dict)
    weight = edges.likelihood * slots.odds[edges.slot]
    columns = (edges.row, edges.slot, slots.event[edges.slot], edges.likelihood, weight)
    for row, slot, event, likelihood, odds in zip(*(column.tolist() for column in columns), strict=True):
        offers[row].append((slot, odds))
        extras[row][event] = max(extras[row].get(event, 0.0), slots.extra * likelihood)
    found: list[Chances] = [{NONE: 1.0} for _ in bundle.rows.time]
    for rows in _components(offers):
        rows.sort(key=lambda row: int(bundle.rows.time[row]))
        free = {row: slots.phantom + sum(extras[row].values()) for row in rows}
        for row, taken in row_marginals(rows, offers, free).items():
            left = max(0.0, 1.0 - sum(taken.values())) / free[row]
            found[row] = {event: left * extra for event, extra in extras[row].items()} | {
                NONE: left * slots.phantom
            }
            for slot, chance in taken.items():
                found[row][int(slots.event[slot])] += chance
    return found


def likeliest(found: list[Chances]) -> Ints:
    """Each row's likeliest event."""
    return np.array([max(one, key=lambda event: one[event]) for one in found], dtype=np.int64)


def expected_right(bundle: BundleFiles, found: list[Chances], event: Ints) -> float:
    """The share of right links (twins count as one) that the oracle expects of anybody's links.

    Where two rows may have swapped their events nobody does better than even, but one is luckier than the other; in
    this figure luck has no part, so that a small bundle tells as much as a large one.
    """
    twin = bundle.twin
    right = 0.0
    for one, mine in zip(found, event.tolist(), strict=True):
        right += sum(
            chance for other, chance in one.items() if other != NONE != mine and twin[other] == twin[mine]
        )
    return right / float((bundle.event != NONE).sum())


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
                fresh = [other for other in rows_of.pop(slot, []) if other not in seen]
                seen.update(fresh)
                part += fresh
        found.append(part)
    return found


def row_marginals(
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
