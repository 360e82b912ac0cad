"""What a policy would do before anything is written: how many rows, which, and where it differs from another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from raceview.model import Action, Policy
from raceview.policies import BASELINES, changes

if TYPE_CHECKING:
    from raceview.investigation import Investigation

MOST = 1000
"""Rows and events that are listed; how many there are is always told as well."""


@dataclass(frozen=True, slots=True)
class Effect:
    """How many rows a policy would write, drop and correct."""

    policy: Policy
    rows: int
    dropped: int
    corrected: int


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that a policy would drop or correct.

    `event` is None for a phantom. `stays` is the line of the first row that its event keeps, None where it keeps
    none. `new_time_ns` and `new_price_units` are what a corrected row becomes.
    """

    line: int
    symbol: str
    time_ns: int
    price_units: int
    action: Action
    event: int | None
    event_id: str | None
    stays: int | None
    new_time_ns: int | None
    new_price_units: int | None


@dataclass(frozen=True, slots=True)
class Written:
    """A row as a policy would write it."""

    time_ns: int
    price_units: int


@dataclass(frozen=True, slots=True)
class Flip:
    """An event of which two policies would write different times or prices."""

    event: int
    event_id: str
    symbol: str
    ours: tuple[Written, ...]
    theirs: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class Flips:
    """Where two policies differ; `listed` holds the first `MOST` of the events."""

    events: int
    phantoms: int
    """Rows of no event that only one of the two drops."""
    listed: tuple[Flip, ...]


def effects(inv: Investigation) -> list[Effect]:
    """What every policy that can be had here would do. Without the ticks there is no `source`."""
    return [effect(inv, policy) for policy in policies_here(inv)]


def policies_here(inv: Investigation) -> list[Policy]:
    """The policies that this bundle allows."""
    return [policy for policy in Policy if policy is not Policy.SOURCE or inv.files.ticks is not None]


def effect(inv: Investigation, policy: Policy) -> Effect:
    """How many rows one policy would write, drop and correct."""
    ((rows,),) = inv.engine.rows("SELECT count(*) FROM outputs")
    found = dict(
        inv.engine.rows(f"SELECT action, count(*) FROM ({_changes(inv, policy)}) AS g GROUP BY action")
    )
    dropped, corrected = found.get(Action.DROPPED, 0), found.get(Action.CORRECTED, 0)
    return Effect(policy, rows - dropped, dropped, corrected)


def changed_rows(inv: Investigation, policy: Policy) -> list[ChangedRow]:
    """The first `MOST` rows, in file order, that the policy would drop or correct."""
    found = inv.engine.rows(
        f"WITH changed AS ({_changes(inv, policy)}), "
        f"listed AS (SELECT row, action, price_units FROM changed ORDER BY row LIMIT {MOST}), "
        "touched AS (SELECT DISTINCT l.event FROM links AS l JOIN listed AS g ON g.row = l.row), "
        "staying AS (SELECT l.event, min(o.line) AS line FROM links AS l JOIN touched AS t ON t.event = l.event "
        "JOIN outputs_read AS o ON o.row = l.row "
        f"WHERE l.row NOT IN (SELECT row FROM changed WHERE action = '{Action.DROPPED}') GROUP BY l.event) "
        "SELECT o.line, o.symbol, o.time_ns, o.price_units, g.action, l.event, k.event_id, s.line, "
        f"CASE WHEN g.action = '{Action.DROPPED}' THEN NULL WHEN g.price_units IS NULL THEN k.time_ns "
        "ELSE o.time_ns END, "
        f"CASE WHEN g.action = '{Action.DROPPED}' THEN NULL "
        "ELSE coalesce(g.price_units, k.price_units) END "
        "FROM listed AS g JOIN outputs_read AS o ON o.row = g.row LEFT JOIN links AS l ON l.row = g.row "
        "LEFT JOIN ticks_read AS k ON k.line = l.event LEFT JOIN staying AS s ON s.event = l.event ORDER BY g.row"
    )
    return [
        ChangedRow(line, symbol, time_ns, price_units, Action(action), *rest)
        for line, symbol, time_ns, price_units, action, *rest in found
    ]


def flips(inv: Investigation, policy: Policy, other: Policy) -> Flips:
    """The events of which the two would not write the same times and prices, in the order of the source.

    Another row with the same values is no difference.
    """
    what = "row, action, price_units"
    differing = (
        f"WITH ours AS ({_changes(inv, policy)}), theirs AS ({_changes(inv, other)}), "
        f"only_ours AS (SELECT {what} FROM ours EXCEPT SELECT {what} FROM theirs), "
        f"only_theirs AS (SELECT {what} FROM theirs EXCEPT SELECT {what} FROM ours), "
        "differing AS (SELECT row FROM only_ours UNION SELECT row FROM only_theirs)"
    )
    ((phantoms,),) = inv.engine.rows(
        f"{differing} SELECT count(*) FROM differing WHERE row NOT IN (SELECT row FROM links)"
    )
    found = inv.engine.rows(
        f"{differing}, touched AS (SELECT DISTINCT l.event FROM links AS l JOIN differing AS d ON d.row = l.row), "
        "written AS (SELECT l.event, "
        f"{_written('a', 'our')}, {_written('b', 'their')} "
        "FROM links AS l JOIN touched AS t ON t.event = l.event JOIN outputs AS o ON o.row = l.row "
        "JOIN ticks AS k ON k.event = l.event LEFT JOIN ours AS a ON a.row = l.row "
        "LEFT JOIN theirs AS b ON b.row = l.row), "
        f"compared AS (SELECT event, {_listed('our')} AS ours, {_listed('their')} AS theirs FROM written "
        "GROUP BY event) "
        "SELECT c.event, k.event_id, k.symbol, c.ours, c.theirs, count(*) OVER () FROM compared AS c "
        f"JOIN ticks_read AS k ON k.line = c.event WHERE c.ours <> c.theirs ORDER BY c.event LIMIT {MOST}"
    )
    return Flips(
        found[0][-1] if found else 0,
        phantoms,
        tuple(
            Flip(event, event_id, symbol, _rows(ours), _rows(theirs))
            for event, event_id, symbol, ours, theirs, _ in found
        ),
    )


def _written(change: str, whose: str) -> str:
    """SQL of what a policy writes of a row: its time and its price; both NULL where it drops the row."""
    dropped = f"WHEN {change}.action = '{Action.DROPPED}' THEN NULL"
    kept = f"WHEN {change}.row IS NULL THEN"
    return (
        f"CASE {dropped} {kept} o.time_ns WHEN {change}.price_units IS NULL THEN k.time_ns ELSE o.time_ns END "
        f"AS {whose}_time, CASE {dropped} {kept} o.price_units "
        f"ELSE coalesce({change}.price_units, k.price_units) END AS {whose}_price"
    )


def _listed(whose: str) -> str:
    """SQL of all rows that a policy writes of an event, as one text."""
    one = f"CAST({whose}_time AS VARCHAR) || ' ' || CAST({whose}_price AS VARCHAR)"
    return f"coalesce(string_agg({one}, ';' ORDER BY {whose}_time, {whose}_price), '')"


def _rows(listed: str) -> tuple[Written, ...]:
    return tuple(Written(*map(int, row.split(" "))) for row in listed.split(";") if row)


def _changes(inv: Investigation, policy: Policy) -> str:
    return changes(policy, inv.options.drop_phantoms)


def best(scores: Iterable[Mapping[str, Any]]) -> set[Policy]:
    """The policies of a scoreboard that one would choose without an oracle; none where all are as good.

    Fewest real events lost, then fewest copies left, then fewest wrong prices, then fewest wrong times.
    """
    ranks = {
        Policy(line["policy"]): (
            line["real_lost"],
            line["duplicates_left"],
            line["wrong_prices"],
            line["wrong_times"],
        )
        for line in scores
        if not line["oracle"]
    }
    first = min(ranks.values(), default=())
    found = {policy for policy, rank in ranks.items() if rank == first}
    return set() if len(found) == len(ranks) else found - set(BASELINES)
