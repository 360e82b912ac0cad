"""What closes the gate of `--fail-on`, and what leaves it open."""

from __future__ import annotations

from typing import Any

import pytest

from raceview.gate import closed_by
from raceview.model import FailOn, Outcome

CLEAN: dict[str, Any] = {
    "outcomes": {**{outcome.value: 0 for outcome in Outcome}, "exactly_once": 10},
    "phantom_rows": 0,
    "files": [{"quarantined": 0}, {"quarantined": 0}],
    "missing": [],
}


def _with(outcomes: dict[str, int] | None = None, **changes: Any) -> dict[str, Any]:
    return {**CLEAN, **changes, "outcomes": {**CLEAN["outcomes"], **(outcomes or {})}}


@pytest.mark.parametrize("fail_on", FailOn)
def test_a_clean_bundle_leaves_it_open(fail_on: FailOn) -> None:
    assert closed_by(CLEAN, fail_on) is None


@pytest.mark.parametrize(
    ("summary", "duplicates", "lost", "any_"),
    [
        (_with({"duplicated": 1200}), "1,200 duplicated events", None, "1,200 duplicated events"),
        (_with({"lost": 1}), None, "1 lost event", "1 lost event"),
        (_with({"abandoned": 2}), None, None, "2 abandoned events"),
        (_with({"unprocessed": 2, "altered": 3}), None, None, "3 altered events, 2 unprocessed events"),
        (_with(phantom_rows=4), None, None, "4 phantom rows"),
        (_with(files=[{"quarantined": 2}, {"quarantined": 3}]), None, None, "5 quarantined records"),
    ],
)
def test_each_question_sees_its_own(
    summary: dict[str, Any], duplicates: str | None, lost: str | None, any_: str | None
) -> None:
    assert [closed_by(summary, fail_on) for fail_on in FailOn] == [duplicates, lost, any_]


@pytest.mark.parametrize(
    ("missing", "closes"),
    [
        (["attempts"], [False, True, True]),
        (["ticks"], [True, True, True]),
        (["output"], [True, True, True]),
        (["ticks", "attempts"], [True, True, True]),
    ],
)
def test_missing_evidence_closes_it(missing: list[str], closes: list[bool]) -> None:
    reasons = [closed_by(_with(missing=missing), fail_on) for fail_on in FailOn]
    assert [reason is not None for reason in reasons] == closes
    assert all("cannot be answered without the" in reason for reason in reasons if reason)
