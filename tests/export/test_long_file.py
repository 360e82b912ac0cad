"""A file that may be long holds what was written, whichever way its blocks went, and its digest is of that."""

from __future__ import annotations

import fcntl
import hashlib
import os
import random
import resource
import threading
from pathlib import Path

import pytest

from raceview.export import long_file
from raceview.export.long_file import BLOCK, LongFile

LENGTHS = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 12345]


@pytest.fixture
def early(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second block goes past the cache already."""
    monkeypatch.setattr(long_file, "CACHED", BLOCK)


def _can_go_past(folder: Path) -> bool:
    try:
        os.close(os.open(folder / "probe", os.O_WRONLY | os.O_CREAT | os.O_DIRECT))
    except (OSError, AttributeError):
        return False
    return True


def _goes_past(file: LongFile) -> bool:
    return bool(fcntl.fcntl(file._file, fcntl.F_GETFL) & os.O_DIRECT)


@pytest.mark.usefixtures("early")
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("piece", [1000, BLOCK, 10 * BLOCK])
def test_it_holds_what_was_written(tmp_path: Path, length: int, piece: int) -> None:
    content = random.Random(length).randbytes(length)
    with LongFile(tmp_path / "f") as file:
        for start in range(0, length, piece):
            file.write(content[start : start + piece])
    assert (tmp_path / "f").read_bytes() == content
    assert file.sha256() == hashlib.sha256(content).hexdigest()


@pytest.mark.usefixtures("early")
@pytest.mark.parametrize("length", LENGTHS)
def test_it_holds_what_came_through_a_pipe(tmp_path: Path, length: int) -> None:
    content = random.Random(length).randbytes(length)
    source, target = os.pipe()
    with LongFile(tmp_path / "f") as file:

        def feed() -> None:
            with open(target, "wb") as pipe:
                pipe.write(content)

        feeding = threading.Thread(target=feed)
        feeding.start()
        file.take(source)
        feeding.join()
    os.close(source)
    assert (tmp_path / "f").read_bytes() == content
    assert file.sha256() == hashlib.sha256(content).hexdigest()


@pytest.mark.usefixtures("early")
def test_what_follows_the_beginning_goes_past_the_cache(tmp_path: Path) -> None:
    if not _can_go_past(tmp_path):
        pytest.skip("this file system has everything in the cache")
    with LongFile(tmp_path / "f") as file:
        file.write(bytes(BLOCK - 1))
        assert not _goes_past(file)
        file.write(bytes(BLOCK))
        assert _goes_past(file)


@pytest.mark.usefixtures("early")
def test_a_file_system_that_knows_the_cache_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = fcntl.fcntl

    def refuse(file: int, command: int, flags: int = 0) -> int:
        if command == fcntl.F_SETFL:
            raise OSError(22, "Invalid argument")
        return told(file, command, flags)

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    content = random.Random(0).randbytes(3 * BLOCK)
    with LongFile(tmp_path / "f") as file:
        file.write(content)
    assert (tmp_path / "f").read_bytes() == content


def test_a_disk_that_wants_other_blocks_gets_them_through_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not _can_go_past(tmp_path):
        pytest.skip("this file system has everything in the cache")
    monkeypatch.setattr(long_file, "BLOCK", 1000)
    monkeypatch.setattr(long_file, "CACHED", 1000)
    content = random.Random(0).randbytes(5678)
    with LongFile(tmp_path / "f") as file:
        file.write(content[:1000])
        assert _goes_past(file)
        file.write(content[1000:2000])
        assert not _goes_past(file)
        file.write(content[2000:])
    assert (tmp_path / "f").read_bytes() == content
    assert file.sha256() == hashlib.sha256(content).hexdigest()


def test_it_replaces_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(bytes(1000))
    with LongFile(tmp_path / "f") as file:
        file.write(b"new")
    assert (tmp_path / "f").read_bytes() == b"new"


@pytest.mark.usefixtures("early")
@pytest.mark.parametrize("room", [BLOCK // 2, BLOCK, BLOCK + 1, 2 * BLOCK + 777, 3 * BLOCK])
def test_where_there_is_no_room_for_all_it_says_so(tmp_path: Path, room: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        with pytest.raises(OSError, match="File too large") as told, LongFile(tmp_path / "f") as file:
            file.write(bytes(4 * BLOCK))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert told.value.filename == str(tmp_path / "f")
