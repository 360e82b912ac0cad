"""From the text of options to values, with a sentence for what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from raceview import quantities
from raceview.cli import options as given
from raceview.errors import UsageError
from raceview.model import FailOn, Options, Policy

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)


def path(text: str | None) -> Path | None:
    return Path(text) if text else None


def read(parse: Callable[[str, str], T], option: str, text: str | None) -> T | None:
    """What `parse` makes of an option's text; None where the option was not given."""
    return None if text is None else parse(text, option)


def analysis(
    assume_tz: str,
    policy_name: str | None,
    drop_phantoms: bool,
    jitter: str | None,
    price_tolerance: str | None,
    threshold: str,
) -> Options:
    """The options of an analysis, as typed."""
    return Options(
        jitter_ns=read(quantities.nanoseconds, "--jitter", jitter),
        price_tolerance_units=read(quantities.price_units, "--price-tolerance", price_tolerance),
        threshold=quantities.probability(threshold, "--threshold"),
        assume_tz=quantities.zone(assume_tz, "--assume-tz"),
        policy=read(policy, "--policy", policy_name),
        drop_phantoms=drop_phantoms,
    )


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
