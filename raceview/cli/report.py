"""`raceview report BUNDLE`: what happened and why, as one file to send to somebody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from raceview.cli.document import Document, document_command

if TYPE_CHECKING:
    from raceview.investigation import Investigation, Progress


def _make_ready(path: Path) -> None:
    from raceview.export.report import make_ready

    make_ready(path)


def _write(investigation: Investigation, path: Path, progress: Progress | None) -> str:
    from raceview.export.report import write_report

    write_report(investigation, path, progress)
    return f"wrote {path}"


DOCUMENT = Document(
    name="report",
    summary="Write what happened and why as one page, or as Markdown.",
    default_file="root_cause.html",
    out_help="What to write: .html, or .md for a pull request.",
    make_ready=_make_ready,
    write=_write,
)
report = document_command(DOCUMENT)
