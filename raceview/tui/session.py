"""What a user leaves with a bundle: notes on events, and the place to come back to; and the theme, for all bundles.

Kept per bundle (by the fingerprints of its files) under `$XDG_STATE_HOME/raceview`, never beside the data.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from raceview.bundle import BundleFiles

_UNREADABLE = (OSError, ValueError, TypeError, KeyError, AttributeError)
"""What a state file may raise that was cut off, or written by somebody else: it counts as none."""


@dataclass(slots=True)
class Session:
    """Notes by event id (an empty note is a bare bookmark) and the last place by view; `path` None keeps nothing."""

    path: Path | None = None
    notes: dict[str, str] = field(default_factory=dict)
    view: str = "verdict"
    places: dict[str, dict[str, object]] = field(default_factory=dict)
    _kept: dict[str, str] = field(default_factory=dict, repr=False)
    """The notes as they last were in the file: what differs is this user's doing."""

    def save(self) -> str:
        """Write the session; gives a sentence for the user where that failed, else nothing.

        Notes that another raceview wrote meanwhile are kept, and come in here; of the places the last one holds.
        """
        if self.path is None:
            return ""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with _locked(self.path):
                if (theirs := _read_notes(self.path)) is not None:
                    self._merge(theirs)
                content = {"notes": self.notes, "view": self.view, "places": self.places}
                _write(self.path, content)
        except OSError as error:
            return f"{self.path}: notes and place could not be kept: {error.strerror or error}"
        self._kept = dict(self.notes)
        return ""

    def _merge(self, theirs: Mapping[str, str]) -> None:
        """Take in what others wrote, then do again what was changed here."""
        changed = {event: note for event, note in self.notes.items() if self._kept.get(event) != note}
        removed = self._kept.keys() - self.notes.keys()
        merged = {event: note for event, note in theirs.items() if event not in removed} | changed
        self.notes.clear()
        self.notes.update(merged)


def load_session(files: BundleFiles) -> Session:
    """The session that was left with these very files, or a new one."""
    session = Session(_state_folder() / f"{_fingerprint(files)}.json")
    with suppress(*_UNREADABLE):
        content: dict[str, Any] = json.loads((session.path or Path()).read_text(encoding="utf-8"))
        session.notes = {str(event): str(note) for event, note in content["notes"].items()}
        session._kept = dict(session.notes)
        session.places = {str(name): dict(place) for name, place in content["places"].items()}
        session.view = str(content["view"])
    return session


def load_theme() -> str | None:
    """The theme that the user chose last, for all bundles."""
    with suppress(*_UNREADABLE):
        return str(json.loads(_settings().read_text(encoding="utf-8"))["theme"])
    return None


def save_theme(theme: str) -> None:
    """Keep the user's theme; where that is not possible the next start has the usual one."""
    with suppress(OSError):
        _settings().parent.mkdir(parents=True, exist_ok=True)
        _write(_settings(), {"theme": theme})


def _settings() -> Path:
    return _state_folder() / "settings.json"


def _state_folder() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "raceview"


def _fingerprint(files: BundleFiles) -> str:
    import hashlib  # 5 ms that the first paint does not wait for

    digests = "\n".join(f"{file.role} {file.sha256}" for file in files.present())
    return hashlib.sha256(digests.encode()).hexdigest()[:32]


def _read_notes(path: Path) -> dict[str, str] | None:
    """None where the file is gone or cannot be read: that does not say that anybody took a note away."""
    with suppress(*_UNREADABLE):
        content = json.loads(path.read_text(encoding="utf-8"))
        return {str(event): str(note) for event, note in content["notes"].items()}
    return None


def _write(path: Path, content: object) -> None:
    """All or nothing. Raises OSError."""
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        part.write_text(json.dumps(content, indent=1), encoding="utf-8")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """No other raceview writes this session meanwhile. Raises OSError."""
    with path.with_suffix(".lock").open("w") as lock:
        with suppress(OSError):  # a network folder may know no locks: better unlocked than not kept
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
