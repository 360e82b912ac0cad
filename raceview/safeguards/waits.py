"""Safeguards that wait for a set time, as curves: leases, time-outs, and keys that the sink forgets."""

from __future__ import annotations

from raceview.engine.base import Engine
from raceview.model import NS_PER_MS, Safeguard, counted
from raceview.safeguards.answer import CurvePoint, Effect, Price
from raceview.safeguards.keys import first_row_harm
from raceview.safeguards.patience import longest_work_ns, patience_ns
from raceview.safeguards.prices import keys_within
from raceview.safeguards.rule import Replayed, Rule
from raceview.safeguards.thresholds import Thresholds, decades, find_thresholds, shown
from raceview.safeguards.unsure import claimed_again, joined, open_successes, why

_NEVER = "CAST(NULL AS BIGINT)"
_WRITTEN = "when a time-out, or an attempt's second row, was written is not logged"
_DONE = "when an attempt that timed out would have been done is not logged"


def ttl_key(engine: Engine) -> Replayed:
    """A row is refused where its event's id was first accepted less than the TTL ago.

    A success wrote within its window, a time-out at or after its start: certain are the rows of successes that end
    within the TTL of the event's first start. Rows beyond the attempts are never certain, and always possible.
    Chosen is the least TTL, in whole ms, that refuses for certain all that any would.
    """
    found = _ttl_thresholds(engine)
    reach = found.low if found.low.size else found.high
    reach = reach[reach > 0]  # what any TTL refuses sets none
    setting = _whole_ms(int(reach.max())) if reach.size else _whole_ms(longest_work_ns(engine))
    (effect,) = _with_first_row(engine, [found.at(setting)])
    note = why(engine, effect, _WRITTEN, open_successes(engine))
    return Replayed(effect, keys_within(engine, [setting])[0], f"TTL {shown(setting)}", note)


def ttl_curve(engine: Engine) -> list[CurvePoint]:
    found = _ttl_thresholds(engine)
    grid = found.grid()
    effects = _with_first_row(engine, [found.at(setting) for setting in grid])
    return _points(Safeguard.TTL_KEY, grid, effects, keys_within(engine, grid))


def lease(engine: Engine) -> Replayed:
    """An attempt waits while an earlier one of its event has its lease; once that one is done it does not start.

    So it is prevented where the earlier one's work is no longer than the lease, and its window is open; else it starts
    when the lease has run out. Behind a time-out it is perhaps prevented, where the lease outlasts the wait that there
    was: whether the work would have been done by then is not logged. Chosen is the longest success.
    """
    found = find_thresholds(engine, "lease_low", "lease_high")
    setting = longest_work_ns(engine)
    effect = found.at(setting)
    ((failed,),) = engine.rows("SELECT count(*) FROM attempts WHERE failed = 1")
    waits = (
        f"{counted(failed, 'attempt')} timed out: behind a dead worker an event waits for the whole lease"
        if failed
        else ""
    )
    unsure = why(engine, effect, _DONE if claimed_again(engine) else "", open_successes(engine))
    return Replayed(effect, _run_out(engine, [setting])[0], f"lease {shown(setting)}", joined(waits, unsure))


def lease_curve(engine: Engine) -> list[CurvePoint]:
    found = find_thresholds(engine, "lease_low", "lease_high")
    grid = found.grid()
    return _points(Safeguard.LEASE, grid, [found.at(setting) for setting in grid], _run_out(engine, grid))


def timeout(engine: Engine) -> Replayed:
    """A retry does not come where the attempt that timed out ends before the longer time-out.

    When it would have ended is not logged, so none is certain. Chosen is twice the present time-out.
    """
    found = _timeout_thresholds(engine)
    present = patience_ns(engine)
    if present is None:
        effect = found.at(0)
        note = "no time-out is logged that could be made longer"
        return Replayed(effect, None, note=joined(note, why(engine, effect)))
    effect = found.at(2 * present)
    return Replayed(effect, _later(present), f"time-out {shown(2 * present)}", why(engine, effect, _DONE))


def timeout_curve(engine: Engine) -> list[CurvePoint]:
    """From the present time-out to ten times that."""
    present = patience_ns(engine)
    if present is None:
        return []
    found = _timeout_thresholds(engine)
    grid = [present, *(setting for setting in decades(present, 10 * present) if setting > present)]
    effects = [found.at(setting) for setting in grid]
    return _points(Safeguard.TIMEOUT, grid, effects, [_later(setting - present) for setting in grid])


def _ttl_thresholds(engine: Engine) -> Thresholds:
    """The first of an event's rows is never refused: of the ends within the TTL, one is spared."""
    return find_thresholds(engine, "ttl_low", "ttl_high", spared=1, extra=False)


def _timeout_thresholds(engine: Engine) -> Thresholds:
    return find_thresholds(engine, _NEVER, "timeout_high")


def _with_first_row(engine: Engine, effects: list[Effect]) -> list[Effect]:
    """With rows beyond the attempts, which may always be refused, and with the most that taking the first may harm."""
    ((extra,),) = engine.rows(
        "SELECT CAST(coalesce(sum(rows - CASE WHEN attempts > 0 THEN attempts ELSE 1 END), 0) AS BIGINT) "
        "FROM ledger WHERE rows > 1 AND rows > attempts"
    )
    harm = first_row_harm(engine)
    return [Effect(effect.low, effect.high + extra, min(harm, effect.high + extra)) for effect in effects]


def _run_out(engine: Engine, leases_ns: list[int]) -> list[Price]:
    """Successes that take longer than their lease: each would be claimed anew, and written twice."""
    longer = ", ".join(
        f"coalesce(sum(CASE WHEN end_ns - start_ns > {lease} THEN 1 ELSE 0 END), 0)" for lease in leases_ns
    )
    if not longer:
        return []
    (counts,) = engine.rows(f"SELECT {longer} FROM attempts WHERE failed = 0")
    return [Price(int(count), "leases outrun by work") for count in counts]


def _later(added_ns: int) -> Price:
    return Price(added_ns / NS_PER_MS, "ms added to each retry")


def _whole_ms(setting_ns: int) -> int:
    return -(-setting_ns // NS_PER_MS) * NS_PER_MS


def _points(
    safeguard: Safeguard, grid: list[int], effects: list[Effect], prices: list[Price]
) -> list[CurvePoint]:
    return [
        CurvePoint(
            safeguard,
            setting / NS_PER_MS,
            "ms",
            effect.low,
            effect.high,
            effect.harmed,
            price.amount,
            price.unit,
        )
        for setting, effect, price in zip(grid, effects, prices, strict=True)
    ]


TTL_RULE = Rule(
    Safeguard.TTL_KEY,
    "the sink refuses a row whose event id it took less than the TTL ago",
    ttl_key,
    asks_log=True,
    curve=ttl_curve,
)
LEASE_RULE = Rule(
    Safeguard.LEASE,
    "an attempt does not start where an earlier one of its event was done within a lease that still ran",
    lease,
    asks_log=True,
    curve=lease_curve,
)
TIMEOUT_RULE = Rule(
    Safeguard.TIMEOUT,
    "a retry does not start where the attempt that timed out was done within the longer time-out",
    timeout,
    asks_log=True,
    curve=timeout_curve,
)
