"""One whole set or none: exports that are killed, and disks and folders that take no more."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

import raceview
from export.golden_set import INPUT
from export.whole_set import policy_of
from raceview.errors import OutputError, UsageError
from raceview.export import Export, write_exports
from raceview.export.write import INCOMPLETE, STAGING
from raceview.model import ExitCode, Options, Policy

KILLED_EXPORT = """
import os, signal, sys
from pathlib import Path
import raceview
from raceview.engine.duckdb_engine import DuckDBEngine
from raceview.export import write_exports
from raceview.model import Options, Policy

owner, name, calls = (os, "replace", int(sys.argv[3])) if sys.argv[4] == "replace" else (
    DuckDBEngine, "write_csv", int(sys.argv[3]))
kept = getattr(owner, name)

def stop(*args, **kwargs):
    global calls
    calls -= 1
    if calls < 0:
        os.kill(os.getpid(), {signal})
    return kept(*args, **kwargs)

with raceview.open_bundle(sys.argv[1], options=Options(policy=Policy.LAST)) as inv:
    setattr(owner, name, stop)
    write_exports(inv, Path(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def first_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("first")
    with raceview.open_bundle(INPUT, options=Options(policy=Policy.FIRST)) as inv:
        write_exports(inv, out)
    return out


@pytest.fixture
def out(tmp_path: Path, first_set: Path) -> Path:
    """A folder that holds a whole set of the policy `first`."""
    return Path(shutil.copytree(first_set, tmp_path / "out"))


@pytest.mark.parametrize(
    ("calls", "of", "left"),
    [
        (2, "write_csv", "first"),
        (0, "replace", None),
        (5, "replace", None),
        (9, "replace", None),
        (99, "replace", "last"),
    ],
)
def test_an_export_that_is_killed_never_leaves_a_mixture(
    out: Path, calls: int, of: str, left: str | None
) -> None:
    """Killed while it writes, it leaves the old set; while it replaces files, no manifest; else the new set."""
    run = subprocess.run(
        [sys.executable, "-c", KILLED_EXPORT.format(signal=int(signal.SIGKILL)), INPUT, out, str(calls), of],
        check=False,
        capture_output=True,
        timeout=120,
    )
    assert run.returncode == (0 if left == "last" else -signal.SIGKILL), run.stderr
    assert policy_of(out) == left
    if calls in (0, 5):
        assert (out / INCOMPLETE).exists()


def test_the_next_export_clears_what_a_killed_one_left(out: Path, first_set: Path) -> None:
    (out / "manifest.json").unlink()
    (out / INCOMPLETE).write_text("An export into this folder has not finished.\n")
    (out / f"{STAGING}abc").mkdir()
    (out / f"{STAGING}abc" / "row_audit.csv").write_text("half")
    with raceview.open_bundle(INPUT, options=Options(policy=Policy.FIRST)) as inv:
        write_exports(inv, out)
    assert policy_of(out) == "first"
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in first_set.iterdir())


def test_exports_into_one_folder_leave_each_other_alone(out: Path, first_set: Path) -> None:
    with (
        raceview.open_bundle(INPUT, options=Options(policy=Policy.LAST)) as inv,
        closing(Export(out)) as slow,
    ):
        slow.write_ahead(inv)  # it has begun
        (begun,) = out.glob(f"{STAGING}*")
        write_exports(inv, out)
        assert list(begun.iterdir())
        slow.write(inv)
    assert policy_of(out) == "last"
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in first_set.iterdir())


def test_a_file_that_was_read_is_not_replaced(out: Path) -> None:
    read = out / "deduplicated_output.csv"
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with (
        raceview.open_bundle(None, ticks=INPUT / "raw_tick_events.log", output=read) as inv,
        pytest.raises(UsageError, match=r"deduplicated_output\.csv is one of the files that are read"),
    ):
        write_exports(inv, out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_file_system_that_locks_no_folder(
    out: Path, first_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: int, how: int) -> None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))  # as NFS does

    monkeypatch.setattr("fcntl.flock", refuse)
    (out / f"{STAGING}abc").mkdir()
    with raceview.open_bundle(INPUT, options=Options(policy=Policy.LAST)) as inv:
        write_exports(inv, out)
    assert policy_of(out) == "last"
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in first_set.iterdir())


def _export(out: Path, preexec: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "raceview", INPUT, "--export", "--policy", "last", "--out", out],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=preexec,
    )


def _told(run: subprocess.CompletedProcess[str]) -> None:
    """An export that cannot be written: the exit code, one sentence, nothing on stdout."""
    assert run.returncode == ExitCode.OUTPUT, run.stderr
    assert run.stdout == ""
    assert len(run.stderr.splitlines()) == 1
    assert "cannot be written" in run.stderr


def test_a_file_that_may_not_grow_leaves_the_old_set(out: Path) -> None:
    """The row audit is longer than 1,800 bytes, what is read on the way is not."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1800, 1800))

    _told(_export(out, limit))
    assert policy_of(out) == "first"
    assert not list(out.glob(f"{STAGING}*"))


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 KiB; only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("a small tmpfs cannot be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk(full_disk: Path) -> None:
    _told(_export(full_disk))
    assert list(full_disk.iterdir()) == []


def test_a_full_disk_leaves_the_old_set(full_disk: Path) -> None:
    (full_disk / "mine.txt").write_text("mine")
    (full_disk / "manifest.json").write_text(json.dumps({"files": {}, "options": {"policy": "first"}}))
    _told(_export(full_disk))
    assert policy_of(full_disk) == "first"
    assert sorted(path.name for path in full_disk.iterdir()) == ["manifest.json", "mine.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any folder")
def test_a_read_only_folder(out: Path) -> None:
    out.chmod(0o500)
    try:
        _told(_export(out))
        assert policy_of(out) == "first"
    finally:
        out.chmod(0o700)


@pytest.mark.parametrize("where", ["a file", "below a file", "where nothing can be made"])
def test_a_folder_that_cannot_be_made(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("mine")
    out = {"a file": tmp_path / "file", "below a file": tmp_path / "file" / "out"}.get(
        where, Path("/proc/raceview/out")
    )
    with raceview.open_bundle(INPUT) as inv, pytest.raises(OutputError, match="cannot be written") as told:
        write_exports(inv, out)
    assert str(out.parent) in str(told.value)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_name_that_is_taken_by_a_folder_leaves_a_set_that_says_it_is_incomplete(out: Path) -> None:
    (out / "timeline.csv").unlink()
    (out / "timeline.csv").mkdir()
    with raceview.open_bundle(INPUT) as inv, pytest.raises(OutputError, match=r"timeline\.csv"):
        write_exports(inv, out)
    assert policy_of(out) is None
    assert (out / INCOMPLETE).exists()
