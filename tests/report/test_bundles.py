"""Reports of whatever there is: without a file, from the output alone, without a duplicate, with too much of all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from analysis.hand_made import write_bundle

from raceview.answers.race_scene import MOST_OTHERS, race_scene
from raceview.charts.marks import SEVERITIES, Severity
from raceview.export.pictures.race import MOST_ROWS, race_chart
from raceview.export.report import write_report
from raceview.export.report.contents import contents
from raceview.export.report.parts import Heading, Picture, Report, Section, Sentences, Table
from raceview.export.report.text_race import race_lines
from raceview.investigation import Investigation
from report.conftest import SAMPLE

RACE = SEVERITIES[Severity.RACE].glyph
Open = Callable[..., Investigation]

TICKS = """
    ms    price
    1000  100.00
    2000  101.00
    3000  102.00
"""
ATTEMPTS = """
    event_id worker_id start end  status
    e1       w1        1010  1020 success
    e1       w2        1015  1030 success
    e2       w1        2010  2020 success
    e3       w2        3010  -    timeout
"""
OUTPUT = """
    ms    price
    1000  100.00
    1004  100.00
    2000  101.00
    3000  102.00
"""


def _section(report: Report, name: str) -> Section:
    (section,) = (section for section in report.sections if section.name == name)
    return section


def _sentences(section: Section) -> str:
    return " ".join(
        sentence for part in section.parts if isinstance(part, Sentences) for sentence in part.sentences
    )


def _drawn(report: Report) -> int:
    """Draw every picture, both ways; how many there are."""
    pictures = [part for section in report.sections for part in section.parts if isinstance(part, Picture)]
    for picture in pictures:
        assert picture.chart().to_dict()["$schema"]  # which validates it
        assert all("\n" not in line for line in picture.text())
    return len(pictures)


def _values(chart: dict[str, Any], layer: int) -> list[dict[str, Any]]:
    """The data of a layer, or of a chart without layers."""
    values: list[dict[str, Any]] = chart["datasets"][chart.get("layer", [chart])[layer]["data"]["name"]]
    return values


@pytest.mark.parametrize("absent", ["ticks", "attempts", "output"])
def test_a_file_that_is_missing(opened: Open, tmp_path: Path, absent: str) -> None:
    given = {"ticks": TICKS, "attempts": ATTEMPTS, "output": OUTPUT, absent: None}
    inv = opened(write_bundle(tmp_path / "bundle", **given))
    report = contents(inv)
    assert f"Not given: {absent}" in " ".join(report.verdict)
    for part in _section(report, "ledger").parts:
        if isinstance(part, Table) and part.name == "outcomes":  # what is unknown is no share of nothing
            assert {share for _, count, share, _ in part.rows if count is None} == {None}
    _drawn(report)
    for name in ("out.md", "out.html"):
        write_report(inv, tmp_path / name)
        assert absent in (tmp_path / name).read_text(encoding="utf-8")
    if absent == "attempts":
        assert "No cause is named" in _sentences(_section(report, "causes"))
        assert "workers" not in [
            part.name for part in _section(report, "where").parts if isinstance(part, Table)
        ]
    if absent == "output":
        for name in ("races", "where", "causes"):
            assert _sentences(_section(report, name)).startswith("Without the output nobody can say")
        assert _sentences(_section(report, "sensitivity")).startswith("Without the source and the output")
        assert _sentences(_section(report, "method")).startswith("Without the output no row could be taken")
        assert dict(report.figures)["duplicated events"] is None


def test_the_output_alone(opened: Open) -> None:
    inv = opened(output=SAMPLE / "final_output.csv")
    report = contents(inv)
    assert report.verdict[0].startswith("Inferred from the output alone")
    assert _drawn(report) > 2
    assert _section(report, "findings").parts == (
        Sentences(("From the output alone nothing can be said about the system.",)),
    )
    assert "nobody can say" in _sentences(_section(report, "ledger"))
    heading = next(part for part in _section(report, "races").parts if isinstance(part, Heading))
    assert heading.title.startswith("Worst 1: row ")
    picture = next(part for part in _section(report, "races").parts if isinstance(part, Picture))
    for drawn in ("\n".join(picture.text()), json.dumps(picture.chart().to_dict())):
        assert "first row" in drawn
        assert "source tick" not in drawn
    assert not any(line.startswith("tick") or "▼ tick" in line for line in picture.text())


def test_a_log_without_the_source_is_not_said_to_be_missing(opened: Open) -> None:
    report = contents(opened(attempts=SAMPLE / "worker_logs.csv", output=SAMPLE / "final_output.csv"))
    assert "without the source no row can be linked" in _sentences(_section(report, "causes"))
    assert _sentences(_section(report, "sensitivity")).startswith("Without the source")
    assert _sentences(_section(report, "findings")).startswith("Without the source")


def test_a_log_without_an_attempt(opened: Open, tmp_path: Path) -> None:
    header = "event_id worker_id start end status"
    report = contents(opened(write_bundle(tmp_path / "bundle", TICKS, header, OUTPUT)))
    assert (
        _sentences(_section(report, "sensitivity")) == "No attempt is logged: there are no clocks to doubt."
    )
    (_, symbols) = (part for part in _section(report, "where").parts if isinstance(part, Picture))
    assert symbols.caption == "Duplicated events of the only symbol that has any."


def test_a_race_with_more_rows_than_its_picture_has(opened: Open, tmp_path: Path) -> None:
    output = "ms\n" + "1000\n" * (MOST_ROWS + 1)
    report = contents(opened(write_bundle(tmp_path / "bundle", "ms\n1000", None, output)))
    assert "The picture has the first 8 of its 9 rows." in _sentences(_section(report, "races"))


def test_no_duplicates_at_all(opened: Open, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle", TICKS, "\n".join(ATTEMPTS.splitlines()[:3]), TICKS)
    report = contents(opened(bundle))
    assert report.verdict[0] == "None of 3 events was emitted twice."
    for name in ("races", "where", "causes"):
        assert _sentences(_section(report, name)) == "No event was found to be duplicated."


def test_quarantined_lines(opened: Open, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle", TICKS, ATTEMPTS, OUTPUT)
    with (bundle / "final_output.csv").open("a") as file:
        file.writelines(f"AAA,never,{number}\n" for number in range(70))
    (table,) = (
        part for part in _section(contents(opened(bundle)), "quarantine").parts if isinstance(part, Table)
    )
    assert (len(table.rows), table.total) == (50, 70)
    assert table.rows[0][:2] == ("final_output.csv", 6)
    assert "20 more records: all are in quarantine.csv" in table.rest(len(table.rows))


def test_thousands_of_symbols_and_workers(opened: Open, tmp_path: Path) -> None:
    """Tables and charts are cut, and say by how much; every event is duplicated by two workers of its own."""
    count = 700
    ticks = "symbol ms\n" + "\n".join(f"S{n} {1000 * n}" for n in range(count))
    attempts = "event_id worker_id start end\n" + "\n".join(
        f"e{n + 1} w{n}{side} {1000 * n + 10} {1000 * n + 30}" for n in range(count) for side in "ab"
    )
    output = "symbol ms\n" + "\n".join(f"S{n} {1000 * n + late}" for n in range(count) for late in (0, 3))
    report = contents(opened(write_bundle(tmp_path / "bundle", ticks, attempts, output)))
    cut = {
        part.name: (len(part.rows), part.total)
        for section in report.sections
        for part in section.parts
        if isinstance(part, Table) and part.total > len(part.rows)
    }
    assert cut == {
        "duplicated events": (500, 700),
        "workers": (100, 1400),
        "symbols": (100, 700),
        "assumed shifts": (400, 820),
    }
    assert "20 of 1,400 workers with most events" in _sentences(_section(report, "sensitivity"))
    bars = [part for part in _section(report, "where").parts if isinstance(part, Picture)][1:]
    assert [len(_values(picture.chart().to_dict(), 0)) for picture in bars] == [20, 20]
    assert [len(picture.text()) for picture in bars] == [20, 20]
    assert bars[0].caption == "Duplicated events of the first 20 of 1,400 workers."


def test_a_crowded_race_leaves_others_out_and_says_so(opened: Open, tmp_path: Path) -> None:
    others = MOST_OTHERS + 1
    ticks = "ms\n1000\n" + "\n".join(str(2000 + 10 * n) for n in range(others))
    attempts = "event_id worker_id start end\ne1 w1 1010 9000\ne1 w2 1020 9000\n" + "\n".join(
        f"e{n + 2} w1 {2005 + 10 * n} {2008 + 10 * n}" for n in range(others)
    )
    output = "ms\n1000\n1004\n" + "\n".join(str(2000 + 10 * n) for n in range(others))
    inv = opened(write_bundle(tmp_path / "bundle", ticks, attempts, output))
    scene = race_scene(inv, 1)
    assert (len(scene.attempts), scene.left_out) == (2, others)
    assert f"{others} attempts of these workers at other events are left out" in _sentences(
        _section(contents(inv), "races")
    )


def test_a_race_as_text_and_as_a_chart(opened: Open, tmp_path: Path) -> None:
    inv = opened(write_bundle(tmp_path / "bundle", TICKS, ATTEMPTS, OUTPUT))
    scene = race_scene(inv, 1)
    assert [line.rstrip() for line in race_lines(scene)] == [
        "from 2024-06-03 09:30:00.99234 UTC",
        "                  :01.00          :01.01         :01.02          :01.03",
        "tick              ▼",
        f"w1                                {RACE}═══════════════",
        f"w2                                       {RACE}════════════════════════",
        "row 0             ● exact",
        "row 1                   ○ +4 ms",
        "",
        f"{RACE}══ overlaps another attempt at this event",
        "▼ tick   ● original row   ○ duplicate row",
    ]
    chart = race_chart(scene).to_dict()
    bars = [(bar["lane"], bar["kind"], bar["from"], bar["to"]) for bar in _values(chart, 1)]
    assert bars == [("w1", "overlapping attempt", 10.0, 20.0), ("w2", "overlapping attempt", 15.0, 30.0)]
    points = [(mark["lane"], mark["kind"], mark["from"], mark["short"]) for mark in _values(chart, 4)]
    assert points == [
        ("source tick", "source tick", 0, "100.00"),
        ("row 0", "original row", 0.0, "exact"),
        ("row 1", "duplicate row", 4.0, "+4 ms"),
    ]
