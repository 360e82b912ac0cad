"""Ways to pick one row per event, what each would write, and how it scores against the source of truth.

Policies are relations: `picks` says what each writes for an event with several rows, `changes` what the chosen one
does to rows. Everything else is kept as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from raceview import sql
from raceview.engine.base import Engine
from raceview.errors import UsageError
from raceview.model import NS_PER_MS, PRICE_UNIT_DIGITS, Action, Options, Policy

BASELINES = (Policy.NONE, Policy.EXACT_KEY)
COMPUTED = (Policy.MEAN, Policy.MEDIAN)
"""Policies that write a price which no row may bear."""


def choose(asked: Policy | None, has_ticks: bool) -> Policy:
    """The policy to apply: what was asked for, else the source's values where the ticks are there, else the first row.

    Raises UsageError where `source` is asked for without the ticks.
    """
    if asked is Policy.SOURCE and not has_ticks:
        raise UsageError("--policy source needs raw_tick_events.log, which is not there; try --policy first")
    return asked or (Policy.SOURCE if has_ticks else Policy.FIRST)


def price_step_units(engine: Engine) -> int:
    """The finest precision of the output's prices, in price units: by their digits as written, and by their values."""
    powers = range(1, PRICE_UNIT_DIGITS + 1)
    point = "strpos(price, '.')"
    written = f"max(CASE WHEN {point} = 0 THEN 0 ELSE length(price) - {point} END)"
    broken = ", ".join(f"max(CASE WHEN price_units % {10**k} = 0 THEN 0 ELSE 1 END)" for k in powers)
    ((digits, *bad),) = engine.rows(f"SELECT {written}, {broken} FROM outputs_read")
    whole = next((k - 1 for k, found in zip(powers, bad, strict=True) if found), PRICE_UNIT_DIGITS)
    return int(10 ** min(whole, PRICE_UNIT_DIGITS - min(digits or 0, PRICE_UNIT_DIGITS)))


def _half_even(total: str, count: str, low: str, step: int) -> str:
    """SQL for `low` + `total` / `count`, rounded half-even to `step`; `low` and `total` are multiples of it."""
    part, odd = f"({total} // {step})", f"abs({low} // {step}) % 2"
    floor, twice = f"({part} // {count})", f"2 * ({part} % {count})"
    up = (
        f"CASE WHEN {twice} > {count} THEN 1 WHEN {twice} < {count} THEN 0 "
        f"WHEN ({floor} + {odd}) % 2 = 1 THEN 1 ELSE 0 END"
    )
    return f"{low} + ({floor} + {up}) * {step}"


def make_picks(engine: Engine, step: int) -> None:
    """Make `contenders` and `picks`; `step` is the prices' finest precision in price units."""
    sql.create(engine, "contenders")
    sql.create(
        engine,
        "picks",
        mean=_half_even("total", "n", "low", step),
        median=_half_even("middle_total", "middle_n", "low", step),
    )


def make_changes(engine: Engine, policy: Policy, options: Options) -> None:
    """Make `changes`: what the chosen policy does."""
    engine.create("changes", changes(policy, options.drop_phantoms))


def changes(policy: Policy, drop_phantoms: bool) -> str:
    """SQL of the rows that `policy` drops or corrects: row, action, price_units, event.

    `price_units` is the price a corrected row gets where the policy computes it; NULL means the source's price, and
    then its time too. `event` is 0 where it makes no difference.
    """
    parts = []
    if policy is Policy.EXACT_KEY:
        parts.append(_change("dropped", "SELECT row, 0 AS event FROM same_key"))
    elif policy is not Policy.NONE:
        parts.append(
            _change(
                "dropped",
                "SELECT c.row, c.event FROM crowded AS c WHERE c.suspect = 0 AND c.row NOT IN "
                f"(SELECT row FROM picks WHERE policy = '{policy}')",
            )
        )
    if policy is Policy.SOURCE:
        parts.append(
            _change(
                "corrected",
                "SELECT d.row, l.event FROM deltas AS d JOIN links_found AS l ON l.row = d.row WHERE d.row NOT IN "
                "(SELECT row FROM crowded WHERE row NOT IN (SELECT row FROM picks WHERE policy = 'source'))",
            )
        )
    if policy in COMPUTED:
        parts.append(
            "SELECT p.row, 'corrected' AS action, p.price_units, p.event FROM picks AS p "
            f"JOIN outputs AS o ON o.row = p.row WHERE p.policy = '{policy}' AND p.price_units <> o.price_units"
        )
    if policy is Policy.SOURCE or drop_phantoms:
        rest = " WHERE row NOT IN (SELECT row FROM same_key)" if policy is Policy.EXACT_KEY else ""
        parts.append(_change("dropped", f"SELECT row, 0 AS event FROM phantoms{rest}"))
    return " UNION ALL ".join(parts or [_change("kept", "SELECT row, 0 AS event FROM outputs WHERE 1 = 0")])


def dropping(rows: str) -> str:
    """SQL, in the columns of `changes`, that drops the rows that the SQL `rows` selects."""
    return _change(Action.DROPPED, f"SELECT row, 0 AS event FROM ({rows}) AS further")


def _change(action: str, rows: str) -> str:
    return f"SELECT row, '{action}' AS action, CAST(NULL AS BIGINT) AS price_units, event FROM ({rows}) AS affected"


@dataclass(frozen=True, slots=True)
class Errors:
    """Kept rows that differ from their tick: prices in units, times in ns."""

    prices: int = 0
    price_total: int = 0
    price_max: int = 0
    times: int = 0
    time_max: int = 0

    def __add__(self, other: Errors) -> Errors:
        return Errors(
            self.prices + other.prices,
            self.price_total + other.price_total,
            max(self.price_max, other.price_max),
            self.times + other.times,
            max(self.time_max, other.time_max),
        )


@dataclass(frozen=True, slots=True)
class Score:
    """One line of the scoreboard."""

    policy: Policy
    rows: int
    kept_once: int
    real_lost: int
    duplicates_left: int
    errors: Errors

    def as_dict(self) -> dict[str, Any]:
        """Plain values: prices as decimals in text, times in ms."""
        errors = self.errors
        return {
            "policy": str(self.policy),
            "rows": self.rows,
            "kept_once": self.kept_once,
            "real_lost": self.real_lost,
            "duplicates_left": self.duplicates_left,
            "wrong_prices": errors.prices,
            "price_error_mean": _price(errors.price_total, errors.prices),
            "price_error_max": _price(errors.price_max, 1),
            "wrong_times": errors.times,
            "time_error_max_ms": errors.time_max / NS_PER_MS,
            "oracle": int(self.policy is Policy.SOURCE),
        }


def _price(units: int, count: int) -> float:
    """Mean price difference, in the price's own unit."""
    return round(units / count / 10**PRICE_UNIT_DIGITS, PRICE_UNIT_DIGITS) if count else 0.0


_ERRORS = (
    "sum(CASE WHEN price_delta_units <> 0 THEN 1 ELSE 0 END), sum(abs(price_delta_units)), "
    "max(abs(price_delta_units)), sum(CASE WHEN time_delta_ns <> 0 THEN 1 ELSE 0 END), max(abs(time_delta_ns))"
)


def _errors(engine: Engine, deltas: str) -> Errors:
    ((*found,),) = engine.rows(f"SELECT {_ERRORS} FROM ({deltas}) AS kept")
    return _as_errors(found)


def _as_errors(found: Sequence[int | None]) -> Errors:
    return Errors(*(int(value or 0) for value in found))


def _picked_errors(engine: Engine) -> dict[str, Errors]:
    """The errors of each policy's picks."""
    lines = engine.rows(
        f"SELECT policy, {_ERRORS} FROM ("
        "SELECT p.policy, c.time_delta_ns, p.price_units - t.price_units AS price_delta_units FROM picks AS p "
        "JOIN crowded AS c ON c.row = p.row JOIN ticks AS t ON t.event = p.event) AS kept GROUP BY policy"
    )
    return {policy: _as_errors(found) for policy, *found in lines}


def scoreboard(engine: Engine, drop_phantoms: bool) -> list[Score]:
    """Every policy against the source of truth, baselines first. Needs the ticks."""
    ((rows, phantoms),) = engine.rows(
        "SELECT (SELECT count(*) FROM outputs), (SELECT count(*) FROM phantoms)"
    )
    ((events, crowded_events),) = engine.rows(
        "SELECT count(*), coalesce(sum(CASE WHEN rows > 1 THEN 1 ELSE 0 END), 0) FROM ledger WHERE rows > 0"
    )
    events, crowded_events = int(events), int(crowded_events)
    ((suspects, suspect_events),) = engine.rows(
        "SELECT count(*), count(DISTINCT event) FROM crowded WHERE suspect = 1"
    )
    single = _errors(
        engine,
        "SELECT d.* FROM deltas AS d JOIN links_found AS l ON l.row = d.row "
        "JOIN event_rows AS e ON e.event = l.event WHERE e.rows = 1",
    )
    suspect = _errors(engine, "SELECT * FROM crowded WHERE suspect = 1")
    errors = _picked_errors(engine)
    extra_phantoms = 0 if drop_phantoms else phantoms
    scores = [
        Score(
            Policy.NONE,
            rows - (phantoms - extra_phantoms),
            events - crowded_events,
            0,
            rows - phantoms - events,
            single + _errors(engine, "SELECT * FROM crowded"),
        ),
        _exact_key(engine, rows, phantoms if drop_phantoms else 0, drop_phantoms),
    ]
    for policy in Policy:
        if policy in BASELINES:
            continue
        source = policy is Policy.SOURCE
        picked = Errors() if source else errors.get(policy, Errors())
        scores.append(
            Score(
                policy,
                events + suspects + (0 if source else extra_phantoms),
                events - suspect_events,
                0,
                suspects,
                suspect + picked + (Errors() if source else single),
            )
        )
    return scores


def _exact_key(engine: Engine, rows: int, dropped_phantoms: int, drop_phantoms: bool) -> Score:
    """The baseline that keeps the last row per (symbol, timestamp), whichever event that is."""
    engine.create(
        "same_key_events",
        "SELECT l.event, count(*) AS rows, count(k.row) AS dropped FROM links AS l "
        "LEFT JOIN same_key AS k ON k.row = l.row WHERE l.event IN ("
        "SELECT event FROM event_rows WHERE rows > 1 UNION ALL "
        "SELECT a.event FROM links AS a WHERE a.row IN (SELECT row FROM same_key)) GROUP BY l.event",
    )
    ((events,),) = engine.rows("SELECT count(*) FROM ledger WHERE rows > 0")
    ((touched, once, lost, left),) = engine.rows(
        "SELECT count(*), coalesce(sum(CASE WHEN rows - dropped = 1 THEN 1 ELSE 0 END), 0), "
        "coalesce(sum(CASE WHEN rows = dropped THEN 1 ELSE 0 END), 0), "
        "coalesce(sum(CASE WHEN rows - dropped > 1 THEN rows - dropped - 1 ELSE 0 END), 0) FROM same_key_events"
    )
    ((dropped,),) = engine.rows("SELECT count(*) FROM same_key")
    if drop_phantoms:
        ((both,),) = engine.rows("SELECT count(*) FROM same_key WHERE row IN (SELECT row FROM phantoms)")
        dropped_phantoms -= both
    errors = _errors(engine, "SELECT * FROM deltas WHERE row NOT IN (SELECT row FROM same_key)")
    return Score(
        Policy.EXACT_KEY,
        rows - dropped - dropped_phantoms,
        events - touched + int(once),
        int(lost),
        int(left),
        errors,
    )
