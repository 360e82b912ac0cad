"""The notebook's second half: ways to clean the output, what would have kept it clean, and what the system does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from raceview.export.notebook.cells import Cell, code, items, markdown, quoted
from raceview.model import counted, words

if TYPE_CHECKING:
    from raceview.investigation import Investigation

MOST_FINDINGS = 20


def remedies(inv: Investigation) -> Iterator[Cell]:
    """Policies, safeguards and findings."""
    yield from _policies(inv)
    yield from _safeguards(inv)
    yield from _findings(inv)


def _policies(inv: Investigation) -> Iterator[Cell]:
    """What each way to pick one row makes of it."""
    if not inv.scores:
        yield markdown(
            "policies-words",
            "## Policies",
            "Policies are scored against the source and the output: one is missing.",
        )
        return
    told = [
        f"{quoted(score['policy'])}: {counted(score['duplicates_left'], 'duplicate')} left, "
        f"{counted(score['real_lost'], 'real event')} lost, {counted(score['wrong_prices'], 'wrong price')}, "
        f"{counted(score['wrong_times'], 'wrong time')}"
        for score in inv.scores
        if score["policy"] in {"none", "exact-key", "first", "last", str(inv.policy)}
    ]
    yield markdown("policies-words", "## Policies", items(told))
    yield code("policies", "inv.scoreboard()")


def _safeguards(inv: Investigation) -> Iterator[Cell]:
    """What would have prevented the duplicates."""
    known = [one for one in inv.safeguards_list if one.prevented_low is not None and one.duplicates]
    if not known:
        return
    told = [
        f"{words(str(one.safeguard))}{f', {one.setting}' if one.setting else ''}: "
        f"{_between(one.prevented_low, one.prevented_high)} of {one.duplicates:,} prevented, "
        f"{counted(one.harmed or 0, 'real event')} harmed"
        for one in known
    ]
    yield markdown(
        "safeguards-words",
        "## Safeguards",
        "Each was replayed on this bundle; where the log does not tell, two numbers bound the truth.",
        items(told),
    )
    yield code(
        "safeguards",
        """
        safeguards = inv.safeguards()
        bars = alt.Chart(safeguards[["safeguard", "prevented_low", "prevented_high"]]).encode(
            y=alt.Y("safeguard:N", title=None, sort=None)
        )
        (
            bars.mark_bar().encode(x=alt.X("prevented_low:Q", title="duplicate rows prevented, at least and at most"))
            + bars.mark_bar(opacity=0.4).encode(x="prevented_low:Q", x2="prevented_high:Q")
        ).properties(width=500, height=alt.Step(20))
        """,
    )
    yield code("safeguard-rules", "safeguards")


def _between(low: int | None, high: int | None) -> str:
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _findings(inv: Investigation) -> Iterator[Cell]:
    """What the bundle says about the system."""
    if inv.inferred:
        return
    found = inv.findings_list
    told = [f"{words(str(one.finding))}, {quoted(one.subject)}: {quoted(one.evidence)}" for one in found]
    more = f"{len(found) - MOST_FINDINGS:,} more are in the table." if len(found) > MOST_FINDINGS else ""
    yield markdown(
        "findings-words", "## The system", items(told[:MOST_FINDINGS]) or "Nothing was found.", more
    )
    if found:
        yield code("findings", "inv.findings()")
