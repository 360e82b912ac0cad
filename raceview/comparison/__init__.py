"""Before and after a fix: what changed, and whether chance would do as much.

`read` makes plain counts of each side, a bundle or the folder of an export; `rates` and `judge` compare them; `text`
says it in 80 columns. Nothing here looks at a single event.
"""

from __future__ import annotations

from raceview.comparison.judge import Comparison
from raceview.comparison.read import compare

__all__ = ["Comparison", "compare"]
