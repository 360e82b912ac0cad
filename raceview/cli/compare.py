"""`raceview compare BEFORE AFTER`: what a fix changed, and whether chance would do as much."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from raceview import quantities
from raceview.cli import options as given
from raceview.cli.reading import read, word
from raceview.cli.talk import show, tell
from raceview.interrupts import unwinds_on_signal
from raceview.model import ExitCode, Options

_SIDE = "A bundle, or the folder of an export."


class Gate(StrEnum):
    """What closes the gate of `compare --fail-on`."""

    WORSE = "worse"


def compare(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help=_SIDE)],
    after: Annotated[str, typer.Argument(metavar="AFTER", help=_SIDE)],
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
    fail_on: Annotated[
        str | None,
        typer.Option(
            "--fail-on",
            metavar="WHAT",
            help="Exit with 3 where something got worse, or duplicates cannot be compared: worse.",
            autocompletion=lambda: [str(gate) for gate in Gate],
        ),
    ] = None,
    assume_tz: given.AssumeTz = "UTC",
) -> None:
    """Say what changed from BEFORE to AFTER: whether a fix worked."""
    gate = read(lambda text, option: word(text, option, list(Gate)), "--fail-on", fail_on)
    options = Options(assume_tz=quantities.zone(assume_tz, "--assume-tz"))
    from raceview.comparison import compare as compare_sides
    from raceview.progress import progress_bar

    with unwinds_on_signal(), progress_bar() as progress:
        found = compare_sides(before, after, options=options, progress=progress)
    if as_json:
        import json

        show(json.dumps(found.as_dict(), indent=2, allow_nan=False))
    else:
        from raceview.comparison.text import render_comparison

        show(render_comparison(found))
    if gate and found.worse:
        tell(f"--fail-on {gate}: {', '.join(found.worse)}")
        raise typer.Exit(ExitCode.GATE)
