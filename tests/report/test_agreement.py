"""What a report says is what the exported files say, to the last digit."""

from __future__ import annotations

from collections import Counter

from raceview.model import words
from report.conftest import Line, Told

NOT_KNOWN = "–"


def _picked(lines: list[Line], *columns: str, empty: str = NOT_KNOWN) -> list[tuple[str, ...]]:
    return [tuple(line[column] or empty for column in columns) for line in lines]


def test_every_duplicated_event_is_listed_as_exported(told: Told) -> None:
    shown = told.lines("causes", "duplicated events")
    evidence = {line["event_id"]: line["evidence"] for line in told.exported("event_ledger.csv")}
    expected = [
        (
            line["event_id"],
            line["symbol"],
            words(line["cause"]),
            evidence[line["event_id"]],
            line["price_shift"],
            line["time_shift_ms"],
            line["confidence"],
        )
        for line in told.exported("duplication_analysis.csv")
    ]
    columns = ("event", "symbol", "cause", "evidence", "price shift", "time shift, ms", "confidence")
    assert sorted(_picked(shown, *columns)) == sorted(expected)


def test_the_lines_of_the_evidence_are_those_of_the_files(told: Told) -> None:
    rows = {line["row"]: line["line"] for line in told.exported("row_audit.csv")}
    expected = {
        line["event_id"]: ", ".join(rows[row] for row in line["rows"].split(";"))
        for line in told.exported("duplication_analysis.csv")
    }
    shown = told.lines("causes", "duplicated events")
    assert {line["event"]: line["lines"].partition("output ")[2] for line in shown} == expected
    with told.inv.files.paths.ticks.open(encoding="utf-8") as file:  # type: ignore[union-attr]  # both have it
        ticks = list(file)
    for line in shown:
        at = int(line["lines"].partition("source ")[2].partition(";")[0])
        assert f'"{line["event"]}"' in ticks[at - 1]


def test_causes_add_up(told: Told) -> None:
    expected = Counter(words(line["cause"]) for line in told.exported("duplication_analysis.csv"))
    shown = {line["cause"]: int(line["events"]) for line in told.lines("causes", "causes")}
    assert {cause: count for cause, count in shown.items() if count} == expected
    kinds = Counter(line["kind"] for line in told.exported("duplication_analysis.csv"))
    shown = {line["kind"]: int(line["events"]) for line in told.lines("causes", "kinds")}
    assert {kind: count for kind, count in shown.items() if count} == kinds


def test_the_ledger_adds_up(told: Told) -> None:
    expected = Counter(words(line["outcome"]) for line in told.exported("event_ledger.csv"))
    shown = {line["outcome"]: int(line["events"]) for line in told.lines("ledger", "outcomes")}
    clean = shown.pop("exactly once")
    assert {outcome: count for outcome, count in shown.items() if count} == expected
    assert clean + expected.total() == told.inv.summary()["events"]


def test_other_events_are_listed_as_exported(told: Told) -> None:
    names = ("outcome", "event_id", "symbol", "timestamp", "price", "evidence")
    other = [line for line in told.exported("event_ledger.csv") if line["outcome"] != "duplicated"]
    expected = _picked([{**line, "outcome": words(line["outcome"])} for line in other], *names)
    shown = told.lines("ledger", "such events")
    assert (
        _picked(shown, "outcome", "event", "symbol", "timestamp", "price", "evidence")
        == expected[: len(shown)]
    )
    assert told.table("ledger", "such events").total == len(expected)


def test_symbols_are_as_exported(told: Told) -> None:
    shown = told.lines("where", "symbols")
    names = [name.replace(" ", "_") for name in shown[0]]
    expected = sorted(
        told.exported("duplicates_by_symbol.csv"),
        key=lambda line: (-int(line["duplicated_events"]), line["symbol"]),
    )
    assert [tuple(line.values()) for line in shown] == _picked(expected, *names)


def test_workers_are_as_exported(told: Told) -> None:
    duplicated = {line["event_id"] for line in told.exported("duplication_analysis.csv")}
    attempts = told.exported("timeline.csv")
    expected = {
        worker: (
            str(count),
            str(sum(line["failed"] == "1" for line in attempts if line["worker_id"] == worker)),
            str(len({line["event_id"] for line in attempts if line["worker_id"] == worker} & duplicated)),
        )
        for worker, count in Counter(line["worker_id"] for line in attempts).items()
    }
    shown = told.lines("where", "workers")
    assert {
        line["worker"]: (line["attempts"], line["time-outs"], line["duplicated events"]) for line in shown
    } == expected


def test_policies_are_as_exported(told: Told) -> None:
    shown = told.lines("policies", "policies")
    names = [name.replace(" ", "_") for name in shown[0]]
    expected = [
        {**line, "policy": line["policy"] + (" *" if line["oracle"] == "1" else "")}
        for line in told.exported("policy_scoreboard.csv")
    ]
    assert [tuple(line.values()) for line in shown] == _picked(expected, *names)


def test_findings_are_as_exported(told: Told) -> None:
    names = ("finding", "subject", "value", "unit", "low", "high", "evidence")
    expected = [{**line, "finding": words(line["finding"])} for line in told.exported("findings.csv")]
    if expected:
        assert _picked(told.lines("findings", "findings"), *names) == _picked(expected, *names)


def test_safeguards_are_those_of_the_investigation(told: Told) -> None:
    shown = told.table("safeguards", "safeguards").rows
    names = ("setting", "duplicates", "prevented_low", "prevented_high", "harmed", "price", "price_unit")
    every = [one.as_dict() for one in told.inv.safeguards_list]
    assert [row[1:] for row in shown] == [tuple(one[name] for name in names) for one in every]
    assert [row[0] for row in shown] == [words(one["safeguard"]) for one in every]


def test_assumed_shifts_are_those_of_the_investigation(told: Told) -> None:
    shown = told.table("sensitivity", "assumed shifts").rows
    every = list(told.inv.sensitivity().itertuples(index=False, name=None))
    assert list(shown) == every[: len(shown)]
    assert told.table("sensitivity", "assumed shifts").total == len(every)


def test_the_least_and_the_worst_shift_of_each_clock(told: Told) -> None:
    frame = told.inv.sensitivity()
    clocks = told.table("sensitivity", "clocks").rows
    assert {worker for worker, *_ in clocks} == set(frame["worker_id"])
    for worker, least, changes, _, most in clocks:
        own = frame[frame["worker_id"] == worker]
        changing = own[own["changed"] > 0]
        assert most == own["changed"].max()
        if least is None:
            assert changing.empty
            continue
        assert abs(least) == changing["shift_ms"].abs().min()  # type: ignore[arg-type]  # it is a number
        assert changes == own[own["shift_ms"] == least]["changed"].item()
