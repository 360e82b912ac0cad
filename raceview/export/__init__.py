"""Writes files: the CSVs, the manifest, the printed summary. What stands in them is decided elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from raceview.export.write import Export, file_names, refuse_bundle, write_exports

__all__ = ["Export", "file_names", "refuse_bundle", "write_exports"]


def __getattr__(name: str) -> Any:
    """What writes is loaded when something is to be written: the first screen needs only `verdict`'s sentences."""
    if name in __all__:
        from raceview.export import write

        return getattr(write, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
