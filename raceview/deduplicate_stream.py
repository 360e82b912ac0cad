"""Removes the duplicates of an emitted stream when only the stream is left: `deduplicate-stream INPUT OUTPUT`.

    python raceview/deduplicate_stream.py final_output.csv clean.csv

No source and no worker log: which rows are one event is inferred (`matching`), with a probability for each. What is
not removed is copied byte for byte. It names no cause, and knows nothing of events that were lost: that needs the
whole bundle, and `raceview`.

argparse, not typer: one command with a handful of options, and typer alone takes as long to load as a small file.
"""

from __future__ import annotations

import argparse
import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn, cast

if not __package__:  # run as a file: its folder, whose modules have names of their own, is not where to look
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import raceview
from raceview import quantities
from raceview.errors import InputError, OutputError, RaceviewError, UsageError
from raceview.interrupts import INTERRUPTED, interrupts_noted, unwinds_on_signal
from raceview.model import MILLIONTHS, ExitCode, Options, Policy
from raceview.safe_text import printable

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
_STREAM = "-"
_SHOWN = 5
"""Lines that could not be read which are named one by one."""
_LEAST_TOLD = 0.1
_PACKED = {b"\x1f\x8b": ".gz", b"\x28\xb5\x2f\xfd": ".zst"}
_CHUNK = 8 << 20


@dataclass(frozen=True, slots=True)
class Task:
    """What was asked for. `source` and `target` are paths, or `-`; `columns` how the file calls which field."""

    source: str
    target: str
    columns: Mapping[str, str]
    policy: Policy
    threshold: float
    exact_key: bool
    analysis: str | None


def main() -> NoReturn:
    """Run the command line and end the process with an `ExitCode`, or 130 on ctrl-c."""
    code: int = ExitCode.DONE
    with interrupts_noted() as interrupts:
        try:
            with unwinds_on_signal():
                deduplicate(_task(sys.argv[1:]))
        except RaceviewError as error:
            _tell(str(error))
            code = error.exit_code
        except (Exception, KeyboardInterrupt) as error:  # the last resort: a defect, too, is told in one line
            code = INTERRUPTED if interrupts or isinstance(error, KeyboardInterrupt) else ExitCode.DEFECT
            if code == ExitCode.DEFECT:
                _tell_defect(error)
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
    from raceview.engine import open_engine

    _refuse_overwriting(task)
    engine = open_engine()
    try:
        path = _as_file(task.source, engine.folder)
        paths = find_bundle(None, output=path)
        before = _stamp(path)
        options = Options(threshold=task.threshold, policy=task.policy)
        read = read_bundle(paths, engine, options, output_columns=task.columns).output
        assert read is not None  # it has a path
        found = _find(engine, task, options)
        _change(engine, task, read)
        with _replacing(task.analysis) as analysis, _replacing(task.target) as target:
            if analysis:
                _list_duplicates(engine, analysis)
            if target:
                _write(engine, path, target, task.target)
            if _stamp(path) != before:
                raise InputError(f"{path.name} changed while it was read: nothing was written")
        _report(engine, task, read, found)
    finally:
        engine.close()


def _find(engine: Engine, task: Task, options: Options) -> Matching | None:
    """Make `inferred`: which rows are one event."""
    from raceview import sql

    sql.create(engine, "symbols", "outputs")
    if task.exact_key:
        sql.create(engine, "same_key")
        engine.create("inferred", sql.query("same_key_groups"))
        return None
    from raceview.matching import match_rows

    return match_rows(engine, options)


def _change(engine: Engine, task: Task, source: SourceFile) -> None:
    """Make `line_edits`: what the policy does to the lines of the file.

    What `first` keeps is known before anything is weighed; in a long file that saves the weighing.
    """
    from raceview import policies, sql
    from raceview.bundle.layout import field_names
    from raceview.bundle.records import split_csv
    from raceview.export.deduplicated import make_corrected
    from raceview.inferred_events import FURTHER_ROWS, make_crowded, make_events
    from raceview.line_edits import make_line_edits

    if task.policy is not Policy.FIRST or task.analysis:
        sql.create(engine, "workers", "tick_repeats", "attempt_matches", "attempt_events", "attempts")
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

    sql.create(engine, "attempt_pairs", "event_attempts")
    sql.create(engine, "ledger", has_attempts=0, has_output=1)
    causes.explain(engine, has_attempts=False)
    path = engine.folder / "analysis.csv"
    engine.write_csv(analysis(inferred=True).query, path)
    with path.open("rb") as written:
        while chunk := written.read(_CHUNK):
            target.write(chunk)


def _write(engine: Engine, path: Path, target: IO[bytes], name: str) -> None:
    """Copy the file but for what is removed or corrected."""
    from raceview.line_edits import edited

    with _unpacked(path) as source, _packed(target, name) as out:
        for piece in edited(engine, iter(lambda: source.read(_CHUNK), b"")):
            out.write(piece)


# Files


def _refuse_overwriting(task: Task) -> None:
    """Raise UsageError where what is written would take the place of what is read."""
    source, target = _place(task.source, 0), _place(task.target, 1)
    if source == target:
        raise UsageError(f"{task.target} is the input itself: choose another file for the output")
    if task.analysis is not None and _place(task.analysis, None) in (source, target):
        raise UsageError(f"{task.analysis} is the input or the output: choose another file for --analysis")


def _place(path: str, descriptor: int | None) -> tuple[object, ...]:
    """What tells two files apart, whatever they are called: links are followed. Streams are only themselves."""
    if path == _STREAM and descriptor is None:
        raise UsageError("--analysis takes the name of a file")
    try:
        found = os.fstat(descriptor or 0) if path == _STREAM else os.stat(path)
    except OSError:
        return (os.path.realpath(path),)
    regular = stat.S_ISREG(found.st_mode)
    return (found.st_dev, found.st_ino) if regular else (path, descriptor)


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _as_file(source: str, folder: Path) -> Path:
    """The file to read; what comes through a stream is put into one in `folder`."""
    if source == _STREAM:
        return _spooled(sys.stdin.buffer, folder, "stdin")
    path = Path(source)
    if path.is_fifo() or path.is_char_device():
        try:
            with path.open("rb") as stream:
                return _spooled(stream, folder, path.name)
        except OSError as error:
            raise InputError(f"{path}: the file cannot be read: {error.strerror}") from None
    return path


def _spooled(stream: IO[bytes], folder: Path, name: str) -> Path:
    chunk = stream.read(_CHUNK)
    suffix = next((suffix for mark, suffix in _PACKED.items() if chunk.startswith(mark)), "")
    path = folder / f"{name}{suffix}"
    try:
        with path.open("wb") as spool:
            while chunk:
                spool.write(chunk)
                chunk = stream.read(_CHUNK)
    except OSError as error:
        raise OutputError(
            f"{folder}: no room for a temporary copy of the input: {error.strerror}; TMPDIR names another folder"
        ) from error
    return path


@contextmanager
def _unpacked(path: Path) -> Iterator[IO[bytes]]:
    """A file to read; it has been read once, so that it is whole."""
    with path.open("rb") as file:
        if path.suffix == ".gz":
            import gzip

            with gzip.GzipFile(fileobj=file) as plain:
                yield cast(IO[bytes], plain)
        elif path.suffix == ".zst":
            import zstandard

            yield cast(IO[bytes], zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True))
        else:
            yield file


@contextmanager
def _packed(target: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """What to write to, packed where the name says so; the same text gives the same bytes."""
    if name.endswith(".gz"):
        import gzip

        with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=target, mtime=0) as packed:
            yield cast(IO[bytes], packed)
    elif name.endswith(".zst"):
        import zstandard

        with zstandard.ZstdCompressor().stream_writer(target, closefd=False) as stream:
            yield cast(IO[bytes], stream)
    else:
        yield target


@contextmanager
def _replacing(path: str | None) -> Iterator[IO[bytes] | None]:
    """A file to write, which takes its place at the end, whole, and never where something went wrong; None for None.

    A stream is written to as it is; a reader who left early is no error.
    """
    if path is None:
        yield None
    elif path == _STREAM:
        try:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        except OSError as error:
            # what is still buffered would fail again when the interpreter flushes at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if not isinstance(error, BrokenPipeError):
                raise OutputError(f"standard output cannot be written: {error.strerror}") from error
    else:
        try:
            with _beside(Path(os.path.realpath(path))) as file:
                yield file
        except OSError as error:
            raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error


@contextmanager
def _beside(path: Path) -> Iterator[IO[bytes]]:
    """A temporary file that is renamed to `path` at the end, with its permissions; what is no file is written to."""
    mode = path.stat().st_mode if path.exists() else None
    if mode is not None and not stat.S_ISREG(mode):
        with path.open("wb") as file:
            yield file
        return
    if mode is None:
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            os.fchmod(handle, stat.S_IMODE(mode))
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


# Talk


def _report(engine: Engine, task: Task, read: SourceFile, found: Matching | None) -> None:
    """Tell on stderr what was done, why, and what cannot be known."""
    actions = dict(engine.rows("SELECT action, count(*) FROM changes GROUP BY action"))
    removed, corrected = actions.get("dropped", 0), actions.get("corrected", 0)
    name = "standard input" if task.source == _STREAM else read.name
    _tell(f"{name}: {_count(read.used, 'row')} read, {removed:,} removed.")
    if found is None:
        _tell_exact_key(engine, task, removed)
    else:
        _tell_inferred(engine, task, found, removed)
    if corrected:
        _tell(f"{_count(corrected, 'row')} got the {task.policy} of the prices of the event.")
    _tell_unread(engine, task, read)


def _tell_inferred(engine: Engine, task: Task, found: Matching, removed: int) -> None:
    _tell(
        "Which rows are one event is inferred from this file alone: nothing is known of causes, nor of lost events."
    )
    if found.silence is not None:
        _tell(f"No price or time that is off was taken for a copy's: {found.silence}.")
    if removed:
        ((least, wrong),) = engine.rows(
            f"SELECT min(probability_millionths), sum({MILLIONTHS} - probability_millionths) FROM inferred "
            "WHERE row <> first_row"
        )
        _tell(
            f"{_count(found.groups, 'event')} had more than one row; kept of each: {_KEPT[task.policy]}. Least "
            f"probability of a removed row {int(least / 1000) / 1000:.3f}; {_about(wrong / MILLIONTHS)} of them are "
            "expected to be no copies."
        )
    if found.exact_repeats:
        _tell(
            f"{found.exact_repeats:,} of these {'repeats' if found.exact_repeats == 1 else 'repeat'} another row in "
            f"{', '.join(task.columns.values())}: "
            "an exact repeat cannot be told from a twin, a second real event that is alike. "
            f"By chance {_about(found.exact_by_chance)} such twins are expected."
        )
    doubtful = found.expected_copies - removed
    if doubtful >= 1:
        _tell(
            f"About {_count(round(doubtful), 'further row')} may be copies, none of them with a probability of "
            f"{task.threshold:g} or more: they were kept."
        )


def _tell_exact_key(engine: Engine, task: Task, removed: int) -> None:
    ((groups, exact),) = engine.rows(
        "SELECT count(DISTINCT first_row), coalesce(sum(exact), 0) FROM inferred"
    )
    key = f"{task.columns['symbol']} and {task.columns['timestamp']}"
    _tell(
        f"Rows that share {key} were taken for one event, whatever else is in them: {_count(groups, 'group')}."
    )
    if removed:
        _tell(
            f"Kept of each: {_KEPT[task.policy]}. {int(exact):,} repeat the {task.columns['price']}, too; the others "
            "may be different events, and copies that are off in time were not looked for."
        )


def _tell_unread(engine: Engine, task: Task, read: SourceFile) -> None:
    """Lines that are no good record: none of them is lost."""
    if not read.quarantined:
        return
    lines = engine.rows(f"SELECT line, reason FROM quarantine ORDER BY line LIMIT {_SHOWN}")
    listed = "; ".join(f"line {line}: {_in_its_words(reason, task.columns)}" for line, reason in lines)
    more = read.quarantined - len(lines)
    rest = f"; and {more:,} more" if more else ""
    what = (
        "line could not be understood: it stands"
        if read.quarantined == 1
        else "lines could not be understood: they stand"
    )
    _tell(f"{read.quarantined:,} {what} in the output unchanged, in place ({listed}{rest}).")


def _in_its_words(reason: str, columns: Mapping[str, str]) -> str:
    """A reason with the name of the file's own column."""
    field, colon, rest = reason.partition(":")
    return f"{columns.get(field, field)}{colon}{rest}"


_KEPT = {
    Policy.FIRST: "the row that was emitted first",
    Policy.LAST: "the row that was emitted last",
    Policy.HIGHEST: "the row with the highest price",
    Policy.LOWEST: "the row with the lowest price",
    Policy.MEAN: "the first row, with the mean price",
    Policy.MEDIAN: "the first row, with the median price",
    Policy.MAJORITY: "the first row with the price that most rows bear",
    Policy.CONFIDENT: "the row that is most surely the event's own",
}


def _about(count: float) -> str:
    return f"about {count:.1f}" if count >= _LEAST_TOLD else f"fewer than {_LEAST_TOLD}"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _tell(sentence: str) -> None:
    """One line for stderr, whatever the sentence quotes."""
    sys.stderr.write(f"deduplicate-stream: {printable(sentence)}\n")


def _tell_defect(error: BaseException) -> None:
    if os.environ.get("RACEVIEW_DEBUG") == "1":
        from traceback import print_exception

        print_exception(error)
    _tell(f"a defect of raceview: {type(error).__name__}: {error} (RACEVIEW_DEBUG=1 shows where)")


if __name__ == "__main__":
    main()
