"""Fits everything that linkage needs to know and computes the probability of every edge under it.

Alternates between the probabilities of the edges and the noise, rates and offsets they imply, as expectation and
maximisation does. Where there are many rows the fitting is done on slabs of events, and only the last pass is over
all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from raceview.linkage.graph import Floats, Ints
from raceview.linkage.groups import starts_of
from raceview.linkage.marginals import marginals
from raceview.linkage.noise import KINDS, Axis, Noise, fit_noise, kind_of
from raceview.linkage.position import NEIGHBOURS, BestLinks, Order, best_links, learn_order, out_of_order
from raceview.linkage.slots import (
    Candidates,
    Edges,
    Origin,
    Problem,
    Rates,
    SlotClass,
    Slots,
    make_edges,
    make_problem,
    restrict,
    slots_of,
)
from raceview.linkage.window import (
    Range,
    Window,
    first_guess,
    significant_offsets,
    unseen,
    weighted_quantiles,
)
from raceview.model import Options

FIT_EVENTS = 40_000
"""Events that the noise is fitted on; all of them where there are no more."""
SLABS = 16
"""Stretches of consecutive events that make up the sample."""
GUESSES = 12
"""Passes of the first guess, which takes each row on its own."""
ROUNDS = 4
"""Solutions in all: everything is fitted again from each but the last."""
FILLED = np.array([0.99, 0.9, 0.5, 0.5])
"""Share of each class of slots that is filled, as far as is known before anything was seen; it counts as one slot."""
RARE = 0.001
"""Likewise: phantoms per row, and rows per event beyond its attempts."""
LIKELY = 0.5
"""Links from which the clocks are read."""
OUT_OF_PLACE = 1e-12
"""Least factor for a row out of order: a single row out of place is so with all of its neighbours at once."""
PLAUSIBLE = 1e-4
"""Share of the likelihood of a row's best candidate that makes another one plausible, order aside."""
ALL_BUT_CLEAR = 0.995
"""Share of clear rows at which the order has nothing left to tell."""
COINCIDENCE = 1e-12
"""Factor on the density of phantoms at a row that repeats a tick: a phantom is what no event can have produced."""
ORDER_ROUNDS = 2
"""Times that the rows' anchors are found again from better links."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known before fitting: the window, the steps of time and price, and the rows that are exact."""

    window: Window
    steps: tuple[int, int]
    rows: int
    """Rows that are not exact, or were reopened: those of all candidates, whatever the sample."""
    exact_rows: int
    """Exact rows that are not among them."""
    exact_per_worker: Ints
    lattice_points: float
    """Steps of time times steps of price over which phantoms are spread."""
    options: Options


@dataclass(frozen=True, slots=True)
class Fit:
    """What was fitted."""

    noise: Noise
    offset: Ints
    offset_error: Floats
    filled: Floats
    extra: float
    shares: Floats
    """Per `Origin`: how often rows are off, by `kind_of`."""
    phantom_share: float
    """Phantoms per row of `Setting.rows`."""
    order: Order | None = None
    """What a row's place in the file says, where it says anything."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Probabilities of all pairs, and of a row being none of them."""

    problem: Problem
    edges: Edges
    probability: Floats
    """Per edge."""
    phantom: Floats
    """Per row."""
    further: Floats
    """Per pair: the probability that the row is one beyond the attempts of the pair's event."""


def fit(candidates: Candidates, slots: Slots, setting: Setting) -> Fit:
    """Fit noise, rates and offsets on a sample of the candidates (all of them where they are few).

    Only the last noise is fine, the others would hold fast to the clocks that were guessed first: unless matches are
    known to lie in places far apart, which nothing else would tell from the void between them.
    """
    apart = setting.window.further != setting.window.time_range
    sample, slots, share = _slabs(candidates, slots)
    bare = np.bincount(candidates.row, minlength=candidates.rows) == 0
    exact_rows = setting.exact_rows * share
    noise = _fit_noise(*_alone(sample, slots, setting, None), setting, exact_rows, False)
    state = Fit(
        noise=noise,
        offset=setting.window.offset,
        offset_error=np.zeros(len(setting.window.offset)),
        filled=FILLED,
        extra=RARE,
        shares=_unseen_shares(noise),
        phantom_share=max(RARE, float(bare.mean())),
    )
    for _ in range(GUESSES):
        noise = _fit_noise(*_alone(sample, slots, setting, state), setting, exact_rows, False)
        state = replace(state, noise=noise, shares=_unseen_shares(noise))
    for left in reversed(range(ROUNDS - 1)):
        solution = solve(sample, slots, setting, state)
        state = _learn(sample, slots, setting, solution, exact_rows, float(bare.mean()), apart or not left)
    return state


def solve(candidates: Candidates, slots: Slots, setting: Setting, state: Fit) -> Solution:
    """The probability of every pair under what was fitted; where the order of the file tells, again with it."""
    weighed = _weigh(candidates, slots, state)
    solution = _solve_once(candidates, slots, setting, state, weighed, None)
    if state.order is not None:
        best = _best(candidates, solution)
        for _ in range(ORDER_ROUNDS):
            solution = _solve_once(candidates, slots, setting, state, weighed, best)
            best = _best(candidates, solution)
            if best.clear.mean() > ALL_BUT_CLEAR:
                break
    return solution


@dataclass(frozen=True, slots=True)
class _Weighed:
    """All edges, each one's row, and how likely its differences are under what was fitted.

    `further`: of a row beyond the attempts of its event.
    """

    edges: Edges
    row: Ints
    likelihood: Floats
    further: Floats


def _weigh(candidates: Candidates, slots: Slots, state: Fit) -> _Weighed:
    edges = make_edges(candidates, slots, state.offset)
    price_delta = candidates.price_delta[edges.pair]
    likelihood = state.noise.likelihood(edges.time_delta, price_delta)
    kind, share = kind_of(edges.time_delta, price_delta), state.shares / state.noise.shares
    return _Weighed(
        edges,
        candidates.row[edges.pair],
        likelihood=likelihood * share[slots.origin[edges.slot], kind],
        further=likelihood * share[Origin.FURTHER, kind],
    )


def _best(candidates: Candidates, solution: Solution) -> BestLinks:
    return best_links(candidates.row[solution.edges.pair], solution.probability, candidates.rows)


def _solve_once(
    candidates: Candidates,
    slots: Slots,
    setting: Setting,
    state: Fit,
    weighed: _Weighed,
    best: BestLinks | None,
) -> Solution:
    """One pass; `best` links of an earlier one bear witness to the order."""
    edges, row, likelihood = weighed.edges, weighed.row, weighed.likelihood
    slot_place, inversion, ordered = None, 1.0, None
    if best is not None and state.order is not None:
        slot_place, inversion = _places(candidates, slots)[state.order.coordinate], state.order.inversion
        place = slot_place[edges.slot]
        misplaced = _beyond_least(row, out_of_order(best, place, row, place), likelihood)
        ordered = np.maximum(inversion**misplaced, OUT_OF_PLACE)
    phantom = _phantoms(candidates, setting, state)
    problem = make_problem(
        candidates,
        edges,
        slots,
        likelihood,
        weighed.further,
        ordered,
        Rates(state.filled, state.extra, phantom),
    )
    problem = replace(problem, graph=replace(problem.graph, place=slot_place, inversion=inversion))
    probability = np.zeros(len(edges.pair))
    probability[problem.edge] = marginals(problem.graph)
    free = np.clip(1.0 - np.bincount(row, probability, candidates.rows), 0.0, 1.0)
    further = problem.extra * (free / problem.graph.free)[candidates.row]
    unlinked = np.clip(free - np.bincount(candidates.row, further, candidates.rows), 0.0, 1.0)
    return Solution(problem, edges, probability, unlinked, further)


def _phantoms(candidates: Candidates, setting: Setting, state: Fit) -> Floats:
    """Per row: how many phantoms there are per lattice point, hardly any where the row repeats a tick."""
    density = np.full(candidates.rows, state.phantom_share * setting.rows / setting.lattice_points)
    density[candidates.row[(candidates.time_delta == 0) & (candidates.price_delta == 0)]] *= COINCIDENCE
    return density


def _beyond_least(row: Ints, count: Ints, likelihood: Floats) -> Ints:
    """Counts less the least of their row (rows sorted): a row out of order with all its candidates says nothing.

    Only plausible candidates count for the least: a hopeless one in order is no way out.
    """
    if not len(row):
        return count
    starts = starts_of(row)
    lengths = np.diff(starts, append=len(row))
    best = np.repeat(np.maximum.reduceat(likelihood, starts), lengths)
    plausible = np.where(likelihood >= PLAUSIBLE * best, count, 2 * NEIGHBOURS)
    beyond: Ints = np.maximum(count - np.repeat(np.minimum.reduceat(plausible, starts), lengths), 0)
    return beyond


def _places(candidates: Candidates, slots: Slots) -> list[Floats]:
    """Per slot: when its event happened, when its attempt began, and when that ended, in ns from the first event.

    NaN where that is not known, which is out of order with nothing.
    """
    base = int(candidates.event_time.min(initial=0))
    event = (candidates.event_time[slots.event] - base).astype(np.float64)
    return [event, slots.began - base, slots.stopped - base]


def _learn_order(candidates: Candidates, slots: Slots, solution: Solution) -> Order | None:
    """What the order of the file says, from the clear links of a solution."""
    pairs = solution.edges.pair
    best = _best(candidates, solution)
    row_time = np.zeros(candidates.rows, dtype=np.int64)
    row_time[candidates.row] = candidates.event_time[candidates.event] + candidates.time_delta
    places = [place[solution.edges.slot] for place in _places(candidates, slots)]
    return learn_order(best, places, row_time) if len(pairs) else None


def _slabs(candidates: Candidates, slots: Slots) -> tuple[Candidates, Slots, float]:
    """Rows whose candidates all lie in one of a few stretches of consecutive events, and the slots of these.

    Also the share of the events taken: all where there are no more than FIT_EVENTS.
    """
    if candidates.events <= FIT_EVENTS:
        return candidates, slots, 1.0
    length = FIT_EVENTS // SLABS
    slab = np.full(candidates.events, -1, dtype=np.int64)
    for number, begin in enumerate(np.linspace(0, candidates.events - length, SLABS).astype(np.int64)):
        slab[begin : begin + length] = number
    low, high = np.full(candidates.rows, -1, dtype=np.int64), np.full(candidates.rows, -2, dtype=np.int64)
    starts = starts_of(candidates.row)
    low[candidates.row[starts]] = np.minimum.reduceat(slab[candidates.event], starts)
    high[candidates.row[starts]] = np.maximum.reduceat(slab[candidates.event], starts)
    rows = (low == high) & (low >= 0)
    return restrict(candidates, rows, slab >= 0), slots_of(slots, slab >= 0), FIT_EVENTS / candidates.events


def _alone(
    candidates: Candidates, slots: Slots, setting: Setting, state: Fit | None
) -> tuple[Ints, Ints, Floats]:
    """Time and price differences of all edges and their weights, each row taken on its own (slots may be shared)."""
    offset = state.offset if state else setting.window.offset
    edges = make_edges(candidates, slots, offset)
    row, price_delta = candidates.row[edges.pair], candidates.price_delta[edges.pair]
    if state is None:
        inside = edges.time_delta == 0
        for low, high in (setting.window.time_range, setting.window.further):
            inside |= (edges.time_delta >= low) & (edges.time_delta <= high)
        weight = first_guess(row, candidates.rows, edges.time_delta, price_delta)
        return edges.time_delta, price_delta, weight * inside
    likelihood = state.noise.likelihood(edges.time_delta, price_delta)
    total = np.bincount(row, likelihood, candidates.rows) + _phantoms(candidates, setting, state)
    return edges.time_delta, price_delta, likelihood / total[row]


def _fit_noise(
    time_delta: Ints, price_delta: Ints, weight: Floats, setting: Setting, exact_rows: float, fine: bool
) -> Noise:
    """The noise from weighted edges, over the range in which the weights lie; `fine` as in `Histogram.fit`."""
    window, (time_step, price_step) = setting.window, setting.steps
    time_sought, price_sought = window.sought
    time = Axis(_support(time_delta, weight, time_sought, window.time_range), time_sought, time_step)
    price = Axis(_support(price_delta, weight, price_sought, window.price_range), price_sought, price_step)
    noise = fit_noise(time_delta, price_delta, weight, exact_rows, time, price, fine)
    return replace(noise, stray=0.0) if setting.options.price_tolerance_units is not None else noise


def _unseen_shares(noise: Noise) -> Floats:
    """`Fit.shares` before any row was linked."""
    shares = np.tile(noise.shares, (len(Origin), 1))
    shares[Origin.FURTHER] = 1.0 / KINDS
    return shares


def _shares(
    slots: Slots, solution: Solution, kind: Ints, further: Floats, noise: Noise, exact_rows: float
) -> Floats:
    """`Fit.shares` from links; what was not seen counts as one row.

    Per edge, `kind` is `kind_of` its differences and `further` the probability that its row is beyond the attempts.
    `exact_rows` that are not among the candidates are mostly the only ones of their events.
    """
    found, origin = _unseen_shares(noise), slots.origin
    place = origin[solution.edges.slot] * KINDS + kind
    found += np.bincount(place, solution.probability, found.size).reshape(-1, KINDS)
    found[Origin.FURTHER] += np.bincount(kind, further, KINDS)
    unlogged = float((origin == Origin.UNLOGGED).sum()) / max(1, len(slots.start) - 1)
    found[Origin.ONLY_ATTEMPT, 0] += (1.0 - unlogged) * exact_rows
    found[Origin.UNLOGGED, 0] += unlogged * exact_rows
    shares: Floats = found / found.sum(axis=1, keepdims=True)
    return shares


def _of_its_worker(pair: Ints, worker: Ints, probability: Floats) -> Floats:
    """Per edge: the probability that its worker wrote the row, by whichever of its attempts at that event."""
    _, group = np.unique(pair * (worker.max(initial=0) + 1) + worker, return_inverse=True)
    total: Floats = np.bincount(group, probability).astype(np.float64)
    return total[group]


def _support(values: Ints, weight: Floats, sought: Range, found: Range) -> Range:
    """The range that holds all matches but half a row at either end, wider for those not yet seen.

    `found`, where matches were in the first place, if there are none.
    """
    off = (values != 0) & (weight > 0.0) & (values >= sought[0]) & (values <= sought[1])
    evidence = float(weight[off].sum())
    if evidence < 1.0:
        return found
    half_a_row = min(0.5, 0.5 / evidence)
    low, high = weighted_quantiles(values[off], weight[off], (half_a_row, 1.0 - half_a_row))
    margin = unseen(low, high, evidence)
    return max(sought[0], low - margin), min(sought[1], high + margin)


def _learn(
    candidates: Candidates,
    slots: Slots,
    setting: Setting,
    solution: Solution,
    exact_rows: float,
    bare_share: float,
    fine: bool,
) -> Fit:
    """Everything again, from the probabilities under the constraints.

    `bare_share` of all rows have no candidate. `fine` as in `Histogram.fit`.
    """
    probability, kinds = solution.probability, len(SlotClass)
    full = np.bincount(slots.kind[solution.edges.slot], probability, kinds)
    count = np.bincount(slots.kind, minlength=kinds)
    raw = candidates.time_delta[solution.edges.pair]
    worker = slots.worker[solution.edges.slot]
    sure = _of_its_worker(solution.edges.pair, worker, probability) > LIKELY
    phantoms = solution.phantom[np.bincount(candidates.row, minlength=candidates.rows) > 0]
    clocks = significant_offsets(worker[sure], raw[sure], probability[sure], setting.exact_per_worker)
    slots_of_pair = np.bincount(solution.edges.pair, minlength=len(candidates.row))
    further = (solution.further / np.maximum(slots_of_pair, 1))[solution.edges.pair]
    if setting.window.certain <= 0.0:
        # A few rows that nobody expects would bear witness to each other that they belong where they are.
        further[:] = 0.0
    time_delta, price_delta = raw - clocks.offset[worker], candidates.price_delta[solution.edges.pair]
    noise = _fit_noise(time_delta, price_delta, probability + further, setting, exact_rows, fine)
    kind = kind_of(time_delta, price_delta)
    return Fit(
        noise=noise,
        offset=clocks.offset,
        offset_error=clocks.error,
        filled=np.clip((full + FILLED) / (count + 1.0), 0.01, 1.0 - 1e-6),
        extra=float(np.clip((solution.further.sum() + RARE) / (candidates.events + 1.0), 1e-7, 0.5)),
        shares=_shares(slots, solution, kind, further, noise, exact_rows),
        phantom_share=bare_share + (1.0 - bare_share) * float(phantoms.sum() + RARE) / (len(phantoms) + 1.0),
        order=_learn_order(candidates, slots, solution),
    )
