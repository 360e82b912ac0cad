"""Writes files: the CSVs, the manifest, the printed summary. What stands in them is decided elsewhere."""

from __future__ import annotations

from raceview.export.write import write_exports

__all__ = ["write_exports"]
