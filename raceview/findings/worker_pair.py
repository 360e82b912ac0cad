"""Workers, and pairs of workers, that duplicate events more often than their attempts make likely.

Each duplicated event shows one worker, where it took no two, or the two whose attempts are its cause. Where nobody is
to blame they are drawn by their attempts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from raceview.engine.base import Engine
from raceview.findings.finding import Finding
from raceview.findings.significance import NOWHERE, Bools, Floats, Looks, log_excess, wilson
from raceview.model import FindingName

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Blame:
    """Duplicated events by who took part: `one[w]` events show worker w only, `two[v, w]` (v < w) show both."""

    names: list[str]
    attempts: Floats
    one: Floats
    two: Floats


def worker_pairs(engine: Engine) -> Looks:
    """Looks at each worker, then at each pair of them (in the order of `numpy.triu_indices`)."""
    names = [name for (name,) in engine.rows("SELECT worker_id FROM workers ORDER BY worker")]
    if len(names) < 2:  # noqa: PLR2004 - one worker has nobody to differ from
        return NOWHERE
    blame = _read(engine, names)
    if not blame.one.sum() + blame.two.sum():
        return NOWHERE
    first, second = np.triu_indices(len(names), 1)
    chance = blame.attempts[first] * blame.attempts[second]
    chance = chance / chance.sum()
    share = _worker_shares(blame, first, second, chance)
    involved = blame.one + blame.two.sum(axis=0) + blame.two.sum(axis=1)
    together = blame.two[first, second]
    whole, pairs = blame.one.sum() + blame.two.sum(), blame.two.sum()
    log_p = np.concatenate([log_excess(involved, whole, share), log_excess(together, pairs, chance)])

    def tell(hold: Bools) -> list[Finding]:
        return _tell(blame, hold, log_p, share, (first, second, chance))

    return Looks(log_p, tell)


def _read(engine: Engine, names: list[str]) -> Blame:
    workers = len(names)
    attempts = np.zeros(workers)
    for worker, count in engine.rows("SELECT worker, count(*) FROM attempts GROUP BY worker"):
        attempts[worker] = count
    one, two = np.zeros(workers), np.zeros((workers, workers))
    for first, second, events in engine.rows(
        "SELECT low, high, count(*) FROM ("
        "SELECT CASE WHEN p.first_worker < p.second_worker THEN p.first_worker ELSE p.second_worker END AS low, "
        "CASE WHEN p.first_worker < p.second_worker THEN p.second_worker ELSE p.first_worker END AS high "
        "FROM duplicated AS d JOIN attempt_pairs AS p ON p.first_line = d.first_line AND p.second_line = d.second_line "
        "UNION ALL SELECT a.worker, a.worker FROM attempts AS a "
        "WHERE a.attempt = 1 AND a.event IN (SELECT event FROM duplicated WHERE first_line IS NULL)"
        ") AS shown GROUP BY low, high"
    ):
        if first == second:
            one[first] += events
        else:
            two[first, second] += events
    return Blame(names, attempts, one, two)


def _worker_shares(blame: Blame, first: Ints, second: Ints, chance: Floats) -> Floats:
    """Per worker, the mean probability to take part in a duplicated event, if attempts were all that counted."""
    in_pair = np.bincount(first, chance, len(blame.names)) + np.bincount(second, chance, len(blame.names))
    alone = blame.attempts / blame.attempts.sum()
    one, two = blame.one.sum(), blame.two.sum()
    return np.asarray((one * alone + two * in_pair) / (one + two))


def _tell(
    blame: Blame, hold: Bools, log_p: Floats, share: Floats, pairs: tuple[Ints, Ints, Floats]
) -> list[Finding]:
    """What holds, the clearest first; what earlier ones account for is not said again.

    A worker that collides with everybody is one finding, not one for each it collides with, and two that collide with
    each other are a pair. So the events of a finding are left out for those after it.
    """
    first, second, chance = pairs
    workers = len(blame.names)
    least = log_p[hold].max(initial=-np.inf)
    one, two = blame.one.copy(), blame.two.copy()
    overloaded, colliding = [], []
    for at in np.flatnonzero(hold)[np.argsort(log_p[hold], kind="stable")]:
        if at < workers:
            involved = one[at] + two[at].sum() + two[:, at].sum()
            whole = one.sum() + two.sum()
            if log_excess(involved, whole, share[at]) <= least:
                overloaded.append(_of_worker(blame, int(at), involved, whole, float(share[at])))
                one[at] = two[at] = two[:, at] = 0
        else:
            low, high = int(first[at - workers]), int(second[at - workers])
            likely = float(chance[at - workers])
            together, whole = two[low, high], two.sum()
            if log_excess(together, whole, likely) <= least:
                colliding.append(_of_pair(blame, (low, high), together, whole, likely))
                two[low, high] = 0
    return [*overloaded, *colliding]


def _of_worker(blame: Blame, worker: int, involved: float, whole: float, share: float) -> Finding:
    name = blame.names[worker]
    return Finding(
        FindingName.OVERLOAD,
        name,
        *_times(involved, whole, share),
        f"{name} took part in {involved:,.0f} of {whole:,.0f} duplicated events; its "
        f"{blame.attempts[worker]:,.0f} of {blame.attempts.sum():,.0f} attempts make {whole * share:,.1f} likely",
        (name,),
    )


def _of_pair(blame: Blame, pair: tuple[int, int], together: float, whole: float, chance: float) -> Finding:
    low, high = (blame.names[worker] for worker in pair)
    return Finding(
        FindingName.WORKER_PAIR,
        f"{low} {high}",
        *_times(together, whole, chance),
        f"{low} and {high} met in {together:,.0f} of the {whole:,.0f} duplicated events that two workers had; their "
        f"attempts make {whole * chance:,.1f} likely",
        (low, high),
    )


def _times(hits: float, trials: float, share: float) -> tuple[float, str, float, float]:
    """How many times as often as likely, with its unit and 95 % interval."""
    low, high = wilson(hits, trials)
    return (
        round(hits / trials / share, 6),
        "times what is likely",
        round(low / share, 6),
        round(high / share, 6),
    )
