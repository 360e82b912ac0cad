"""The report: what happened and why, for somebody who was not there, as one file that needs no other.

What it says is made once (`contents`, plain values) and shown in two ways: an HTML page with pictures (`html`), and
Markdown for a pull request (`markdown`). Parts of it are files here; `write` puts it on the disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from raceview.export.report.write import check, make_ready, write_report

__all__ = ["check", "make_ready", "write_report"]


def __getattr__(name: str) -> Any:
    """Loaded when a report is to be written."""
    if name in __all__:
        from raceview.export.report import write

        return getattr(write, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
