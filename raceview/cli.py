"""The command line: parse, call, print, exit code. What is answered is decided elsewhere.

stdout is data (the summary, or JSON); talk and the progress bar go to stderr. Every failure that a user can
mend is one sentence on stderr and a named exit code. Imports are late: `--version` must not load an engine,
nor an export Textual or pandas.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

import raceview
from raceview import cli_options as given
from raceview import quantities
from raceview.cli_group import DEFAULT, DefaultCommand, DefaultGroup
from raceview.errors import OutputError, RaceviewError, UsageError
from raceview.interrupts import INTERRUPTED, interrupts_noted, unwinds_on_signal
from raceview.model import ExitCode, FailOn, Options, Policy
from raceview.safe_text import printable

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)

DEMO_EVENTS = 2000
DEMO_SEED = 7
_PATIENCE_SECONDS = 0.5
"""How long the end waits for an analysis that was cancelled."""

app = typer.Typer(cls=DefaultGroup, rich_markup_mode=None, pretty_exceptions_enable=False)


def main() -> NoReturn:
    """Run the command line and end the process: with an `ExitCode`, or 130 on ctrl-c."""
    if isinstance(sys.stdout, TextIOWrapper):  # a symbol must not crash a terminal that cannot show it
        sys.stdout.reconfigure(errors="backslashreplace")
    code: int = ExitCode.DONE
    with interrupts_noted() as interrupts:
        try:
            app(prog_name="raceview")
        except RaceviewError as error:
            _tell(str(error))
            code = error.exit_code
        except _StillBusyError as left:
            sys.stdout.flush()
            os._exit(left.code)  # the interpreter's own end would wait for the threads
        except Exception as error:  # the last resort: a defect, too, is told in one line
            code = INTERRUPTED if interrupts else ExitCode.DEFECT
            if not interrupts:
                _tell_defect(error)
    sys.exit(code)


class _StillBusyError(Exception):
    """The user has left an analysis whose threads cannot be stopped at once."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Inputs:
    """Where the files are: a folder, single files that lie elsewhere, or both."""

    bundle: Path | None
    ticks: Path | None
    attempts: Path | None
    output: Path | None


@dataclass(frozen=True, slots=True)
class Start:
    """Where the investigator opens, as typed."""

    event: str | None
    at: str | None


def _show_version(wanted: bool) -> None:
    if wanted:
        _print(f"raceview {raceview.__version__}")
        raise typer.Exit


@app.command(DEFAULT, cls=DefaultCommand, hidden=True)
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
    options = Options(
        jitter_ns=_read(quantities.nanoseconds, "--jitter", jitter),
        price_tolerance_units=_read(quantities.price_units, "--price-tolerance", price_tolerance),
        threshold=quantities.probability(threshold, "--threshold"),
        assume_tz=quantities.zone(assume_tz, "--assume-tz"),
        policy=_read(_policy, "--policy", policy),
        drop_phantoms=drop_phantoms,
    )
    gate = _read(_gate, "--fail-on", fail_on)
    if not export:
        _refuse_without_export({"--out": out, "--json": as_json, "--fail-on": fail_on})
        with _inputs(bundle, demo, ticks, attempts, output) as inputs:
            words = _words(
                {
                    "": bundle,
                    **{"--demo": demo, "--ticks": ticks, "--attempts": attempts, "--output": output},
                    **{"--assume-tz": None if assume_tz == "UTC" else assume_tz, "--jitter": jitter},
                    **{"--price-tolerance": price_tolerance, "--drop-phantoms": drop_phantoms},
                    "--threshold": None if threshold == given.THRESHOLD else threshold,
                }
            )
            _open_terminal(inputs, options, Start(event, at), words)
        return
    _refuse_with_export({"--event": event, "--at": at})
    with unwinds_on_signal(), _inputs(bundle, demo, ticks, attempts, output) as inputs:
        summary = _export(inputs, options, Path(out or given.EXPORTS), as_json)
    _close_gate(summary, gate)


@app.command()
def simulate(
    out: given.SimulateOut,
    family: given.FamilyName,
    events: given.Events = 4000,
    seed: given.Seed = 1,
    order: given.OrderName = "event",
    spacing_ms: given.SpacingMs = None,
) -> None:
    """Write a bundle with planted faults and their truth."""
    from raceview.simulate import Family, Order
    from raceview.simulate import simulate as write_bundle

    chosen = _word(family, "--family", list(Family))
    write_bundle(Path(out), chosen, events, seed, _word(order, "--order", list(Order)), spacing_ms)
    _tell(f"wrote {events:,} events of family {chosen}, and their truth, to {out}")


# Between the command line and the answers


@contextmanager
def _inputs(
    bundle: str | None, demo: bool, ticks: str | None, attempts: str | None, output: str | None
) -> Iterator[Inputs]:
    """The files to read; those of `--demo` live as long as the context."""
    single = (_path(ticks), _path(attempts), _path(output))
    if not demo:
        folder = None if any(single) and not bundle else Path(bundle or given.SAMPLE)
        yield Inputs(folder, *single)
        return
    if bundle or any(single):
        raise UsageError("--demo makes its own bundle: leave BUNDLE, --ticks, --attempts and --output away")
    from tempfile import TemporaryDirectory

    from raceview.simulate import Family, Order, simulate

    with TemporaryDirectory(prefix="raceview-demo-") as temporary:
        made = Path(temporary) / "demo"  # the name stands in the manifest, where chance has no place
        simulate(made, Family.MIXED, DEMO_EVENTS, DEMO_SEED, Order.EVENT, None)
        yield Inputs(made, None, None, None)


def _export(inputs: Inputs, options: Options, out: Path, as_json: bool) -> Mapping[str, Any]:
    """Analyse, write the files, print the summary; gives the summary for the gate."""
    from raceview.export import refuse_bundle, write_exports
    from raceview.progress import progress_bar

    refuse_bundle(out, inputs.bundle)
    with (
        progress_bar() as progress,
        raceview.open_bundle(
            inputs.bundle,
            ticks=inputs.ticks,
            attempts=inputs.attempts,
            output=inputs.output,
            options=options,
            progress=progress,
        ) as investigation,
    ):
        files = write_exports(investigation, out, progress)
        summary: dict[str, Any] = investigation.summary()
    _print(_as_json(summary, files, out) if as_json else _as_text(summary, files, out))
    return summary


def _as_text(summary: Mapping[str, Any], files: Sequence[Path], out: Path) -> str:
    from raceview.export.summary import render_summary

    return render_summary(summary, files, out)


def _as_json(summary: Mapping[str, Any], files: Sequence[Path], out: Path) -> str:
    import json

    exports = {"folder": str(out), "files": [file.name for file in files]}
    return json.dumps({**summary, "exports": exports}, indent=2, allow_nan=False)


def _close_gate(summary: Mapping[str, Any], gate: FailOn | None) -> None:
    from raceview.gate import closed_by

    if gate and (reason := closed_by(summary, gate)):
        _tell(f"--fail-on {gate}: {reason}")
        raise typer.Exit(ExitCode.GATE)


def _words(options: Mapping[str, str | bool | None]) -> tuple[str, ...]:
    """The options that were given, as words of a command line."""
    words: list[str] = []
    for name, value in options.items():
        if value:
            words += [name] if value is True else [word for word in (name, value) if word]
    return tuple(words)


def _open_terminal(inputs: Inputs, options: Options, start: Start, arguments: tuple[str, ...]) -> None:
    """Run the terminal investigator. Raises UsageError where there is no terminal that can show it."""
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
            inputs.bundle,
            inputs.ticks,
            inputs.attempts,
            inputs.output,
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
            raise _StillBusyError(code)
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


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _read(parse: Callable[[str, str], T], option: str, text: str | None) -> T | None:
    """What `parse` makes of an option's text; None where the option was not given."""
    return None if text is None else parse(text, option)


def _policy(text: str, option: str) -> Policy:
    return _word(text, option, given.POLICIES)


def _gate(text: str, option: str) -> FailOn:
    return _word(text, option, list(FailOn))


def _word(text: str, option: str, words: Sequence[Word]) -> Word:
    """The member that `text` names."""
    for word in words:
        if word == text:
            return word
    raise UsageError(f"{option} {text}: choose from {', '.join(words)}")


# Talk


def _print(text: str) -> None:
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


def _tell(sentence: str) -> None:
    """One line of talk for stderr, whatever the sentence quotes."""
    typer.echo(f"raceview: {printable(sentence)}", err=True)


def _tell_defect(error: Exception) -> None:
    if os.environ.get("RACEVIEW_DEBUG") == "1":
        from traceback import print_exception

        print_exception(error)
    _tell(f"a defect of raceview: {type(error).__name__}: {error} (RACEVIEW_DEBUG=1 shows where)")
