"""Bundles with planted faults and their truth, to test and to show the analysis with.

Not part of the analysis, which never imports this: a detector must not know how its examples were made.
Importing it costs nothing; numpy and duckdb come in when `simulate` is called.
"""

from raceview.simulate.families import Family, Order
from raceview.simulate.simulation import Simulated, make, simulate

__all__ = ["Family", "Order", "Simulated", "make", "simulate"]
