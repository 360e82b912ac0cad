"""`raceview trace BUNDLE`: the bundle as a trace that opens in Perfetto."""

from __future__ import annotations

from raceview.cli.document import document_command
from raceview.export.documents import TRACE

trace = document_command(
    TRACE,
    "Write a trace of workers and rows that opens in Perfetto.",
    "What to write; .gz at its end compresses it.",
)
