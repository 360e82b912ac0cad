"""Which files make a bundle, and the sentence where they do not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from raceview.bundle import BundlePaths, find_bundle
from raceview.errors import InputError


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text("")


def test_names_may_carry_a_prefix_and_a_suffix(tmp_path: Path) -> None:
    touch(tmp_path, "01_worker_logs.csv", "run-3.raw_tick_events.log.gz", "final_output.csv.zst", "truth.csv")
    assert find_bundle(tmp_path) == BundlePaths(
        tmp_path.name,
        ticks=tmp_path / "run-3.raw_tick_events.log.gz",
        attempts=tmp_path / "01_worker_logs.csv",
        output=tmp_path / "final_output.csv.zst",
    )


def test_names_that_only_look_alike_are_ignored(tmp_path: Path) -> None:
    touch(tmp_path, "final_output.csv", "myfinal_output.csv", "final_output.csv.bak", "._final_output.csv")
    assert find_bundle(tmp_path) == BundlePaths(tmp_path.name, output=tmp_path / "final_output.csv")


def test_a_path_that_is_given_wins(tmp_path: Path) -> None:
    touch(tmp_path, "final_output.csv", "02_final_output.csv", "other.csv")
    found = find_bundle(tmp_path, output=tmp_path / "other.csv")
    assert found == BundlePaths(tmp_path.name, output=tmp_path / "other.csv")
    assert find_bundle(None, ticks=str(tmp_path / "other.csv")).ticks == tmp_path / "other.csv"


def test_two_candidates(tmp_path: Path) -> None:
    touch(tmp_path, "final_output.csv", "02_final_output.csv.gz")
    with pytest.raises(InputError) as caught:
        find_bundle(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: expected one final_output.csv, found 02_final_output.csv.gz and final_output.csv; "
        "name one of them explicitly"
    )


def test_nothing_there(tmp_path: Path) -> None:
    names = "raw_tick_events.log, worker_logs.csv"
    with pytest.raises(InputError) as none:
        find_bundle(tmp_path)
    assert str(none.value) == f"{tmp_path}: expected {names} or final_output.csv, found none of them"
    with pytest.raises(InputError) as missing:
        find_bundle(tmp_path / "nowhere")
    expected = f"{tmp_path / 'nowhere'}: expected a folder with {names} and final_output.csv"
    assert str(missing.value) == f"{expected}, found nothing of that name"


def test_a_folder_where_a_file_should_be(tmp_path: Path) -> None:
    (tmp_path / "final_output.csv").mkdir()
    with pytest.raises(InputError, match=r"final_output\.csv: expected a file, found a folder$"):
        find_bundle(tmp_path)


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    touch(tmp_path, "final_output.csv")
    with pytest.raises(InputError, match=r"final_output\.csv: expected a folder with .*, found a file$"):
        find_bundle(tmp_path / "final_output.csv")


def test_a_missing_file_that_was_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.csv: expected a file, found nothing of that name$"):
        find_bundle(None, output=tmp_path / "gone.csv")


def test_something_that_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "final_output.csv")
    with pytest.raises(InputError, match=r"expected a regular file, found something else$"):
        find_bundle(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    touch(tmp_path, "final_output.csv")
    (tmp_path / "final_output.csv").chmod(0)
    with pytest.raises(InputError, match=r"final_output\.csv: the file cannot be read: Permission denied$"):
        find_bundle(tmp_path)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that opens but cannot be read")
def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """As with no permission, but for root too: the kernel refuses to read this file's first byte."""
    from raceview.bundle.survey import survey

    with pytest.raises(InputError, match=r"/proc/self/mem: the file cannot be read: Input/output error$"):
        survey(Path("/proc/self/mem"), tmp_path / "unused")
