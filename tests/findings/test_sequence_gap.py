"""Missing source ticks: gaps in the numbers of their ids, and ids that only the log knows."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from analysis.conftest import Opened

from raceview.findings.finding import Finding
from raceview.investigation import Investigation
from raceview.model import FindingName

TWENTY = [f"evt_{number:04}" for number in range(1, 21)]


def gaps(inv: Investigation) -> list[Finding]:
    assert {finding.finding for finding in inv.findings_list} <= {FindingName.SEQUENCE_GAP}
    return inv.findings_list


def opened(bundle: Opened, ids: Sequence[str], log: Sequence[str] | None = None) -> list[Finding]:
    """Ticks of these ids, one a second, and attempts of those in the log (the same, if it is not given)."""
    ticks = "event_id\n" + "\n".join(ids)
    attempts = "event_id start end\n" + "\n".join(
        f"{event_id} {1000 * n + 10} {1000 * n + 20}" for n, event_id in enumerate(log or ids, start=1)
    )
    return gaps(bundle(ticks, attempts, "ms\n" + "\n".join(f"{n}000" for n in range(1, len(ids) + 1))))


def test_numbers_that_are_left_out(bundle: Opened) -> None:
    ids = [event_id for event_id in TWENTY if event_id not in ("evt_0005", "evt_0010", "evt_0011")]
    ids += [f"evt_{number:04}" for number in range(21, 41)]
    assert [one.as_dict() for one in opened(bundle, ids)] == [
        {
            "finding": "sequence_gap", "subject": "evt_0005", "value": 1.0, "unit": "events", "low": None, "high": None,
            "evidence": "the source goes from evt_0004 (line 4) to evt_0006 (line 5): 1 number is missing",
        },
        {
            "finding": "sequence_gap", "subject": "evt_0010 to evt_0011", "value": 2.0, "unit": "events", "low": None,
            "high": None,
            "evidence": "the source goes from evt_0009 (line 8) to evt_0012 (line 9): 2 numbers are missing",
        },
    ]  # fmt: skip


def test_what_the_log_knows_of_them(bundle: Opened) -> None:
    ids = [event_id for event_id in TWENTY if event_id != "evt_0005"]
    found = opened(bundle, ids, [*TWENTY, "evt_0021"])
    assert [(one.subject, one.value, one.evidence) for one in found] == [
        (
            "evt_0005",
            1.0,
            "the source goes from evt_0004 (line 4) to evt_0006 (line 5): 1 number is missing; "
            "the worker log names 1 of them",
        ),
        (
            "worker log",
            2.0,
            "the worker log names 2 events without a readable tick, 1 of them in gaps of its sequence; "
            "first evt_0005 at line 6",
        ),
    ]


def test_the_log_alone(bundle: Opened) -> None:
    (one,) = opened(bundle, ["a", "b", "c"], ["a", "b", "elsewhere", "elsewhere", "c"])
    assert (one.subject, one.value) == ("worker log", 1.0)
    assert one.evidence == "the worker log names 1 event without a readable tick; first elsewhere at line 4"


def test_without_the_source_nothing_is_missing_in_it(bundle: Opened) -> None:
    assert bundle(None, "event_id\n a\n b").findings_list == []


def test_sequences_that_are_interwoven_and_steps_of_ten(bundle: Opened) -> None:
    ids = [name for n in range(1, 30) for name in (f"A-{10 * n}", f"B{n:03}") if name not in ("A-90", "B012")]
    assert [(one.subject, one.value) for one in opened(bundle, [i for i in ids if i[0] == "A"])] == [
        ("A-90", 1.0)
    ]
    assert [(one.subject, one.value) for one in opened(bundle, [i for i in ids if i[0] == "B"])] == [
        ("B012", 1.0)
    ]


def test_two_sequences_at_once(bundle: Opened) -> None:
    ids = [
        name for n in range(1, 30) for name in (f"A-{n}", f"B{n:03}") if name not in ("A-9", "A-10", "B012")
    ]
    assert [one.subject for one in opened(bundle, ids)] == ["A-9 to A-10", "B012"]


def test_a_record_that_could_not_be_read_is_no_gap(bundle: Opened) -> None:
    ticks = "event_id price\n" + "\n".join(
        f"{one} {'abc' if one == 'evt_0005' else '100.00'}" for one in TWENTY
    )
    inv = bundle(ticks, "event_id\n evt_0001", "ms\n 1000")
    assert gaps(inv) == []
    assert len(inv.quarantine()) == 1


@pytest.mark.parametrize(
    "ids",
    [
        TWENTY,
        [*TWENTY[:10], *TWENTY[14:], *TWENTY[10:14]],
        [*reversed(TWENTY[:9]), *TWENTY[10:]],
        [f"id{n * n}" for n in range(1, 30)],
        [f"{n * 2654435761 % 4294967296:08x}" for n in range(1, 30)],
        [f"e{n}" for n in (1, 2, 4)],
        ["x"] + [f"e{n}" for n in range(8, 30)],
        [f"e{10**30 + n}" for n in range(1, 30) if n != 7],
        [f"{chr(97 + n)}{n}" for n in range(20)],
    ],
    ids=["whole", "disordered", "falling", "squares", "hashes", "few", "mixed", "long", "prefixes"],
)
def test_no_gaps(bundle: Opened, ids: Sequence[str]) -> None:
    assert opened(bundle, ids) == []
