"""Findings about the system that appeared, went or moved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from math import sqrt
from statistics import NormalDist
from typing import Any

from raceview.comparison.rates import LEVEL, Interval
from raceview.comparison.side import Estimate, Side

_BOUND = NormalDist().inv_cdf((1 + LEVEL) / 2)


class Move(StrEnum):
    """What became of a finding."""

    APPEARED = "appeared"
    GONE = "gone"
    MOVED = "moved"
    SAME = "same"
    """It is there on both sides, and no further apart than chance would take it."""
    UNKNOWN = "unknown"
    """It is on one side only, and the other lacks a file that this one has."""


@dataclass(frozen=True, slots=True)
class FindingChange:
    """One finding about one subject, on either side or both; `difference` where both are estimates."""

    finding: str
    subject: str
    before: Estimate | None
    after: Estimate | None
    difference: Interval | None
    p_value: float | None
    move: Move

    def judged(self, adjusted: float | None, level: float) -> FindingChange:
        """With the p-value that has all other lines in mind."""
        if adjusted is None:
            return self
        return replace(self, move=Move.MOVED if adjusted <= level else Move.SAME)

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "finding": self.finding,
            "subject": self.subject,
            "unit": next(one.unit for one in (self.after, self.before) if one),
            **_estimate("before", self.before),
            **_estimate("after", self.after),
            "difference": self.difference.value if self.difference else None,
            "difference_low": self.difference.low if self.difference else None,
            "difference_high": self.difference.high if self.difference else None,
            "p_value": self.p_value,
            "move": str(self.move),
        }


def _estimate(name: str, one: Estimate | None) -> dict[str, float | None]:
    return {
        name: one.value if one else None,
        f"{name}_low": one.low if one else None,
        f"{name}_high": one.high if one else None,
    }


def finding_changes(before: Side, after: Side) -> list[FindingChange]:
    """Every finding of either side, those of the first in its order."""
    named = dict.fromkeys([*before.findings, *after.findings])
    return [_change(finding, subject, before, after) for finding, subject in named]


def _change(finding: str, subject: str, before: Side, after: Side) -> FindingChange:
    was, is_now = before.findings.get((finding, subject)), after.findings.get((finding, subject))
    if was and is_now:
        difference, p_value = _difference(was, is_now)
        move = Move.SAME if was.value == is_now.value else Move.MOVED
        return FindingChange(finding, subject, was, is_now, difference, p_value, move)
    here, there = (before, after) if was else (after, before)
    if there.missing - here.missing:
        return FindingChange(finding, subject, was, is_now, None, None, Move.UNKNOWN)
    return FindingChange(finding, subject, was, is_now, None, None, Move.GONE if was else Move.APPEARED)


def _difference(before: Estimate, after: Estimate) -> tuple[Interval | None, float | None]:
    """Of two independent estimates, both normal."""
    if None in {before.low, before.high, after.low, after.high}:
        return None, None
    value = after.value - before.value
    half = sqrt(_half(before) ** 2 + _half(after) ** 2)
    if not half:
        return Interval(value, value, value), float(not value)
    p_value = 2 * NormalDist().cdf(-abs(value) / half * _BOUND)
    return Interval(value, value - half, value + half), p_value


def _half(one: Estimate) -> float:
    return ((one.high or 0.0) - (one.low or 0.0)) / 2
