"""`raceview trace BUNDLE`: the bundle as a trace that opens in Perfetto."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from raceview.cli import options as given
from raceview.cli import reading
from raceview.cli.inputs import inputs, opened
from raceview.cli.talk import tell
from raceview.interrupts import unwinds_on_signal

DEFAULT_FILE = "trace.json"

Out = Annotated[
    str, typer.Option("-o", "--out", metavar="FILE", help="What to write; .gz at its end compresses it.")
]


def trace(
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
    """Write a trace that opens in Perfetto: workers, rows, anomalies."""
    options = reading.analysis(assume_tz, policy, drop_phantoms, jitter, price_tolerance, threshold)
    from raceview.export.trace import check, write_trace

    check(Path(out))
    with (
        unwinds_on_signal(),
        inputs(bundle, demo, ticks, attempts, output) as files,
        opened(files, options) as (investigation, progress),
    ):
        records = write_trace(investigation, Path(out), progress)
    tell(f"wrote {records:,} records to {out}: open it at ui.perfetto.dev")
