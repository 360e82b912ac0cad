"""Writes files: the CSVs, the manifest, the printed summary. What stands in them is decided elsewhere."""

from __future__ import annotations

from raceview.export.write import file_names, refuse_bundle, write_exports

__all__ = ["file_names", "refuse_bundle", "write_exports"]
