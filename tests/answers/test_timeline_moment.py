"""Why an event was written twice, in short: what it says, and that the evidence in full says the same."""

from __future__ import annotations

import re

import pytest
from analysis.conftest import Opened

from raceview.answers.timeline_moment import Moment, moment
from raceview.investigation import Investigation
from raceview.model import Cause

OUTPUT = "event\ne1\ne1"


def told(inv: Investigation, event: int) -> tuple[str, str]:
    """In short, and in full as far as it says how."""
    found = moment(inv, event)
    assert found is not None
    ((evidence,),) = inv.engine.rows(f"SELECT evidence FROM evidence WHERE event = {event}")
    return found.reasons[0], evidence


@pytest.mark.parametrize(
    ("attempts", "short", "full"),
    [
        (
            "w1 10 20 success / w2 13 30 success",
            "concurrent claim: w2 took it 7 ms before w1 let go.",
            "7 ms before release",
        ),
        (
            "w1 10 20 success / w1 13 30 success",
            "self overlap: w1 took it again 7 ms before it let go.",
            "7 ms before release",
        ),
        (
            "w1 10 10 success / w2 10 30 success",
            "concurrent claim: w2 took it at the same instant as w1.",
            "at the same instant",
        ),
        (
            "w1 10 - success / w2 13 30 success",
            "concurrent claim: w2 took it while w1 never let go.",
            "(line 3)",
        ),
        (
            "w1 10 20 success / w2 20 30 success",
            "redelivery: w2 took it again 0 ms after w1 had finished it.",
            "0 ms after that",
        ),
        (
            "w1 10 20 timeout / w2 13 30 success",
            "zombie write: w1 timed out and wrote all the same, as did w2.",
            "one of them timed out",
        ),
        (
            "w1 10 20 success / w2 13 - timeout",
            "zombie write: w2 timed out and wrote all the same, as did w1.",
            "one of them timed out",
        ),
        (
            "w1 10 20 timeout / w2 13 - timeout",
            "zombie write: w1 and w2 timed out and wrote all the same.",
            "both timed out",
        ),
        (
            "w1 10 - timeout / w1 30 - timeout",
            "zombie write: w1 twice timed out and wrote all the same.",
            "both timed out",
        ),
        (
            "w1 10 20 timeout / w1 30 40 success",
            "zombie write: w1 timed out and wrote all the same, as did its other attempt.",
            "one of them timed out",
        ),
        ("w1 10 20 success", "double emit: 2 rows for 1 attempt.", "2 rows for 1 attempt"),
    ],
)
def test_in_short_and_in_full(linked: Opened, attempts: str, short: str, full: str) -> None:
    lines = [f"e1 {line.strip()}" for line in attempts.split("/")]
    inv = linked("event_id\ne1", "\n".join(["event_id worker_id start end status", *lines]), OUTPUT)
    in_short, evidence = told(inv, 1)
    assert in_short == short
    assert f"{full}; rows 0, 1" in evidence


def test_an_event_that_only_the_log_names(linked: Opened) -> None:
    inv = linked("event_id\ne1", "event_id start end\ne1 10 20\nghost 30 40", "event\ne1")
    ((ghost,),) = inv.engine.rows("SELECT event FROM attempts WHERE event < 0")
    found = moment(inv, ghost)
    assert isinstance(found, Moment)
    assert (found.event_id, found.symbol, found.time_ns, found.rows) == ("ghost", "", None, ())
    assert [attempt.line for attempt in found.attempts] == [3]


def test_they_agree_on_every_duplicate_of_the_sample(sample: Investigation) -> None:
    duplicated = sample.engine.rows("SELECT event, cause FROM duplicated")
    assert {cause for _, cause in duplicated} >= set(Cause) - {Cause.UNEXPLAINED}
    for event, _ in duplicated:
        short, full = told(sample, event)
        for word in re.findall(r"worker-[0-9]+|[0-9.]+ ms|[0-9]+ rows", short):
            assert word in full
