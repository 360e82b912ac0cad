"""Reads the files of a bundle into the engine's typed relations; nothing is lost on the way.

An engine's SQL takes the usual lines in one pass; what it does not understand comes here, and goes back as a record
or into `quarantine`. Where a file cannot be used at all, InputError says so in one sentence.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from raceview.bundle.file_bytes import Progress
from raceview.bundle.find import BundlePaths
from raceview.bundle.layout import Learned, learn_layout
from raceview.bundle.odd_lines import OddLines
from raceview.bundle.plain_copy import prepare_lines
from raceview.bundle.source_file import BundleFiles, SourceFile
from raceview.bundle.survey import Survey, survey
from raceview.bundle.times import offset_changes
from raceview.engine.base import Engine
from raceview.engine.scan import RELATIONS, TICKS, FileRelation, ScanMismatchError, ScanPlan
from raceview.errors import UsageError
from raceview.model import Options


def read_bundle(
    paths: BundlePaths, engine: Engine, options: Options, progress: Progress | None = None
) -> BundleFiles:
    """Fill `ticks_read`, `attempts_read`, `outputs_read` and `quarantine`; an absent file gives no rows.

    Raises InputError where a file cannot be used, UsageError where `options.assume_tz` names no time zone.
    """
    zone = _zone(options.assume_tz)
    found: dict[str, SourceFile] = {}
    engine.scanner.begin()
    for relation, (role, path) in zip(RELATIONS, paths.roles(), strict=True):
        if path is None:
            engine.scanner.publish_absent(relation)
        else:
            found[role] = _FileReading(path, relation, engine, zone, progress).read()
    return BundleFiles(paths, **found)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f"--assume-tz: expected an IANA time zone such as Asia/Kolkata, found {name!r}"
        ) from None


class _FileReading:
    """One file's way from its bytes to its relation."""

    def __init__(
        self, path: Path, relation: FileRelation, engine: Engine, zone: ZoneInfo, progress: Progress | None
    ) -> None:
        self._path, self._relation, self._scanner = path, relation, engine.scanner
        self._folder = engine.folder
        self._zone, self._progress = zone, progress
        self._pulled: dict[int, tuple[str, str]] = {}

    def read(self) -> SourceFile:
        looked = survey(self._path, self._folder, self._progress)
        learned = learn_layout(self._path.name, looked, self._relation, json=self._relation is TICKS)
        plan = self._scan(looked, learned)
        self._shift_zone(plan)
        odd = OddLines(self._path.name, plan, learned, self._zone, self._pulled)
        for good, bad in odd.settled(self._scanner.odd(plan)):
            self._scanner.settle(plan, good, bad)
        records, used = self._scanner.publish(plan)
        self._remove_copies(looked, plan)
        return SourceFile(
            role=self._relation.role, name=self._path.name, path=self._path, size=looked.size, sha256=looked.sha256,
            lines=looked.lines, records=records, used=used, quarantined=odd.quarantined, header=learned.header,
            newline="\r\n" if looked.sample.partition(b"\n")[0].endswith(b"\r") else "\n", bom=looked.bom,
        )  # fmt: skip

    def _scan(self, looked: Survey, learned: Learned) -> ScanPlan:
        """Scan by columns where the file's lines are its records; else, or where that fails, by lines."""
        plan = ScanPlan(
            relation=self._relation,
            path=looked.text_path,
            layout=learned.layout,
            lines=looked.lines,
            ascii=looked.ascii,
            quotes=looked.quotes,
            backslashes=looked.backslashes,
            nuls=looked.nuls,
            assume_tz=self._zone.key,
        )
        all_crlf = bool(looked.returns) and looked.returns == looked.crlf == looked.lines
        plain = not looked.returns or all_crlf
        if plain and looked.utf8 and not looked.nuls and learned.layout.columns:
            try:
                by_columns = replace(plan, carriage_return="\r" if all_crlf else "")
                self._scanner.scan(by_columns)
                return by_columns
            except ScanMismatchError:
                pass
        by_lines, self._pulled = prepare_lines(self._path.name, plan, looked, self._folder)
        self._scanner.scan(by_lines)
        return by_lines

    def _shift_zone(self, plan: ScanPlan) -> None:
        if plan.assume_tz == "UTC":
            return
        times = self._scanner.local_range(plan)
        if times is not None:
            self._scanner.set_zone(plan, offset_changes(self._zone, *times))

    def _remove_copies(self, looked: Survey, plan: ScanPlan) -> None:
        for copy in {looked.text_path, plan.path} - {self._path}:
            copy.unlink(missing_ok=True)
