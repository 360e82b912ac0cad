"""A command that reads a bundle and writes one file about it: what `notebook`, `report` and `trace` have in common.

Annotations are evaluated here, as typer reads them, for the help of some options differs from document to document.
"""

# no `from __future__ import annotations`: typer could not look up what is known in `document_command` alone
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from raceview.cli import options as given
from raceview.cli import reading
from raceview.cli.inputs import inputs, opened
from raceview.cli.talk import tell
from raceview.errors import UsageError
from raceview.export.documents import Document
from raceview.interrupts import unwinds_on_signal


def document_command(document: Document, summary: str, out_help: str) -> Callable[..., None]:
    """The command of a document. The first line of its `summary` stands in the list of commands."""
    out_option = typer.Option("-o", "--out", metavar="FILE", help=out_help)
    demo_option = given.demo_option(hidden=bool(document.no_demo))

    def command(
        bundle: given.Bundle = None,
        out: Annotated[str, out_option] = document.file,
        ticks: given.Ticks = None,
        attempts: given.Attempts = None,
        output: given.Output = None,
        assume_tz: given.AssumeTz = "UTC",
        demo: Annotated[bool, demo_option] = False,
        policy: given.PolicyName = None,
        drop_phantoms: given.DropPhantoms = False,
        jitter: given.Jitter = None,
        price_tolerance: given.PriceTolerance = None,
        threshold: given.Threshold = given.THRESHOLD,
    ) -> None:
        if demo and document.no_demo:
            raise UsageError(f"--demo: {document.no_demo}: `raceview simulate` writes a bundle that stays")
        options = reading.analysis(assume_tz, policy, drop_phantoms, jitter, price_tolerance, threshold)
        path = Path(out)
        document.make_ready(path)
        with (
            unwinds_on_signal(),
            inputs(bundle, demo, ticks, attempts, output) as files,
            opened(files, options) as (investigation, progress),
        ):
            said = document.write(investigation, path, progress)
        tell(said)

    command.__name__, command.__doc__ = document.command, summary
    return command
