"""Rows that an attempt would not have brought in: fenced off at the sink, or never committed."""

from __future__ import annotations

from raceview.engine.base import Engine
from raceview.model import Safeguard, counted
from raceview.safeguards.answer import Effect, Price
from raceview.safeguards.keys import first_row_harm
from raceview.safeguards.prices import attempts_at_peak
from raceview.safeguards.rule import Replayed, Rule
from raceview.safeguards.thresholds import ALWAYS, find_thresholds
from raceview.safeguards.unsure import joined, open_successes, why

TOKEN_BYTES = 8.0
"""A 64-bit counter."""


def fencing_token(engine: Engine) -> Replayed:
    """Claims of an event are numbered as they start; a row of a lower number than one already written is refused.

    That asks who wrote first. Where the attempts of all of an event's rows are known, the order of the output answers.
    Else nothing is certain: an attempt may have been overtaken by each later one that started before it ended, or
    after it timed out. A further row of the same attempt, or of a later one, is not refused (Kleppmann 2016). The
    first row that is written is never refused, so at most those events are harmed whose first row is not the best.
    """
    found = find_thresholds(engine, "fence_low", "fence_high").at(ALWAYS)
    ((overtaken,),) = engine.rows(
        "SELECT count(*) FROM (SELECT DISTINCT a.event, a.attempt FROM held AS a JOIN held AS b "
        "ON b.event = a.event AND b.attempt > a.attempt AND b.end_ns < a.end_ns "
        "WHERE a.failed = 0 AND b.failed = 0 AND a.rows >= a.attempts) AS o"
    )
    note = why(
        engine,
        found,
        f"who wrote first is not logged: if each success wrote at its end, {overtaken:,} "
        f"{'was' if overtaken == 1 else 'were'} overtaken by a success",
    )
    return Replayed(
        Effect(found.low, found.high, min(first_row_harm(engine), found.high)),
        Price(TOKEN_BYTES, "bytes per row"),
        note=note,
    )


def transaction(engine: Engine) -> Replayed:
    """A timed-out attempt leaves no row; none starts after a success, for that is acknowledged if its row is there.

    An event all of whose attempts timed out is harmed: it would have no row, unless somebody tried again.
    """
    found = find_thresholds(engine, "commit_low", "commit_high").at(ALWAYS)
    ((harmed,),) = engine.rows(
        "SELECT count(*) FROM ledger WHERE attempts > 0 AND failed = attempts AND rows > 0"
    )
    were, they = ("was", "it") if harmed == 1 else ("were", "they")
    alone = (
        f"{counted(harmed, 'event')} {were} written by time-outs alone: {they} must be tried again"
        if harmed
        else ""
    )
    note = joined(alone, why(engine, found, open_successes(engine)))
    return Replayed(
        Effect(found.low, found.high, int(harmed)), attempts_at_peak(engine, "commits"), note=note
    )


RULES = (
    Rule(
        Safeguard.FENCING_TOKEN,
        "the sink refuses a row of an attempt that started before one of its event whose row it has",
        fencing_token,
        asks_log=True,
    ),
    Rule(
        Safeguard.TRANSACTION,
        "a timed-out attempt leaves no row, and no attempt starts after a success has ended",
        transaction,
        asks_log=True,
    ),
)
