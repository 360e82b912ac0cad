"""All safeguards on one bundle, in the order of `Safeguard`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from raceview import sql
from raceview.engine.base import Engine
from raceview.safeguards import claims, commits, keys, waits
from raceview.safeguards.answer import CurvePoint, Safeguarded
from raceview.safeguards.rule import Rule

RULES: tuple[Rule, ...] = (
    *keys.RULES,
    waits.TTL_RULE,
    *keys.SOURCE_TIME_RULES,
    *claims.RULES,
    waits.LEASE_RULE,
    claims.HEARTBEAT_RULE,
    waits.TIMEOUT_RULE,
    *commits.RULES,
)


@dataclass(frozen=True, slots=True)
class Known:
    """Which of the three files are there."""

    ticks: bool
    attempts: bool
    output: bool

    def lacks(self, rule: Rule) -> str:
        """Why the rule cannot be replayed; empty where it can."""
        if not self.output:
            return "unknown: there is no output to replay it on"
        if not self.ticks:
            return "unknown: without the source events nobody knows which rows are duplicates of a real event"
        if rule.asks_log and not self.attempts:
            return "unknown: there is no worker log to tell who held what, and when"
        return ""


class Replay:
    """Safeguards replayed on the relations of an analysis. Makes `clocks`, `held` and `reclaims`.

    `ahead_ns` says how far a worker's clock is ahead, by its number; those that are not there are right.
    """

    def __init__(self, engine: Engine, known: Known, ahead_ns: Mapping[int, int]) -> None:
        self._engine = engine
        self._known = known
        workers = [
            (worker, ahead_ns.get(worker, 0)) for (worker,) in engine.rows("SELECT worker FROM workers")
        ]
        engine.load_rows("clocks", {"worker": "BIGINT", "ahead_ns": "BIGINT"}, workers)
        sql.create(engine, "held", "reclaims")

    def safeguards(self) -> list[Safeguarded]:
        """Each safeguard at the setting chosen for it."""
        return [self._replayed(rule) for rule in RULES]

    def curves(self) -> list[CurvePoint]:
        """Those that have a setting, at many of them; none where that is unknown, or would be the same everywhere."""
        return [
            point
            for rule in RULES
            if rule.curve and not self._known.lacks(rule)
            for point in rule.curve(self._engine)
        ]

    def _replayed(self, rule: Rule) -> Safeguarded:
        if lacking := self._known.lacks(rule):
            return Safeguarded(rule.safeguard, "", None, None, None, None, None, "", rule.sentence, lacking)
        found = rule.replay(self._engine)
        return Safeguarded(
            rule.safeguard,
            found.setting,
            keys.duplicates(self._engine),
            found.effect.low,
            found.effect.high,
            found.effect.harmed,
            None if found.price is None else found.price.amount,
            "" if found.price is None else found.price.unit,
            rule.sentence,
            found.note,
        )
