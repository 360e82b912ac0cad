"""`raceview report BUNDLE`: what happened and why, as one file to send to somebody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from raceview.cli import options as given
from raceview.cli import reading
from raceview.cli.inputs import inputs, opened
from raceview.cli.talk import tell
from raceview.interrupts import unwinds_on_signal

DEFAULT_FILE = "root_cause.html"

Out = Annotated[
    str, typer.Option("-o", "--out", metavar="FILE", help="What to write: .html, or .md for a pull request.")
]


def report(
    bundle: given.Bundle = None,
    out: Out = DEFAULT_FILE,
    ticks: given.Ticks = None,
    attempts: given.Attempts = None,
    output: given.Output = None,
    assume_tz: given.AssumeTz = "UTC",
    demo: given.Demo = False,
    policy: given.PolicyName = None,
    drop_phantoms: given.DropPhantoms = False,
    jitter: given.Jitter = None,
    price_tolerance: given.PriceTolerance = None,
    threshold: given.Threshold = given.THRESHOLD,
) -> None:
    """Write what happened and why as one page, or as Markdown."""
    options = reading.analysis(assume_tz, policy, drop_phantoms, jitter, price_tolerance, threshold)
    path = Path(out)
    from raceview.export.report import make_ready, write_report

    make_ready(path)
    with (
        unwinds_on_signal(),
        inputs(bundle, demo, ticks, attempts, output) as files,
        opened(files, options) as (investigation, progress),
    ):
        write_report(investigation, path, progress)
    tell(f"wrote {out}")
