"""A progress bar on stderr, for people: drawn only where stderr is a terminal, gone when the work is done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]
"""Called as (step, done, total): what is being done, and how far it is."""


@contextmanager
def progress_bar() -> Iterator[Progress | None]:
    """A callable that draws the bar, or None where nobody would see it."""
    if not sys.stderr.isatty():
        yield None
        return
    # rich costs some 100 ms to import: only where the bar is seen
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,  # data printed meanwhile belongs to stdout, not among the talk
        redirect_stderr=False,
    ) as bar:
        task = bar.add_task("reading", total=None)

        def advance(step: str, done: int, total: int) -> None:
            bar.update(task, description=step, completed=done, total=total or None)

        yield advance
