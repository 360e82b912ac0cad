"""What each policy means, in the words of the picker and of the export dialog."""

from __future__ import annotations

from textual.content import Content

from raceview.answers.policy_preview import Effect
from raceview.model import Policy, counted
from raceview.policies import BASELINES

MEANING: dict[Policy, str] = {
    Policy.NONE: "every row as it is (a baseline)",
    Policy.EXACT_KEY: "the last row per (symbol, timestamp) (a baseline)",
    Policy.FIRST: "of each event the first row in the file",
    Policy.LAST: "of each event the last row in the file",
    Policy.HIGHEST: "of each event the row with the highest price",
    Policy.LOWEST: "of each event the row with the lowest price",
    Policy.MEAN: "of each event one row, at the mean price of its rows",
    Policy.MEDIAN: "of each event one row, at the median price of its rows",
    Policy.MAJORITY: "of each event the row whose price most of its rows bear",
    Policy.SUCCESSFUL: "of each event the row of its first attempt that succeeded",
    Policy.CONFIDENT: "of each event the row that is most surely its own",
    Policy.SOURCE: "the source's own time and price (the oracle)",
}


NO_OUTPUT = "no output file: nothing to decide"
"""Why no policy does anything."""


def deed(effect: Effect) -> str:
    """`drops 250 of 70,250 rows and changes none`."""
    rows = effect.rows + effect.dropped
    dropped = f"{effect.dropped:,}" if effect.dropped else "none"
    changed = f"{effect.corrected:,}" if effect.corrected else "none"
    return f"drops {dropped} of {counted(rows, 'row')}, changes {changed}"


def said(effect: Effect, chosen: bool, scored: bool, complaint: str) -> Content:
    """Two lines: what the policy is, and what it does; `complaint` says why it cannot be chosen."""
    policy = effect.policy
    name = Content.styled(f" {policy}", "bold") + Content(f" writes {MEANING[policy]}.")
    if complaint:
        second = Content.styled(f" ! {complaint}", "ansi_bright_yellow")
    elif scored or not effect.rows:
        choice = " · chosen" if chosen else " · enter chooses it"
        second = Content(f" It {deed(effect)}{'' if policy in BASELINES else choice}")
    else:
        second = Content(f" It {deed(effect)}. Without the ticks there is no score.")
    return Content("\n").join([name, second])
