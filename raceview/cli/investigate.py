"""`raceview BUNDLE`: the terminal investigator, or with `--export` every answer in files."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

import raceview
from raceview.cli import options as given
from raceview.cli import reading
from raceview.cli.inputs import Inputs, inputs, opened
from raceview.cli.reading import read
from raceview.cli.talk import show, tell
from raceview.errors import UsageError
from raceview.interrupts import unwinds_on_signal
from raceview.model import ExitCode, FailOn, Options

_PATIENCE_SECONDS = 0.5
"""How long the end waits for an analysis that was cancelled."""


class StillBusyError(Exception):
    """The user has left an analysis whose threads cannot be stopped at once."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Start:
    """Where the investigator opens, as typed."""

    event: str | None
    at: str | None


def _show_version(wanted: bool) -> None:
    if wanted:
        show(f"raceview {raceview.__version__}")
        raise typer.Exit


def investigate(
    bundle: given.Bundle = None,
    ticks: given.Ticks = None,
    attempts: given.Attempts = None,
    output: given.Output = None,
    assume_tz: given.AssumeTz = "UTC",
    demo: given.Demo = False,
    export: given.Export = False,
    out: given.Out = None,
    as_json: given.AsJson = False,
    fail_on: given.Gate = None,
    policy: given.PolicyName = None,
    drop_phantoms: given.DropPhantoms = False,
    jitter: given.Jitter = None,
    price_tolerance: given.PriceTolerance = None,
    threshold: given.Threshold = given.THRESHOLD,
    event: given.EventId = None,
    at: given.At = None,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Find the events that a stream emitted twice, say why, and give the clean output.

    BUNDLE holds raw_tick_events.log, worker_logs.csv and final_output.csv, or any of
    them; names may carry a prefix, and .gz or .zst. Without --export the terminal
    investigator opens.

    \b
    raceview --demo --export               what it finds in a simulated bundle
    raceview data --export                 all answers to exports/, a summary here
    raceview data --export --policy first  the first row, not the source's
    raceview --export --output rows.csv.gz --ticks raw.log
    raceview data --export --json | jq .outcomes
    raceview data --export --fail-on duplicates || echo "call somebody"
    raceview simulate /tmp/storm --family storm --events 100000 --seed 1

    \b
    Exit codes: 0 done, 1 a defect, 2 usage, 3 closed by --fail-on,
                4 input cannot be used, 5 output cannot be written.
    """
    options = reading.analysis(assume_tz, policy, drop_phantoms, jitter, price_tolerance, threshold)
    closes = read(reading.gate, "--fail-on", fail_on)
    if not export:
        _refuse_without_export({"--out": out, "--json": as_json, "--fail-on": fail_on})
        words = _words(
            {
                "": bundle,
                "--demo": demo,
                "--ticks": ticks,
                "--attempts": attempts,
                "--output": output,
                "--assume-tz": None if assume_tz == "UTC" else assume_tz,
                "--jitter": jitter,
                "--price-tolerance": price_tolerance,
                "--drop-phantoms": drop_phantoms,
                "--threshold": None if threshold == given.THRESHOLD else threshold,
            }
        )
        with inputs(bundle, demo, ticks, attempts, output) as files:
            _open_terminal(files, options, Start(event, at), words)
        return
    _refuse_with_export({"--event": event, "--at": at})
    with unwinds_on_signal(), inputs(bundle, demo, ticks, attempts, output) as files:
        summary = _export(files, options, Path(out or given.EXPORTS), as_json)
    _close_gate(summary, closes)


def _export(files: Inputs, options: Options, out: Path, as_json: bool) -> Mapping[str, Any]:
    """Analyse, write the files, print the summary; gives the summary for the gate."""
    from raceview.engine import open_engine

    with closing(open_engine(until_exit=True)) as engine:
        from raceview.export import Export, refuse_bundle  # the engine opens meanwhile

        refuse_bundle(out, files.bundle)
        with (
            closing(Export(out)) as export,
            opened(files, options, engine, export.write_ahead) as (investigation, progress),
        ):
            written = export.write(investigation, progress)
            summary: dict[str, Any] = investigation.counted()
    show(_as_json(summary, written, out) if as_json else _as_text(summary, written, out))
    return summary


def _as_text(summary: Mapping[str, Any], files: Sequence[Path], out: Path) -> str:
    from raceview.export.summary import render_summary

    return render_summary(summary, files, out)


def _as_json(summary: Mapping[str, Any], files: Sequence[Path], out: Path) -> str:
    import json

    from raceview.summary import with_unknowns

    exports = {"folder": str(out), "files": [file.name for file in files]}
    return json.dumps({**with_unknowns(summary), "exports": exports}, indent=2, allow_nan=False)


def _close_gate(summary: Mapping[str, Any], gate: FailOn | None) -> None:
    from raceview.gate import closed_by

    if gate and (reason := closed_by(summary, gate)):
        tell(f"--fail-on {gate}: {reason}")
        raise typer.Exit(ExitCode.GATE)


def _words(options: Mapping[str, str | bool | None]) -> tuple[str, ...]:
    """The options that were given, as words of a command line."""
    words: list[str] = []
    for name, value in options.items():
        if value:
            words += [name] if value is True else [word for word in (name, value) if word]
    return tuple(words)


def _open_terminal(files: Inputs, options: Options, start: Start, arguments: tuple[str, ...]) -> None:
    """Run the terminal investigator. Raises UsageError where there is no terminal that can show it.

    Before that InputError where there are no files to show: it holds without a terminal, too.
    """
    from raceview.bundle import find_bundle

    find_bundle(files.bundle, files.ticks, files.attempts, files.output)
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):  # Textual draws on stderr
        raise UsageError("the investigator needs a terminal; add --export for every answer in files")
    if os.environ.get("TERM", "dumb") in {"dumb", "unknown", ""}:
        raise UsageError(
            "TERM=dumb: the investigator cannot draw here; add --export for every answer in files"
        )
    from raceview.tui.app import RaceviewApp
    from raceview.tui.hangup import ends_on_signal
    from raceview.tui.opening import Opening

    app = RaceviewApp(
        Opening(
            files.bundle,
            files.ticks,
            files.attempts,
            files.output,
            options,
            event=start.event,
            at=start.at,
            arguments=arguments,
        )
    )
    with ends_on_signal(app) as signals:
        app.run()
        code = 128 + signals[0] if signals else app.return_code or ExitCode.DONE
        if not app.loading.ended(_PATIENCE_SECONDS):
            raise StillBusyError(code)
    if app.failure:
        raise app.failure
    raise typer.Exit(code)


def _refuse_with_export(options: Mapping[str, object]) -> None:
    for option, value in options.items():
        if value:
            raise UsageError(f"{option} belongs to the investigator: leave --export away")


def _refuse_without_export(options: Mapping[str, object]) -> None:
    """An option that would be silently ignored is a mistake worth a sentence."""
    for option, value in options.items():
        if value:
            raise UsageError(f"{option} belongs to --export: add that")
