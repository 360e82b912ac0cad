"""What would have prevented the duplicates: safeguards, replayed on the bundle's own data.

Each is a rule about who would not have started, or what the sink would have refused, and nothing else changes: other
attempts start, write and fail as they did. What the log does not tell (when a timed-out attempt wrote, which attempt
wrote which row) makes an interval of the answer, never a guess. docs/safeguards.md has all the rules side by side.
"""

from raceview.safeguards.answer import CurvePoint, Safeguarded
from raceview.safeguards.replay import Known, Replay

__all__ = ["CurvePoint", "Known", "Replay", "Safeguarded"]
