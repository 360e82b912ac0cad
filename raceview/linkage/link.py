"""Which event, and which attempt, each output row came from.

Exact rows are peeled off in SQL, the many; the rest goes through the steps of this file: find the window, fit the
noise, set up slots, weigh the edges, compute each edge's probability, decide. Leaves the relation `links` behind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from raceview import sql
from raceview.engine.base import Engine
from raceview.errors import OutputError
from raceview.linkage.assignment import FREE, assign
from raceview.linkage.graph import Floats, Ints
from raceview.linkage.groups import best_of, number_of
from raceview.linkage.noise import Noise
from raceview.linkage.search import UNMATCHED, Span, bounds, candidates, candidates_query, find, find_further
from raceview.linkage.slots import Candidates, Slots, make_slots
from raceview.linkage.solver import LIKELY, Fit, Setting, Solution, fit, solve
from raceview.linkage.window import Window
from raceview.model import MILLIONTHS, Options

SURE = 0.95
"""Share of a link's probability that one attempt must hold to be named as the row's own."""


@dataclass(frozen=True, slots=True)
class Linkage:
    """What was fitted on the way. `noise` is None where every row was exact."""

    noise: Noise | None
    offsets_ns: Ints
    """Per worker, against the median worker; 0 where it is within chance."""
    errors_ns: Floats
    """Standard errors of the offsets."""
    rest: int
    """Rows that were not exact."""

    def skew_of(self, worker: int) -> tuple[float, float] | None:
        """Offset and standard error, in ns, of the rows a worker wrote; None where its clock is right."""
        if worker >= len(self.offsets_ns) or not self.offsets_ns[worker]:
            return None
        return float(self.offsets_ns[worker]), float(self.errors_ns[worker])


def link(engine: Engine, options: Options, workers: int) -> Linkage:
    """Make `links` (row, event, attempt_line, offset_ns, confidence_millionths) of what peeling left in `rest`.

    A row without a link is a phantom. `attempt_line` is NULL where it cannot be known, 0 never.
    Raises OutputError where the memory does not suffice.
    """
    ((rest,),) = engine.rows("SELECT count(*) FROM rest")
    ((events,),) = engine.rows("SELECT count(*) FROM ticks")
    offsets = np.zeros(max(1, workers), dtype=np.int64)
    if not rest or not events:
        engine.load("reopened", {"row": np.zeros(0, dtype=np.int64)})
        _store(engine, _nothing())
        return Linkage(None, offsets, np.zeros(len(offsets)), rest)
    exact = _exact_per_worker(engine, len(offsets))
    whole = Span.of(engine, events)
    window, steps = find(engine, options, rest, exact, whole)
    candidates(engine, "near", "rest", "ticks", *bounds(window, window.time_range), whole.first_ns)
    solver = _Solver(engine, options, rest, exact, whole, window, steps)
    try:
        solved = solver.solved()
        if further := solver.further(solved):
            solved = further.solved()
        _store(engine, _decide(solved))
    except MemoryError as error:
        raise OutputError(
            f"no memory left to link {rest:,} rows, each with about {max(1.0, window.crowd):,.0f} ticks that it may "
            "come from; a narrower --jitter leaves fewer"
        ) from error
    return Linkage(solved.fitted.noise, solved.fitted.offset, solved.fitted.offset_error, rest)


def _exact_per_worker(engine: Engine, workers: int) -> Ints:
    """Exact rows of each worker; scaled up from a sample where there are many.

    A row counts in equal parts for each attempt of its event, as nobody knows yet which of them wrote it: in whole for
    each, it would speak for clocks that are off; left out, copies that all are late would pass for clocks.
    """
    ((count,),) = engine.rows("SELECT count(*) FROM exact")
    every = max(1, count // 200_000)
    found = engine.rows(
        f"SELECT a.worker, sum({MILLIONTHS} // coalesce(s.attempts, 1)) "
        "FROM exact AS x JOIN attempts AS a ON a.event = x.event "
        "LEFT JOIN (SELECT event, max(attempt) AS attempts FROM attempts WHERE attempt > 1 GROUP BY event) AS s "
        f"ON s.event = x.event WHERE {sql.one_in(every, 'x.event')} GROUP BY a.worker"
    )
    exact = np.zeros(workers, dtype=np.int64)
    for worker, rows in found:
        exact[worker] = int(rows) * every // MILLIONTHS
    return exact


@dataclass(frozen=True, slots=True)
class _Solved:
    """Rows with all their candidates, what was fitted to them, and how likely each of them is."""

    candidates: Candidates
    slots: Slots
    rows: Ints
    """The number in the output of each row."""
    events: Ints
    """The number among the ticks of each event."""
    fitted: Fit
    solution: Solution


@dataclass(frozen=True, slots=True)
class _Solver:
    """What is known of the remaining rows, `rest` in all, whose candidates are in `near`."""

    engine: Engine
    options: Options
    rest: int
    exact: Ints
    whole: Span
    window: Window
    steps: tuple[int, int]

    def solved(self) -> _Solved:
        """The answer for these rows, and for the exact rows whose events they contest."""
        sql.create(self.engine, "contested", "reopened")
        low, high = bounds(self.window, self.window.time_range)
        candidates(self.engine, "near_reopened", "reopened", "contested", low, high, self.whole.first_ns)
        sql.create(self.engine, "slots")
        pairs, slots, rows, events = _load(self.engine)
        ((exact_rows,),) = self.engine.rows("SELECT count(*) FROM exact")
        points = _lattice_points(self.engine, self.steps)
        if self.window.others:
            # Rows of ticks that the source does not hold crowd where ticks do.
            points = min(points, self.whole.events / self.window.others)
        setting = Setting(
            self.window,
            self.steps,
            len(rows),
            max(0, exact_rows - (len(rows) - self.rest)),
            self.exact,
            points,
            self.options,
        )
        fitted = fit(pairs, slots, setting)
        return _Solved(pairs, slots, rows, events, fitted, solve(pairs, slots, setting, fitted))

    def further(self, solved: _Solved) -> _Solver | None:
        """With more in `near`, for rows that have no match in the window; None if there is nothing more.

        For all rows that would be many ticks, and hardly any of them likely.
        """
        unmatched = solved.rows[solved.solution.phantom > LIKELY]
        if not len(unmatched):
            return None
        engine = self.engine
        engine.load("unmatched", {"row": unmatched})
        window, steps = find_further(engine, self.options, self.window, self.exact, self.whole, self.steps)
        if window.further == window.time_range:
            return None
        low, high = bounds(window, window.time_range)
        further = candidates_query(UNMATCHED, "ticks", *bounds(window, window.further), self.whole.first_ns)
        engine.create(
            "near",
            "SELECT * FROM near UNION ALL "
            f"SELECT * FROM ({further}) AS further WHERE time_delta_ns NOT BETWEEN {low} AND {high}",
        )
        return replace(self, window=window, steps=steps)


def _load(engine: Engine) -> tuple[Candidates, Slots, Ints, Ints]:
    """Candidates and slots as arrays, and what row and event their numbers stand for."""
    found = engine.arrays(
        "SELECT row, event, time_delta_ns, price_delta_units FROM near UNION ALL "
        "SELECT row, event, time_delta_ns, price_delta_units FROM near_reopened"
    )
    all_rows = engine.arrays("SELECT row FROM rest UNION ALL SELECT row FROM reopened")["row"]
    rows = np.sort(all_rows)
    events = engine.arrays("SELECT event, time_ns FROM contested ORDER BY event")
    event_ids = events["event"]
    row, event = number_of(rows, found["row"]), number_of(event_ids, found["event"])
    order = np.argsort(row * max(1, len(event_ids)) + event)
    candidates = Candidates(
        row=row[order],
        event=event[order],
        time_delta=found["time_delta_ns"][order],
        price_delta=found["price_delta_units"][order],
        event_time=events["time_ns"],
        rows=len(rows),
        events=len(event_ids),
    )
    attempts = engine.arrays("SELECT event, line, attempt, worker, failed, start_ns, stop_ns FROM slots")
    attempts["event"] = number_of(event_ids, attempts["event"])
    slots = make_slots(len(event_ids), attempts)
    return candidates, slots, rows, event_ids


def _lattice_points(engine: Engine, steps: tuple[int, int]) -> float:
    """Steps of time times steps of price that phantoms are spread over: what the output spans.

    Few rows show little of that. So what a row might be at the outset counts as one row more: any time at which
    something happened, and any price of the size of those seen; but where all prices are one, that tells nothing.
    """
    ((rows, time_span, price_span),) = engine.rows(
        "SELECT count(*), max(time_ns) - min(time_ns), max(price_units) - min(price_units) FROM outputs"
    )
    ((first, last, least, most),) = engine.rows(
        "SELECT min(first), max(last), min(least), max(most) FROM ("
        "SELECT min(time_ns) AS first, max(time_ns) AS last, min(price_units) AS least, max(price_units) AS most "
        "FROM ticks UNION ALL "
        "SELECT min(time_ns), max(time_ns), min(price_units), max(price_units) FROM outputs UNION ALL "
        "SELECT min(start_ns), max(coalesce(end_ns, start_ns)), NULL, NULL FROM attempts) AS ranges"
    )
    size = max(abs(least), abs(most)) if most > least else 0
    time = (rows * time_span + last - first) / (rows + 1)
    price = (rows * price_span + size) / (rows + 1)
    return float((time / steps[0] + 1.0) * (price / steps[1] + 1.0))


def _decide(solved: _Solved) -> dict[str, npt.NDArray[np.int64]]:
    """Links from the probabilities: the columns of `links_found`, sorted by row."""
    candidates, solution = solved.candidates, solved.solution
    further = solution.further
    of_pair = further + np.bincount(solution.edges.pair, solution.probability, len(candidates.row))
    best_further, further_pair = best_of(candidates.row, further, candidates.rows)
    free = np.maximum(solution.phantom, best_further)
    edge = solution.problem.edge
    taken = assign(replace(solution.problem.graph, weight=of_pair[solution.edges.pair[edge]], free=free))
    pair = further_pair.copy()
    pair[best_further <= solution.phantom] = -1
    slotted = taken != FREE
    pair[slotted] = solution.edges.pair[edge[taken[slotted]]]
    pair = _exact_rows_back(pair, candidates)
    linked = np.flatnonzero(pair >= 0)
    mine = pair[linked]
    line, lag = _own_attempt(mine, of_pair, solution, solved.slots, solved.fitted.offset)
    return {
        "row": solved.rows[linked],
        "event": solved.events[candidates.event[mine]],
        "attempt_line": line,
        "offset_ns": lag,
        "confidence_millionths": _millionths(of_pair[mine]),
        "group_confidence_millionths": _millionths(_with_twins(candidates, pair, of_pair)[linked]),
    }


def _exact_rows_back(pair: Ints, candidates: Candidates) -> Ints:
    """The pairs that rows take, changed where an event has none though a row repeats it: that row is then its own.

    The row comes from an event that it does not repeat, or from a twin that has another one. Each change adds an exact
    link, or an event that has a row, so there is an end to them.
    """
    repeats = (candidates.time_delta == 0) & (candidates.price_delta == 0)
    exact = np.flatnonzero(repeats)
    pair = pair.copy()
    while True:
        mine = pair[candidates.row[exact]]
        rows_of = np.bincount(candidates.event[pair[pair >= 0]], minlength=candidates.events)
        spare = (mine < 0) | ~repeats[mine] | (rows_of[candidates.event[mine]] > 1)
        wanted = exact[spare & (rows_of[candidates.event[exact]] == 0)]
        if not len(wanted):
            return pair
        # At a time one row to each event and from each event: to give two would leave a donor without.
        wanted = wanted[np.unique(candidates.row[wanted], return_index=True)[1]]
        wanted = wanted[np.unique(candidates.event[wanted], return_index=True)[1]]
        given = pair[candidates.row[wanted]]
        donors = np.where(given < 0, -1, candidates.event[given])
        wanted = wanted[np.unique(donors, return_index=True)[1]]
        pair[candidates.row[wanted]] = wanted


def _with_twins(candidates: Candidates, pair: Ints, score: Floats) -> Floats:
    """Per row: the score of its pair and of those with the event's twins together: they are off by the same."""
    mine = pair[candidates.row]
    alike = (candidates.time_delta == candidates.time_delta[mine]) & (
        candidates.price_delta == candidates.price_delta[mine]
    )
    total: Floats = np.bincount(candidates.row[alike], score[alike], candidates.rows).astype(np.float64)
    return total


def _millionths(probability: Floats) -> Ints:
    return np.rint(np.clip(probability, 0.0, 1.0) * MILLIONTHS).astype(np.int64)


def _own_attempt(
    pair: Ints, of_pair: Floats, solution: Solution, slots: Slots, offset: Ints
) -> tuple[Ints, Ints]:
    """Per linked pair: the line of the attempt that wrote it (0 where unknown), and that worker's clock offset."""
    _, edge = best_of(solution.edges.pair, solution.probability, len(of_pair))
    edge = edge[pair]
    sure = solution.probability[edge] >= SURE * of_pair[pair]
    slot = solution.edges.slot[edge]
    return np.where(sure, slots.line[slot], 0), np.where(sure, offset[slots.worker[slot]], 0)


def _nothing() -> dict[str, npt.NDArray[np.int64]]:
    empty = np.zeros(0, dtype=np.int64)
    columns = (
        "row",
        "event",
        "attempt_line",
        "offset_ns",
        "confidence_millionths",
        "group_confidence_millionths",
    )
    return dict.fromkeys(columns, empty)


def _store(engine: Engine, found: dict[str, npt.NDArray[np.int64]]) -> None:
    """`links`: what was found, and the exact rows that nobody contested."""
    engine.load("links_found", found)
    sql.create(engine, "links")
