"""What changed from one side to the other, line by line, and what of it chance would not make.

Duplicated events are the question that is asked, and answered on its own at 5 %. All other lines, a hundred perhaps,
are looked at together: the false discovery rate among those called changed is kept at 5 % (Benjamini and Hochberg
1995), which for two sides that are alike means that in 95 of 100 comparisons none is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import TYPE_CHECKING, Any

from raceview.comparison.finding_changes import FindingChange, Move, finding_changes
from raceview.comparison.rates import Interval, Pair, Rate, needed_count, pair_of
from raceview.comparison.side import Group, Key, Side
from raceview.model import FindingName, Outcome

if TYPE_CHECKING:
    import pandas as pd

SIGNIFICANT = 0.05
HALF = 0.5
"""Where a fall by half would not have been seen, there is too little data to say that nothing changed."""
DUPLICATED = Key(Group.OUTCOME, Outcome.DUPLICATED)
ONCE = Key(Group.OUTCOME, Outcome.EXACTLY_ONCE)


class Verdict(StrEnum):
    """What can be said of a line."""

    BETTER = "better"
    WORSE = "worse"
    NO_CHANGE = "no change"
    """None that chance would not make, though a fall by half would have been seen; or none on either side."""
    TOO_LITTLE = "too little data"
    """Also where the line alone would count as changed, but not as one of so many that are looked at."""
    UNKNOWN = "unknown"
    """A file that it needs is missing on a side, or the symbol or worker is not there."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line. `pair` is None where it is unknown; `adjusted` is the p-value with all other lines in mind.

    `needed` is the least fall, as a share of the rate before, that would have been seen; None: not even one to zero.
    """

    key: Key
    before: Rate | None
    after: Rate | None
    pair: Pair | None
    p_value: float | None
    adjusted: float | None
    needed: float | None
    verdict: Verdict

    def as_dict(self) -> dict[str, Any]:
        """Plain values; what is not known or not finite is None."""
        return {
            "group": str(self.key.group),
            "name": self.key.name,
            **_rate("before", self.before),
            **_rate("after", self.after),
            **_interval("difference", self.pair.difference if self.pair else None),
            **_interval("ratio", self.pair.ratio if self.pair else None),
            "p_value": self.p_value,
            "adjusted_p_value": self.adjusted,
            "needed_fall": self.needed,
            "verdict": str(self.verdict),
        }


def _rate(name: str, rate: Rate | None) -> dict[str, Any]:
    return {
        name: rate.count if rate else None,
        f"{name}_of": rate.of if rate else None,
        **_interval(f"{name}_rate", rate.interval if rate else None),
        f"{name}_dispersion": rate.dispersion if rate else None,
    }


def _interval(name: str, interval: Interval | None) -> dict[str, float | None]:
    values = (interval.value, interval.low, interval.high) if interval else (None, None, None)
    return {
        name + end: value if value is not None and isfinite(value) else None
        for end, value in zip(("", "_low", "_high"), values, strict=True)
    }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides and what changed: `lines` (duplicated events first) and `findings`."""

    before: Side
    after: Side
    lines: Sequence[Change]
    findings: Sequence[FindingChange]

    @classmethod
    def of(cls, before: Side, after: Side) -> Comparison:
        """Compare two sides."""
        keys = [DUPLICATED, *(key for key in _keys(before, after) if key != DUPLICATED)]
        pairs = {key: _pair(key, before, after) for key in keys}
        p_values: dict[Any, float] = {key: pair.p_value for key, pair in pairs.items() if pair}
        alone = p_values.pop(DUPLICATED, None)
        moves = finding_changes(before, after)
        p_values |= {at: move.p_value for at, move in enumerate(moves) if move.p_value is not None}
        adjusted = _benjamini_hochberg(p_values)
        lines = [
            _change(key, before, after, pairs[key], alone if key == DUPLICATED else adjusted.get(key))
            for key in keys
        ]
        findings = [move.judged(adjusted.get(at), SIGNIFICANT) for at, move in enumerate(moves)]
        return cls(before, after, lines, findings)

    @property
    def headline(self) -> Change:
        """Duplicated events: whether the fix worked."""
        return self.lines[0]

    @property
    def worse(self) -> list[str]:
        """What closes the gate: every line that got worse, a clock that was not off before, and not knowing about
        duplicates. Other findings rest on few events and come and go by chance more often than a gate may.
        """
        found = [f"{line.key.group} {line.key.name}" for line in self.lines if line.verdict is Verdict.WORSE]
        if self.headline.verdict is Verdict.UNKNOWN:
            found.insert(0, "duplicates cannot be compared")
        return found + [
            f"{one.finding} {one.subject} appeared"
            for one in self.findings
            if one.move is Move.APPEARED and one.finding == FindingName.CLOCK_SKEW
        ]

    def frame(self) -> pd.DataFrame:
        """One line per count that was compared (imports pandas)."""
        import pandas as pd

        return pd.DataFrame([line.as_dict() for line in self.lines])

    def as_dict(self) -> dict[str, Any]:
        """Everything, as plain values that JSON can hold."""
        return {
            "before": _side(self.before),
            "after": _side(self.after),
            "verdict": str(self.headline.verdict),
            "worse": self.worse,
            "lines": [line.as_dict() for line in self.lines],
            "findings": [finding.as_dict() for finding in self.findings],
        }


def _side(side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "events": side.events,
        "attempts": side.attempts,
        "rows": side.rows,
        "span_ns": side.span_ns,
        "missing": sorted(side.missing),
        "inferred": side.inferred,
    }


def _keys(before: Side, after: Side) -> list[Key]:
    """Every count of either side, by group: symbols and workers by name, others in the order they were counted in."""
    keys = dict.fromkeys([*before.tallies, *after.tallies])
    order, named = list(Group), {Group.SYMBOL, Group.WORKER, Group.WORKER_TIMEOUTS}
    return sorted(keys, key=lambda key: (order.index(key.group), key.name if key.group in named else ""))


def _known(key: Key, before: Side, after: Side) -> bool:
    """Whether both sides have it, told in the same way."""
    told_alike = before.inferred == after.inferred or key.group in {Group.ATTEMPTS, Group.QUARANTINE}
    both = key in before.tallies and key in after.tallies
    return both and told_alike and before.tallies[key].of > 0 and after.tallies[key].of > 0


def _pair(key: Key, before: Side, after: Side) -> Pair | None:
    return pair_of(before.tallies[key], after.tallies[key]) if _known(key, before, after) else None


def _change(key: Key, before: Side, after: Side, pair: Pair | None, adjusted: float | None) -> Change:
    if pair is None:
        return Change(key, _alone(key, before), _alone(key, after), None, None, None, None, Verdict.UNKNOWN)
    needed = _needed(_complement(pair) if key == ONCE else pair)
    fell = pair.after.value < pair.before.value
    if adjusted is not None and adjusted <= SIGNIFICANT:
        verdict = Verdict.BETTER if fell != (key == ONCE) else Verdict.WORSE
    elif not pair.before.count + pair.after.count:
        verdict = Verdict.NO_CHANGE
    elif needed is None or needed > HALF or pair.p_value <= SIGNIFICANT:
        verdict = Verdict.TOO_LITTLE
    else:
        verdict = Verdict.NO_CHANGE
    return Change(key, pair.before, pair.after, pair, pair.p_value, adjusted, needed, verdict)


def _alone(key: Key, side: Side) -> Rate | None:
    """The rate of the one side that has it."""
    tally = side.tallies.get(key)
    return pair_of(tally, tally).before if tally and tally.of else None


def _complement(pair: Pair) -> Pair:
    before, after = (Rate(one.of - one.count, one.of, one.dispersion) for one in (pair.before, pair.after))
    return Pair(before, after)


def _needed(pair: Pair) -> float | None:
    count = needed_count(pair, SIGNIFICANT)
    return None if count is None else 1 - count / pair.after.of / pair.before.value


def _benjamini_hochberg(p_values: Mapping[Any, float]) -> dict[Any, float]:
    """Adjusted p-values: the least false discovery rate at which each would be called."""
    ranked = sorted(p_values, key=lambda key: p_values[key], reverse=True)
    adjusted: dict[Any, float] = {}
    least = 1.0
    for above, key in enumerate(ranked):
        least = min(least, p_values[key] * len(ranked) / (len(ranked) - above))
        adjusted[key] = least
    return adjusted
