"""Removes the duplicates of an emitted stream when only the stream is left: `deduplicate-stream INPUT OUTPUT`.

    python raceview/deduplicate_stream.py final_output.csv clean.csv

No source and no worker log: which rows are one event is inferred (`matching`), with a probability for each. What is
not removed is copied byte for byte. It names no cause, and knows nothing of events that were lost: that needs the
whole bundle, and `raceview`.

argparse, not typer: one command with a handful of options, and typer alone takes as long to load as a small file.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn

if not __package__:  # run as a file: its folder, whose modules have names of their own, is not where to look
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import raceview
from raceview import quantities
from raceview.errors import InputError, RaceviewError, UsageError
from raceview.interrupts import INTERRUPTED, interrupts_noted, unwinds_on_signal
from raceview.model import ExitCode, Options, Policy
from raceview.process import leave_after, set_up
from raceview.stream.files import CHUNK, as_file, packed, refuse_overwriting, replacing, stamp, unpacked
from raceview.stream.talk import report, tell, tell_defect
from raceview.stream.task import STREAM, Task

if TYPE_CHECKING:
    from raceview.bundle import SourceFile
    from raceview.engine import Engine
    from raceview.matching import Matching

POLICIES = (
    Policy.FIRST,
    Policy.LAST,
    Policy.HIGHEST,
    Policy.LOWEST,
    Policy.MEAN,
    Policy.MEDIAN,
    Policy.MAJORITY,
    Policy.CONFIDENT,
)
THRESHOLD = "0.5"


def run() -> NoReturn:
    """Run the command line as a process of its own, and end it."""
    set_up()
    leave_after(main)


def main() -> NoReturn:
    """Run the command line and end with an `ExitCode`, or 130 on ctrl-c."""
    code: int = ExitCode.DONE
    with interrupts_noted() as interrupts:
        try:
            with unwinds_on_signal():
                deduplicate(_task(sys.argv[1:]))
        except RaceviewError as error:
            tell(str(error))
            code = error.exit_code
        except (Exception, KeyboardInterrupt) as error:  # the last resort: a defect, too, is told in one line
            code = INTERRUPTED if interrupts or isinstance(error, KeyboardInterrupt) else ExitCode.DEFECT
            if code == ExitCode.DEFECT:
                tell_defect(error)
    sys.exit(code)


# The words of the command line


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; --help lists the options")


def _task(words: Sequence[str]) -> Task:
    """What the words ask for. Raises UsageError, and SystemExit after --help and --version."""
    given = _parser().parse_args(words)
    threshold = quantities.probability(given.threshold or THRESHOLD, "--threshold")
    if given.exact_key and given.threshold:
        raise UsageError("--threshold belongs to the inference: leave --exact-key away")
    columns = {"symbol": given.key, "timestamp": given.time, "price": given.value}
    if len({name.strip().lower() for name in columns.values()}) < len(columns):
        raise UsageError("--key, --time and --value must name three columns")
    policy = Policy(given.policy or (Policy.LAST if given.exact_key else Policy.FIRST))
    return Task(given.input, given.output, columns, policy, threshold, given.exact_key, given.analysis)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="deduplicate-stream",
        description="Remove the duplicates of an emitted stream: rows that are one event, though their time and "
        "price may be a little off. No source and no worker log is needed. What it did is told on stderr.",
        epilog="Exit codes: 0 done, 1 a defect, 2 usage, 4 input cannot be used, 5 output cannot be written.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "input", metavar="INPUT", help="a CSV file with a header, also .gz or .zst; - is stdin"
    )
    parser.add_argument("output", metavar="OUTPUT", help="what is written, also .gz or .zst; - is stdout")
    parser.add_argument(
        "--policy",
        choices=[str(policy) for policy in POLICIES],
        metavar="NAME",
        help=f"which row of an event is kept: {', '.join(POLICIES)}; mean and median write a price of their own "
        "(default: first; last with --exact-key)",
    )
    parser.add_argument(
        "--threshold", metavar="P", help=f"least probability of a row to be removed (default: {THRESHOLD})"
    )
    for option, column, what in (
        ("--key", "symbol", "instrument"),
        ("--time", "timestamp", "time"),
        ("--value", "price", "price"),
    ):
        parser.add_argument(
            option, default=column, metavar="COLUMN", help=f"the column of the {what} (default: {column})"
        )
    parser.add_argument("--analysis", metavar="FILE", help="list the duplicates in this CSV file, too")
    parser.add_argument(
        "--exact-key",
        action="store_true",
        help="the plain rule instead: rows of one key and one time are one event",
    )
    parser.add_argument("--version", action="version", version=f"deduplicate-stream {raceview.__version__}")
    return parser


# The work


def deduplicate(task: Task) -> None:
    """Read, find the duplicates, write what stays, tell what was done."""
    from raceview.bundle import find_bundle, read_bundle
    from raceview.engine import import_once_open, open_engine

    refuse_overwriting(task)
    engine = open_engine()
    import_once_open(engine, "raceview.matching")
    try:
        path = as_file(task.source, engine.folder)
        paths = find_bundle(None, output=path)
        before = stamp(path)
        options = Options(threshold=task.threshold, policy=task.policy)
        read = read_bundle(paths, engine, options, output_columns=task.columns).output
        assert read is not None  # it has a path
        found = _find(engine, task, options)
        _change(engine, task, read)
        with replacing(task.analysis) as analysis, replacing(task.target) as target:
            if analysis:
                _list_duplicates(engine, analysis)
            if target:
                _write(engine, path, target, task.target)
            if stamp(path) != before:
                raise InputError(f"{path.name} changed while it was read: {_of_no_use(task.target)}")
        report(engine, task, read, found)
    finally:
        engine.close()


def _of_no_use(target: str) -> str:
    """What is left of an output that must not be used: of a file nothing, but what a stream has taken is gone."""
    path = Path(target)
    if target == STREAM or (path.exists() and not path.is_file()):
        return f"do not use what was written to {'stdout' if target == STREAM else target}"
    return "nothing was written"


def _find(engine: Engine, task: Task, options: Options) -> Matching | None:
    """Make `inferred`: which rows are one event."""
    from raceview import sql

    sql.create(engine, "symbols")
    if task.exact_key or _weighed(task):
        sql.create(engine, "outputs")
    if task.exact_key:
        sql.create_repeats(engine, "same_key", "outputs_read", "time_ns")
        engine.create("inferred", sql.query("same_key_groups"))
        return None
    from raceview.matching import match_rows

    return match_rows(engine, options)


def _weighed(task: Task) -> bool:
    """Whether the rows of an event are weighed: what `first` keeps is known before, and in a long file that counts."""
    return task.policy is not Policy.FIRST or task.analysis is not None


def _change(engine: Engine, task: Task, source: SourceFile) -> None:
    """Make `line_edits`: what the policy does to the lines of the file."""
    from raceview import policies, sql
    from raceview.bundle.layout import field_names
    from raceview.bundle.records import split_csv
    from raceview.export.deduplicated import make_corrected
    from raceview.inferred_events import FURTHER_ROWS, make_crowded, make_events
    from raceview.line_edits import make_line_edits

    if _weighed(task):
        sql.create(engine, "workers")
        sql.create_repeats(engine, "tick_repeats", "ticks_read", "event_id")
        sql.create(engine, "attempt_matches", "attempt_events", "attempts")
        make_events(engine, singles=False)
        make_crowded(engine)
    if task.policy is Policy.FIRST:
        engine.create("changes", policies.dropping(FURTHER_ROWS))
        engine.create("corrected", "SELECT row, action AS text FROM changes WHERE 1 = 0")
        make_line_edits(engine)
        return
    step = policies.price_step_units(engine) if task.policy in policies.COMPUTED else 1
    policies.make_picks(engine, step)
    policies.make_changes(engine, task.policy, Options())
    make_corrected(engine, field_names(split_csv(source.header), task.columns), step)
    make_line_edits(engine)


def _list_duplicates(engine: Engine, target: IO[bytes]) -> None:
    """Write the list of the duplicates as `raceview` exports it."""
    from raceview import causes, sql
    from raceview.export.tables import analysis

    sql.create(engine, "attempt_pairs", attempts="attempts")
    sql.create(engine, "event_attempts")
    sql.create(engine, "ledger", has_attempts=0, has_output=1)
    causes.explain(engine, has_attempts=False)
    path = engine.folder / "analysis.csv"
    engine.write_csv(analysis(inferred=True, log_tells=False).query, path)
    with path.open("rb") as written:
        while chunk := written.read(CHUNK):
            target.write(chunk)


def _write(engine: Engine, path: Path, target: IO[bytes], name: str) -> None:
    """Copy the file but for what is removed or corrected; a piece is written while the next one is made."""
    from concurrent.futures import Future, ThreadPoolExecutor

    from raceview.line_edits import edited

    with unpacked(path) as source, packed(target, name) as out, ThreadPoolExecutor(1) as writer:
        written: Future[int] | None = None
        for piece in edited(engine, source):
            if written:
                written.result()
            written = writer.submit(out.write, piece)
        if written:
            written.result()


if __name__ == "__main__":
    run()
