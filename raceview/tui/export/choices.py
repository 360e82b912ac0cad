"""What can be written from the dialog beside the files: each the same bytes as a command of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from raceview.errors import UsageError

if TYPE_CHECKING:
    from raceview.investigation import Investigation

Progress = Callable[[str, int, int], None]

FILES = "files"
DEMO = "--demo"


@dataclass(frozen=True, slots=True)
class Choice:
    """One document. `command` is the command that writes it as well, `file` its name in the folder."""

    name: str
    command: str
    file: str
    write: Callable[[Investigation, Path, Progress], object]
    check: Callable[[Path], None]
    """Raises UsageError where a library is missing."""


def _write_report(inv: Investigation, path: Path, progress: Progress) -> None:
    from raceview.export.report import write_report

    write_report(inv, path, progress)


def _check_report(path: Path) -> None:
    from raceview.export.report import check

    check(path)


def _write_notebook(inv: Investigation, path: Path, progress: Progress) -> None:
    from raceview.export.notebook import write_notebook

    write_notebook(inv, path, progress)


def _check_notebook(path: Path) -> None:
    from raceview.export.notebook import make_ready

    make_ready(path)


def _write_trace(inv: Investigation, path: Path, progress: Progress) -> None:
    from raceview.export.trace import write_trace

    write_trace(inv, path, progress)


def _always(_: Path) -> None:
    """Needs nothing."""


DOCUMENTS = (
    Choice("report", "report", "root_cause.html", _write_report, _check_report),
    Choice("report.md", "report", "root_cause.md", _write_report, _check_report),
    Choice("notebook", "notebook", "timeline_visualization.ipynb", _write_notebook, _check_notebook),
    Choice("trace", "trace", "trace.json", _write_trace, _always),
)
WHAT = (FILES, *(choice.name for choice in DOCUMENTS))
"""What can be written, in the order of the list."""


def refusals(arguments: tuple[str, ...]) -> dict[str, str]:
    """Why a document cannot be chosen, by its name; `arguments` are the words that the bundle was opened with."""
    found = {}
    for choice in DOCUMENTS:
        try:
            choice.check(Path(choice.file))
        except UsageError as error:
            found[choice.name] = str(error)
    if DEMO in arguments:
        found["notebook"] = "its cells open the bundle again, and a demo's is gone by then"
    return found
