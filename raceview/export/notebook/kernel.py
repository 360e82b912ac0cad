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
from raceview.errors import OutputError

if TYPE_CHECKING:
    from nbformat import NotebookNode

LONGEST_ERROR = 500


class CellFailedError(Exception):
    """A cell of a notebook that raceview wrote did not run: a defect."""


def run(
    notebook: NotebookNode, folder: Path, progress: Callable[[str, int, int], None] | None = None
) -> None:
    """Execute every cell in place, as if the notebook lay in `folder`.

    Raises CellFailedError where one fails, OutputError where the system gives no room or no process to run them in.
    """
    try:
        with TemporaryDirectory(prefix="raceview-kernel-") as temporary:
            _run(notebook, folder, Path(temporary), progress)
    except OSError as error:
        raise OutputError(f"the notebook cannot be run: {error.strerror or error}") from error


def _run(
    notebook: NotebookNode,
    folder: Path,
    temporary: Path,
    progress: Callable[[str, int, int], None] | None,
) -> None:
    """Execute it; what the kernel writes for itself goes to `temporary`."""
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    cells = len(notebook.cells)

    def told(cell: Any, cell_index: int, **_: Any) -> None:
        if progress:
            progress("running the notebook", cell_index, cells)

    connection = temporary / "connection.json"
    manager = AsyncKernelManager(
        connection_file=str(connection), transport=_transport(connection), shutdown_wait_time=5.0
    )
    manager._kernel_spec = _kernel_spec(temporary)
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
        client.execute(env=_environment(temporary))
    except (CellExecutionError, DeadKernelError) as error:
        said = str(getattr(error, "evalue", "") or error)[:LONGEST_ERROR]
        raise CellFailedError(f"a cell of the notebook failed: {said}") from error


def _transport(connection: Path) -> str:
    """Sockets beside the connection file, the user's alone; on loopback where their names would be too long."""
    from zmq import IPC_PATH_MAX_LEN

    longest = f"{connection.with_suffix('')}-ipc-9"
    return "ipc" if len(os.fsencode(longest)) <= IPC_PATH_MAX_LEN else "tcp"


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
