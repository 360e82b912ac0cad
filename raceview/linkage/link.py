"""Which event, and which attempt, each output row came from.

Exact rows are peeled off in SQL, the many; the rest goes through the steps of this file: find the window, fit the
noise, set up slots, weigh the edges, compute each edge's probability, decide. Leaves the relation `links` behind.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from raceview import sql
from raceview.engine.base import Engine
from raceview.errors import OutputError
from raceview.linkage.assignment import FREE, assign
from raceview.linkage.chance import Neighbours
from raceview.linkage.graph import Floats, Ints
from raceview.linkage.groups import best_of, number_of, starts_of
from raceview.linkage.noise import Noise, step_of
from raceview.linkage.slots import Candidates, Slots, make_slots
from raceview.linkage.solver import Setting, Solution, fit, solve
from raceview.linkage.window import Pairs, Range, Window, find_window
from raceview.model import MILLIONTHS, Options

FEWEST_TICKS, SAMPLE_TICKS = 200, 2_000
"""Ticks whose distances from the others of their symbol are looked at: as many as rows, within these bounds."""
SAMPLE_ROWS = 10_000
"""Rows that the window is found from."""
REACH_GAPS = 24
"""The first window reaches this many mean gaps between a symbol's ticks to either side."""
PAIRS = 1_000_000
"""Pairs of a row and a tick that the window is found from, at the most."""
PAIRS_PER_ROW = 2_000
PROBED_ROWS = 100
"""Rows whose pairs are counted before all are made: time may be crowded into bursts."""
LOGGED = 1_000_000
"""Attempts that are asked how late they ended, about."""
ENOUGH = 0.5
"""Share of the sampled rows that the window must explain not to be widened."""
WIDENED = 2
"""Times that it is widened at the most."""
GAIN = 0.05
"""Share of them that a wider window must explain in addition, beyond chance, to be taken."""
PAIRS_IN_ALL = 20_000_000
"""Pairs of a row and a tick that the window may hold in all, unless it holds fewer than `LEAST_CROWD` to a row."""
CROWD = 100
"""Ticks to a row that it may hold, where there are few rows."""
LEAST_CROWD = 8
FARTHEST_NS = 10**17
"""No row is looked for further from its event than this, three years: what is, bears a broken time. The bounds of a
window fit 64 bits as far as that."""
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
    whole = _Span.of(engine, events)
    window, steps = _find(engine, options, rest, events, exact, whole)
    _collect(engine, window, whole.first_ns)
    try:
        candidates, slots, rows, event_ids = _load(engine)
        exact_rows = max(0, engine.rows("SELECT count(*) FROM exact")[0][0] - (len(rows) - rest))
        points = _lattice_points(engine, steps)
        if window.others:
            # Rows of ticks that the source does not hold crowd where ticks do.
            points = min(points, events / window.others)
        setting = Setting(window, steps, len(rows), exact_rows, exact, points, options)
        fitted = fit(candidates, slots, setting)
        solution = solve(candidates, slots, setting, fitted)
        _store(engine, _decide(solution, candidates, slots, fitted.offset, rows, event_ids))
    except MemoryError as error:
        raise OutputError(
            f"no memory left to link {rest:,} rows, each with about {max(1.0, window.crowd):,.0f} ticks that it may "
            "come from; a narrower --jitter leaves fewer"
        ) from error
    return Linkage(fitted.noise, fitted.offset, fitted.offset_error, rest)


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
class _Span:
    """First and last time of ticks and outputs together, and of ticks; mean gap between a symbol's ticks (ns).

    `events` counts the ticks.
    """

    first_ns: int
    last_ns: int
    first_tick_ns: int
    last_tick_ns: int
    gap: int
    events: int

    @classmethod
    def of(cls, engine: Engine, events: int) -> _Span:
        """There is a tick, and a row."""
        ((first, last, symbols, first_row, last_row),) = engine.rows(
            "SELECT t.low, t.high, t.symbols, o.low, o.high FROM "
            "(SELECT min(time_ns) AS low, max(time_ns) AS high, count(DISTINCT symbol_id) AS symbols FROM ticks) AS t "
            "CROSS JOIN (SELECT min(time_ns) AS low, max(time_ns) AS high FROM outputs) AS o"
        )
        gap = max(1, (last - first) * max(1, symbols) // max(1, events))
        return cls(min(first, first_row), max(last, last_row), first, last, gap, events)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The remaining rows that tell where matches lie: a condition on `rest`, and their number."""

    condition: str
    rows: int

    @classmethod
    def within(cls, engine: Engine, whole: _Span, reach: int) -> _Asked:
        """Those that the ticks reach: a source that was cut short says nothing of the others. All if there are none."""
        covered = f"time_ns BETWEEN {whole.first_tick_ns - reach} AND {whole.last_tick_ns + reach}"
        ((rest, rows),) = engine.rows(f"SELECT count(*), count(*) FILTER ({covered}) FROM rest")
        return cls(covered, rows) if rows else cls("true", rest)


def _candidates(
    engine: Engine, relation: str, rows: str, events: str, low: int, high: int, first_ns: int
) -> None:
    engine.create(relation, _candidates_query(rows, events, low, high, first_ns))


def _candidates_query(rows: str, events: str, low: int, high: int, first_ns: int) -> str:
    return sql.query(
        "candidates",
        rows=rows,
        events=events,
        low=low,
        high=high,
        width=high - low + 1,
        base=first_ns - abs(high) - abs(low) - 1,
    )


def _find(
    engine: Engine, options: Options, rest: int, events: int, exact: Ints, whole: _Span
) -> tuple[Window, tuple[int, int]]:
    """The window from a sample of the remaining rows, widened while it explains too few of them and that helps.

    Where most rows come from no tick at all (a source that was cut short), no window explains them.
    """
    first_ns = whole.first_ns
    span = min(max(1, whole.last_ns - first_ns), FARTHEST_NS)
    least = max(1, _logged_reach(engine))
    reach = max(REACH_GAPS * whole.gap, least)
    if events * rest <= PAIRS:
        reach = least = span
    reach, least = min(span, reach), min(span, least)
    asked = _Asked.within(engine, whole, reach)
    pairs, steps = _sample_pairs(engine, _sample(engine, asked, reach, least, first_ns), whole)
    window = find_window(pairs, exact, steps)
    for _ in range(WIDENED):
        if window.explained > ENOUGH or pairs.reach >= span:
            break
        wide = min(span, 8 * pairs.reach)
        asked = _Asked.within(engine, whole, wide)
        pairs, (time_step, price_step) = _sample_pairs(
            engine, _sample(engine, asked, wide, wide, first_ns), whole
        )
        steps = (math.gcd(steps[0], time_step), math.gcd(steps[1], price_step))
        wider = find_window(pairs, exact, steps)
        if wider.certain > max(window.explained, window.certain) + GAIN:
            window = wider
    crowd = max(LEAST_CROWD, min(CROWD, PAIRS_IN_ALL / rest))
    return _pinned(window.narrowed(crowd), options), steps


def _logged_reach(engine: Engine) -> int:
    """How long after its event an attempt ended at the latest, ns: a row may have been written then.

    Of events with one attempt a sample is asked where there are many.
    """
    ((count,),) = engine.rows("SELECT count(*) FROM attempts")
    every = max(1, count // LOGGED)
    ((latest,),) = engine.rows(
        "SELECT max(a.end_ns - t.time_ns) FROM attempts AS a JOIN ticks AS t ON t.event = a.event "
        f"WHERE a.attempt > 1 OR {sql.one_in(every, 'a.line')}"
    )
    return max(0, int(latest or 0))


def _sample(engine: Engine, asked: _Asked, reach: int, least: int, first_ns: int) -> int:
    """Make `sampled`, rows spread evenly over those that are asked; the reach that their pairs should have.

    That is less than `reach` where time is crowded into bursts, with `least` as the bound, and even less than that
    where there would be too many pairs.
    """
    for _ in range(6):
        _take(engine, asked, PROBED_ROWS)
        _candidates(engine, "sampled_pairs", "sampled", "ticks", -reach, reach, first_ns)
        ((found, probed),) = engine.rows(
            "SELECT (SELECT count(*) FROM sampled_pairs), (SELECT count(*) FROM sampled)"
        )
        each = found / max(1, probed)
        if each <= PAIRS_PER_ROW:
            break
        reach = max(1, int(reach * 0.5 * PAIRS_PER_ROW / each))
    reach = max(min(reach, least), min(reach, _crowded_reach(engine, reach)))
    ((found,),) = engine.rows(f"SELECT count(*) FROM sampled_pairs WHERE abs(time_delta_ns) <= {reach}")
    _take(engine, asked, min(SAMPLE_ROWS, PAIRS * max(1, probed) // max(1, found)))
    return reach


def _crowded_reach(engine: Engine, reach: int) -> int:
    """Within what nine in ten of the probed rows meet as many ticks as the mean gap promises; `reach` where fewer do.

    A night between two bursts makes the mean gap long, and the gaps that rows see no longer.
    """
    found = engine.arrays("SELECT row, abs(time_delta_ns) AS lag FROM sampled_pairs ORDER BY row, lag")
    starts = starts_of(found["row"])
    counts = np.diff(starts, append=len(found["row"]))
    lag = np.full(len(starts), reach, dtype=np.int64)
    many = counts >= 2 * REACH_GAPS
    lag[many] = found["lag"][starts[many] + 2 * REACH_GAPS - 1]
    return int(np.quantile(lag, 0.9)) if len(lag) else reach


def _take(engine: Engine, asked: _Asked, rows: int) -> None:
    every = max(1, asked.rows // rows)
    engine.create("sampled", f"SELECT * FROM rest WHERE {asked.condition} AND {sql.one_in(every, 'row')}")


def _pinned(window: Window, options: Options) -> Window:
    """The window with what the user pins in place of what was fitted."""
    jitter, tolerance = options.jitter_ns, options.price_tolerance_units
    return window.pinned(
        None if jitter is None else float(min(jitter, FARTHEST_NS)),
        None if tolerance is None else float(tolerance),
    )


def _sample_pairs(engine: Engine, reach: int, whole: _Span) -> tuple[Pairs, tuple[int, int]]:
    _candidates(engine, "sampled_pairs", "sampled", "ticks", -reach, reach, whole.first_ns)
    found = engine.arrays(
        "SELECT p.row, coalesce(a.worker, 0) AS worker, p.time_delta_ns, p.price_delta_units "
        "FROM sampled_pairs AS p LEFT JOIN attempts AS a ON a.event = p.event ORDER BY p.row, p.event, a.attempt"
    )
    ((rows,),) = engine.rows("SELECT count(*) FROM sampled")
    _, row = np.unique(found["row"], return_inverse=True)
    pairs = Pairs(
        row.astype(np.int64),
        found["worker"],
        found["time_delta_ns"],
        found["price_delta_units"],
        rows,
        reach,
        _ticks_apart(engine, reach, whole, rows, max(1, len(found["row"]) // max(1, rows))),
    )
    return pairs, (step_of(pairs.time_delta), step_of(pairs.price_delta))


def _ticks_apart(engine: Engine, reach: int, whole: _Span, rows: int, pairs_each: int) -> Neighbours:
    """A sample of the ticks, for so many rows and pairs of each, and the others of their symbol within reach."""
    wanted = min(max(rows, FEWEST_TICKS), SAMPLE_TICKS, PAIRS // pairs_each)
    chosen = sql.one_in(max(1, whole.events // max(1, wanted)), "event")
    some = f"(SELECT event AS row, symbol_id, time_ns, price_units FROM ticks WHERE {chosen})"
    found = engine.arrays(_candidates_query(some, "ticks", -reach, reach, whole.first_ns))
    itself = found["row"] == found["event"]
    _, row = np.unique(found["row"], return_inverse=True)
    others = Neighbours(
        row.astype(np.int64), found["time_delta_ns"], found["price_delta_units"], int(itself.sum())
    )
    return others.only(~itself)


def _collect(engine: Engine, window: Window, first_ns: int) -> None:
    """All candidates of the remaining rows, and of the exact rows whose events they contest."""
    low, high = _bounds(window, window.time_range)
    _candidates(engine, "near", "rest", "ticks", low, high, first_ns)
    farthest = _bounds(window, window.sought[0])
    if farthest[0] < low or farthest[1] > high:
        _further(engine, window, farthest, first_ns)
    sql.create(engine, "contested", "reopened")
    _candidates(engine, "near_reopened", "reopened", "contested", low, high, first_ns)
    sql.create(engine, "slots")


def _bounds(window: Window, times: Range) -> tuple[int, int]:
    """Differences in time, ns, of rows that are off by these, by their worker's clock, or by both."""
    low = int(np.floor(min(times[0], 0.0) + min(window.offset.min(), 0)))
    high = int(np.ceil(max(times[1], 0.0) + max(window.offset.max(), 0)))
    return low, high


def _further(engine: Engine, window: Window, farthest: tuple[int, int], first_ns: int) -> None:
    """Add to `near` what is sought further away, for rows that have nothing where matches lie.

    For all rows that would be many ticks, and hardly any of them likely.
    """
    low, high = (round(end) for end in window.price_range)
    matched = f"SELECT row FROM near WHERE price_delta_units BETWEEN {low} AND {high}"
    engine.create("unmatched", f"SELECT * FROM rest WHERE row NOT IN ({matched})")
    _candidates(engine, "further", "unmatched", "ticks", *farthest, first_ns)
    engine.create(
        "near",
        "SELECT * FROM near WHERE row NOT IN (SELECT row FROM unmatched) UNION ALL SELECT * FROM further",
    )
    engine.drop("unmatched", "further")


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


def _decide(
    solution: Solution,
    candidates: Candidates,
    slots: Slots,
    offset: Ints,
    rows: Ints,
    event_ids: Ints,
) -> dict[str, npt.NDArray[np.int64]]:
    """Links from the probabilities: the columns of `links_found`, sorted by row."""
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
    line, lag = _own_attempt(mine, of_pair, solution, slots, offset)
    return {
        "row": rows[linked],
        "event": event_ids[candidates.event[mine]],
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
