"""What the command line says: data on stdout, one line of talk at a time on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from raceview.errors import OutputError
from raceview.process import give_up
from raceview.safe_text import printable


def show(text: str) -> None:
    """Data for stdout. A reader who left early (`| head`) changes neither the export nor the exit code."""
    try:
        with written():
            sys.stdout.write(text.rstrip("\n") + "\n")
            sys.stdout.flush()
    except BrokenPipeError:
        give_up(sys.stdout)


@contextmanager
def written() -> Iterator[None]:
    """What is written to stdout within must get there. Raises OutputError; BrokenPipeError where nobody reads."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        give_up(sys.stdout)
        raise OutputError(f"standard output cannot be written: {error.strerror}") from error


def tell(sentence: str) -> None:
    """One line of talk for stderr, whatever the sentence quotes. Where nobody reads it the exit code says it all."""
    try:
        typer.echo(f"raceview: {printable(sentence)}", err=True)
    except OSError:
        give_up(sys.stderr)


def tell_defect(error: Exception) -> None:
    if os.environ.get("RACEVIEW_DEBUG") == "1":
        from traceback import print_exception

        print_exception(error)
    tell(f"a defect of raceview: {type(error).__name__}: {error} (RACEVIEW_DEBUG=1 shows where)")
