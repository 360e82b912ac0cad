"""Groups of rows that were taken to be one event, as the relations that all else asks of events.

Where there is no source, `matching` says which rows are one event (`inferred`). From that come `ticks_read`, `ticks`
and `links`, of the same columns as with a source, so that what judges, picks and exports works as it is. An event is
named after its first emitted row, and stands for no more than that row: not for what should have been emitted.
"""

from __future__ import annotations

from raceview import sql
from raceview.engine.base import Engine

FURTHER_ROWS = "SELECT row FROM inferred WHERE row <> first_row"
"""All rows of the groups but those that were emitted first."""
_EVERY_ROW_BUT_COPIES = f"NOT IN ({FURTHER_ROWS})"
_FIRST_OF_GROUPS = "IN (SELECT first_row FROM inferred)"


def make_events(engine: Engine, singles: bool) -> None:
    """Make `ticks_read`, `ticks`, `exact`, `reopened`, `links_found` and `links` from `inferred`.

    `singles` says whether a row that is alone is an event, too. Needs `symbols`, and `tick_repeats` of the empty
    `ticks_read` that a missing source leaves.
    """
    chosen = _EVERY_ROW_BUT_COPIES if singles else _FIRST_OF_GROUPS
    for relation, query in (
        ("ticks_read", sql.query("inferred_ticks_read", chosen=chosen)),
        ("ticks", sql.query("ticks")),
        ("links_found", sql.query("inferred_links_found")),
        ("exact", sql.query("inferred_exact")),
        ("reopened", "SELECT row FROM inferred WHERE row = first_row"),
        ("links", sql.query("links")),
    ):
        engine.create(relation, query)


def make_crowded(engine: Engine) -> None:
    """Make `crowded` of them, with all that it is made of: nothing in it is suspect, the groups were chosen so."""
    sql.create(engine, "deltas", "event_rows", "twin_groups")
    sql.create(engine, "crowded", time_spread=1, price_spread=1, threshold=0)
