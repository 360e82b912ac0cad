"""Where the remaining rows have their matches: the window, found from samples of rows, of ticks, and of the log."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from raceview import sql
from raceview.engine.base import Engine
from raceview.linkage.chance import Neighbours
from raceview.linkage.graph import Ints
from raceview.linkage.groups import starts_of
from raceview.linkage.noise import step_of
from raceview.linkage.window import FEW_ROWS, Pairs, Range, Window, find_window
from raceview.model import Options

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
WIDENED, WIDER = 2, 8
"""Times that it is widened at the most, and by how much."""
GAIN = 0.05
"""Share of them that a wider window must explain in addition, beyond chance, to be taken."""
FEW_WAIT = 0.5
"""Share of the events that may wait for a row, by the log, for that to tell anything."""
PAIRS_IN_ALL = 20_000_000
"""Pairs of a row and a tick that the window may hold in all, unless it holds fewer than `LEAST_CROWD` to a row."""
CROWD = 100
"""Ticks to a row that it may hold, where there are few rows."""
LEAST_CROWD = 8
UNMATCHED = "(SELECT * FROM rest WHERE row IN (SELECT row FROM unmatched))"
"""The remaining rows without a match in the window."""
FARTHEST_NS = 10**17
"""No row is looked for further from its event than this, three years: what is, bears a broken time. The bounds of a
window fit 64 bits as far as that."""


@dataclass(frozen=True, slots=True)
class Span:
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
    def of(cls, engine: Engine, events: int) -> Span:
        """There is a tick, and a row."""
        ((first, last, symbols, first_row, last_row),) = engine.rows(
            "SELECT t.low, t.high, t.symbols, o.low, o.high FROM "
            "(SELECT min(time_ns) AS low, max(time_ns) AS high, count(DISTINCT symbol_id) AS symbols FROM ticks) AS t "
            "CROSS JOIN (SELECT min(time_ns) AS low, max(time_ns) AS high FROM outputs) AS o"
        )
        gap = max(1, (last - first) * max(1, symbols) // max(1, events))
        return cls(min(first, first_row), max(last, last_row), first, last, gap, events)

    def covered(self, reach: int) -> str:
        """The condition that the ticks reach a row."""
        return f"time_ns BETWEEN {self.first_tick_ns - reach} AND {self.last_tick_ns + reach}"


@dataclass(frozen=True, slots=True)
class _Sides:
    """Who looks for a match among whom: relations of the columns of `rest`, or of `ticks`.

    Or the other way round, which is told by `event`: the column of their pairs that is the event's. `idle` are what
    has no match among them but itself, and is otherwise like those who look.
    """

    asking: str
    offered: str
    idle: str
    event: str


_AS_ROWS = "SELECT event AS row, symbol_id, time_ns, price_units FROM ticks"
_WAITING = (
    "(event IN (SELECT event FROM attempts WHERE attempt > 1) OR "
    "(event IN (SELECT event FROM attempts) AND event NOT IN (SELECT event FROM exact)))"
)
"""The condition that the log shows more attempts at an event than it has exact rows: it waits for one."""
FROM_ROWS = _Sides("rest", "ticks", f"({_AS_ROWS})", "event")
FROM_EVENTS = _Sides(
    f"({_AS_ROWS} WHERE {_WAITING})",
    "(SELECT row AS event, symbol_id, time_ns, price_units FROM rest)",
    f"({_AS_ROWS} WHERE NOT {_WAITING})",
    "row",
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Those who tell where matches lie: a condition on who asks, and their number; and how many are offered to them."""

    sides: _Sides
    condition: str
    rows: int
    offered: int

    @classmethod
    def within(cls, engine: Engine, whole: Span, reach: int) -> _Asked:
        """Rows that the ticks reach: a source that was cut short says nothing of the others. All if there are none."""
        asked = cls.of(engine, whole, whole.covered(reach))
        return asked if asked.rows else cls.of(engine, whole, "true")

    @classmethod
    def of(cls, engine: Engine, whole: Span, condition: str) -> _Asked:
        """Rows for which that holds."""
        ((rows,),) = engine.rows(f"SELECT count(*) FROM rest WHERE {condition}")
        return cls(FROM_ROWS, condition, rows, whole.events)

    @classmethod
    def waiting(cls, engine: Engine, rows: int) -> _Asked:
        """Events that wait for one of the remaining rows."""
        ((waiting,),) = engine.rows(f"SELECT count(*) FROM ticks WHERE {_WAITING}")
        return cls(FROM_EVENTS, "true", waiting, rows)


def candidates(
    engine: Engine, relation: str, rows: str, events: str, low: int, high: int, first_ns: int
) -> None:
    """Make `relation` of what `candidates_query` asks for."""
    engine.create(relation, candidates_query(rows, events, low, high, first_ns))


def candidates_query(rows: str, events: str, low: int, high: int, first_ns: int) -> str:
    """Pairs of a row of `rows` and an event of `events`, of a symbol, apart by `low` to `high` ns (row less event).

    `first_ns` is not later than any row or event.
    """
    return sql.query(
        "candidates",
        rows=rows,
        events=events,
        low=low,
        high=high,
        width=high - low + 1,
        base=first_ns - abs(high) - abs(low) - 1,
    )


def bounds(window: Window, times: Range) -> tuple[int, int]:
    """Differences in time, ns, of rows that are off by these, by their worker's clock, or by both."""
    low = int(np.floor(min(times[0], 0.0) + min(window.offset.min(), 0)))
    high = int(np.ceil(max(times[1], 0.0) + max(window.offset.max(), 0)))
    return low, high


def find(
    engine: Engine, options: Options, rows: int, exact: Ints, whole: Span
) -> tuple[Window, tuple[int, int]]:
    """The window, and the steps of time and price, from samples of the remaining rows, of which there are `rows`.

    It is widened while it explains too few of them and that helps. Where most come from no tick at all (a source that
    was cut short), no window explains them. `exact` counts the exact rows of each worker.
    """
    span = min(max(1, whole.last_ns - whole.first_ns), FARTHEST_NS)
    least = max(1, _logged_reach(engine))
    reach = max(REACH_GAPS * whole.gap, least)
    if whole.events * rows <= PAIRS:
        reach = least = span
    reach, least = min(span, reach), min(span, least)
    asked = _Asked.within(engine, whole, reach)
    pairs, steps = _sampled_pairs(engine, asked, reach, least, whole)
    window = find_window(pairs, exact, steps)
    for _ in range(WIDENED):
        if window.explained > ENOUGH or pairs.reach >= span:
            break
        wide = min(span, WIDER * pairs.reach)
        asked = _Asked.within(engine, whole, wide)
        pairs, wide_steps = _sampled_pairs(engine, asked, wide, wide, whole)
        steps = _common(steps, wide_steps)
        wider = find_window(pairs, exact, steps)
        if wider.certain > max(window.explained, window.certain) + GAIN:
            if window.certain > GAIN and not window.holds(wider.centre):
                break  # they are two places
            window = wider
    if window.certain < ENOUGH and (window.explained < ENOUGH or pairs.rows >= FEW_ROWS):
        window, steps = _find_by_log(engine, window, rows, exact, whole, steps)
    crowd = max(LEAST_CROWD, min(CROWD, PAIRS_IN_ALL / rows))
    return _pinned(window.narrowed(crowd), options), steps


def _common(first: tuple[int, int], second: tuple[int, int]) -> tuple[int, int]:
    """Steps of which both are multiples."""
    return math.gcd(first[0], second[0]), math.gcd(first[1], second[1])


def find_further(
    engine: Engine, options: Options, window: Window, exact: Ints, whole: Span, steps: tuple[int, int]
) -> tuple[Window, tuple[int, int]]:
    """The window, extended to where the rows of `unmatched` have their matches; and the steps.

    As where some copies are late by a time-out. Not where they have none beyond chance, or are few.
    """
    reach, span = window.reach, min(whole.last_ns - whole.first_ns, FARTHEST_NS)
    for _ in range(WIDENED if options.jitter_ns is None else 0):
        if reach >= span:
            break
        reach = min(WIDER * reach, FARTHEST_NS)
        asked = _Asked.of(engine, whole, f"row IN (SELECT row FROM unmatched) AND {whole.covered(reach)}")
        if asked.rows < FEW_ROWS:
            break
        pairs, further_steps = _sampled_pairs(engine, asked, reach, reach, whole)
        further = find_window(pairs, exact, steps)
        if further.certain > GAIN and not window.holds(further.centre):
            crowd = max(LEAST_CROWD, min(CROWD, PAIRS_IN_ALL / asked.rows))
            extended = window.extended(further.narrowed(crowd))
            return _pinned(extended, options), _common(steps, further_steps)
    return window, steps


def _find_by_log(
    engine: Engine, window: Window, rows: int, exact: Ints, whole: Span, steps: tuple[int, int]
) -> tuple[Window, tuple[int, int]]:
    """The window as events tell it that wait for a row by the log, if they find one beyond chance; and the steps.

    Where every row has a tick by chance, or hardly any row has one at all, those events may still have theirs.
    """
    asked = _Asked.waiting(engine, rows)
    if not asked.rows or asked.rows > FEW_WAIT * whole.events:
        return window, steps
    span = min(whole.last_ns - whole.first_ns, FARTHEST_NS)
    reach = min(span, REACH_GAPS * whole.gap * whole.events // rows)
    pairs, event_steps = _sampled_pairs(engine, asked, reach, reach, whole)
    found = find_window(pairs, exact, _common(steps, event_steps))
    if found.certain <= window.certain + GAIN:
        return window, steps
    dense = whole.events / rows
    return replace(found, crowd=dense * found.crowd, others=dense * found.others), _common(steps, event_steps)


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


def _sample(engine: Engine, asked: _Asked, reach: int, least: int, whole: Span) -> int:
    """Make `sampled`, rows spread evenly over those that are asked; the reach that their pairs should have.

    That is less than `reach` where time is crowded into bursts, with `least` as the bound, and even less than that
    where there would be too many pairs.
    """
    for _ in range(6):
        _take(engine, asked, PROBED_ROWS)
        candidates(engine, "sampled_pairs", "sampled", asked.sides.offered, -reach, reach, whole.first_ns)
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
    chosen = f"{asked.condition} AND {sql.one_in(every, 'row')}"
    engine.create("sampled", f"SELECT * FROM {asked.sides.asking} AS asking WHERE {chosen}")


def _pinned(window: Window, options: Options) -> Window:
    """The window with what the user pins in place of what was fitted."""
    jitter, tolerance = options.jitter_ns, options.price_tolerance_units
    return window.pinned(
        None if jitter is None else float(min(jitter, FARTHEST_NS)),
        None if tolerance is None else float(tolerance),
    )


def _sampled_pairs(
    engine: Engine, asked: _Asked, reach: int, least: int, whole: Span
) -> tuple[Pairs, tuple[int, int]]:
    """Pairs of a sample of those who are asked, and the steps of their differences; `_sample` says how far."""
    reach = _sample(engine, asked, reach, least, whole)
    candidates(engine, "sampled_pairs", "sampled", asked.sides.offered, -reach, reach, whole.first_ns)
    found = engine.arrays(
        "SELECT p.row, coalesce(a.worker, 0) AS worker, p.time_delta_ns, p.price_delta_units FROM sampled_pairs AS p "
        f"LEFT JOIN attempts AS a ON a.event = p.{asked.sides.event} ORDER BY p.row, p.event, a.attempt"
    )
    ((rows,),) = engine.rows("SELECT count(*) FROM sampled")
    _, row = np.unique(found["row"], return_inverse=True)
    later = 1 if asked.sides is FROM_ROWS else -1
    pairs = Pairs(
        row.astype(np.int64),
        found["worker"],
        later * found["time_delta_ns"],
        later * found["price_delta_units"],
        rows,
        reach,
        _apart(engine, asked, reach, whole, rows, max(1, len(found["row"]) // max(1, rows))),
    )
    return pairs, (step_of(pairs.time_delta), step_of(pairs.price_delta))


def _apart(engine: Engine, asked: _Asked, reach: int, whole: Span, rows: int, pairs_each: int) -> Neighbours:
    """A sample of the idle, for so many rows and pairs of each, and what of their symbol is within reach of them.

    Among the ticks they find themselves, too, which does not count.
    """
    wanted = min(max(rows, FEWEST_TICKS), SAMPLE_TICKS, PAIRS // pairs_each)
    chosen = sql.one_in(max(1, whole.events // max(1, wanted)), "row")
    some = f"(SELECT * FROM {asked.sides.idle} AS idle WHERE {chosen})"
    found = engine.arrays(candidates_query(some, asked.sides.offered, -reach, reach, whole.first_ns))
    _, row = np.unique(found["row"], return_inverse=True)
    if asked.sides is FROM_ROWS:
        later, others = 1, found["row"] != found["event"]
        ticks = int((~others).sum())
    else:
        later, others = -1, np.ones(len(row), dtype=np.bool_)
        ((ticks,),) = engine.rows(f"SELECT count(*) FROM {some} AS idle")
    return Neighbours(
        row.astype(np.int64),
        later * found["time_delta_ns"],
        later * found["price_delta_units"],
        ticks,
        asked.offered,
    ).only(others)
