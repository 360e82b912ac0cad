"""From candidate pairs to the assignment problem: which slots there are, and what each edge weighs.

A slot is an attempt of a contested event, or a stand-in where the worker log has none for it. `Rates` says how
likely slots of each class are to be filled; like the noise it is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from raceview.linkage.graph import Floats, Graph, Ints
from raceview.linkage.groups import starts_of

NEGLIGIBLE = 1e-9
"""Edges this much less likely than their row's best are left out."""


class SlotClass(IntEnum):
    """Slots that are filled about equally often."""

    FIRST_SUCCESS = 0
    LATER_SUCCESS = 1
    TIMEOUT = 2
    UNLOGGED = 3


class Origin(IntEnum):
    """Rows that are off about equally often; which of its event's attempts wrote a row does not matter for that."""

    ONLY_ATTEMPT = 0
    ONE_OF_SEVERAL = 1
    UNLOGGED = 2
    FURTHER = 3
    """Beyond its event's attempts."""


@dataclass(frozen=True, slots=True)
class Slots:
    """Slots sorted by event: the event's number (from 0), the worker, the class, and the line of its attempt."""

    event: Ints
    worker: Ints
    kind: Ints
    line: Ints
    """Line of the worker log, 0 for a stand-in."""
    began: Floats
    stopped: Floats
    """ns: the attempt's start and end; NaN for an end that is not logged, and for a stand-in."""
    start: Ints
    """Where each event's slots begin; one longer than there are events."""

    @property
    def origin(self) -> Ints:
        """Of the row in each slot."""
        several = np.diff(self.start)[self.event] > 1
        logged = np.where(several, int(Origin.ONE_OF_SEVERAL), int(Origin.ONLY_ATTEMPT))
        return np.where(self.kind == SlotClass.UNLOGGED, int(Origin.UNLOGGED), logged)


@dataclass(frozen=True, slots=True)
class Rates:
    """Probability that a slot of each class is filled; rows per event beyond its slots; phantoms per lattice point."""

    filled: Floats
    extra: float
    phantom: Floats
    """Per row: how many phantom rows there are per step of time and of price, hardly any where it repeats a tick."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of a row and an event, sorted by row; rows and events numbered from 0."""

    row: Ints
    event: Ints
    time_delta: Ints
    price_delta: Ints
    event_time: Ints
    """ns, per event."""
    rows: int
    events: int


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs of a row and a slot: the pair each comes from, its slot, and its time difference less the offset."""

    pair: Ints
    slot: Ints
    time_delta: Ints


def make_slots(events: int, attempts: dict[str, Ints]) -> Slots:
    """Slots from the attempts of the events, with a stand-in for each event that has none.

    `attempts` holds event (numbered from 0), line, attempt, worker, failed, start_ns, stop_ns (0: none).
    """
    bare = np.flatnonzero(np.bincount(attempts["event"], minlength=events) == 0)
    none = np.zeros(len(bare), dtype=np.int64)
    unknown = np.full(len(bare), np.nan)
    kind = np.where(
        attempts["failed"] == 1,
        int(SlotClass.TIMEOUT),
        np.where(attempts["attempt"] == 1, int(SlotClass.FIRST_SUCCESS), int(SlotClass.LATER_SUCCESS)),
    )
    event = np.concatenate([attempts["event"], bare])
    number = np.concatenate([attempts["attempt"], none])
    order = np.argsort(event * (int(number.max(initial=0)) + 1) + number)
    return Slots(
        event=event[order],
        worker=np.concatenate([attempts["worker"], none])[order],
        kind=np.concatenate([kind, none + int(SlotClass.UNLOGGED)])[order],
        line=np.concatenate([attempts["line"], none])[order],
        began=np.concatenate([attempts["start_ns"], unknown])[order],
        stopped=np.concatenate([np.where(attempts["stop_ns"] == 0, np.nan, attempts["stop_ns"]), unknown])[
            order
        ],
        start=_bounds(event, events),
    )


def _bounds(group: Ints, groups: int) -> Ints:
    """Where each group begins when its items are sorted, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(np.bincount(group, minlength=groups))])


def restrict(
    candidates: Candidates, rows: npt.NDArray[np.bool_], events: npt.NDArray[np.bool_]
) -> Candidates:
    """The candidates of some rows, all of whose events are among `events`; both numbered anew."""
    row_number, event_number = np.cumsum(rows) - 1, np.cumsum(events) - 1
    pairs = np.flatnonzero(rows[candidates.row])
    return Candidates(
        row=row_number[candidates.row[pairs]],
        event=event_number[candidates.event[pairs]],
        time_delta=candidates.time_delta[pairs],
        price_delta=candidates.price_delta[pairs],
        event_time=candidates.event_time[events],
        rows=int(rows.sum()),
        events=int(events.sum()),
    )


def slots_of(slots: Slots, events: npt.NDArray[np.bool_]) -> Slots:
    """The slots of some events, numbered anew."""
    mine = events[slots.event]
    event = (np.cumsum(events) - 1)[slots.event[mine]]
    return Slots(
        event=event,
        worker=slots.worker[mine],
        kind=slots.kind[mine],
        line=slots.line[mine],
        began=slots.began[mine],
        stopped=slots.stopped[mine],
        start=_bounds(event, int(events.sum())),
    )


def make_edges(candidates: Candidates, slots: Slots, offset: Ints) -> Edges:
    """Every pair once per slot of its event."""
    first = slots.start[candidates.event]
    count = slots.start[candidates.event + 1] - first
    pair = np.repeat(np.arange(len(candidates.row)), count)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    slot = first[pair] + within
    return Edges(pair, slot, candidates.time_delta[pair] - offset[slots.worker[slot]])


@dataclass(frozen=True, slots=True)
class Problem:
    """The assignment problem and what is needed to read its solution back."""

    graph: Graph
    edge: Ints
    """For each edge of the graph, its index among all edges."""
    extra: Floats
    """Per candidate pair: the weight of the row being a further one of that event."""


def make_problem(
    candidates: Candidates,
    edges: Edges,
    slots: Slots,
    likelihood: Floats,
    further: Floats,
    ordered: Floats | None,
    rates: Rates,
) -> Problem:
    """Weigh every edge: its likelihood times the odds that its slot is filled, times `ordered`, what the file's order
    makes of it. When a row beyond its event's attempts was written nobody knows, so the order does not count for it;
    `further` is how likely the edge's differences are then.
    """
    odds = rates.filled / (1.0 - rates.filled)
    weight = likelihood * odds[slots.kind[edges.slot]]
    if ordered is not None:
        weight *= ordered
    best_slot = np.zeros(len(candidates.row))
    if len(edges.pair):
        starts = starts_of(edges.pair)
        best_slot[edges.pair[starts]] = np.maximum.reduceat(further, starts)
    extra = rates.extra * best_slot
    free = rates.phantom + np.bincount(candidates.row, extra, candidates.rows)
    row = candidates.row[edges.pair]
    top = free.copy()
    if len(row):
        starts = starts_of(row)
        top[row[starts]] = np.maximum(top[row[starts]], np.maximum.reduceat(weight, starts))
    keep = np.flatnonzero(weight > NEGLIGIBLE * top[row])
    graph = Graph(row[keep], edges.slot[keep], weight[keep], free, len(slots.event))
    return Problem(graph, keep, extra)
