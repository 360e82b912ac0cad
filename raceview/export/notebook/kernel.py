"""Runs a notebook in a kernel of its own: this very Python, and nothing of the user's Jupyter configuration.

Whatever the kernel writes for itself (connection, history, temporary files of the engine) lies in a folder that is
removed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import raceview

if TYPE_CHECKING:
    from nbformat import NotebookNode

LONGEST_ERROR = 500


class CellFailedError(Exception):
    """A cell of a notebook that raceview wrote did not run: a defect."""


def run(
    notebook: NotebookNode, folder: Path, progress: Callable[[str, int, int], None] | None = None
) -> None:
    """Execute every cell in place, as if the notebook lay in `folder`. Raises CellFailedError where one fails."""
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    cells = len(notebook.cells)

    def told(cell: Any, cell_index: int, **_: Any) -> None:
        if progress:
            progress("running the notebook", cell_index, cells)

    with TemporaryDirectory(prefix="raceview-kernel-") as temporary:
        manager = AsyncKernelManager(
            connection_file=str(Path(temporary) / "connection.json"), transport="ipc", shutdown_wait_time=5.0
        )
        manager._kernel_spec = _kernel_spec(Path(temporary))
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=None,
            record_timing=False,
            resources={"metadata": {"path": str(folder)}},
            on_cell_start=told,
        )
        client.owns_km = True  # it is to end the kernel, too
        try:
            client.execute(env=_environment(Path(temporary)))
        except (CellExecutionError, DeadKernelError) as error:
            said = str(getattr(error, "evalue", "") or error)[:LONGEST_ERROR]
            raise CellFailedError(f"a cell of the notebook failed: {said}") from error


def _kernel_spec(temporary: Path) -> Any:
    """This interpreter's kernel, whatever kernels are installed; modules that lie beside the notebook are not seen."""
    from jupyter_client.kernelspec import KernelSpec

    argv = [sys.executable, "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    argv += ["--InteractiveShellApp.ignore_cwd=True", "--HistoryManager.enabled=False"]
    return KernelSpec(argv=argv, display_name="Python 3", language="python", resource_dir=str(temporary))


def _environment(temporary: Path) -> dict[str, str]:
    """What the kernel finds, with every folder of Jupyter and IPython a temporary one."""
    folders = (
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_DATA_DIR",
        "JUPYTER_RUNTIME_DIR",
        "IPYTHONDIR",
        "MPLCONFIGDIR",
        "TMPDIR",
    )
    found = {name: str(temporary / name.lower()) for name in folders}
    for folder in found.values():
        Path(folder).mkdir(mode=0o700)
    package = str(Path(raceview.__file__).parents[1])
    path = os.pathsep.join(part for part in (package, os.environ.get("PYTHONPATH", "")) if part)
    own = {"PYTHONPATH": path, "JUPYTER_NO_CONFIG": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    return {**os.environ, **found, **own}
