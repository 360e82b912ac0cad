"""Writes a bundle as an executed Jupyter notebook: commentary with the bundle's own numbers, and cells to edit.

`story` says what stands in it, `gantt` draws workers, `kernel` runs it, `write` puts it into a file.
"""

from __future__ import annotations

from raceview.export.notebook.write import make_ready, write_notebook

__all__ = ["make_ready", "write_notebook"]
