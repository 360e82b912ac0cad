"""Makes the notebook of an investigation, runs it, and puts it into a file."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from raceview import policies
from raceview.errors import UsageError
from raceview.export.notebook.cells import Cell, opening
from raceview.export.notebook.kernel import run
from raceview.export.notebook.story import story
from raceview.export.one_file import refuse_inputs, whole_file

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from raceview.investigation import Investigation
    from raceview.progress import Progress

SUFFIX = ".ipynb"
_LIBRARIES = ("altair", "ipykernel", "nbclient", "nbformat", "vl_convert")
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def make_ready(path: Path) -> None:
    """Raise UsageError where `path` cannot be a notebook, or a library is missing: before a bundle is read."""
    if path.suffix != SUFFIX:
        raise UsageError(f"{path}: a notebook is called something{SUFFIX}")
    missing = [name for name in _LIBRARIES if find_spec(name) is None]
    if missing:
        raise UsageError(f"a notebook needs {', '.join(missing)}: pip install 'raceview[notebook]'")


def write_notebook(inv: Investigation, path: Path, progress: Progress | None = None) -> None:
    """Write the executed notebook of an investigation.

    Its cells open the bundle again, in a process of their own. The same bundle gives the same bytes. `progress` may
    raise to end it: nothing is then replaced. Raises UsageError where a library is missing or `path` is one of the
    files that were read, OutputError where it cannot be written.
    """
    make_ready(path)
    refuse_inputs(path, inv.files)
    import nbformat

    with whole_file(path) as staged:
        with inv.deciding:
            usual = policies.choose(None, inv.files.ticks is not None)
            options = replace(inv.options, policy=None if inv.policy == usual else inv.policy)
            notebook = _notebook([*story(inv, opening(inv.files, options, path.parent))])
        run(notebook, path.parent, progress)
        notebook.metadata = nbformat.from_dict(_METADATA)  # what was added tells of this machine
        nbformat.validate(notebook)
        staged.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def _notebook(cells: list[Cell]) -> NotebookNode:
    from nbformat import v4

    made = [
        v4.new_code_cell(cell.text, id=cell.name)
        if cell.code
        else v4.new_markdown_cell(cell.text, id=cell.name)
        for cell in cells
    ]
    notebook: NotebookNode = v4.new_notebook(cells=made, metadata=_METADATA)
    return notebook
