"""Which duplicated events to look at first, by a rule that is stated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from raceview.model import words

if TYPE_CHECKING:
    from raceview.investigation import Investigation

WORST = 3
RULE = (
    "The worst come first: most rows, then the greatest difference in price, then in time, then the earliest in the "
    "source. After them the clearest example of each cause that is not among them: the one whose cause would stand "
    "the greatest error of the clocks, then the worst."
)


@dataclass(frozen=True, slots=True)
class WorstRace:
    """An event and why it was chosen: `worst 1`, `clearest redelivery`."""

    event: int
    chosen: str


def worst_races(inv: Investigation) -> list[WorstRace]:
    """The events that `RULE` chooses: at most WORST and one for each cause; none where nothing is duplicated."""
    worst = [
        event
        for (event,) in inv.engine.rows(
            f"SELECT event FROM duplicated AS d ORDER BY {WORST_FIRST} LIMIT {WORST}"
        )
    ]
    shown = {cause for (cause,) in inv.engine.rows(f"SELECT cause FROM duplicated WHERE {_among(worst)}")}
    clearest = inv.engine.rows(
        "SELECT event, cause FROM (SELECT d.*, row_number() OVER (PARTITION BY cause ORDER BY "
        f"coalesce(d.margin_ns, -1) DESC, {WORST_FIRST}) AS place, count(*) OVER (PARTITION BY cause) AS alike "
        "FROM duplicated AS d) AS ranked WHERE place = 1 ORDER BY alike DESC, cause"
    )
    found = [WorstRace(event, f"worst {place}") for place, event in enumerate(worst, start=1)]
    found += [
        WorstRace(event, f"clearest {words(cause)}")
        for event, cause in clearest
        if cause and cause not in shown
    ]
    return found


WORST_FIRST = "d.rows DESC, d.price_max_units - d.price_min_units DESC, d.time_shift_ns DESC, d.event"
"""SQL: the order of the duplicated events `d`, worst first."""


def _among(events: list[int]) -> str:
    return f"event IN ({', '.join(map(str, events))})" if events else "1 = 0"
