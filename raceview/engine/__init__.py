"""Scans files into relations and runs SQL over them; the only package that knows with what."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from threading import Thread

from raceview.engine.base import Engine, Scanner

__all__ = ["Engine", "Scanner", "import_once_open", "open_engine"]


def open_engine(until_exit: bool = False) -> Engine:
    """An engine of its own for one analysis; whoever opens it closes it.

    `until_exit`: the process ends when it is closed. Its memory is then left to the system, which frees it at once.
    """
    from raceview.engine.duckdb_engine import DuckDBEngine

    return DuckDBEngine(until_exit)


def import_once_open(engine: Engine, module: str) -> None:
    """Import a module in another thread while the engine reads files: numpy takes as long as a small one.

    Before the engine is open the interpreter has enough to do, and its cores have not.
    """

    def load() -> None:
        with suppress(Exception):  # whoever uses the engine, or the module, is told
            engine.rows("SELECT 1")
            import_module(module)

    Thread(target=load, daemon=True).start()
