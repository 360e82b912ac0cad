"""Where one was on the timeline, as a session keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

from raceview.tui.timeline import moves
from raceview.tui.timeline.picture import Sight

_LATEST = 2**62
"""ns: times of twice this no longer fit the arrays."""


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """The time in the middle (ns), ns a column, the selected event, and whether idle gaps were folded."""

    centre: int
    step: int
    event: int | None
    folded: bool

    @classmethod
    def of(cls, sight: Sight, folded: bool) -> Self:
        """The place that is looked at."""
        return cls(moves.centre_ns(sight), sight.window.step, sight.event, folded)

    @classmethod
    def read(cls, place: Mapping[str, object]) -> Self:
        """What a session file holds. Raises KeyError, TypeError or ValueError where that is no place."""
        centre, step, event = place["centre"], place["step"], place.get("event")
        if not isinstance(centre, int) or not isinstance(step, int):
            raise TypeError("not a place on the timeline")
        if abs(centre) > _LATEST or not 0 < step <= _LATEST:
            raise ValueError("not a time that the files could reach to")
        return cls(centre, step, event if isinstance(event, int) else None, place.get("folded") is True)

    def as_dict(self) -> dict[str, object]:
        """As JSON can hold it."""
        return asdict(self)
