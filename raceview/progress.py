"""A progress bar on stderr, for people: drawn only where stderr is a terminal, gone when the work is done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from raceview.safe_text import printable

Progress = Callable[[str, int, int], None]
"""Called with (step, done, total), or with (file name, bytes done, bytes in all)."""


@contextmanager
def progress_bar() -> Iterator[Progress | None]:
    """A callable that draws the bar, or None where nobody would see it.

    What counts to one total is told in one line: files that are read side by side have a line each, until another one
    begins.
    """
    if not sys.stderr.isatty():
        yield None
        return
    # rich costs some 100 ms to import: only where the bar is seen
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Bar(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,  # data printed meanwhile belongs to stdout, not among the talk
        redirect_stderr=False,
    ) as bar:
        lines = {0: bar.add_task("reading", total=None)}
        """By what they count to."""

        def advance(step: str, done: int, total: int) -> None:
            if total not in lines:
                for ended in [other for other in bar.tasks if other.finished or not other.total]:
                    bar.update(ended.id, visible=False)
                lines[total] = bar.add_task(printable(step), total=total)
            bar.update(lines[total], description=printable(step), completed=done, visible=True)

        yield advance
