"""`raceview notebook BUNDLE`: the bundle as an executed Jupyter notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from raceview.cli import options as given
from raceview.cli import reading
from raceview.cli.inputs import inputs, opened
from raceview.cli.talk import tell
from raceview.interrupts import unwinds_on_signal

DEFAULT_FILE = "timeline_visualization.ipynb"

Out = Annotated[str, typer.Option("-o", "--out", metavar="FILE", help="What to write, something.ipynb.")]


def notebook(
    bundle: given.Bundle = None,
    out: Out = DEFAULT_FILE,
    ticks: given.Ticks = None,
    attempts: given.Attempts = None,
    output: given.Output = None,
    assume_tz: given.AssumeTz = "UTC",
    policy: given.PolicyName = None,
    drop_phantoms: given.DropPhantoms = False,
    jitter: given.Jitter = None,
    price_tolerance: given.PriceTolerance = None,
    threshold: given.Threshold = given.THRESHOLD,
) -> None:
    """Write an executed notebook: timelines, causes, policies."""
    options = reading.analysis(assume_tz, policy, drop_phantoms, jitter, price_tolerance, threshold)
    from raceview.export.notebook import make_ready, write_notebook

    make_ready(Path(out))
    with (
        unwinds_on_signal(),
        inputs(bundle, False, ticks, attempts, output) as files,
        opened(files, options) as (investigation, progress),
    ):
        write_notebook(investigation, Path(out), progress)
    tell(f"wrote {out}")
