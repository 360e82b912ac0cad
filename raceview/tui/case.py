"""What the screens share once a bundle is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from raceview.answers.moment import Span
    from raceview.investigation import Investigation
    from raceview.tui.session import Session


@dataclass(frozen=True, slots=True)
class Case:
    """An open bundle: the investigation, its summary, and the user's session with it."""

    investigation: Investigation
    summary: Mapping[str, Any]
    session: Session
    span: Span | None = None
    """What time the files cover."""
