"""Writes a bundle as a trace that opens in Perfetto (ui.perfetto.dev) and in other viewers of its JSON format.

The format is Chrome's "Trace Event Format", of which Perfetto documents what it reads
(https://perfetto.dev/docs/getting-started/other-formats). What is a track, a slice, a flow here: docs/trace.md.
"""

from __future__ import annotations

from raceview.export.trace.write import check, write_trace

__all__ = ["check", "write_trace"]
