"""`raceview simulate`: a bundle with planted faults and their truth."""

from __future__ import annotations

from pathlib import Path

from raceview.cli import options as given
from raceview.cli.reading import word
from raceview.cli.talk import tell
from raceview.errors import UsageError


def simulate(
    out: given.SimulateOut,
    family: given.FamilyName,
    events: given.Events = 4000,
    seed: given.Seed = 1,
    order: given.OrderName = "event",
    spacing_ms: given.SpacingMs = None,
) -> None:
    """Write a bundle with planted faults and their truth."""
    from raceview.simulate import Family, Order
    from raceview.simulate import simulate as write_bundle

    if not out:
        raise UsageError("OUT takes the name of a folder")
    chosen = word(family, "--family", list(Family))
    write_bundle(Path(out), chosen, events, seed, word(order, "--order", list(Order)), spacing_ms)
    tell(f"wrote {events:,} events of family {chosen}, and their truth, to {out}")
