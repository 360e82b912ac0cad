"""What must hold of every export, however dirty its bundle: nothing is lost, nothing is counted twice."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path

from raceview.bundle.source_file import SourceFile
from raceview.investigation import Investigation
from raceview.model import Outcome

Lines = list[dict[str, str]]


def check_conservation(inv: Investigation, out: Path) -> None:
    """Recount an investigation and its export from the files that were written."""
    manifest = json.loads((out / "manifest.json").read_bytes())
    audit, proof = _lines(out / "row_audit.csv"), manifest["conservation"]
    _every_record_is_used_or_quarantined(inv, out)
    _every_row_is_audited_once(inv, audit)
    actions = Counter(line["action"] for line in audit)
    assert {"records": proof["records"], "quarantined": proof["quarantined"], **_none(), **actions} == proof
    assert proof["records"] == sum(_none().values()) + sum(actions.values()) + proof["quarantined"]
    _clean_output_is_what_the_audit_says(inv, out, audit)
    _every_event_has_one_outcome(inv, out, manifest["counts"]["outcomes"])
    _every_row_is_linked_or_a_phantom(inv, audit)


def _none() -> dict[str, int]:
    return {"kept": 0, "corrected": 0, "dropped": 0}


def _lines(path: Path) -> Lines:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))


def _every_record_is_used_or_quarantined(inv: Investigation, out: Path) -> None:
    quarantined = Counter(line["file"] for line in _lines(out / "quarantine.csv"))
    used = {
        "ticks": inv.engine.rows("SELECT count(*) FROM ticks_read"),
        "attempts": inv.engine.rows("SELECT count(*) FROM attempts_read"),
        "output": inv.engine.rows("SELECT count(*) FROM outputs_read"),
    }
    for file in inv.files.present():
        assert [(file.used,)] == used[file.role], file.name
        assert file.quarantined == quarantined[file.name], file.name
        assert file.records == file.used + file.quarantined, file.name
        assert file.records <= file.lines, file.name
    assert len(_lines(out / "timeline.csv")) == _there(inv.files.attempts).used


def _there(file: SourceFile | None) -> SourceFile:
    assert file is not None
    return file


def _every_row_is_audited_once(inv: Investigation, audit: Lines) -> None:
    rows = [int(line["row"]) for line in audit]
    output = _there(inv.files.output)
    assert rows == sorted(set(rows))
    assert len(rows) == output.used
    assert not rows or (rows[0] >= 0 and rows[-1] < output.records)


def _clean_output_is_what_the_audit_says(inv: Investigation, out: Path, audit: Lines) -> None:
    """Kept rows byte for byte and corrected ones in their place, under the header, in order."""
    output, text = _there(inv.files.output), dict(inv.engine.rows("SELECT row, text FROM outputs_read"))
    left = (out / "deduplicated_output.csv").read_bytes().decode()
    header = "\ufeff" * output.bom + output.header + ("\r\n" if output.newline == "\r\n" else "\n")
    assert left.startswith(header)
    left = left[len(header) :]
    names = [name.strip().lower() for name in next(csv.reader([output.header]))]
    for line in audit:
        before = text[int(line["row"])]
        if int(line["row"]) == output.records - 1 and output.newline == "\r\n" and not output.ended:
            before = before.removesuffix("\r") + "\r"
        if line["action"] == "kept":
            assert left.startswith(before + "\n")
            left = left[len(before) + 1 :]
        elif line["action"] == "corrected":
            after = left[: _end_of_record(left)]
            left = left[len(after) + 1 :]
            assert _but_time_and_price(names, after) == _but_time_and_price(names, before)
            assert after.endswith("\r") == before.endswith("\r")
    assert left == ""


def _end_of_record(text: str) -> int:
    """Where the first record ends: at a line feed outside quotes."""
    at = text.index("\n")
    while text.count('"', 0, at) % 2:
        at = text.index("\n", at + 1)
    return at


def _but_time_and_price(names: list[str], record: str) -> list[str]:
    (fields,) = csv.reader(io.StringIO(record.rstrip("\r"), newline=""))
    return [field for name, field in zip(names, fields, strict=True) if name not in ("timestamp", "price")]


def _every_event_has_one_outcome(inv: Investigation, out: Path, outcomes: dict[str, int]) -> None:
    ledger = inv.engine.rows("SELECT event, outcome, rows FROM ledger")
    ((events,),) = inv.engine.rows("SELECT count(*) FROM ticks")
    assert len(ledger) == len({event for event, _, _ in ledger}) == events == sum(outcomes.values())
    assert Counter(outcome for _, outcome, _ in ledger) == Counter(outcomes)
    listed = Counter(line["outcome"] for line in _lines(out / "event_ledger.csv"))
    assert listed == Counter(
        {name: count for name, count in outcomes.items() if name != Outcome.EXACTLY_ONCE}
    )
    duplicated = _lines(out / "duplication_analysis.csv")
    assert len(duplicated) == outcomes[Outcome.DUPLICATED]
    rows = [row for line in duplicated for row in line["rows"].split(";")]
    assert len(rows) == len(set(rows)) == sum(int(line["occurrences"]) for line in duplicated)


def _every_row_is_linked_or_a_phantom(inv: Investigation, audit: Lines) -> None:
    roles = Counter(line["role"] for line in audit)
    ledger = dict(inv.engine.rows("SELECT event, rows FROM ledger"))
    assert roles["original"] == sum(1 for rows in ledger.values() if rows)
    assert roles["duplicate"] == sum(rows - 1 for rows in ledger.values() if rows)
    assert roles["original"] + roles["duplicate"] + roles["phantom"] == len(audit)
    for line in audit:
        assert (line["role"] == "phantom") == (line["event_id"] == "" and line["confidence"] == "")
        assert (line["cause"] != "") == (line["role"] == "duplicate")
