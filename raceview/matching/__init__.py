"""Which output rows are one event, told from the output alone: no source, no worker log. See docs/matching.md."""

from raceview.matching.match import Matching, Silence, match_rows

__all__ = ["Matching", "Silence", "match_rows"]
