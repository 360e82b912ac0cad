"""The `!` and `✓` lines of the verdict view: what a tired person would get wrong, and what need not worry anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from raceview.answers.filters import term
from raceview.charts.marks import SEVERITIES, Severity
from raceview.model import FindingName, Kind, Policy, counted, rounded, words
from raceview.safe_text import columns, printable
from raceview.tui.widgets.doors import Door, Line, Piece

_WARN = Piece(" ! ", SEVERITIES[Severity.TIMEOUT].colour)
_GOOD = Piece(" ✓ ", "green")
_NOTE = Piece(" · ", "")
CLOCKS = "clocks"
"""The door that leads to the causes under other clocks, and where it leads."""
_FOUND = {
    FindingName.LEASE_EXPIRY: ("lease expiry", "restarts after a time-out come at one delay"),
    FindingName.OVERLOAD: ("overload", "duplicates cluster in time, with load or on a worker"),
    FindingName.WORKER_PAIR: ("worker pair", "duplicate each other's events more often than is likely"),
    FindingName.SEQUENCE_GAP: ("sequence gap", "source ticks are missing"),
    FindingName.TWIN: ("twin", "source events alike in symbol, time and price; all are kept"),
    FindingName.ID_COLLISION: ("id collision", "one event_id, different payloads"),
}


def findings(summary: Mapping[str, Any], width: int) -> list[Line]:
    """All lines, wrapped to the width between pieces and words."""
    items = [
        _exact_key(summary),
        _distances(summary),
        _kinds(summary),
        _if_off(summary),
        *_clocks(summary["findings"]),
        *_counted(summary["findings"]),
        _links(summary),
        _quarantined(summary),
        _policy(summary),
    ]
    return [line for item in items if item for line in _wrapped(item, width)]


def _exact_key(summary: Mapping[str, Any]) -> Line:
    """The rule that everybody tries first."""
    if "output" in summary["missing"]:
        return []
    found = summary["duplicates"]
    groups, mixed = found["exact_key_groups"], found["exact_key_groups_of_different_events"]
    line = [
        _WARN if groups or found["events"] else _NOTE,
        Piece("keying on (symbol, timestamp) finds "),
        _door("finding:same_key", groups, "group of rows with one key", "groups of rows with one key"),
        Piece(" group" if groups == 1 else " groups"),
    ]
    if mixed:
        line += [
            Piece(", "),
            _door("finding:false_key", mixed, "group that holds different events",
                  "groups that hold different events"),
            Piece(" of different events"),
        ]  # fmt: skip
    return line


def _distances(summary: Mapping[str, Any]) -> Line:
    """How far copies are from each other."""
    found = summary["duplicates"]
    if not found["time_shift_ms"]:
        return []
    what = f"{_range(*found['time_shift_ms'])} ms in time, by {_range(*found['price_shift'])} in price"
    door = Door("distances", "the duplicated events, and how far apart their rows are", "duplicates", "")
    return [_WARN, Piece("rows of one event differ by "), Piece(what, "", door)]


def _kinds(summary: Mapping[str, Any]) -> Line:
    """In what copies differ."""
    found = summary["duplicates"]
    if not found["events"]:
        return []
    names = {
        Kind.PRICE: (" in price only", "in price only"),
        Kind.TIME: (" in time only", "in time only"),
        Kind.PRICE_TIME: (" in both", "in price and time"),
        Kind.IDENTICAL: (" in nothing", "in nothing"),
    }
    line = [_NOTE, Piece("events whose rows differ: ")]
    for at, (kind, (name, whole)) in enumerate(names.items()):
        count = found["kinds"][kind]
        says = f"{count:,} duplicated events whose rows differ {whole}"
        door = Door(f"kind:{kind}", says, "duplicates", f"kind:{kind}", count=count)
        line += [Piece(", " if at else ""), Piece(f"{count:,}", "", door), Piece(name)]
    return line


def _if_off(summary: Mapping[str, Any]) -> Line:
    """The way to the causes under other clocks."""
    if summary["missing"] or not summary["duplicates"]["events"]:
        return []
    door = Door(CLOCKS, "how the causes would read if a worker's clock were off", CLOCKS)
    return [_NOTE, Piece("causes trust the workers' clocks: "), Piece("if one were off", "", door)]


def _clocks(found: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Each clock that is off: few, and each matters."""
    lines: list[Line] = []
    for finding in found:
        if finding["finding"] == FindingName.CLOCK_SKEW:
            worker = finding["subject"]
            door = Door(
                f"clock:{worker}",
                f"the clock of {printable(worker, 20)}",
                "findings",
                f"finding:clock_skew {term('worker', worker)}",
                count=1,
            )
            off = f"{rounded(finding['value'], 6, '+')} {finding['unit']}"
            lines.append(
                [
                    _WARN,
                    Piece(f"the clock of {printable(worker, 20)} is off by "),
                    Piece(off, "", door),
                    Piece(" against the median worker"),
                ]
            )
    return lines


def _counted(found: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Findings of which there may be many, as a count."""
    lines: list[Line] = []
    for name, group in groupby(found, key=lambda finding: str(finding["finding"])):
        if name in _FOUND:
            noun, tail = _FOUND[FindingName(name)]
            count = len(list(group))
            door = _door(f"finding:{name}", count, words(name), f"{words(name)}s")
            lines.append([_WARN, door, Piece(f" {noun}{'' if count == 1 else 's'}: {tail}")])
    return lines


def _links(summary: Mapping[str, Any]) -> Line:
    """How sure it is which event each row came from."""
    lowest = summary["lowest_confidence"]
    if lowest is not None and summary.get("inferred"):
        return [_NOTE, Piece(f"least probability of a copy {int(lowest * 1000) / 1000:.3f}")]
    if lowest is None or "ticks" in summary["missing"]:
        return []
    sure = f"lowest confidence {int(lowest * 1000) / 1000:.3f}"  # never rounded up
    phantoms, ambiguous = summary["phantom_rows"], summary["ambiguous_rows"]
    if not phantoms and not ambiguous:
        return [_GOOD, Piece(f"every row is linked to its event; {sure}")]
    return [
        _WARN,
        Piece(f"{summary['rows'] - phantoms:,} of {counted(summary['rows'], 'row')} linked to an event, "),
        Piece(f"{ambiguous:,} doubtful; {sure}"),
    ]


def _quarantined(summary: Mapping[str, Any]) -> Line:
    count = sum(file["quarantined"] for file in summary["files"])
    if not count:
        return [_GOOD, Piece("every record could be read")]
    by_file = ", ".join(
        f"{file['quarantined']:,} of {file['role']}" for file in summary["files"] if file["quarantined"]
    )
    door = _door(
        "finding:quarantined", count, "record that could not be read", "records that could not be read"
    )
    return [_WARN, door, Piece(f" {'record' if count == 1 else 'records'} could not be read: {by_file}")]


def _policy(summary: Mapping[str, Any]) -> Line:
    """The chosen policy beside the rule that everybody tries first."""
    scores = {score["policy"]: score for score in summary["scoreboard"]}
    chosen, rule = scores.get(summary["policy"]), scores.get(Policy.EXACT_KEY)
    if chosen is None or rule is None:
        return []
    door = Door("policies", "what each policy would write, scored against the source", "policies")
    said = f"policy {chosen['policy']}: {counted(chosen['rows'], 'row')}, {_faults(chosen)}"
    other = f"; {rule['policy']}: {_faults(rule)}" if rule is not chosen else ""
    return [_NOTE, Piece(said, "", door), Piece(other)]


def _faults(score: Mapping[str, Any]) -> str:
    """What is wrong with what a policy writes."""
    parts = {
        "duplicates_left": ("copy left", "copies left"),
        "real_lost": ("real event lost", "real events lost"),
        "wrong_prices": ("wrong price", "wrong prices"),
        "wrong_times": ("wrong time", "wrong times"),
    }
    there = [
        f"{score[key]:,} {one if score[key] == 1 else many}"
        for key, (one, many) in parts.items()
        if score[key]
    ]
    return ", ".join(there) or "none wrong"


def _door(where: str, count: int, one: str, many: str) -> Piece:
    says = f"{count:,} {one if count == 1 else many}"
    return Piece(f"{count:,}", "bold" if count else "", Door(where, says, "findings", where, count=count))


def _range(low: Any, high: Any) -> str:
    low, high = (rounded(end, 6) if isinstance(end, float) else str(end) for end in (low, high))
    return low if low == high else f"{low} to {high}"


def _wrapped(item: Line, width: int) -> list[Line]:
    """The pieces on as many lines as they need; only text without a door is parted, between words."""
    mark, *pieces = item
    lines, used = [[mark]], columns(mark.text)
    indent = used
    for piece in pieces:
        parts = [piece.text] if piece.door else piece.text.split(" ")
        for at, part in enumerate(parts):
            blank = " " if at else ""
            if used + columns(blank + part) > width - 1 and used > indent:
                lines.append([Piece(" " * indent)])
                used, blank = indent, ""
            lines[-1].append(Piece(blank + part, piece.style, piece.door))
            used += columns(blank + part)
    return lines
