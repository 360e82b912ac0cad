"""What is settled before anybody works: the parameters, what is to go wrong, and the stream of ticks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from raceview.simulate.families import Shape
    from raceview.simulate.faults import Plan
    from raceview.simulate.ticks import Ticks


@dataclass(frozen=True, slots=True)
class Scenario:
    """The ground on which attempts and rows are made and judged."""

    shape: Shape
    plan: Plan
    ticks: Ticks
