"""What a safeguard would have done: to duplicates, to real events, and at which price."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from raceview.model import Safeguard


@dataclass(frozen=True, slots=True)
class Effect:
    """What would have been different. Duplicate rows prevented, at least and at most; real events harmed.

    An event is harmed where it had a row and would have none; by a sink that refuses rows also where it had a row
    with the source's own values, and would have none such. Which values an attempt would have written had it been
    alone is in no file, so safeguards that keep attempts from starting are not blamed for values.
    """

    low: int
    high: int
    harmed: int


@dataclass(frozen=True, slots=True)
class Price:
    """What it takes: an amount, and of what."""

    amount: float
    unit: str


@dataclass(frozen=True, slots=True)
class Safeguarded:
    """One safeguard at one setting. Numbers are None where a file that they need is missing: unknown."""

    safeguard: Safeguard
    setting: str
    """Such as `TTL 10 ms`; empty where there is nothing to set, or nothing to set it by."""
    duplicates: int | None
    """Duplicate rows there are: rows beyond the first of each event."""
    prevented_low: int | None
    prevented_high: int | None
    """Apart where the log does not tell: the truth lies between."""
    harmed: int | None
    price: float | None
    price_unit: str
    rule: str
    """One sentence: what the replay takes away."""
    note: str
    """What the numbers hang on, or why there are none; empty where they are exact."""

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "safeguard": str(self.safeguard)}


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One safeguard at one of many settings."""

    safeguard: Safeguard
    setting_value: float
    setting_unit: str
    prevented_low: int
    prevented_high: int
    harmed: int
    price: float
    price_unit: str

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "safeguard": str(self.safeguard)}
