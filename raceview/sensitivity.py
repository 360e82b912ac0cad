"""How the causes would read if a worker's clock were off: the rules of `causes`, asked again with its times shifted.

One worker's log is shifted at a time, against all others. Links stay as they are: what changes is how windows lie to
each other. An event can only change where the shift reaches its margin, so only those are judged again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from raceview import sql
from raceview.engine.base import Engine
from raceview.model import Cause

REACH = 0.95
"""Share of the margins that the shifts reach."""
STEPS = 20
"""Shifts to either side, at the most."""
MOST_TRIALS = 200_000
"""Events under a shift that are judged at once, about: of more workers than that takes, some at a time."""

_Moves: TypeAlias = dict[tuple[int, int], list[tuple[Cause, Cause, int]]]
"""By worker and number of the shift: how many events go from one cause to another."""


@dataclass(frozen=True, slots=True)
class Shifted:
    """Duplicated events per cause if the worker's clock were right with `shift_ns` added to its times.

    `changed` counts the events whose cause is another one than without a shift.
    """

    worker: int
    shift_ns: int
    causes: dict[Cause, int]
    changed: int


def shifts(engine: Engine) -> list[int]:
    """Round shifts in ns, evenly spaced to both sides of 0, that reach all but the largest margins."""
    margins = engine.arrays("SELECT margin_ns FROM duplicated WHERE margin_ns > 0")["margin_ns"]
    if not len(margins):
        return [0]
    reach = int(np.quantile(margins, REACH, method="higher"))
    least = -(-reach // STEPS)
    magnitude = 10 ** (len(str(least)) - 1)
    step = next(times * magnitude for times in (1, 2, 5, 10) if times * magnitude >= least)
    count = -(-reach // step)
    return [number * step for number in range(-count, count + 1)]


def sensitivity(engine: Engine, shifts_ns: Sequence[int], most: int | None = None) -> list[Shifted]:
    """The counts for each worker and shift, in that order.

    `most` takes only so many workers, those with the most events that a shift may change.
    """
    _prepare(engine, shifts_ns)
    now = dict.fromkeys(Cause, 0)
    now.update({Cause(cause): events for cause, events in engine.rows(_COUNTED)})
    asked = _asked(engine, most)
    moves: _Moves = {}
    for workers in _together(asked, len(shifts_ns)):
        moves.update(_moves(engine, workers))
    found = []
    for worker in sorted(asked):
        for number, shift in enumerate(shifts_ns):
            causes, changed = dict(now), 0
            for before, after, events in moves.get((worker, number), ()):
                causes[before] -= events
                causes[after] += events
                changed += events
            found.append(Shifted(worker, shift, causes, changed))
    return found


def _asked(engine: Engine, most: int | None) -> dict[int, int]:
    """The workers that are asked about, and how many events each may change; most first."""
    first = "" if most is None else f" LIMIT {most}"
    found = engine.rows(
        "SELECT w.worker, count(DISTINCT a.event) AS events FROM workers AS w "
        "LEFT JOIN doubtful_attempts AS a ON a.worker = w.worker GROUP BY w.worker "
        f"ORDER BY events DESC, w.worker{first}"
    )
    return dict(found)


def _together(asked: dict[int, int], shifts: int) -> Iterator[list[int]]:
    """The workers that may change anything, as many at a time as memory has room for: a query costs more than a few."""
    workers: list[int] = []
    trials = 0
    for worker, events in asked.items():
        if workers and trials + events * shifts > MOST_TRIALS:
            yield workers
            workers, trials = [], 0
        if events:
            workers.append(worker)
            trials += events * shifts
    if workers:
        yield workers


_COUNTED = "SELECT cause, count(*) FROM duplicated GROUP BY cause"


def _prepare(engine: Engine, shifts_ns: Sequence[int]) -> None:
    """What is the same for all workers: the shifts, and the attempts of the events that any shift may change."""
    engine.load(
        "shifts", {"trial": np.arange(len(shifts_ns)), "shift_ns": np.array(shifts_ns, dtype=np.int64)}
    )
    engine.create(
        "doubtful_attempts",
        "SELECT a.*, d.margin_ns FROM attempts AS a JOIN duplicated AS d ON d.event = a.event "
        "WHERE d.margin_ns IS NOT NULL",
    )


def _moves(engine: Engine, workers: Sequence[int]) -> _Moves:
    """What changes where the clock of one of these workers is shifted, one at a time.

    An event under a shift is an event of its own, so that the queries for all attempts and all causes serve here too.
    """
    ((events, rows, most),) = engine.rows(
        "SELECT coalesce(max(event), 0) + 1, coalesce(max(row), 0) + 1, (SELECT max(worker) + 1 FROM workers) "
        "FROM crowded"
    )
    listed = ", ".join(map(str, workers))
    engine.create(
        "trials",
        f"SELECT *, number * {events} + event AS trial_event FROM ("
        f"SELECT s.trial, s.shift_ns, a.event, a.worker, s.trial * {most} + a.worker AS number FROM shifts AS s "
        f"JOIN (SELECT DISTINCT event, worker, margin_ns FROM doubtful_attempts WHERE worker IN ({listed})) AS a "
        "ON abs(s.shift_ns) >= a.margin_ns AND s.shift_ns <> 0) AS shifted",
    )
    moved = "CASE WHEN a.worker = t.worker THEN t.shift_ns ELSE 0 END"
    engine.create(
        "trial_attempts",
        "SELECT line, event, row_number() OVER (PARTITION BY event ORDER BY start_ns, line) AS attempt, worker, "
        "start_ns, end_ns, failed FROM (SELECT a.line, t.trial_event AS event, a.worker, "
        f"a.start_ns + {moved} AS start_ns, a.end_ns + {moved} AS end_ns, a.failed "
        "FROM trials AS t JOIN doubtful_attempts AS a ON a.event = t.event) AS shifted",
    )
    engine.create("trial_pairs", sql.query("attempt_pairs", attempts="trial_attempts"))
    engine.create(
        "trial_rows",
        f"SELECT t.number * {rows} + c.row AS row, t.trial_event AS event, c.place, c.attempt_line "
        "FROM trials AS t JOIN crowded AS c ON c.event = t.event WHERE c.place <= 2",
    )
    engine.create(
        "trial_ledger",
        "SELECT t.trial_event AS event, g.attempts FROM trials AS t JOIN ledger AS g ON g.event = t.event",
    )
    judged = sql.query(
        "causes", has_attempts=1, crowded="trial_rows", ledger="trial_ledger", attempt_pairs="trial_pairs"
    )
    moves: _Moves = {}
    for worker, trial, before, after, count in engine.rows(
        f"SELECT t.worker, t.trial, d.cause, c.cause, count(*) FROM ({judged}) AS c "
        "JOIN trials AS t ON t.trial_event = c.event JOIN duplicated AS d ON d.event = t.event "
        "WHERE c.cause <> d.cause GROUP BY t.worker, t.trial, d.cause, c.cause"
    ):
        moves.setdefault((worker, trial), []).append((Cause(before), Cause(after), count))
    return moves
