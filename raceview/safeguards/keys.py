"""What the sink would have refused by a key that it has seen: the first row of a key stays, later ones go.

Who wrote when does not matter, only the order of the output, which stands for the order of writing: nothing else in
the three files witnesses it.
"""

from __future__ import annotations

from raceview.engine.base import Engine
from raceview.model import Safeguard, counted
from raceview.safeguards.answer import Effect, Price
from raceview.safeguards.prices import keys_for_ever
from raceview.safeguards.rule import Replayed, Rule

_EXACT = "d.row IS NULL"
_PRICE_EXACT = "coalesce(d.price_delta_units, 0) = 0"
"""A row that bears the source's time is the source's own if its price is."""


def duplicates(engine: Engine) -> int:
    """Rows beyond the first of each event."""
    ((rows,),) = engine.rows("SELECT count(*) FROM crowded WHERE place > 1")
    return int(rows)


def first_row_harm(engine: Engine) -> int:
    """Events that have the source's own values in a row, but not in the first that was written."""
    ((harmed,),) = engine.rows(
        "SELECT count(*) FROM (SELECT event FROM (SELECT event, "
        "CASE WHEN time_delta_ns = 0 AND price_delta_units = 0 THEN 1 ELSE 0 END AS exact, "
        "row_number() OVER (PARTITION BY event ORDER BY row) AS turn FROM crowded) AS c "
        "GROUP BY event HAVING max(exact) = 1 AND max(CASE WHEN turn = 1 THEN exact END) = 0) AS h"
    )
    return int(harmed)


def unique_event_id(engine: Engine) -> Replayed:
    """Every row but the first of its event is refused, whatever wrote it."""
    found = duplicates(engine)
    return Replayed(Effect(found, found, first_row_harm(engine)), keys_for_ever(engine, found))


def symbol_time_key(engine: Engine) -> Replayed:
    """Every row whose symbol and timestamp stand in an earlier row is refused: a copy, or another event's only row."""
    refused = (
        "SELECT row FROM (SELECT row, row_number() OVER (PARTITION BY last_row ORDER BY row) AS turn FROM "
        "(SELECT row, last_row FROM same_key UNION SELECT last_row, last_row FROM same_key) AS k) AS g WHERE turn > 1"
    )
    effect, rows = _effect(engine, refused, _EXACT)
    ((upsert,),) = engine.rows(
        "SELECT count(*) FROM same_key AS k JOIN crowded AS c ON c.row = k.row AND c.place > 1"
    )
    note = (
        f"it refuses {counted(rows, 'row')}; where the last row wins (an upsert), {upsert:,} of those overwritten "
        f"{'is a duplicate' if upsert == 1 else 'are duplicates'}"
    )
    return Replayed(effect, keys_for_ever(engine, rows, "outputs"), note=note)


def source_time(engine: Engine) -> Replayed:
    """No row is refused: copies stay, at their event's own time."""
    ((late,),) = engine.rows("SELECT count(*) FROM crowded WHERE place > 1 AND time_delta_ns <> 0")
    return Replayed(
        Effect(0, 0, 0),
        Price(0.0, "keys held, growing"),
        note=f"{counted(late, 'duplicate')} {'loses its' if late == 1 else 'lose their'} time shift; none goes",
    )


def source_time_key(engine: Engine) -> Replayed:
    """With its event's own time, every copy has its event's key; so has the row of another event at that time."""
    return _by_source_time(engine, "symbol_id, time_ns")


def source_time_price_key(engine: Engine) -> Replayed:
    """The price is still as the worker wrote it: a copy is refused where an earlier row has its price, too."""
    return _by_source_time(engine, "symbol_id, time_ns, price_units")


def _by_source_time(engine: Engine, key: str) -> Replayed:
    """Only events of several rows, or that share symbol and time with another, can be touched."""
    refused = f"""
        SELECT row FROM (
            SELECT row, row_number() OVER (PARTITION BY {key} ORDER BY row) AS turn FROM (
                SELECT l.row, t.symbol_id, t.time_ns, o.price_units
                FROM links AS l
                JOIN ticks AS t ON t.event = l.event
                JOIN outputs AS o ON o.row = l.row
                WHERE l.event IN (
                    SELECT event FROM duplicated
                    UNION
                    SELECT k.event FROM ticks AS k
                    JOIN (
                        SELECT symbol_id, time_ns FROM ticks GROUP BY symbol_id, time_ns HAVING count(*) > 1
                    ) AS s ON s.symbol_id = k.symbol_id AND s.time_ns = k.time_ns
                )
            ) AS keyed
        ) AS turns WHERE turn > 1
    """
    effect, rows = _effect(engine, refused, _PRICE_EXACT)
    return Replayed(effect, keys_for_ever(engine, rows))


def _effect(engine: Engine, refused: str, right: str) -> tuple[Effect, int]:
    """What is left of each event that loses a row, and how many rows are refused.

    `right` is when a row that is left holds the source's values.
    """
    ((prevented, harmed, rows),) = engine.rows(
        f"""
        WITH refused AS ({refused}),
        touched AS (SELECT DISTINCT l.event FROM links AS l JOIN refused AS r ON r.row = l.row),
        counted AS (
            SELECT l.event, count(*) AS rows,
                sum(CASE WHEN r.row IS NULL THEN 1 ELSE 0 END) AS stay,
                max(CASE WHEN {_EXACT} THEN 1 ELSE 0 END) AS had,
                max(CASE WHEN r.row IS NULL AND {right} THEN 1 ELSE 0 END) AS has
            FROM links AS l
            JOIN touched AS t ON t.event = l.event
            LEFT JOIN refused AS r ON r.row = l.row
            LEFT JOIN deltas AS d ON d.row = l.row
            GROUP BY l.event
        )
        SELECT coalesce(sum(rows - CASE WHEN stay > 0 THEN stay ELSE 1 END), 0),
            coalesce(sum(CASE WHEN stay = 0 OR had > has THEN 1 ELSE 0 END), 0), (SELECT count(*) FROM refused)
        FROM counted
        """
    )
    return Effect(int(prevented), int(prevented), int(harmed)), int(rows)


RULES = (
    Rule(
        Safeguard.UNIQUE_EVENT_ID,
        "the sink refuses a row whose event id it has: every row but the first of each event",
        unique_event_id,
    ),
    Rule(
        Safeguard.SYMBOL_TIME_KEY,
        "the sink refuses a row whose symbol and timestamp it has, whichever event that row was",
        symbol_time_key,
    ),
)
SOURCE_TIME_RULES = (
    Rule(Safeguard.SOURCE_TIME, "each row bears its source's timestamp; no row is refused", source_time),
    Rule(
        Safeguard.SOURCE_TIME_KEY,
        "each row bears its source's timestamp, and the sink refuses a symbol and timestamp that it has",
        source_time_key,
    ),
    Rule(
        Safeguard.SOURCE_TIME_PRICE_KEY,
        "each row bears its source's timestamp, and the sink refuses a symbol, timestamp and price that it has",
        source_time_price_key,
    ),
)
