"""Scans files into relations and runs SQL over them; the only package that knows with what."""

from __future__ import annotations

from raceview.engine.base import Engine, Scanner

__all__ = ["Engine", "Scanner", "open_engine"]


def open_engine() -> Engine:
    """An engine of its own for one analysis; whoever opens it closes it."""
    from raceview.engine.duckdb_engine import DuckDBEngine

    return DuckDBEngine()
