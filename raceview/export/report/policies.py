"""Which row to keep of a duplicated event: the policies, scored against the source; and what could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raceview.export.report.parts import Section, Sentences, Table
from raceview.export.write import SCOREBOARD

if TYPE_CHECKING:
    from raceview.investigation import Investigation

MOST_QUARANTINED = 50
_FLAG = "oracle"


def policies(inv: Investigation) -> Section:
    """The scoreboard."""
    title = "Policies: which row to keep"
    scores = inv.scores
    if not scores:
        return Section(
            "policies", title, (Sentences(("Without source and output no policy can be scored.",)),)
        )
    columns = tuple(name for name in SCOREBOARD if name != _FLAG)
    rows = tuple(
        (f"{score['policy']} *" if score[_FLAG] else score["policy"], *(score[name] for name in columns[1:]))
        for score in scores
    )
    told = (
        "Each policy is scored against the source.",
        f"In force here: {inv.policy}.",
        "* is an oracle: it reads the source's own values, which nobody has who has only the output.",
    )
    names = tuple(name.replace("_", " ") for name in columns)
    return Section(
        "policies",
        title,
        (Sentences(told), Table("policies", names, rows, len(rows), "policy_scoreboard.csv")),
    )


def quarantine(inv: Investigation) -> Section:
    """Records that could not be read."""
    total = sum(file.quarantined for file in inv.files.present())
    title = "Quarantine: records that could not be read"
    if not total:
        return Section("quarantine", title, (Sentences(("None: every record was used.",)),))
    rows = tuple(
        inv.engine.rows(
            f"SELECT file, line, reason, text FROM quarantine ORDER BY file, line LIMIT {MOST_QUARANTINED}"
        )
    )
    table = Table("records", ("file", "line", "reason", "text"), rows, total, "quarantine.csv", brief=10)
    return Section("quarantine", title, (Sentences(("They take no part in anything above.",)), table))
