"""The steps of a race, in order: what each is, and what is not known about it."""

from __future__ import annotations

import pytest

from raceview.answers.event_records import Attempt, Row
from raceview.answers.replay import StepKind, replay, steps
from raceview.investigation import Investigation
from raceview.model import Cause, Role

MS = 1_000_000


def attempt(number: int, start: int, end: int | None, failed: bool = False, meets: int = 0) -> Attempt:
    """By worker w1, w2, ...; times in ms; `meets` is the number of an attempt whose window it meets."""
    return Attempt(
        number=number,
        worker=f"w{number}",
        start_time="",
        end_time="",
        start_ns=start * MS,
        end_ns=None if end is None else end * MS,
        status="timeout" if failed else "success",
        failed=failed,
        line=10 + number,
        overlaps=(meets,) if meets else (),
    )


def row(number: int, of: int | None = None, role: Role = Role.ORIGINAL) -> Row:
    return Row(
        row=number,
        line=number + 2,
        timestamp="",
        price="",
        time_ns=0,
        price_units=0,
        time_delta_ns=0,
        price_delta_units=0,
        role=role,
        attempt=of,
        confidence_millionths=1_000_000,
        suspect=False,
    )


def told(attempts: list[Attempt], rows: list[Row], tick: int = 0) -> list[str]:
    """Each step in short: `5 written w1 r0`; a ~ where its time is not known, a ? where its attempt is not."""
    return [
        f"{step.at_ns // MS}{'' if step.timed else '~'} {step.kind}"
        f"{f' {step.attempt.worker}' if step.attempt else ''}"
        f"{f' r{step.row.row}' if step.row else ''}{'?' if step.presumed else ''}"
        for step in steps(tick * MS, attempts, rows)
    ]


def test_once() -> None:
    assert told([attempt(1, 1, 5)], [row(0, of=1)]) == [
        "0 emitted by the source",
        "1 claimed w1",
        "5~ written w1 r0",
        "5 released w1",
    ]


def test_claimed_while_held_and_written_twice() -> None:
    assert told(
        [attempt(1, 1, 5, meets=2), attempt(2, 3, 8, meets=1)], [row(0), row(1, role=Role.DUPLICATE)]
    ) == [
        "0 emitted by the source",
        "1 claimed w1",
        "3 claimed again while held w2",
        "5~ written w1 r0?",
        "5 released w1",
        "8~ written again w2 r1?",
        "8 released w2",
    ]


def test_both_at_one_instant_is_while_held() -> None:
    assert told([attempt(1, 1, 1, meets=2), attempt(2, 1, 4, meets=1)], [row(0), row(1)])[1:3] == [
        "1 claimed w1",
        "1 claimed again while held w2",
    ]


def test_taken_at_the_very_end_of_another_is_not_while_held() -> None:
    assert told([attempt(1, 1, 5), attempt(2, 5, 8)], [row(0), row(1)])[2:5] == [
        "5~ written w1 r0?",
        "5 released w1",
        "5 taken again after success w2",
    ]


def test_a_timed_out_attempt_that_wrote_all_the_same() -> None:
    assert told([attempt(1, 1, 4, failed=True), attempt(2, 6, 9)], [row(0, of=2), row(1, of=1)]) == [
        "0 emitted by the source",
        "1 claimed w1",
        "4 timed out w1",
        "4~ written after the time-out w1 r1",
        "6 taken again after a time-out w2",
        "9~ written w2 r0",
        "9 released w2",
    ]


def test_a_time_out_without_an_end_is_shown_last() -> None:
    assert told([attempt(1, 1, None, failed=True)], [row(0, of=1)]) == [
        "0 emitted by the source",
        "1 claimed w1",
        "1~ timed out w1",
        "1~ written after the time-out w1 r0",
    ]


def test_a_single_row_is_taken_to_the_attempt_that_succeeded() -> None:
    attempts = [attempt(1, 1, 4, failed=True), attempt(2, 6, 9)]
    assert "9~ written w2 r0?" in told(attempts, [row(0)])


def test_lost() -> None:
    assert told([attempt(1, 1, 5)], []) == [
        "0 emitted by the source",
        "1 claimed w1",
        "5 released w1",
        "5~ nothing written",
    ]


def test_no_attempt() -> None:
    assert told([], [row(0)]) == ["0 emitted by the source", "0~ written r0"]


def test_more_rows_than_attempts() -> None:
    assert told([attempt(1, 1, 5)], [row(0, of=1), row(1, of=1)])[2:4] == [
        "5~ written w1 r0",
        "5~ written again w1 r1",
    ]


def test_a_release_tells_who_still_holds() -> None:
    held = steps(0, [attempt(1, 1, 5, meets=2), attempt(2, 3, 8, meets=1)], [])
    assert [(step.kind, step.still_held_by) for step in held if step.still_held_by] == [
        (StepKind.CLAIMED_WHILE_HELD, (1,)),
        (StepKind.RELEASED, (2,)),
    ]


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (Cause.CONCURRENT_CLAIM, StepKind.CLAIMED_WHILE_HELD),
        (Cause.SELF_OVERLAP, StepKind.CLAIMED_WHILE_HELD),
        (Cause.REDELIVERY, StepKind.TAKEN_AFTER_SUCCESS),
        (Cause.ZOMBIE_WRITE, StepKind.WRITTEN_AFTER_TIMEOUT),
        (Cause.DOUBLE_EMIT, StepKind.WRITTEN_AGAIN),
    ],
)
def test_every_duplicate_of_the_sample_shows_its_cause(
    sample: Investigation, cause: Cause, kind: StepKind
) -> None:
    events = sample.engine.rows(f"SELECT event, rows FROM duplicated WHERE cause = '{cause}'")
    assert events
    for event, rows in events:
        found = replay(sample, event)
        assert found.cause == cause
        assert sum(step.row is not None for step in found.steps) == rows
        assert [step.at_ns for step in found.steps] == sorted(step.at_ns for step in found.steps)
        assert kind in [step.kind for step in found.steps]


def test_an_event_that_is_not_there(sample: Investigation) -> None:
    with pytest.raises(KeyError):
        replay(sample, 10**9)
