"""`raceview notebook BUNDLE`: the bundle as an executed Jupyter notebook."""

from __future__ import annotations

from raceview.cli.document import document_command
from raceview.export.documents import NOTEBOOK

notebook = document_command(
    NOTEBOOK,
    """Write an executed notebook: timelines, causes, policies.

    Its cells open the bundle again, so there is no --demo: `raceview simulate` writes a bundle that stays.""",
    "What to write, something.ipynb.",
)
