"""The clean output is copied from the file that was read, or assembled from its records: the same either way."""

from __future__ import annotations

from pathlib import Path

import pytest

import raceview
from raceview.export import deduplicated
from raceview.export.deduplicated import write_deduplicated
from raceview.investigation import Investigation
from raceview.model import Options, Policy

SAMPLE = Path(__file__).parents[2] / "data"
NAMES = ("raw_tick_events.log", "worker_logs.csv", "final_output.csv")
LINES = 400


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The first lines of the sample."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    for name in NAMES:
        (found,) = SAMPLE.glob(f"*{name}*")
        (folder / name).write_bytes(b"".join(found.read_bytes().splitlines(keepends=True)[:LINES]))
    return folder


def _assembled(inv: Investigation, path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    with monkeypatch.context() as patched:
        patched.setattr(deduplicated, "_copied", lambda *_: None)
        write_deduplicated(inv, path)
    return path.read_bytes()


def _copied(inv: Investigation, path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    def no(*_: object) -> None:
        raise AssertionError("it was not copied")

    with monkeypatch.context() as patched:
        patched.setattr(deduplicated, "_assembled", no)
        write_deduplicated(inv, path)
    return path.read_bytes()


FORMS = {
    "as it is": lambda text: text,
    "CR LF": lambda text: text.replace(b"\n", b"\r\n"),
    "no end": lambda text: text.rstrip(b"\n"),
    "BOM": lambda text: b"\xef\xbb\xbf" + text,
    "CR LF, no end": lambda text: text.replace(b"\n", b"\r\n").removesuffix(b"\r\n"),
    "header alone": lambda text: text.partition(b"\n")[0],
    "mixed ends": lambda text: text.replace(b"\n", b"\r\n", 20),
    "quoted": lambda text: text.replace(b"\n", b'"\n"').replace(b",", b'","').join([b'"', b""])[:-1],
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("policy", [Policy.SOURCE, Policy.FIRST, Policy.MAJORITY])
def test_both_ways_say_the_same(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, policy: Policy
) -> None:
    output = bundle / NAMES[2]
    output.write_bytes(FORMS[form](output.read_bytes()))
    with raceview.open_bundle(bundle, options=Options(policy=policy, drop_phantoms=True)) as inv:
        copied = _copied(inv, tmp_path / "copied", monkeypatch)
        assert copied == _assembled(inv, tmp_path / "assembled", monkeypatch)
        assert copied.endswith(b"\n")
        assert (copied != output.read_bytes()) or form == "header alone"


@pytest.mark.parametrize("what", ["changed", "longer", "cut short", "gone", "a folder"])
def test_a_file_that_is_no_longer_what_was_read(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Its rows are still known."""
    output = bundle / NAMES[2]
    with raceview.open_bundle(bundle) as inv:
        expected = _copied(inv, tmp_path / "before", monkeypatch)
        text = output.read_bytes()
        if what in ("gone", "a folder"):
            output.unlink()
            if what == "a folder":
                output.mkdir()
        else:
            output.write_bytes(
                {"changed": text.replace(b"2", b"3"), "longer": text + b"x\n", "cut short": text[:99]}[what]
            )
        write_deduplicated(inv, tmp_path / "after")
    assert (tmp_path / "after").read_bytes() == expected


@pytest.mark.parametrize("line", [b"\n", b"odd\n", b'"two\nlines",2024-01-01T00:00:00Z,1\n'])
def test_what_is_no_record_on_a_line_of_its_own_is_left_out(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: bytes
) -> None:
    output = bundle / NAMES[2]
    text = output.read_bytes()
    with raceview.open_bundle(bundle, options=Options(policy=Policy.FIRST)) as inv:
        clean = _copied(inv, tmp_path / "clean", monkeypatch)
    output.write_bytes(text + line)
    with raceview.open_bundle(bundle, options=Options(policy=Policy.FIRST)) as inv:
        write_deduplicated(inv, tmp_path / "odd")
    kept = line if b"two" in line else b""
    assert (tmp_path / "odd").read_bytes() == clean + kept
