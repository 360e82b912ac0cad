"""The hand-made bundles of the analysis, and answers as text tables."""

from __future__ import annotations

from analysis.conftest import Opened, bundle, linked, matched, stack
from analysis.hand_made import Table, table

from raceview.investigation import Investigation
from raceview.model import Safeguard

__all__ = ["Opened", "answers", "bundle", "linked", "matched", "stack", "table"]


def answers(inv: Investigation, *asked: Safeguard) -> Table:
    """Duplicates prevented (low, high) and events harmed; of all safeguards where none is named."""
    found = {one.safeguard: one for one in inv.safeguards_list}
    return [
        ("safeguard", "low", "high", "harmed"),
        *(
            (str(name), str(one.prevented_low), str(one.prevented_high), str(one.harmed))
            for name, one in found.items()
            if name in (asked or found)
        ),
    ]
