"""Groups the rows of the output that are one event, and says how sure that is: the relation `inferred`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from raceview.engine.base import Engine
from raceview.matching.counts import Counts, count, numbers
from raceview.matching.fit import Fit, fit
from raceview.matching.groups import Likely, group
from raceview.matching.patterns import NAMES, Floats, Ints, pairs
from raceview.matching.stream import arrange, survey
from raceview.model import MILLIONTHS, Options

LEAST_GAIN = 40.0
"""Natural logarithm of the likelihood that matches, and apart from that their prices, must add for a claim."""
LEAST_CLARITY = 0.8
"""Of the pairs likelier to match than not, the share that must be expected to."""
LEAST_LIKELY = 0.003
"""Pairs less likely than this do not leave the engine."""
INFERRED = """
WITH members AS (
    SELECT row, first_row, probability_millionths FROM copies_found
    UNION ALL
    SELECT DISTINCT first_row, first_row, 1000000 FROM copies_found
),
valued AS (
    SELECT m.*, o.time_ns, o.price_units, row_number() OVER (
        PARTITION BY m.first_row, o.time_ns, o.price_units ORDER BY m.row
    ) AS turn
    FROM members AS m JOIN outputs_read AS o ON o.row = m.row
)
SELECT row, first_row, CAST(probability_millionths AS BIGINT) AS probability_millionths,
    CAST(CASE WHEN turn > 1 THEN 1 ELSE 0 END AS BIGINT) AS exact
FROM valued ORDER BY row
"""


class Silence(StrEnum):
    """Why nothing is claimed."""

    NO_PAIRS = "no two rows of a symbol lie near each other in time"
    NO_GAIN = "the rows are as those of different events would be"
    NO_PRICE = "rows come close to each other, but the price differences are those of any neighbours"
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
    """Of the pairs likelier to be one event than not, the share that is expected to be; 0 where there are none."""
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


def match_rows(engine: Engine, options: Options) -> Matching:
    """Make `inferred` (row, first_row, probability_millionths, exact) from `outputs_read` and `symbols`.

    One line per row of each group of rows taken to be one event. `first_row` is the group's first in the file: its own
    line has probability 1000000. The others have that of being a further copy of the group's event, which is at least
    `options.threshold`. `exact` is 1 where the row repeats an earlier one of its group in time and price.
    """
    stream = survey(engine)
    arrange(engine, stream)
    counts = count(engine, stream)
    if counts is None:
        _store(engine, None, options.threshold)
        return Matching(stream.rows, 0, Silence.NO_PAIRS, 0.0, 0.0, 0, 0, 0.0, 0, 0.0)
    found = fit(counts)
    clarity = found.clarity(counts.pairs)
    silence = _silence(found, clarity)
    rows = None if silence else _further(engine, counts, found)
    groups, copies, exact = _store(engine, rows, options.threshold)
    return Matching(
        rows=stream.rows,
        pairs=round(counts.pairs.sum() / counts.share),
        silence=silence,
        gain=found.gain,
        clarity=clarity,
        groups=groups,
        copies=copies,
        expected_copies=float(rows["further"].sum()) if rows else 0.0,
        exact_repeats=exact,
        exact_by_chance=_by_chance(counts),
    )


def _silence(found: Fit, clarity: float) -> Silence | None:
    """The gate: a model that is a little wrong about a stream without copies must not make any."""
    if found.gain <= LEAST_GAIN:
        return Silence.NO_GAIN
    if found.price_gain <= LEAST_GAIN:
        return Silence.NO_PRICE
    return None if clarity > LEAST_CLARITY else Silence.UNCLEAR


def _further(engine: Engine, counts: Counts, found: Fit) -> dict[str, Ints | Floats]:
    """Of rows in likely pairs: `row`, `first` of its group, and the probability to be a `further` copy."""
    likely = found.probability > LEAST_LIKELY
    reach = counts.bins.reach(*(getattr(counts, name)[likely] for name in ("lag", "place", "price", "rank")))
    engine.create(
        "near_pairs",
        f"SELECT a, b, CAST(rank AS TINYINT) AS rank, {counts.bins.columns()} FROM {pairs(reach)} "
        "ORDER BY a, b",  # sorted, or the ranks are gone through one by one, on one core
    )
    if counts.share < 1:
        counts = counts.with_patterns(numbers(engine, f"SELECT {', '.join(NAMES)} FROM near_pairs"))
        found = found.told_of(counts)
    cell = np.flatnonzero(found.probability > LEAST_LIKELY)
    engine.load("likely_patterns", {name: getattr(counts, name)[cell] for name in NAMES} | {"cell": cell})
    pair = engine.arrays(
        f"SELECT a, b, cell FROM near_pairs JOIN likely_patterns USING ({', '.join(NAMES)}) ORDER BY a, b"
    )
    row, number = np.unique(np.concatenate([pair["a"], pair["b"]]), return_inverse=True)
    chance = np.clip(found.probability[pair["cell"]], 1e-6, 1 - 1e-6)
    half = len(pair["a"])
    base = found.matches(counts.pairs) / float(counts.pairs.sum())
    likely_pairs = Likely(
        number[:half], number[half:], chance / (1 - chance), found.oddness(counts)[pair["cell"]], len(row)
    )
    groups = group(likely_pairs, base, LEAST_LIKELY)
    return {"row": row, "first": row[groups.first], "further": groups.further}


def _store(engine: Engine, rows: dict[str, Ints | Floats] | None, threshold: float) -> tuple[int, int, int]:
    """Make `inferred`; how many groups, further copies, and exact repeats among these there are."""
    if rows is None:
        none = np.zeros(0, dtype=np.int64)
        rows = {"row": none, "first": none, "further": none.astype(np.float64)}
    millionths = np.round(rows["further"] * MILLIONTHS).astype(np.int64)
    copy = (millionths >= threshold * MILLIONTHS) & (rows["first"] != rows["row"])
    engine.load(
        "copies_found",
        {
            "row": rows["row"][copy],
            "first_row": rows["first"][copy],
            "probability_millionths": millionths[copy],
        },
    )
    engine.create("inferred", INFERRED)
    ((groups, copies, exact),) = engine.rows(
        "SELECT count(DISTINCT first_row), count(*) - count(DISTINCT first_row), coalesce(sum(exact), 0) FROM inferred"
    )
    return groups, copies, int(exact)


def _by_chance(counts: Counts) -> float:
    """Pairs of different events that agree in time and price, as expected of the null."""
    same = (counts.lag == 0) & (counts.price == 0)
    null = counts.order_null[same] * counts.price_null[counts.class_of[same], 0]
    return float(null.sum()) / counts.share
