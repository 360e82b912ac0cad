"""Why a safeguard has two numbers where one is expected: what the worker log leaves open."""

from __future__ import annotations

from raceview.engine.base import Engine
from raceview.model import counted
from raceview.safeguards.answer import Effect

_DEALT = "which of an event's attempts would have started, and which left its rows, is not logged"


def why(engine: Engine, effect: Effect, *reasons: str) -> str:
    """The reasons that there are (the others are empty), where the two numbers are apart; else nothing.

    Where nothing else is open it is the dealing out of rows to attempts, and attempts behind others that might not have
    started.
    """
    if effect.low == effect.high:
        return ""
    return joined(*reasons, _unlogged(engine)) or _DEALT


def joined(*parts: str) -> str:
    """The parts of a note that say something."""
    return "; ".join(part for part in parts if part)


def claimed_again(engine: Engine) -> int:
    """Attempts that timed out, and that others of their event came after."""
    ((failed,),) = engine.rows("SELECT count(*) FROM held WHERE failed = 1 AND attempt < attempts")
    return int(failed)


def open_timeouts(engine: Engine) -> str:
    return _open(engine, 1, "timed out")


def open_successes(engine: Engine) -> str:
    return _open(engine, 0, "succeeded")


def _unlogged(engine: Engine) -> str:
    """Duplicated events of which the log says nothing."""
    ((events,),) = engine.rows("SELECT count(*) FROM ledger WHERE attempts = 0 AND rows > 1")
    return f"{counted(events, 'duplicated event')} without an attempt in the log" if events else ""


def _open(engine: Engine, failed: int, ended: str) -> str:
    """Attempts that others of their event came after, and whose end is not logged."""
    ((count,),) = engine.rows(
        f"SELECT count(*) FROM held WHERE failed = {failed} AND end_ns IS NULL AND attempt < attempts"
    )
    return f"{counted(count, 'attempt')} {ended}, nobody knows when" if count else ""
