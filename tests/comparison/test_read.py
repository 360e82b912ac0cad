"""A bundle and its own export are the same side, to the last digit; a set that is not whole is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from analysis.hand_made import write_bundle

import raceview
from raceview.comparison.read import compare, side_of
from raceview.comparison.side import Group, Key, Side
from raceview.errors import InputError
from raceview.export import write_exports
from raceview.model import Cause, Options, Outcome

SAMPLE = Path(__file__).parents[2] / "data"
ASSESSMENT = Path(__file__).parents[3] / "shared" / "data" / "assessment"
FILES = ("raw_tick_events.log", "worker_logs.csv", "final_output.csv")


def _both(bundle: Path, out: Path, options: Options | None = None) -> tuple[Side, Side]:
    with raceview.open_bundle(bundle, options=options) as inv:
        side = side_of(inv)
        write_exports(inv, out)
    return side, side_of(out)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Side, Path]:
    out = tmp_path_factory.mktemp("exports")
    side, exported = _both(SAMPLE, out)
    assert side == exported
    return side, out


def test_the_sample_is_counted_as_its_summary_says(sample: tuple[Side, Path]) -> None:
    side, out = sample
    counts = json.loads((out / "manifest.json").read_text())["counts"]
    for group, names, told in ((Group.OUTCOME, Outcome, "outcomes"), (Group.CAUSE, Cause, "causes")):
        found = {
            str(name): side.tallies[Key(group, name)].count
            for name in names
            if Key(group, name) in side.tallies
        }
        assert found == {name: count for name, count in counts[told].items() if name != Outcome.UNKNOWN}
    assert (side.events, side.attempts, side.rows) == (counts["events"], counts["attempts"], counts["rows"])
    assert side.tallies[Key(Group.ROWS, "phantom")].count == counts["phantom_rows"]
    assert all(sum(tally.spans) == tally.count for tally in side.tallies.values())


def test_a_bundle_against_its_own_export_has_not_changed(sample: tuple[Side, Path]) -> None:
    found = raceview.compare(SAMPLE, sample[1])
    assert {line.before for line in found.lines} == {line.after for line in found.lines}
    assert found.before.tallies == found.after.tallies
    assert {str(line.verdict) for line in found.lines} <= {"no change", "too little data"}
    assert {str(one.move) for one in found.findings} <= {"same"}
    assert found.worse == []


@pytest.mark.parametrize("missing", [*FILES, ("raw_tick_events.log", "worker_logs.csv")], ids=str)
def test_where_files_are_missing_both_say_so_alike(tmp_path: Path, missing: str | tuple[str, ...]) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    for name in set(FILES) - {*([missing] if isinstance(missing, str) else missing)}:
        shutil.copy(SAMPLE / name, bundle)
    side, exported = _both(bundle, tmp_path / "out")
    assert side == exported
    assert side.missing


def test_odd_names_times_and_records(tmp_path: Path) -> None:
    """Workers whose names hold the separator, a zone, an event_id with two payloads, and quarantined records."""
    bundle = write_bundle(
        tmp_path / "bundle",
        """
        event_id ms    symbol
        e1       1000  A;B
        e2       2000  "q
        e2       9000  C
        e3       3000  A;B
        e4       4000  C
        """,
        """
        event_id worker_id start end   status
        e1       w;1       1001  1010  success
        e1       w         1002  1011  success
        e1       w;1;w     1003  1012  success
        e2       w         2001  2010  success
        e2       1         9001  9010  success
        e3       w;1       3001  -     timeout
        e4       1         4001  4010  success
        """,
        """
        ms    symbol
        1000  A;B
        1001  A;B
        1002  A;B
        2000  "q
        9000  C
        3000  A;B
        """,
    )
    with (bundle / "final_output.csv").open("a") as file:
        file.write("no,record\n1,2,3,4\n")
    side, exported = _both(bundle, tmp_path / "out", Options(assume_tz="America/New_York"))
    assert side == exported
    counted = {key.name: tally.count for key, tally in side.tallies.items() if key.group is Group.WORKER}
    assert counted == {"w;1": 1, "w": 1, "w;1;w": 1, "1": 0}
    assert side.tallies[Key(Group.QUARANTINE, "output")].count == 3  # an open quote, too


def test_time_is_the_events_own_also_where_its_row_is_off(tmp_path: Path) -> None:
    events = "event_id ms\n" + "".join(f"e{n} {n}000\n" for n in range(1, 9))
    rows = "ms price\n" + "".join(f"{n}00{n} 100.00\n" for n in range(1, 9))
    side, exported = _both(write_bundle(tmp_path / "bundle", events, None, rows), tmp_path / "out")
    assert side == exported
    assert side.tallies[Key(Group.OUTCOME, Outcome.ALTERED)].count == 8
    assert side.span_ns == 7_000_000_000


@pytest.mark.skipif(not ASSESSMENT.is_dir(), reason="the assessment's data is not beside the project")
def test_the_assessment(tmp_path: Path) -> None:
    side, exported = _both(ASSESSMENT, tmp_path / "out")
    assert side == exported
    assert side.tallies[Key(Group.OUTCOME, Outcome.DUPLICATED)].count == 250


# Whole sets only


@pytest.fixture
def export(sample: tuple[Side, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample[1], tmp_path / "export"))


def _refused(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        side_of(folder)
    return str(caught.value).replace(str(folder), "EXPORT")


def test_an_export_that_has_not_finished(export: Path) -> None:
    (export / "EXPORT_INCOMPLETE.txt").touch()
    assert _refused(export) == "EXPORT: an export that has not finished, and its files do not belong together"
    (export / "manifest.json").unlink()
    assert _refused(export) == "EXPORT: an export that has not finished, and its files do not belong together"


def test_a_file_that_was_changed(export: Path) -> None:
    path = export / "row_audit.csv"
    path.write_text(path.read_text().replace("original", "duplicat", 1))
    assert _refused(export) == (
        "EXPORT/row_audit.csv: not the file that the export wrote (size or sha256 differs): export again"
    )


def test_a_file_that_is_gone(export: Path) -> None:
    (export / "timeline.csv").unlink()
    assert _refused(export) == (
        "EXPORT/timeline.csv: belongs to the export and cannot be read: No such file or directory"
    )


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"files": {}}', '{"files": {"a": 1}}', "\xff"])
def test_a_manifest_of_something_else(export: Path, text: str) -> None:
    (export / "manifest.json").write_bytes(text.encode("latin-1"))
    assert _refused(export).startswith("EXPORT/manifest.json: expected the manifest of an export")


def test_a_manifest_that_names_a_file_elsewhere(export: Path) -> None:
    manifest = json.loads((export / "manifest.json").read_text())
    manifest["files"]["../secret"] = {"size": 1, "sha256": ""}
    (export / "manifest.json").write_text(json.dumps(manifest))
    assert _refused(export) == "EXPORT/manifest.json: expected the names of files, found '../secret'"


def test_a_manifest_without_what_is_counted(export: Path) -> None:
    manifest = json.loads((export / "manifest.json").read_text())
    del manifest["options"]
    (export / "manifest.json").write_text(json.dumps(manifest))
    assert _refused(export) == "EXPORT: not an export that this raceview can read: export again"


# The command line


def _run(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "raceview", "compare", *map(str, words)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)


def test_the_command_says_it_in_words_and_as_json(sample: tuple[Side, Path], export: Path) -> None:
    text = _run(sample[1], export)
    assert (text.returncode, text.stderr) == (0, "")
    assert text.stdout.splitlines()[2].startswith("No change of duplicates that chance would not make: 2.4 %")
    found = json.loads(_run(sample[1], export, "--json", "--fail-on", "worse").stdout)
    assert found["verdict"] == "no change"
    assert found["lines"][0]["before"] == found["lines"][0]["after"] == 96


def test_the_gate_closes_on_worse(sample: tuple[Side, Path], tmp_path: Path) -> None:
    ticks = "event_id ms\n" + "".join(f"e{n} {n}000\n" for n in range(1, 4001))
    log = "event_id start end\n" + "".join(f"e{n} {n}001 {n}002\n" for n in range(1, 4001))
    clean = write_bundle(tmp_path / "clean", ticks, log, ticks.replace("event_id", "x"))
    worse = _run(clean, sample[1], "--fail-on", "worse")
    assert worse.returncode == 3
    assert worse.stderr.startswith("raceview: --fail-on worse: outcome duplicated, ")
    assert worse.stdout.splitlines()[2].startswith("Duplicates went from 0 % to 2.4 % of events: from none.")
    better = _run(sample[1], clean, "--fail-on", "worse")
    assert (better.returncode, better.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((SAMPLE, "nowhere"), 4, "nowhere: expected a folder with"),
        ((SAMPLE, SAMPLE, "--fail-on", "any"), 2, "--fail-on any: choose from worse"),
        ((SAMPLE, SAMPLE, "--assume-tz", "Mars"), 2, "--assume-tz takes the name of a time zone"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(words: tuple[object, ...], code: int, said: str) -> None:
    run = _run(*words)
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (code, "", 1)
    assert run.stderr.startswith(f"raceview: {said}")


def test_an_export_that_has_lost_its_manifest(export: Path) -> None:
    (export / "manifest.json").unlink()
    with pytest.raises(InputError, match=r"an export whose manifest\.json is missing, .*: export again"):
        compare(export, export)


def test_records_of_two_files_of_one_name(tmp_path: Path) -> None:
    """What could not be used of the one is not counted for the other."""
    for folder, name, bad in (("a", "worker_logs.csv", 2), ("b", "final_output.csv", 1)):
        (tmp_path / folder).mkdir()
        content = (SAMPLE / name).read_text(encoding="utf-8") + "unreadable\n" * bad
        (tmp_path / folder / "part.csv").write_text(content, encoding="utf-8")
    log, output = tmp_path / "a" / "part.csv", tmp_path / "b" / "part.csv"
    with raceview.open_bundle(ticks=SAMPLE / "raw_tick_events.log", attempts=log, output=output) as inv:
        write_exports(inv, tmp_path / "out")
        side = side_of(inv)
    assert side == side_of(tmp_path / "out")
    counts = {key.name: one.count for key, one in side.tallies.items() if key.group is Group.QUARANTINE}
    assert counts == {"ticks": 0, "attempts": 2, "output": 1}
