"""`raceview safeguards BUNDLE`: what would have prevented the duplicates, and at which price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from raceview.cli import options as given
from raceview.cli import reading
from raceview.cli.inputs import inputs, opened
from raceview.cli.talk import show
from raceview.interrupts import unwinds_on_signal

if TYPE_CHECKING:
    from raceview.investigation import Investigation

AsJson = Annotated[bool, typer.Option("--json", help="Print them as JSON, curves and all.")]


def safeguards(
    bundle: given.Bundle = None,
    as_json: AsJson = False,
    ticks: given.Ticks = None,
    attempts: given.Attempts = None,
    output: given.Output = None,
    assume_tz: given.AssumeTz = "UTC",
    demo: given.Demo = False,
    jitter: given.Jitter = None,
    price_tolerance: given.PriceTolerance = None,
    threshold: given.Threshold = given.THRESHOLD,
) -> None:
    """Say which duplicates each safeguard would have prevented."""
    options = reading.analysis(assume_tz, None, False, jitter, price_tolerance, threshold)
    with (
        unwinds_on_signal(),
        inputs(bundle, demo, ticks, attempts, output) as files,
        opened(files, options) as (investigation, _),
    ):
        text = _as_json(investigation) if as_json else _as_text(investigation)
    show(text)


def _as_text(investigation: Investigation) -> str:
    from raceview.export.safeguards_text import render_safeguards

    return render_safeguards(
        investigation.files.name, investigation.safeguards_list, investigation.safeguard_curve_points
    )


def _as_json(investigation: Investigation) -> str:
    import json

    answer = {
        "bundle": investigation.files.name,
        "safeguards": [one.as_dict() for one in investigation.safeguards_list],
        "curves": [point.as_dict() for point in investigation.safeguard_curve_points],
    }
    return json.dumps(answer, indent=2, allow_nan=False)
