"""The page of one event: everything known of it, with the lines where it stands in the files."""

from __future__ import annotations

from pathlib import Path

import pytest
from analysis.conftest import Opened
from analysis.hand_made import write_bundle

import raceview
from answers.conftest import SAMPLE
from answers.test_duplicates import ATTEMPTS, OUTPUT, TICKS
from raceview.answers.event_page import EventPage, event_page
from raceview.errors import UsageError
from raceview.investigation import Investigation
from raceview.model import Action, Cause, Outcome, Policy, Role


def some_of(inv: Investigation, count: int = 4) -> list[int]:
    """A few events of every outcome and of every cause."""
    found = inv.engine.rows(
        "SELECT event FROM (SELECT g.event, row_number() OVER (PARTITION BY g.outcome, d.cause ORDER BY g.event) AS n "
        f"FROM ledger AS g LEFT JOIN duplicated AS d ON d.event = g.event) AS numbered WHERE n <= {count}"
    )
    return [event for (event,) in found]


def lines_agree(page: EventPage, folder: Path) -> None:
    """What stands in each line of the files is what the page says of it."""
    records = {role: (folder / name).read_bytes().split(b"\n") for role, name in page.files.items()}
    tick = records["ticks"][page.tick.line - 1].decode()
    assert f'"{page.tick.event_id}"' in tick
    assert page.tick.timestamp in tick
    for attempt in page.attempts:
        told = [page.tick.event_id, attempt.worker, attempt.start_time, attempt.end_time, attempt.status]
        assert records["attempts"][attempt.line - 1].decode().rstrip("\r") == ",".join(told)
    for row in page.rows:
        told = [page.tick.symbol, row.timestamp, row.price]
        assert records["output"][row.line - 1].decode().rstrip("\r") == ",".join(told)


def test_events_of_every_outcome(sample: Investigation) -> None:
    outcomes, causes = set(), set()
    for event in some_of(sample):
        page = event_page(sample, event)
        outcomes.add(page.outcome)
        causes.add(page.cause)
        lines_agree(page, SAMPLE)
        assert bool(page.evidence) is (page.outcome is not Outcome.EXACTLY_ONCE)
        assert (len(page.rows) > 1) is (page.outcome is Outcome.DUPLICATED)
        assert sum(row.role is Role.ORIGINAL for row in page.rows) == min(1, len(page.rows))
    assert outcomes == set(Outcome) - {Outcome.UNKNOWN}
    assert causes == {*Cause, None} - {Cause.UNEXPLAINED}


def test_lines_with_crlf_headers_and_quarantined_records(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "odd", TICKS, ATTEMPTS, OUTPUT)
    for path in folder.iterdir():
        head, *rest = path.read_text().splitlines()
        broken = ["not a record", "", head, "\u2028,what,ever", *rest[:2], "broken again", *rest[2:]]
        first = broken if path.suffix == ".log" else [head, *[line for line in broken if line != head]]
        path.write_text("\r\n".join(first) + "\r\n", newline="")
    with raceview.open_bundle(folder) as inv:
        assert sum(file.quarantined for file in inv.files.present()) > 6
        pages = [event_page(inv, event) for (event,) in inv.engine.rows("SELECT event FROM ticks")]
        assert sum(len(page.attempts) for page in pages) == 6
        assert sum(len(page.rows) for page in pages) > 6
        for page in pages:
            lines_agree(page, folder)


def test_attempts_and_rows(linked: Opened) -> None:
    page = event_page(linked(TICKS, ATTEMPTS, OUTPUT), 1)
    first, second = page.attempts
    assert (first.number, first.worker, first.overlaps, first.line) == (1, "w1", (2,), 2)
    assert (second.number, second.worker, second.overlaps, second.line) == (2, "w2", (1,), 3)
    original, copy = page.rows
    assert (original.role, original.action, original.attempt) == (Role.ORIGINAL, Action.KEPT, 1)
    assert (copy.role, copy.action, copy.attempt) == (Role.DUPLICATE, Action.DROPPED, 2)
    assert (copy.time_delta_ns, copy.price_delta_units, copy.line) == (9_000_000, 400_000_000, 3)
    assert (copy.cause, page.cause, page.margin_ns) == (*[Cause.CONCURRENT_CLAIM] * 2, 7_000_000)
    assert page.telling_row == copy


def test_what_the_policy_does(linked: Opened) -> None:
    page = event_page(linked(TICKS, ATTEMPTS, OUTPUT, policy=Policy.MEAN), 1)
    assert [(row.action, row.written_price_units) for row in page.rows] == [
        (Action.CORRECTED, 100_200_000_000),
        (Action.DROPPED, None),
    ]


def test_goes_by_the_policy_that_was_chosen_last(linked: Opened) -> None:
    chosen_late = linked(TICKS, ATTEMPTS, OUTPUT, policy=Policy.FIRST)
    event_page(chosen_late, 1)
    chosen_late.use_policy(Policy.LAST)
    from_the_start = linked(TICKS, ATTEMPTS, OUTPUT, policy=Policy.LAST)
    assert event_page(chosen_late, 1) == event_page(from_the_start, 1)
    assert event_page(chosen_late, 1) != event_page(linked(TICKS, ATTEMPTS, OUTPUT, policy=Policy.FIRST), 1)


def test_neighbours_are_measured_from_the_copy(linked: Opened) -> None:
    ticks = TICKS + "e5 BBB 1014 100.30\ne6 BBB 990 250.00\n"
    page = event_page(linked(ticks, ATTEMPTS, OUTPUT), 1)
    assert page.next is not None
    assert page.previous is not None
    # The hand-made noise reaches from -10 to +10 ms and from -0.50 to +0.50.
    assert (page.next.event_id, page.next.time_apart_ns, page.next.reachable) == ("e5", 5_000_000, True)
    assert page.next.price_apart_units == -100_000_000
    assert (page.previous.event_id, page.previous.time_apart_ns, page.previous.reachable) == (
        "e6",
        -19_000_000,
        False,
    )
    alone = event_page(linked(TICKS, ATTEMPTS, OUTPUT), 3)
    assert (alone.previous, alone.next) == (None, None)


def test_twins_and_ids_that_come_again(linked: Opened) -> None:
    ticks = TICKS + "e5 BBB 1000 100.00\ne1 BBB 9000 1.00\n"
    page = event_page(linked(ticks, ATTEMPTS, OUTPUT), 1)
    assert (page.twins, page.twin_count, page.same_id_lines) == (("e5",), 1, (6,))
    clean = event_page(linked(TICKS, ATTEMPTS, OUTPUT), 4)
    assert (clean.twins, clean.twin_count, clean.same_id_lines) == ((), 0, ())


def test_lines_of_an_id_that_comes_three_times(linked: Opened) -> None:
    """The last of them says the first again: it is no event, but a record with the same id all the same."""
    inv = linked(TICKS + "e1 BBB 9000 1.00\ne1 BBB 1000 100.00\n", ATTEMPTS, OUTPUT)
    assert [event_page(inv, event).same_id_lines for event in (1, 5)] == [(5, 6), (1, 6)]
    with pytest.raises(UsageError, match="line 6"):
        event_page(inv, 6)


def test_without_the_log(bundle: Opened) -> None:
    page = event_page(bundle(TICKS, None, OUTPUT), 4)
    assert (page.missing, page.attempts, page.outcome) == (("attempts",), (), Outcome.UNKNOWN)


def test_without_the_output(bundle: Opened) -> None:
    page = event_page(bundle(TICKS, ATTEMPTS, None), 4)
    assert (page.missing, page.rows, page.outcome, len(page.attempts)) == (
        ("output",),
        (),
        Outcome.UNKNOWN,
        1,
    )


def test_a_line_that_is_no_event(linked: Opened) -> None:
    with pytest.raises(UsageError, match="line 99"):
        event_page(linked(TICKS, ATTEMPTS, OUTPUT), 99)
