"""What a finding is: one line of `findings.csv`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from raceview.model import FindingName


@dataclass(frozen=True, slots=True)
class Finding:
    """What, about whom, how much, with a 95 % interval where it is an estimate."""

    finding: FindingName
    subject: str
    value: float
    unit: str
    low: float | None
    high: float | None
    evidence: str
    workers: tuple[str, ...] = ()
    """The workers it is about, where it is about any; not a column."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "finding": str(self.finding),
            "subject": self.subject,
            "value": self.value,
            "unit": self.unit,
            "low": self.low,
            "high": self.high,
            "evidence": self.evidence,
        }
