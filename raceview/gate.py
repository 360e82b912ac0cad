"""The gate of `--fail-on`: whether the answers of an analysis should stop a cron job or a pipeline.

Missing evidence never reads as clean: where a file that the question needs was not given, the gate closes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from raceview.model import FailOn, Outcome, counted

_NEEDED = {
    FailOn.DUPLICATES: {"ticks", "output"},
    FailOn.LOST: {"ticks", "attempts", "output"},
    FailOn.ANY: {"ticks", "attempts", "output"},
}


def closed_by(summary: Mapping[str, Any], fail_on: FailOn) -> str | None:
    """What closes the gate, as the end of a sentence; None where it stays open.

    `lost` is the outcome of that name alone: a worker reported success and no row is there. `any` is every
    event that is not `exactly_once`, every phantom row and every quarantined record.
    """
    missing = _NEEDED[fail_on].intersection(summary["missing"])
    if missing:
        return f"cannot be answered without the {' and the '.join(sorted(missing))} file"
    found = {noun: count for noun, count in _counts(summary, fail_on).items() if count}
    return ", ".join(counted(count, noun) for noun, count in found.items()) or None


def _counts(summary: Mapping[str, Any], fail_on: FailOn) -> dict[str, int]:
    outcomes = summary["outcomes"]
    if fail_on is FailOn.DUPLICATES:
        return {"duplicated event": outcomes[Outcome.DUPLICATED]}
    if fail_on is FailOn.LOST:
        return {"lost event": outcomes[Outcome.LOST]}
    amiss = {f"{name} event": count for name, count in outcomes.items() if name != Outcome.EXACTLY_ONCE}
    quarantined = sum(file["quarantined"] for file in summary["files"])
    return {**amiss, "phantom row": summary["phantom_rows"], "quarantined record": quarantined}
