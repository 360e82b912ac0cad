"""A command that reads a bundle and writes one file about it: what `notebook`, `report` and `trace` have in common.

Annotations are evaluated here, as typer reads them, for the help of some options differs from document to document.
"""

# no `from __future__ import annotations`: typer could not look up what is known in `document_command` alone
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from raceview.cli import options as given
from raceview.cli import reading
from raceview.cli.inputs import inputs, opened
from raceview.cli.talk import tell
from raceview.errors import UsageError
from raceview.interrupts import unwinds_on_signal

if TYPE_CHECKING:
    from raceview.investigation import Investigation, Progress

    Write: TypeAlias = Callable[[Investigation, Path, Progress | None], str]


@dataclass(frozen=True, slots=True)
class Document:
    """One kind of file. `no_demo` says why it cannot be made of a demo; empty where it can."""

    name: str
    """The command's."""
    summary: str
    """The command's help; the first line stands in the list of commands."""
    default_file: str
    out_help: str
    make_ready: Callable[[Path], None]
    """Raises UsageError where the file cannot be of this kind: before a bundle is read."""
    write: "Write"
    """Writes it; gives the sentence to tell."""
    no_demo: str = ""


def document_command(document: Document) -> Callable[..., None]:
    """The command of a document."""
    out_option = typer.Option("-o", "--out", metavar="FILE", help=document.out_help)
    demo_option = given.demo_option(hidden=bool(document.no_demo))

    def command(
        bundle: given.Bundle = None,
        out: Annotated[str, out_option] = document.default_file,
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
            raise UsageError(f"--demo: {document.no_demo}")
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

    command.__name__, command.__doc__ = document.name, document.summary
    return command
