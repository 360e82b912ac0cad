"""Writes an export as one whole set: beside the old one first, then into its place, the manifest last.

A folder with a manifest holds a whole set. While files are being replaced there is none, and a file says so.
"""

from __future__ import annotations

import csv
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from raceview.errors import OutputError, UsageError
from raceview.export import deduplicated, manifest
from raceview.export.one_file import refuse_inputs
from raceview.export.parts import write_in_parts
from raceview.export.tables import Table, tables
from raceview.sql.csv_line import csv_line

if TYPE_CHECKING:
    from raceview.investigation import Investigation
    from raceview.progress import Progress

Written: TypeAlias = tuple[int, str]
"""Size and sha256 of a file."""
Job: TypeAlias = Callable[[Path], str | None]
"""Writes a file; its sha256 where that was taken on the way."""

INCOMPLETE = "EXPORT_INCOMPLETE.txt"
TIMELINE = "timeline.csv"
FIRST = ("row_audit.csv", TIMELINE, "policy_scoreboard.csv", "findings.csv")
AT_ONCE = 2
"""Files written at a time: an engine may take a small one in a single thread."""
STAGING = ".raceview-staging-"
EVERY_FILE = {deduplicated.NAME}
"""Files that an export may have or not: one that the new set lacks does not stay behind from the old."""
SCOREBOARD = (
    "policy",
    "rows",
    "kept_once",
    "real_lost",
    "duplicates_left",
    "wrong_prices",
    "price_error_mean",
    "price_error_max",
    "wrong_times",
    "time_error_max_ms",
    "oracle",
)
FINDINGS = ("finding", "subject", "value", "unit", "low", "high", "evidence")


def write_exports(inv: Investigation, out: Path, progress: Progress | None = None) -> list[Path]:
    """Write a whole export into `out`: see `Export.write`."""
    with closing(Export(out)) as export:
        return export.write(inv, progress)


class Export:
    """One set of files for the folder `out`; close it, or what was begun stays there.

    Raises OutputError where the folder or a file cannot be written; the old set is then still whole, or the folder
    says that it is incomplete.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._staging: Path | None = None
        self._held: int | None = None
        """The staging folder, open and locked while it is in use."""
        self._made_out = False
        self._written: dict[str, Written] = {}

    def write_ahead(self, inv: Investigation) -> None:
        """Write what waits for no link, while rows are linked and judged: `open_bundle` calls it `meanwhile`."""
        if inv.files.attempts and inv.files.ticks:
            self._refuse_inputs(inv)
            with _told_as_output_error(self._out):
                self._written[TIMELINE] = _write_one(_jobs(inv)[TIMELINE], self._folder() / TIMELINE)

    def write(self, inv: Investigation, progress: Progress | None = None) -> list[Path]:
        """Write every file into the folder, made where it is not there; the manifest is the last of the list.

        `progress` may raise to end it: nothing is then replaced. Raises UsageError where a file that was read would be.
        """
        self._refuse_inputs(inv)
        with _told_as_output_error(self._out), inv.deciding:
            names = _write_all(inv, self._folder(), self._written, progress)
            with _alone_in(self._out):
                _replace(self._folder(), self._out, names)
        return [self._out / name for name in names]

    def close(self) -> None:
        """Leave nothing behind but a whole set."""
        if self._staging:
            shutil.rmtree(self._staging, ignore_errors=True)
        if self._held is not None:
            os.close(self._held)
            self._held = None
        if self._made_out:
            with suppress(OSError):  # it holds the set
                self._out.rmdir()

    def _refuse_inputs(self, inv: Investigation) -> None:
        for name in file_names(inv):
            refuse_inputs(self._out / name, inv.files)

    def _folder(self) -> Path:
        """Where files are written first; what an export left that was killed goes away, not what another one uses."""
        if self._staging is None:
            self._made_out = not self._out.exists()
            self._out.mkdir(parents=True, exist_ok=True)
            with _alone_in(self._out):
                for left in self._out.glob(STAGING + "*"):
                    if not _in_use(left):
                        shutil.rmtree(left, ignore_errors=True)
                self._staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=self._out))
                self._held = os.open(self._staging, os.O_RDONLY)
                _lock(self._held)
        return self._staging


def file_names(inv: Investigation) -> list[str]:
    """What `write_exports` writes, in that order."""
    return [*_jobs(inv), manifest.NAME]


def refuse_bundle(out: Path, bundle: Path | None) -> None:
    """Raise UsageError where what is written would lie among what is read."""
    if bundle and out.resolve() == bundle.resolve():
        raise UsageError(f"{out} is the bundle itself: choose another folder for what is written")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """While no other export begins in this folder or moves its files there."""
    held = os.open(folder, os.O_RDONLY)
    try:
        _lock(held)
        yield
    finally:
        os.close(held)


def _in_use(staging: Path) -> bool:
    """Whether an export that still runs writes there."""
    try:
        held = os.open(staging, os.O_RDONLY)
    except FileNotFoundError:  # it has just ended
        return False
    try:
        return not _lock(held, fcntl.LOCK_NB)
    finally:
        os.close(held)


def _lock(folder: int, how: int = 0) -> bool:
    """Whether a folder that is open was locked. The system lets go of the lock when the process ends, however it ends.

    Where the file system cannot lock a folder (NFS), nobody is held up.
    """
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | how)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


@contextmanager
def _told_as_output_error(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{error.filename or out}: cannot be written: {error.strerror or error}") from error


def _write_all(
    inv: Investigation, folder: Path, ahead: Mapping[str, Written], progress: Progress | None
) -> list[str]:
    """Write every file into the folder but those that are there, two at a time."""
    jobs = _jobs(inv)
    written = dict(ahead)
    with ThreadPoolExecutor(max_workers=AT_ONCE) as executor:
        # The longest first, that none is left over when all others are done, and what the summary asks for.
        left = [name for name in jobs if name not in ahead]
        order = sorted(left, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
        writing = {
            name: executor.submit(_write_one, jobs[name], folder / name) for name in order[: len(FIRST)]
        }
        counting = executor.submit(inv.summary)  # the manifest asks for it
        writing |= {
            name: executor.submit(_write_one, jobs[name], folder / name) for name in order[len(FIRST) :]
        }
        try:
            for number, (name, done) in enumerate(writing.items()):
                if progress:
                    progress(f"writing {name}", number, len(jobs) + 1)
                written[name] = done.result()
            counting.result()
        finally:
            executor.shutdown(cancel_futures=True)
    (folder / manifest.NAME).write_text(manifest.manifest_text(inv, written), encoding="utf-8")
    if progress:
        progress("done", len(jobs) + 1, len(jobs) + 1)
    return [*jobs, manifest.NAME]


def _write_one(job: Job, path: Path) -> Written:
    """Write a file; its size and sha256."""
    digest = job(path)
    return path.stat().st_size, digest or manifest.sha256_of(path)


def _jobs(inv: Investigation) -> dict[str, Job]:
    """What to write, by file name, in order."""
    jobs: dict[str, Job] = {}
    if inv.files.output is not None:
        jobs[deduplicated.NAME] = lambda path: deduplicated.write_deduplicated(inv, path)
    for table in tables(inv):

        def write(path: Path, table: Table = table) -> str | None:
            inv.need(*table.needs)
            return _write_table(inv, table, path)

        jobs[table.name] = write
    jobs["policy_scoreboard.csv"] = lambda path: _write_few(path, SCOREBOARD, inv.scores)
    jobs["findings.csv"] = lambda path: _write_few(
        path, FINDINGS, [finding.as_dict() for finding in inv.findings_list]
    )
    return jobs


def _write_table(inv: Investigation, table: Table, path: Path) -> str | None:
    if not table.long:
        inv.engine.write_csv(table.query, path)
        return None

    def write(condition: str, part: Path, first: bool) -> None:
        query = table.query.format(range=condition)
        if table.unquoted:
            lines = f"SELECT {csv_line(table.columns)} FROM ({query}) AS t ORDER BY {table.order}"
            inv.engine.write_lines(lines, part, ",".join(table.columns) if first else None)
        else:
            inv.engine.write_csv(f"{query} ORDER BY {table.order}", part, header=first)

    return write_in_parts(inv.engine, path, table.long, table.key, write)


def _write_few(path: Path, columns: Sequence[str], lines: Sequence[Mapping[str, Any]]) -> None:
    """Write a handful of lines; numbers without a needless `.0` or exponent, None as nothing."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_plain(line[column]) for column in columns] for line in lines)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.9f}".rstrip("0").rstrip(".")
    return value


def _replace(staging: Path, out: Path, names: list[str]) -> None:
    """Move a whole set into its place: the old manifest goes first, the new one comes last."""
    marker = out / INCOMPLETE
    marker.write_text(
        "An export into this folder has not finished: its files do not belong together.\n", "utf-8"
    )
    (out / manifest.NAME).unlink(missing_ok=True)
    for name in names[:-1]:
        os.replace(staging / name, out / name)
    for left in EVERY_FILE - set(names):
        (out / left).unlink(missing_ok=True)
    os.replace(staging / manifest.NAME, out / manifest.NAME)
    marker.unlink()
