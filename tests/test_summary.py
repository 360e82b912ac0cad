"""The printed summary, whole: what a person reads at 3 a.m."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

import raceview
from raceview.export.summary import WIDTH, render_summary
from raceview.export.verdict import share, verdict
from raceview.model import Cause, Outcome, Policy
from raceview.safe_text import columns
from raceview.summary import with_unknowns

FILES = [Path("exports") / name for name in ("deduplicated_output.csv", "findings.csv", "manifest.json")]


def _outcomes(**counts: int) -> dict[str, int]:
    return {outcome.value: counts.get(outcome, 0) for outcome in Outcome}


def _causes(**counts: int) -> dict[str, int]:
    return {cause.value: counts.get(cause, 0) for cause in Cause}


def _score(policy: Policy, *counts: int | None) -> dict[str, Any]:
    names = ("rows", "kept_once", "real_lost", "duplicates_left", "wrong_prices", "wrong_times")
    return {
        "policy": policy.value,
        **dict(zip(names, counts, strict=True)),
        "price_error_mean": None,
        "price_error_max": None,
        "time_error_max_ms": None,
        "oracle": policy is Policy.SOURCE,
    }


ASSESSMENT: dict[str, Any] = {
    "bundle": "assessment",
    "policy": "source",
    "files": [
        {
            "role": "ticks",
            "name": "raw_tick_events.log",
            "records": 70000,
            "used": 70000,
            "quarantined": 0,
        },
        {"role": "attempts", "name": "worker_logs.csv", "records": 70250, "used": 70250, "quarantined": 0},
        {"role": "output", "name": "final_output.csv", "records": 70250, "used": 70250, "quarantined": 0},
    ],
    "events": 70000,
    "repeated_ticks": 0,
    "attempts": 70250,
    "rows": 70250,
    "outcomes": _outcomes(duplicated=250, unacknowledged=100, exactly_once=69650),
    "altered": {"within_noise": 0, "beyond_noise": 0},
    "duplicates": {
        "events": 250,
        "rows": 250,
        "kinds": {"identical": 0, "price": 0, "time": 2, "price+time": 248},
        "exact_key_groups": 2,
        "exact_key_rows": 4,
        "exact_key_groups_of_different_events": 2,
        "time_shift_ms": [1.0, 10.0],
        "price_shift": ["0.00", "0.50"],
    },
    "causes": _causes(concurrent_claim=185, self_overlap=65),
    "phantom_rows": 0,
    "ambiguous_rows": 0,
    "lowest_confidence": 0.998,
    "by_symbol": [
        {"symbol": "INFY", "events": 14000, "duplicated_events": 60, "extra_rows": 60},
        {"symbol": "SBIN", "events": 14000, "duplicated_events": 0, "extra_rows": 0},
        {"symbol": "TCS", "events": 42000, "duplicated_events": 190, "extra_rows": 190},
    ],
    "findings": [
        {
            "finding": "clock_skew",
            "subject": "worker-3",
            "evidence": "rows of worker-3 are 7.2 ms ahead of the median worker's, over 22,000 attempts",
        }
    ],
    "scoreboard": [
        _score(Policy.NONE, 70250, 69750, 0, 250, None, None),
        _score(Policy.LAST, 70000, 70000, 0, 0, 248, 250),
        _score(Policy.SOURCE, 70000, 70000, 0, 0, 0, 0),
    ],
    "noise": {
        "jitter_ms": [0.0, 10.0],
        "price_shift": [-0.5, 0.5],
        "worker_offsets_ms": {"worker-1": 0.0, "worker-3": 7.2},
    },
    "inferred": None,
    "missing": [],
}

ASSESSMENT_TEXT = """\
raceview: assessment

250 of 70,000 events were emitted twice (0.36 %), each while two attempts held
it at once. Nothing was lost. 100 events were written by attempts that timed
out, and never confirmed.

input                          records    used  quarantined
ticks     raw_tick_events.log   70,000  70,000            0
attempts  worker_logs.csv       70,250  70,250            0
output    final_output.csv      70,250  70,250            0

outcome         events               cause of duplicates  events
exactly once    69,650  99.50 %      zombie write              0
duplicated         250   0.36 %      concurrent claim        185
altered              0               self overlap             65
unlogged             0               redelivery                0
unacknowledged     100   0.14 %      double emit               0
lost                 0               unexplained               0
abandoned            0
unprocessed          0

- copies against their originals: identical 0, price 0, time 2, price+time 248
- their times differ by 1 to 10 ms
- their prices differ by 0.00 to 0.50
! keying on (symbol, timestamp) finds 2 groups where 250 events are duplicated,
  and all of them hold different events

symbol  events  duplicated  extra rows
TCS     42,000         190         190  0.45 %
INFY    14,000          60          60  0.43 %

- lowest confidence of a link 0.998
- noise of rows: 0 to +10 ms, -0.5 to +0.5 in price
- clocks against the median worker: worker-3 +7.2 ms

! clock skew worker-3: rows of worker-3 are 7.2 ms ahead of the median worker's,
  over 22,000 attempts

  policy     rows  kept once  real lost  copies  prices off  times off
  none     70,250     69,750          0     250           -          -
  last     70,000     70,000          0       0         248        250
> source*  70,000     70,000          0       0           0          0
> exported: source   * an oracle: it reads the source's own values

written to exports:
  deduplicated_output.csv, findings.csv, manifest.json
"""


def _changed(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(ASSESSMENT), **changes}


def test_the_whole_text() -> None:
    assert render_summary(ASSESSMENT, FILES, Path("exports")) == ASSESSMENT_TEXT


def test_no_line_is_wider_than_a_terminal_whatever_the_files_hold() -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J\u202e\n" + "x" * 10_000
    summary = _changed(
        bundle=hostile,
        files=[{"role": "ticks", "name": hostile, "records": 10**7, "used": 10**7, "quarantined": 10**7}],
        events=10**7,
        by_symbol=[
            {"symbol": hostile, "events": 10**7, "duplicated_events": 10**6, "extra_rows": 10**7},
            {"symbol": "日本経済新聞日本経済新聞", "events": 1, "duplicated_events": 1, "extra_rows": 1},
        ],
        findings=[{"finding": "twin", "subject": hostile, "evidence": hostile}],
        noise={"jitter_ms": [0, 1], "price_shift": [-1, 1e5], "worker_offsets_ms": {hostile: 1.5}},
        scoreboard=[_score(Policy.SUCCESSFUL, *[10**7 - 1] * 6)],
    )
    text = render_summary(summary, [Path(hostile)], Path(hostile))
    assert [line for line in text.splitlines() if columns(line) > WIDTH or not line.isprintable()] == []


def test_long_lists_say_that_they_are_cut() -> None:
    symbols = [
        {"symbol": f"S{n:02}", "events": 10, "duplicated_events": 1, "extra_rows": 1} for n in range(20)
    ]
    text = render_summary(_changed(by_symbol=symbols), FILES, Path("exports"))
    assert "  ... and 8 more of the symbols: see duplicates_by_symbol.csv" in text
    assert "S11" in text
    assert "S12" not in text


def test_many_findings_of_one_kind_do_not_bury_another() -> None:
    twins = [{"finding": "twin", "subject": f"T{n}", "evidence": "alike"} for n in range(1000)]
    text = render_summary(_changed(findings=[*twins, *ASSESSMENT["findings"]]), FILES, Path("exports"))
    assert "! twin T2: alike\n  ... and 997 more of twin: see findings.csv\n! clock skew worker-3: " in text


def test_one_duplicate_is_worded_as_one() -> None:
    summary = _changed(
        outcomes=_outcomes(duplicated=1, exactly_once=69_999),
        causes=_causes(concurrent_claim=1),
        duplicates={**ASSESSMENT["duplicates"], "events": 1, "rows": 1},
    )
    assert (
        verdict(summary)[0]
        == "1 of 70,000 events was emitted twice (<0.01 %), while two attempts held it at once."
    )


def test_a_missing_log_never_reads_as_clean() -> None:
    summary = _changed(
        missing=["attempts"],
        outcomes=_outcomes(duplicated=250, unknown=69750),
        causes=_causes(),
        findings=[],
    )
    text = render_summary(summary, FILES, Path("exports"))
    assert verdict(summary) == [
        "Not given: attempts. So nothing is said about why, and by which worker.",
        "250 of 70,000 events were emitted twice (0.36 %).",
        "69,750 events were left undecided for want of evidence.",
    ]
    assert "exactly once         -               zombie write              -" in text


def test_an_output_alone_claims_nothing() -> None:
    summary = _changed(
        missing=["ticks", "attempts"],
        files=ASSESSMENT["files"][2:],
        events=0,
        outcomes=_outcomes(),
        causes=_causes(),
        duplicates={
            **ASSESSMENT["duplicates"],
            "events": 0,
            "rows": 0,
            "time_shift_ms": None,
            "price_shift": None,
        },
        lowest_confidence=None,
        by_symbol=[],
        findings=[],
        noise={"jitter_ms": None, "price_shift": None, "worker_offsets_ms": {}},
        scoreboard=[],
    )
    assert (
        render_summary(summary, FILES[:1], Path("exports"))
        == """\
raceview: assessment

Not given: ticks and attempts. So nothing is said about what should have been
emitted; why, and by which worker.

input                     records    used  quarantined
output  final_output.csv   70,250  70,250            0

! keying on (symbol, timestamp) finds 2 groups, and all of them hold different
  events

written to exports:
  deduplicated_output.csv
"""
    )


@pytest.mark.parametrize(
    ("groups", "mixed", "events", "told"),
    [
        (0, 0, 0, "- keying on (symbol, timestamp) finds 0 groups where no event is duplicated"),
        (0, 0, 1, "! keying on (symbol, timestamp) finds 0 groups where 1 event is duplicated"),
        (1, 1, 0, "finds 1 group where no event is duplicated, and it holds different events"),
        (2, 1, 3, "finds 2 groups where 3 events are duplicated, and 1 of them holds different events"),
    ],
)  # fmt: skip
def test_the_rule_that_everybody_tries_is_told_of_any_number(
    groups: int, mixed: int, events: int, told: str
) -> None:
    found = {**ASSESSMENT["duplicates"], "events": events, "exact_key_groups": groups}
    summary = _changed(duplicates={**found, "exact_key_groups_of_different_events": mixed})
    assert told in " ".join(render_summary(summary, FILES, Path("exports")).split())


def test_verdict_of_a_clean_bundle() -> None:
    summary = _changed(
        duplicates={**ASSESSMENT["duplicates"], "events": 0},
        outcomes=_outcomes(exactly_once=70000),
        causes=_causes(),
    )
    assert verdict(summary) == ["None of 70,000 events was emitted twice.", "Nothing was lost."]
    only = {**summary, "events": 1, "outcomes": _outcomes(exactly_once=1)}
    assert verdict(only) == ["The only event was not emitted twice.", "Nothing was lost."]


def test_verdict_of_a_bundle_with_everything() -> None:
    summary = _changed(
        duplicates={**ASSESSMENT["duplicates"], "events": 4, "rows": 7},
        outcomes=_outcomes(
            duplicated=4, altered=5, unlogged=1, unacknowledged=2, lost=1, abandoned=3, unprocessed=2
        ),
        altered={"within_noise": 4, "beyond_noise": 1},
        causes=_causes(redelivery=1, zombie_write=2, double_emit=1),
        phantom_rows=1,
        ambiguous_rows=2,
        events=1000,
        files=[{"role": "output", "name": "x", "records": 9, "used": 6, "quarantined": 3}],
    )
    assert verdict(summary) == [
        "4 of 1,000 events were emitted more than once (0.40 %): "
        "zombie write 2, redelivery 1, double emit 1.",
        "1 event was lost though an attempt reported success, 3 were given up after time-outs, "
        "2 were never processed.",
        "2 events were written by attempts that timed out, and never confirmed; "
        "1 event was written with no attempt in the log.",
        "5 events were emitted once, but not with the source's values: "
        "4 within the usual noise, 1 beyond it.",
        "1 row can come from no event; 2 rows may come from another event than the one named.",
        "3 records could not be read: see quarantine.csv.",
    ]


def test_shares_are_never_rounded_to_none_or_all() -> None:
    assert [share(*pair) for pair in ((0, 9), (1, 10**6), (10**6 - 1, 10**6), (9, 9), (1, 3), (0, 0))] == [
        "0.00 %",
        "<0.01 %",
        ">99.99 %",
        "100.00 %",
        "33.33 %",
        "0.00 %",
    ]


def test_numbers_that_nobody_can_know_are_none() -> None:
    by_symbol = [{"symbol": "TCS", "events": 42000, "duplicated_events": 0, "duplicate_rate": 0.0}]
    summary = _changed(missing=["attempts", "output"], by_symbol=by_symbol)
    told = with_unknowns(summary)
    counted = ("events", "attempts", "rows", "phantom_rows", "ambiguous_rows")
    assert [told[name] for name in counted] == [70_000, None, None, None, None]
    assert set(told["causes"].values()) == set(told["duplicates"]["kinds"].values()) == {None}
    assert {name for name, count in told["outcomes"].items() if count is not None} == {Outcome.UNKNOWN}
    assert told["by_symbol"] == [
        {"symbol": "TCS", "events": 42000, "duplicated_events": None, "duplicate_rate": None}
    ]
    assert with_unknowns(ASSESSMENT) == ASSESSMENT


def test_of_inferred_events_only_their_rows_are_known() -> None:
    told = with_unknowns(_changed(missing=["ticks", "attempts"], inferred={"copies": 250}))
    assert {name: count for name, count in told["outcomes"].items() if count is not None} == {
        Outcome.DUPLICATED: 250,
        Outcome.UNKNOWN: 0,
    }
    assert (told["events"], told["rows"], told["phantom_rows"]) == (70_000, 70_250, None)


def test_none_that_is_known_is_told_as_none() -> None:
    summary = _changed(missing=["attempts"], outcomes=_outcomes(unknown=70_000), causes=_causes())
    text = render_summary(summary, FILES, Path("exports"))
    counts = {tuple(line.split()[:4]) for line in text.splitlines()}
    assert {
        ("duplicated", "0", "concurrent", "claim"),
        ("altered", "0", "self", "overlap"),
        ("lost", "-", "unexplained", "-"),
    } <= counts


def test_ticks_that_repeat_one_are_told() -> None:
    told = [render_summary(_changed(repeated_ticks=count), FILES, Path("exports")) for count in (1, 2)]
    table = ASSESSMENT_TEXT.partition("\n\noutcome ")[0]
    assert told[0].startswith(
        f"{table}\n- 1 tick record repeats an earlier one in all: it is no event of its own\n\noutcome "
    )
    assert "\n- 2 tick records repeat earlier ones in all: they are no events of their own\n" in told[1]


def test_a_tick_that_stands_twice_counts_once(tmp_path: Path) -> None:
    tick = '{"event_id": "e1", "timestamp": "2024-06-03T09:30:01Z", "symbol": "A", "price": 1.5, "source": "s"}\n'
    other = tick.replace("e1", "e2").replace("1.5", "2.5")
    (tmp_path / "raw_tick_events.log").write_text(tick + other + tick, encoding="utf-8")
    with raceview.open_bundle(tmp_path) as inv:
        found = inv.summary()
    assert (found["events"], found["repeated_ticks"]) == (2, 1)


def test_the_library_says_none_where_a_file_is_missing(tmp_path: Path) -> None:
    """0 is what was found, None what is known."""
    tick = '{"event_id": "e1", "timestamp": "2024-06-03T09:30:01Z", "symbol": "A", "price": 1.5, "source": "s"}\n'
    (tmp_path / "raw_tick_events.log").write_text(tick, encoding="utf-8")
    with raceview.open_bundle(tmp_path) as inv:
        told, counted = inv.summary(), inv.counted()
    assert [told[name] for name in ("events", "attempts", "rows", "phantom_rows")] == [1, None, None, None]
    assert [counted[name] for name in ("events", "attempts", "rows", "phantom_rows")] == [1, 0, 0, 0]
    assert told["causes"] == dict.fromkeys(Cause)
    assert told["outcomes"] == {**dict.fromkeys(Outcome), Outcome.UNKNOWN: 1}
