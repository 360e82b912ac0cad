"""The documents that can be written about a bundle, beside the files of an export: for the commands and the terminal.

What writes one is loaded when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from raceview.investigation import Investigation
    from raceview.progress import Progress

    Write: TypeAlias = Callable[[Investigation, Path, Progress | None], str]


@dataclass(frozen=True, slots=True)
class Document:
    """One kind of document."""

    command: str
    """The command that writes it."""
    file: str
    """What it is called, unless somebody says otherwise."""
    check: Callable[[Path], None]
    """Raises UsageError where the file cannot be of this kind, or a library is missing."""
    make_ready: Callable[[Path], None]
    """The same, and begins what takes long and needs no bundle."""
    write: Write
    """Writes it; gives the sentence to tell."""
    no_demo: str = ""
    """Why it cannot be made of a demo; empty where it can."""


def _check_report(path: Path) -> None:
    from raceview.export.report import check

    check(path)


def _ready_report(path: Path) -> None:
    from raceview.export.report import make_ready

    make_ready(path)


def _write_report(inv: Investigation, path: Path, progress: Progress | None) -> str:
    from raceview.export.report import write_report

    write_report(inv, path, progress)
    return f"wrote {path}"


def _check_notebook(path: Path) -> None:
    from raceview.export.notebook import make_ready

    make_ready(path)


def _write_notebook(inv: Investigation, path: Path, progress: Progress | None) -> str:
    from raceview.export.notebook import write_notebook

    write_notebook(inv, path, progress)
    return f"wrote {path}"


def _check_trace(path: Path) -> None:
    from raceview.export.trace import check

    check(path)


def _write_trace(inv: Investigation, path: Path, progress: Progress | None) -> str:
    from raceview.export.trace import write_trace

    records = write_trace(inv, path, progress)
    return f"wrote {records:,} records to {path}: open it at ui.perfetto.dev"


DEMO_FOLDER = "raceview-demo-"
"""How the name of the folder begins that holds the bundle of `--demo`: it is gone when the command ends."""
REPORT = Document("report", "root_cause.html", _check_report, _ready_report, _write_report)
NOTEBOOK = Document(
    "notebook",
    "timeline_visualization.ipynb",
    _check_notebook,
    _check_notebook,
    _write_notebook,
    no_demo="its cells open the bundle again, and a demo's is gone by then",
)
TRACE = Document("trace", "trace.json", _check_trace, _check_trace, _write_trace)
