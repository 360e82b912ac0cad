"""`raceview report BUNDLE`: what happened and why, as one file to send to somebody."""

from __future__ import annotations

from raceview.cli.document import document_command
from raceview.export.documents import REPORT

report = document_command(
    REPORT,
    "Write what happened and why as one page, or as Markdown.",
    "What to write: .html, or .md for a pull request.",
)
