"""`raceview notebook BUNDLE`: the bundle as an executed Jupyter notebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from raceview.cli.document import Document, document_command

if TYPE_CHECKING:
    from raceview.investigation import Investigation, Progress


def _make_ready(path: Path) -> None:
    from raceview.export.notebook import make_ready

    make_ready(path)


def _write(investigation: Investigation, path: Path, progress: Progress | None) -> str:
    from raceview.export.notebook import write_notebook

    write_notebook(investigation, path, progress)
    return f"wrote {path}"


DOCUMENT = Document(
    name="notebook",
    summary="""Write an executed notebook: timelines, causes, policies.

    Its cells open the bundle again, so there is no --demo: `raceview simulate` writes a bundle that stays.""",
    default_file="timeline_visualization.ipynb",
    out_help="What to write, something.ipynb.",
    make_ready=_make_ready,
    write=_write,
    no_demo="a notebook opens its bundle again, and a demo's is gone by then: `raceview simulate` one that stays",
)
notebook = document_command(DOCUMENT)
