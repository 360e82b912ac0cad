"""From the text of options to values, with a sentence for what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from raceview.cli import options as given
from raceview.errors import UsageError
from raceview.model import FailOn, Policy

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)


def path(text: str | None) -> Path | None:
    return Path(text) if text else None


def read(parse: Callable[[str, str], T], option: str, text: str | None) -> T | None:
    """What `parse` makes of an option's text; None where the option was not given."""
    return None if text is None else parse(text, option)


def policy(text: str, option: str) -> Policy:
    return word(text, option, given.POLICIES)


def gate(text: str, option: str) -> FailOn:
    return word(text, option, list(FailOn))


def word(text: str, option: str, words: Sequence[Word]) -> Word:
    """The member that `text` names."""
    for known in words:
        if known == text:
            return known
    raise UsageError(f"{option} {text}: choose from {', '.join(words)}")
