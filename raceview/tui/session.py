"""What a user leaves with a bundle: notes on events, and the place to come back to.

Kept per bundle (by the fingerprints of its files) under `$XDG_STATE_HOME/raceview`, never beside the data.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from raceview.bundle import BundleFiles


@dataclass(slots=True)
class Session:
    """Notes by event id (an empty note is a bare bookmark) and the last place by view; `path` None keeps nothing."""

    path: Path | None = None
    notes: dict[str, str] = field(default_factory=dict)
    view: str = "verdict"
    places: dict[str, dict[str, object]] = field(default_factory=dict)

    def save(self) -> str:
        """Write the session; gives a sentence for the user where that failed, else nothing."""
        if self.path is None:
            return ""
        content = {"notes": self.notes, "view": self.view, "places": self.places}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part = self.path.with_suffix(".part")
            part.write_text(json.dumps(content, indent=1), encoding="utf-8")
            os.replace(part, self.path)
        except OSError as error:
            return f"{self.path}: notes and place could not be kept: {error.strerror or error}"
        return ""


def load_session(files: BundleFiles) -> Session:
    """The session that was left with these very files, or a new one."""
    path = _state_folder() / f"{_fingerprint(files)}.json"
    session = Session(path)
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):  # unreadable: a new one
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        session.notes = {str(key): str(note) for key, note in content["notes"].items()}
        session.places = {str(name): dict(place) for name, place in content["places"].items()}
        session.view = str(content["view"])
    return session


def _state_folder() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "raceview"


def _fingerprint(files: BundleFiles) -> str:
    digests = "\n".join(f"{file.role} {file.sha256}" for file in files.present())
    return hashlib.sha256(digests.encode()).hexdigest()[:32]
