"""The steps of a replay in plain words: what happened, and what that means."""

from __future__ import annotations

from raceview.answers.amounts import difference
from raceview.answers.event_records import Attempt, Row
from raceview.answers.replay import Replay, Step, StepKind
from raceview.model import Role, words
from raceview.safe_text import printable

_NAME = 24


def who(attempt: Attempt | None) -> str:
    """`worker-3, attempt 1`."""
    return f"{printable(attempt.worker, _NAME)}, attempt {attempt.number}" if attempt else ""


def where(step: Step, logged: str, emitted: str, event: int, source: str) -> str:
    """The file and line of the evidence for a step, given the names of the three files."""
    if step.kind is StepKind.EMITTED:
        return f"{source}:{event}"
    if step.row:
        return f"{emitted}:{step.row.line}"
    return f"{logged}:{step.attempt.line}" if step.attempt else ""


def change(row: Row) -> str:
    """`exact`, `+10 ms −0.04`."""
    return difference(row.time_delta_ns, row.price_delta_units)


def meaning(step: Step, replay: Replay) -> str:
    """One or two sentences on what a step means for the event."""
    text = _MEANINGS[step.kind](step, replay)
    if step.row:
        text += _unlogged(step, replay)
    return text


def conclusion(replay: Replay) -> str:
    """The verdict on the event, in a line."""
    if replay.cause:
        return f"{words(replay.outcome)}: {words(replay.cause)}"
    return words(replay.outcome)


def _emitted(step: Step, replay: Replay) -> str:
    return "The source emitted this tick once. It should reach the output exactly once."


def _claimed(step: Step, replay: Replay) -> str:
    return f"{who(step.attempt)} takes the event. Until it lets go, nobody else should."


def _claimed_while_held(step: Step, replay: Replay) -> str:
    holders = _named(step.still_held_by, replay)
    own = step.attempt and all(
        attempt.worker == step.attempt.worker
        for attempt in replay.attempts
        if attempt.number in step.still_held_by
    )
    if own:
        return f"{who(step.attempt)} takes the event while it holds it already ({holders}): the race begins."
    return (
        f"{who(step.attempt)} takes the event while {holders} holds it: "
        "the race begins. Nothing keeps both from writing."
    )


def _after_timeout(step: Step, replay: Replay) -> str:
    return (
        f"{who(step.attempt)} takes the event again, since an earlier attempt timed out. "
        "Whether that one has really stopped is not known here."
    )


def _after_success(step: Step, replay: Replay) -> str:
    return (
        f"{who(step.attempt)} takes the event again, although it was done: "
        "as if the acknowledgement had been lost."
    )


def _written(step: Step, replay: Replay) -> str:
    return f"{_row(step)}. The event is in the output now."


def _written_again(step: Step, replay: Replay) -> str:
    return f"{_row(step)}. The event was in the output already: this is a duplicate in the making."


def _written_late(step: Step, replay: Replay) -> str:
    return (
        f"{_row(step)}. The attempt reported a time-out, and its row is there all the same: "
        "a time-out does not undo a write."
    )


def _released(step: Step, replay: Replay) -> str:
    text = f"{who(step.attempt)} reports success and lets go."
    if step.still_held_by:
        text += f" {_named(step.still_held_by, replay)} still holds the event."
    return text


def _timed_out(step: Step, replay: Replay) -> str:
    if step.timed:
        return f"{who(step.attempt)} is given up at this moment. Others may take the event."
    return f"{who(step.attempt)} timed out; the log gives no end, so when is not known: it is shown last."


def _not_written(step: Step, replay: Replay) -> str:
    return "No row of the output comes from this event."


def _unlogged(step: Step, replay: Replay) -> str:
    """What is not known about a row, and where it is therefore shown."""
    if step.attempt is None:
        return " No attempt is logged for it: it is shown last."
    if step.presumed:
        return (
            " The log does not say which attempt wrote which row, nor when: "
            "rows are shown in file order, at the ends of the attempts."
        )
    return " When is not logged: within the window of its attempt, and shown at its end."


def _row(step: Step) -> str:
    row = step.row
    if row is None:
        return ""
    kind = "original" if row.role is Role.ORIGINAL else "copy"
    return f"Row {row.row:,} is written ({kind}, {change(row)})"


def _named(numbers: tuple[int, ...], replay: Replay) -> str:
    return " and ".join(who(attempt) for attempt in replay.attempts if attempt.number in numbers)


_MEANINGS = {
    StepKind.EMITTED: _emitted,
    StepKind.CLAIMED: _claimed,
    StepKind.CLAIMED_WHILE_HELD: _claimed_while_held,
    StepKind.TAKEN_AFTER_TIMEOUT: _after_timeout,
    StepKind.TAKEN_AFTER_SUCCESS: _after_success,
    StepKind.WRITTEN: _written,
    StepKind.WRITTEN_AGAIN: _written_again,
    StepKind.RELEASED: _released,
    StepKind.TIMED_OUT: _timed_out,
    StepKind.WRITTEN_AFTER_TIMEOUT: _written_late,
    StepKind.NOT_WRITTEN: _not_written,
}
