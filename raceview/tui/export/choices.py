"""What can be written from the dialog beside the files: each the same bytes as a command of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from raceview.errors import UsageError
from raceview.export.documents import NOTEBOOK, REPORT, TRACE, Document

FILES = "files"
DEMO = "--demo"


@dataclass(frozen=True, slots=True)
class Choice:
    """One document, and its name in the folder."""

    name: str
    document: Document
    file: str


DOCUMENTS = (
    Choice("report", REPORT, REPORT.file),
    Choice("report.md", REPORT, "root_cause.md"),
    Choice("notebook", NOTEBOOK, NOTEBOOK.file),
    Choice("trace", TRACE, TRACE.file),
)
WHAT = (FILES, *(choice.name for choice in DOCUMENTS))
"""What can be written, in the order of the list."""


def refusals(arguments: tuple[str, ...]) -> dict[str, str]:
    """Why a document cannot be chosen, by its name; `arguments` are the words that the bundle was opened with."""
    found = {}
    for choice in DOCUMENTS:
        try:
            choice.document.check(Path(choice.file))
        except UsageError as error:
            found[choice.name] = str(error)
        if DEMO in arguments and choice.document.no_demo:
            found[choice.name] = choice.document.no_demo
    return found
