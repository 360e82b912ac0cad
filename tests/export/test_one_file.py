"""A single file is written whole or not at all, and never over what is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import raceview
from raceview.errors import OutputError, UsageError
from raceview.export.one_file import refuse_inputs, whole_file

SAMPLE = Path(__file__).parents[2] / "data"


def test_it_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "made" / "out.json"
    for text in ("old", "new"):
        with whole_file(path) as staged:
            staged.write_text(text)
    assert path.read_text() == "new"
    assert [file.name for file in path.parent.iterdir()] == ["out.json"]
    (tmp_path / "usual").touch()
    assert path.stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_it_keeps_the_permissions_of_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("old")
    path.chmod(0o640)
    with whole_file(path) as staged:
        staged.write_text("new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o640)


def test_what_fails_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), whole_file(path) as staged:
        staged.write_text("half" * (1 // len("")))
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["out.json"]


@pytest.mark.parametrize("name", ["a file/out.json", "."])
def test_what_cannot_be_written_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "a file").touch()
    with pytest.raises(OutputError, match="cannot be written"), whole_file(tmp_path / name):
        pass


def test_what_is_no_file_stays(tmp_path: Path) -> None:
    """A device, as root may replace one: `-o /dev/null` would take it from everybody. A pipe stands for it here."""
    pipe, link = tmp_path / "pipe.json", tmp_path / "link.json"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path in (pipe, link):
        with pytest.raises(OutputError, match="it is no regular file"), whole_file(path):
            pass
    assert pipe.is_fifo()
    assert link.is_symlink()


def test_a_link_stays_and_what_it_names_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "there" / "out.json")
    for text in ("old", "new"):
        with whole_file(link) as staged:
            staged.write_text(text)
    assert link.is_symlink()
    assert [file.read_text() for file in (tmp_path / "there").iterdir()] == ["new"]


def test_an_input_is_refused_by_every_name(tmp_path: Path) -> None:
    rows = tmp_path / "final_output.csv"
    rows.write_bytes((SAMPLE / "final_output.csv").read_bytes())
    (tmp_path / "hard.csv").hardlink_to(rows)
    (tmp_path / "soft.csv").symlink_to(rows)
    with raceview.open_bundle(output=rows) as inv:
        for path in (
            rows,
            tmp_path / "hard.csv",
            tmp_path / "soft.csv",
            tmp_path / ".." / tmp_path.name / rows.name,
        ):
            with pytest.raises(UsageError, match="one of the files that are read"):
                refuse_inputs(path, inv.files)
        refuse_inputs(tmp_path / "other.csv", inv.files)
