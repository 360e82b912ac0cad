"""Reads the files of a bundle into the engine's typed relations; nothing is lost on the way.

An engine's SQL takes the usual lines in one pass; what it does not understand comes here, and goes back as a record
or into `quarantine`. Where a file cannot be used at all, InputError says so in one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from raceview.bundle.find import BundlePaths
from raceview.bundle.layout import Learned, learn_layout
from raceview.bundle.odd_lines import OddLines
from raceview.bundle.plain_copy import Pulled, prepare_lines
from raceview.bundle.source_file import BundleFiles, SourceFile
from raceview.bundle.survey import Survey, survey
from raceview.bundle.times import offset_changes
from raceview.engine.base import Engine, Scanner
from raceview.engine.scan import OUTPUTS, RELATIONS, TICKS, FileRelation, ScanMismatchError, ScanPlan
from raceview.errors import InputError, OutputError, UsageError
from raceview.model import Options, counted
from raceview.progress import Progress

_AT_ONCE = 2
_QUOTED = re.compile(r'[,"#\r\n]')
"""What a value holds that is quoted in a CSV; an engine may take what begins with a # for a comment."""
_AS_USUAL: Mapping[str, str] = MappingProxyType({})


def read_bundle(
    paths: BundlePaths,
    engine: Engine,
    options: Options,
    progress: Progress | None = None,
    output_columns: Mapping[str, str] = _AS_USUAL,
) -> BundleFiles:
    """Fill `ticks_read`, `attempts_read`, `outputs_read` and `quarantine`; an absent file gives no rows.

    `progress` is called from other threads. `output_columns` says, by field, how the output calls a column that it
    does not call as the field is. Raises InputError where a file cannot be used, UsageError where
    `options.assume_tz` names no time zone, OutputError where a temporary copy finds no room.
    """
    zone = _zone(options.assume_tz)
    found: dict[str, SourceFile] = {}
    try:
        with _scanning(paths, engine, zone, progress, output_columns) as scans:
            engine.scanner.begin()
            for relation, scanned in zip(RELATIONS, scans, strict=True):
                if scanned is None:
                    engine.scanner.publish_absent(relation)
                else:
                    found[relation.role] = scanned.result().settle(engine.scanner)
    except OSError as error:  # what cannot be read is an InputError by now: this is the private folder
        raise OutputError(
            f"{engine.folder}: no room for a temporary copy of the input: {error.strerror or error}; "
            "TMPDIR names another folder"
        ) from error
    return BundleFiles(paths, **found)


@contextmanager
def _scanning(
    paths: BundlePaths,
    engine: Engine,
    zone: ZoneInfo,
    progress: Progress | None,
    output_columns: Mapping[str, str],
) -> Iterator[list[Future[_ScannedFile] | None]]:
    """The scans of the files, two at a time: an engine takes a small file, and a survey any file, in one thread."""
    executor = ThreadPoolExecutor(max_workers=_AT_ONCE)
    try:
        yield [
            executor.submit(
                _scan_file,
                path,
                relation,
                engine,
                zone,
                progress,
                output_columns if relation is OUTPUTS else _AS_USUAL,
            )
            if path
            else None
            for relation, (_, path) in zip(RELATIONS, paths.roles(), strict=True)
        ]
    finally:
        executor.shutdown(cancel_futures=True)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f"--assume-tz: expected an IANA time zone such as Asia/Kolkata, found {name!r}"
        ) from None


def _scan_file(
    path: Path,
    relation: FileRelation,
    engine: Engine,
    zone: ZoneInfo,
    progress: Progress | None,
    columns: Mapping[str, str],
) -> _ScannedFile:
    """Survey and scan: by columns where the file's lines are its records; else, or where that fails, by lines."""
    looked = survey(path, engine.folder / f"{relation.role}.text", progress)
    learned = learn_layout(path.name, looked, relation, json=relation is TICKS, columns=columns)
    plan = ScanPlan(
        relation=relation,
        path=looked.text_path,
        layout=learned.layout,
        lines=looked.lines,
        ascii=looked.ascii,
        quotes=looked.quotes,
        backslashes=looked.backslashes,
        nuls=looked.nuls,
        assume_tz=zone.key,
    )
    all_crlf = bool(looked.returns) and looked.returns == looked.crlf == looked.lines
    plain = looked.utf8 and not looked.nuls and (all_crlf or not looked.returns)
    if plain and learned.layout.columns:
        by_columns = replace(plan, carriage_return="\r" if all_crlf else "")
        with suppress(ScanMismatchError):
            engine.scanner.scan(by_columns)
            return _ScannedFile(path, looked, learned, by_columns, zone, {})
    by_lines, pulled = prepare_lines(path.name, plan, looked, engine.folder / f"{relation.role}.lines")
    engine.scanner.scan(by_lines)
    return _ScannedFile(path, looked, learned, by_lines, zone, pulled)


def _needs_quotes(value: object) -> bool:
    return isinstance(value, str) and _QUOTED.search(value) is not None


@dataclass(frozen=True, slots=True)
class _ScannedFile:
    """A file whose usual lines are in the engine."""

    path: Path
    looked: Survey
    learned: Learned
    plan: ScanPlan
    zone: ZoneInfo
    pulled: Pulled

    def settle(self, scanner: Scanner) -> SourceFile:
        """Deal with the lines that are not usual, and publish the relation. Raises InputError where none was usable."""
        self._shift_zone(scanner)
        odd = OddLines(self.path.name, self.plan, self.learned, self.zone, self.pulled)
        unquoted = self._unquoted()
        first_bad = None
        for good, bad in odd.settled(scanner.odd(self.plan)):
            first_bad = first_bad or next(iter(bad), None)
            scanner.settle(self.plan, good, bad)
            unquoted = unquoted and not any(map(_needs_quotes, chain.from_iterable(row[2:] for row in good)))
        records, used = scanner.publish(self.plan)
        if first_bad and not used:
            name, line, reason, _ = first_bad
            raise InputError(
                f"{name}, line {line}: {reason}; none of the file's {counted(records, 'record')} could be read"
            )
        for copy in {self.looked.text_path, self.plan.path} - {self.path}:
            copy.unlink(missing_ok=True)
        looked = self.looked
        return SourceFile(
            role=self.plan.relation.role,
            name=self.path.name,
            path=self.path,
            size=looked.size,
            sha256=looked.sha256,
            lines=looked.lines,
            ended=looked.terminated,
            records=records,
            used=used,
            quarantined=odd.quarantined,
            header=self.learned.header,
            newline="\r\n" if looked.sample.partition(b"\n")[0].endswith(b"\r") else "\n",
            bom=looked.bom,
            unquoted=unquoted,
        )

    def _unquoted(self) -> bool:
        """Whether no value that stands between the commas of a usual line is one that a CSV quotes."""
        looked = self.looked
        marked = looked.backslashes if self.plan.layout.json else looked.quotes
        return not (marked or looked.hashes or (self.plan.by_lines and looked.returns))

    def _shift_zone(self, scanner: Scanner) -> None:
        if self.plan.assume_tz == "UTC":
            return
        times = scanner.local_range(self.plan)
        if times is not None:
            scanner.set_zone(self.plan, offset_changes(self.zone, *times))
