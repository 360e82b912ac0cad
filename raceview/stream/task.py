"""What `deduplicate-stream` was asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from raceview.model import Policy

STREAM = "-"
"""As a path: stdin or stdout."""


@dataclass(frozen=True, slots=True)
class Task:
    """What was asked for. `source` and `target` are paths, or `-`; `columns` how the file calls which field."""

    source: str
    target: str
    columns: Mapping[str, str]
    policy: Policy
    threshold: float
    exact_key: bool
    analysis: str | None
