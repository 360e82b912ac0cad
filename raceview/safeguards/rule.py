"""What a safeguard is: a rule in a sentence, and the small function that replays it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from raceview.engine.base import Engine
from raceview.model import Safeguard
from raceview.safeguards.answer import CurvePoint, Effect, Price


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it, at the setting that was chosen."""

    effect: Effect
    price: Price | None
    setting: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One safeguard. `curve` is there where it has a setting; `asks_log`, where the worker log is needed."""

    safeguard: Safeguard
    sentence: str
    replay: Callable[[Engine], Replayed]
    asks_log: bool = False
    curve: Callable[[Engine], list[CurvePoint]] | None = None
