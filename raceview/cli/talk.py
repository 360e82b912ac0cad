"""What the command line says: data on stdout, one line of talk at a time on stderr."""

from __future__ import annotations

import os
import sys

import typer

from raceview.errors import OutputError
from raceview.safe_text import printable


def show(text: str) -> None:
    """Data for stdout. A reader who left early (`| head`) changes neither the export nor the exit code."""
    try:
        sys.stdout.write(text.rstrip("\n") + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # what is still buffered would fail again when the interpreter flushes at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(f"standard output cannot be written: {error.strerror}") from error


def tell(sentence: str) -> None:
    """One line of talk for stderr, whatever the sentence quotes. Where nobody reads it the exit code says it all."""
    try:
        typer.echo(f"raceview: {printable(sentence)}", err=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def tell_defect(error: Exception) -> None:
    if os.environ.get("RACEVIEW_DEBUG") == "1":
        from traceback import print_exception

        print_exception(error)
    tell(f"a defect of raceview: {type(error).__name__}: {error} (RACEVIEW_DEBUG=1 shows where)")
