"""`raceview trace BUNDLE`: the bundle as a trace that opens in Perfetto."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from raceview.cli.document import Document, document_command

if TYPE_CHECKING:
    from raceview.investigation import Investigation, Progress


def _make_ready(path: Path) -> None:
    from raceview.export.trace import check

    check(path)


def _write(investigation: Investigation, path: Path, progress: Progress | None) -> str:
    from raceview.export.trace import write_trace

    records = write_trace(investigation, path, progress)
    return f"wrote {records:,} records to {path}: open it at ui.perfetto.dev"


DOCUMENT = Document(
    name="trace",
    summary="Write a trace of workers and rows that opens in Perfetto.",
    default_file="trace.json",
    out_help="What to write; .gz at its end compresses it.",
    make_ready=_make_ready,
    write=_write,
)
trace = document_command(DOCUMENT)
