"""Why a record is not used: one sentence fragment that says what was expected and what was found."""

from __future__ import annotations

LONGEST_TEXT = 2000
_LONGEST_FOUND = 60


class RejectedError(ValueError):
    """A record, or a value in it, cannot be used; the message is the quarantine's `reason`."""


def rejected(name: str, expected: str, text: str) -> RejectedError:
    """The rejection of the value `text` of the field `name`."""
    found = "nothing" if text == "" else shown(text)
    return RejectedError(f"{name}: expected {expected}, found {found}")


def shown(text: str) -> str:
    """A value in a reason: quoted, one line, no control characters, shortened."""
    return repr(text if len(text) <= _LONGEST_FOUND else text[:_LONGEST_FOUND] + "…")


def capped(text: str) -> str:
    """A record's text for the quarantine: as read, control characters and all, at most 2,000 characters."""
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
