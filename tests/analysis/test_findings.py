"""What a bundle says about the system as a whole: each finding where it holds, and silence where it does not."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.conftest import Opened

WORKERS = 4
TICKS = 240


def test_twins(bundle: Opened) -> None:
    inv = bundle(
        """
        event_id symbol ms   price
        e1       AAA    1000 100.00
        e2       BBB    1000 100.00
        e3       AAA    1000 100.0
        e4       AAA    1000 100.01
        e5       AAA    1001 100.00
        e6       BBB    1000 100.00
        e7       BBB    1000 100.00
        """,
        "event_id\n e1",
        "ms\n 1000",
    )
    assert [finding.as_dict() for finding in inv.findings_list] == [
        _plain("twin", "AAA 2024-06-03T09:30:01.000000 100.00", 2.0, "events",
               "e1, e3 are alike in symbol, time and price; all are kept"),
        _plain("twin", "BBB 2024-06-03T09:30:01.000000 100.00", 3.0, "events",
               "e2, e6, e7 are alike in symbol, time and price; all are kept"),
    ]  # fmt: skip


def test_one_id_with_two_payloads_collides(bundle: Opened) -> None:
    inv = bundle(
        """
        event_id ms   price
        three    1000 100.00
        e2       2000 100.00
        three    1000 100.01
        two      3000 100.00
        three    1000 100.01
        three    1500 100.00
        two      3500 100.00
        """,
        "event_id\n three",
        "ms\n 1000",
    )
    assert [finding.as_dict() for finding in inv.findings_list] == [
        _plain(
            "id_collision",
            "three",
            3.0,
            "payloads",
            "three at line 1 comes again with another payload at line 3",
        ),
        _plain(
            "id_collision", "two", 2.0, "payloads", "two at line 4 comes again with another payload at line 7"
        ),
    ]
    assert inv.summary()["events"] == 6


def test_the_same_record_again_is_no_collision_no_twin_and_no_event(bundle: Opened) -> None:
    inv = bundle(
        "event_id ms price\n again 1000 100.00\n e2 2000 100.00\n again 1000 100.0\n again 1000 100.00",
        "event_id start\n again 1010\n e2 2010",
        "ms\n 1000\n 2000",
    )
    assert inv.findings_list == []
    assert inv.summary()["outcomes"]["exactly_once"] == inv.summary()["events"] == 2


def test_each_payload_of_a_collided_id_is_an_event_of_its_own(bundle: Opened) -> None:
    inv = bundle(
        "event_id ms price\n twice 1000 100.00\n twice 5000 105.00",
        "event_id start end\n twice 1010 1020\n twice 5010 5020",
        "ms price\n 1000 100.00\n 5000 105.00",
    )
    assert inv.ledger()[["event_id", "price", "outcome", "attempts", "rows"]].to_numpy().tolist() == [
        ["twice", "100.00", "exactly_once", 1, 1],
        ["twice", "105.00", "exactly_once", 1, 1],
    ]


def test_a_clock_that_shows_in_the_log_only(bundle: Opened) -> None:
    """worker-2 writes every start 40 ms early; its rows are right."""
    (found,) = _findings(bundle, log_ms=-40.0)
    told = "worker-2: its log is -40 ms off against the median worker"
    interval = {"low": found["low"], "high": found["high"]}
    assert found == _plain("clock_skew", "worker-2", -40.0, "ms", told) | interval
    assert found["low"] < -40.0 < found["high"]


def test_a_clock_that_shows_in_the_rows_only(bundle: Opened) -> None:
    (found,) = _findings(bundle, row_ms=40.0)
    assert (found["finding"], found["subject"], found["value"]) == (
        "clock_skew",
        "worker-2",
        pytest.approx(40.0, abs=0.1),
    )
    assert (
        found["evidence"] == f"worker-2: its rows are {found['value']:+.6g} ms off against the median worker"
    )


def test_a_clock_that_shows_in_both(bundle: Opened) -> None:
    (found,) = _findings(bundle, log_ms=40.0, row_ms=40.0)
    assert (found["subject"], found["value"]) == ("worker-2", pytest.approx(40.0, abs=0.1))
    assert found["evidence"].endswith("its log is +40 ms off against the median worker")
    assert "its rows are +40" in found["evidence"]


def test_right_clocks_are_not_blamed(bundle: Opened) -> None:
    assert _findings(bundle) == []


def test_a_slow_worker_is_not_blamed_for_its_clock(bundle: Opened) -> None:
    """Nine in ten of its starts are 20 ms late, but its quickest are as quick as those of the others."""
    assert _findings(bundle, slow_ms=20.0) == []


def test_few_attempts_prove_nothing(bundle: Opened) -> None:
    assert _findings(bundle, log_ms=-40.0, ticks=60) == []


def _findings(
    bundle: Opened, *, log_ms: float = 0.0, row_ms: float = 0.0, slow_ms: float = 0.0, ticks: int = TICKS
) -> list[dict[str, Any]]:
    """Findings on four workers in turn, one tick a second; claims come 1 to 5 ms after the tick. One may be off."""
    source, log, output = ["ms price"], ["worker_id start end"], ["ms price"]
    for number in range(ticks):
        at, price, turn = 1000 * number + 1000, f"{100 + number}.00", number // WORKERS
        off = number % WORKERS == 2
        start = at + 1 + turn * 7 % 40 / 10 + off * (log_ms + slow_ms * (turn % 10 > 0))
        source.append(f"{at} {price}")
        log.append(f"worker-{number % WORKERS} {start:.3f} {start + 8:.3f}")
        output.append(f"{at + row_ms * off:.3f} {price}")
    inv = bundle("\n".join(source), "\n".join(log), "\n".join(output))
    return [finding.as_dict() for finding in inv.findings_list]


def _plain(finding: str, subject: str, value: float, unit: str, evidence: str) -> dict[str, Any]:
    """A finding that is counted, not estimated."""
    return {
        "finding": finding, "subject": subject, "value": value, "unit": unit, "low": None, "high": None,
        "evidence": evidence,
    }  # fmt: skip
