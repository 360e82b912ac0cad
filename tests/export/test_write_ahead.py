"""What is written while a bundle is still analysed: the same files, and nothing where the analysis fails."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

import raceview
from export.golden_set import INPUT
from raceview.bundle import BundleFiles
from raceview.errors import OutputError
from raceview.export import Export, write_exports
from raceview.export.write import STAGING, TIMELINE
from raceview.investigation import Investigation


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_set_is_the_same(tmp_path: Path) -> None:
    seen: list[Path] = []

    with closing(Export(tmp_path / "ahead")) as export:

        def ahead(inv: Investigation) -> None:
            export.write_ahead(inv)
            seen.extend((tmp_path / "ahead").glob(f"{STAGING}*/{TIMELINE}"))

        with raceview.open_bundle(INPUT, meanwhile=ahead) as inv:
            written = export.write(inv)
            write_exports(inv, tmp_path / "after")
    assert len(seen) == 1
    assert _files(tmp_path / "ahead") == _files(tmp_path / "after")
    assert {path.name for path in written} == set(_files(tmp_path / "after"))


@pytest.mark.parametrize("missing", ["raw_tick_events.log", "worker_logs.csv", "final_output.csv"])
def test_without_one_of_the_files(tmp_path: Path, missing: str) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    for path in INPUT.iterdir():
        if path.name != missing:
            (bundle / path.name).write_bytes(path.read_bytes())
    with (
        closing(Export(tmp_path / "ahead")) as export,
        raceview.open_bundle(bundle, meanwhile=export.write_ahead) as inv,
    ):
        export.write(inv)
        write_exports(inv, tmp_path / "after")
    assert _files(tmp_path / "ahead") == _files(tmp_path / "after")


@pytest.mark.parametrize("there", [False, True])
def test_an_analysis_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    out = tmp_path / "out"
    if there:
        out.mkdir()
        (out / "mine.txt").write_text("mine")

    def fail(_: Investigation) -> None:
        raise OutputError("no room")

    monkeypatch.setattr(Investigation, "_judge", fail)
    with pytest.raises(OutputError, match="no room"), closing(Export(out)) as export:
        raceview.open_bundle(INPUT, meanwhile=export.write_ahead)
    assert out.exists() is there
    if there:
        assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_a_folder_that_cannot_be_made_is_told_before_the_analysis_is_done(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with (
        closing(Export(tmp_path / "file" / "out")) as export,
        pytest.raises(OutputError, match="cannot be written"),
    ):
        raceview.open_bundle(INPUT, meanwhile=export.write_ahead)


def test_what_fails_meanwhile_is_raised() -> None:
    def fail(inv: Investigation) -> None:
        assert isinstance(inv.files, BundleFiles)
        raise OutputError("no room")

    with pytest.raises(OutputError, match="no room"):
        raceview.open_bundle(INPUT, meanwhile=fail)
