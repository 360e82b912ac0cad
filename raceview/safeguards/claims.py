"""Attempts that would not have started, because somebody held their event: claims, and one worker per symbol."""

from __future__ import annotations

from raceview.engine.base import Engine
from raceview.model import NS_PER_SECOND, Safeguard
from raceview.safeguards.answer import Effect, Price
from raceview.safeguards.patience import patience_ns
from raceview.safeguards.prices import attempts_at_peak, hottest_symbol
from raceview.safeguards.rule import Replayed, Rule
from raceview.safeguards.thresholds import ALWAYS, find_thresholds, shown
from raceview.safeguards.unsure import claimed_again, joined, open_successes, open_timeouts, why

BEATS_PER_PATIENCE = 3
"""A worker is given up after so many beats missed: what Kafka's documentation advises."""
_ALIVE = "whether a worker that timed out was still alive is not logged"


def atomic_claim(engine: Engine) -> Replayed:
    """An attempt that starts within the window of an earlier one of its event, by whichever worker, does not start.

    The claim is given back at the end of a success, or at the time-out. What starts later starts all the same.
    """
    effect = find_thresholds(engine, "claim_low", "claim_high").at(ALWAYS)
    return Replayed(effect, attempts_at_peak(engine, "claims"), note=_unsure(engine, effect))


def single_writer(engine: Engine) -> Replayed:
    """The same, but only where another worker starts: the symbol's own may still take an event twice."""
    effect = find_thresholds(engine, "writer_low", "writer_high").at(ALWAYS)
    return Replayed(effect, hottest_symbol(engine), note=_unsure(engine, effect))


def heartbeat(engine: Engine) -> Replayed:
    """A claim holds until the end of a success, however long, and is lost when the worker falls silent.

    Whether a worker that timed out was silent (dead, paused) or busy is not logged: what starts after it is perhaps
    prevented.
    """
    effect = find_thresholds(engine, "beat_low", "beat_high").at(ALWAYS)
    unsure = why(engine, effect, _ALIVE if claimed_again(engine) else "", open_successes(engine))
    patience = patience_ns(engine)
    if patience is None:
        return Replayed(effect, None, note=joined("no time-out is logged to set the beat by", unsure))
    beat = max(1, patience // BEATS_PER_PATIENCE)
    ((workers,),) = engine.rows("SELECT count(*) FROM workers")
    price = Price(round(workers * NS_PER_SECOND / beat, 3), "heartbeats/s")
    return Replayed(effect, price, f"each {shown(beat)}", unsure)


def _unsure(engine: Engine, effect: Effect) -> str:
    return why(engine, effect, open_timeouts(engine), open_successes(engine))


RULES = (
    Rule(
        Safeguard.ATOMIC_CLAIM,
        "an attempt that starts while an earlier one of its event runs does not start",
        atomic_claim,
        asks_log=True,
    ),
    Rule(
        Safeguard.SINGLE_WRITER,
        "an attempt that starts while another worker's of its event runs does not start",
        single_writer,
        asks_log=True,
    ),
)
HEARTBEAT_RULE = Rule(
    Safeguard.HEARTBEAT,
    "an attempt that starts while a living worker's of its event runs does not start",
    heartbeat,
    asks_log=True,
)
