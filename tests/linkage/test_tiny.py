"""Bundles of one to six ticks: what a person would say of them, the model must say with nothing much to learn from."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import raceview

START = np.datetime64("2024-06-03T09:30:01", "ms")
SIZES = range(1, 7)


@dataclass(frozen=True)
class Record:
    """A tick or a row: ms from the start, price in cents."""

    symbol: str
    ms: int
    cents: int

    def off(self, ms: int = 0, cents: int = 0) -> Record:
        return Record(self.symbol, self.ms + ms, self.cents + cents)


@dataclass(frozen=True)
class Attempt:
    """Claims an event, by its number; times in ms from the start, no end where it hangs."""

    event: int
    worker: str
    begin: int
    end: int | None
    status: str = "success"


@dataclass(frozen=True)
class Bundle:
    """Ticks are numbered from 0; the log and the rows start out as one of each per tick."""

    ticks: tuple[Record, ...]
    attempts: tuple[Attempt, ...] = ()
    rows: tuple[Record, ...] = ()

    def with_row(self, *rows: Record) -> Bundle:
        return replace(self, rows=self.rows + rows)

    def with_attempt(self, *attempts: Attempt) -> Bundle:
        return replace(self, attempts=self.attempts + attempts)

    def with_changed(self, event: int, row: Record) -> Bundle:
        return replace(self, rows=(*self.rows[:event], row, *self.rows[event + 1 :]))

    def without_attempts_of(self, event: int) -> Bundle:
        return replace(self, attempts=tuple(one for one in self.attempts if one.event != event))

    def write(self, folder: Path) -> None:
        ticks = [
            json.dumps({"event_id": f"e{number}", "timestamp": moment(tick.ms), "symbol": tick.symbol})[:-1]
            + f', "price": {price(tick.cents)}, "source": "s"}}'
            for number, tick in enumerate(self.ticks)
        ]
        log = ["event_id,worker_id,start_time,end_time,status"] + [
            f"e{one.event},{one.worker},{moment(one.begin)},"
            f"{'' if one.end is None else moment(one.end)},{one.status}"
            for one in self.attempts
        ]
        rows = ["symbol,timestamp,price"] + [
            f"{row.symbol},{moment(row.ms)},{price(row.cents)}" for row in self.rows
        ]
        for name, lines in (
            ("raw_tick_events.log", ticks),
            ("worker_logs.csv", log),
            ("final_output.csv", rows),
        ):
            (folder / name).write_text("\n".join([*lines, ""]), encoding="utf-8")


def moment(ms: int) -> str:
    return f"{START + np.timedelta64(ms, 'ms')}"


def price(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


@dataclass(frozen=True)
class Verdict:
    """Per row its event (None: a phantom), the events that are not `exactly_once`, and the duplicated ones' causes."""

    events: tuple[int | None, ...]
    outcomes: dict[int, str] = field(default_factory=dict)
    causes: dict[int, str] = field(default_factory=dict)


def judged(bundle: Bundle) -> Verdict:
    with TemporaryDirectory() as folder:
        bundle.write(Path(folder))
        with raceview.open_bundle(Path(folder)) as inv:
            links, duplicates, ledger = inv.links(), inv.duplicates(), inv.ledger()
    return Verdict(
        tuple(int(name[1:]) if isinstance(name, str) and name else None for name in links.event_id),
        {
            int(name[1:]): str(outcome)
            for name, outcome in zip(ledger.event_id, ledger.outcome, strict=True)
            if outcome != "exactly_once"
        },
        {
            int(name[1:]): str(cause)
            for name, cause in zip(duplicates.event_id, duplicates.cause, strict=True)
        },
    )


def slow(count: int) -> tuple[Record, ...]:
    """A tick each second of one symbol, whole seconds, whole prices."""
    return tuple(Record("AAA", 1000 * number, 100 * (number + 1)) for number in range(count))


def fast(count: int) -> tuple[Record, ...]:
    """A tick each 5 ms of three symbols in turn, prices far apart."""
    cents = (101_17, 87_43, 1_642_30, 101_25, 87_11, 1_643_02)
    return tuple(
        Record(("AAA", "BBB", "CCC")[number % 3], 5 * number, cents[number]) for number in range(count)
    )


STREAMS = {"slow": slow, "fast": fast}


@pytest.fixture(params=[(name, count) for name in STREAMS for count in SIZES], ids=lambda p: f"{p[0]}-{p[1]}")
def clean(request: pytest.FixtureRequest) -> Bundle:
    """Every event attempted once, for 10 ms, and written once as it is."""
    name, count = request.param
    ticks = STREAMS[name](count)
    attempts = tuple(
        Attempt(number, f"w{number % 2}", tick.ms + 1, tick.ms + 11) for number, tick in enumerate(ticks)
    )
    return Bundle(ticks, attempts, ticks)


def everyones(bundle: Bundle) -> tuple[int, ...]:
    return tuple(range(len(bundle.ticks)))


def last(bundle: Bundle) -> tuple[int, Record]:
    event = len(bundle.ticks) - 1
    return event, bundle.ticks[event]


# Nothing is wrong.


def test_every_event_written_once(clean: Bundle) -> None:
    assert judged(clean) == Verdict(everyones(clean))


def test_two_attempts_of_which_one_wrote(clean: Bundle) -> None:
    event, tick = last(clean)
    bundle = clean.with_attempt(Attempt(event, "w7", tick.ms + 4, tick.ms + 14))
    assert judged(bundle) == Verdict(everyones(clean))


def test_a_retry_after_a_time_out_that_wrote_nothing(clean: Bundle) -> None:
    event, tick = last(clean)
    bundle = clean.with_attempt(Attempt(event, "w7", tick.ms, None, "timeout"))
    assert judged(bundle) == Verdict(everyones(clean))


# An exact copy.


def test_an_exact_copy_of_one_attempt(clean: Bundle) -> None:
    event, tick = last(clean)
    assert judged(clean.with_row(tick)) == Verdict(
        (*everyones(clean), event), {event: "duplicated"}, {event: "double_emit"}
    )


def test_two_exact_copies_of_one_attempt(clean: Bundle) -> None:
    event, tick = last(clean)
    assert judged(clean.with_row(tick, tick)) == Verdict(
        (*everyones(clean), event, event), {event: "duplicated"}, {event: "double_emit"}
    )


def test_every_row_twice(clean: Bundle) -> None:
    events = everyones(clean)
    assert judged(clean.with_row(*clean.ticks)) == Verdict(
        events + events, dict.fromkeys(events, "duplicated"), dict.fromkeys(events, "double_emit")
    )


def test_an_exact_copy_of_two_attempts_at_once(clean: Bundle) -> None:
    event, tick = last(clean)
    bundle = clean.with_row(tick).with_attempt(Attempt(event, "w7", tick.ms + 4, tick.ms + 14))
    assert judged(bundle) == Verdict(
        (*everyones(clean), event), {event: "duplicated"}, {event: "concurrent_claim"}
    )


def test_an_exact_copy_without_a_log(clean: Bundle) -> None:
    event, tick = last(clean)
    found = judged(replace(clean.with_row(tick), attempts=()))
    assert found.events == (*everyones(clean), event)
    assert found.outcomes[event] == "duplicated"


# A copy that is off.


@pytest.mark.parametrize(("ms", "cents"), [(7, -21), (2, 0), (0, 5)])
def test_a_near_copy_of_two_attempts_at_once(clean: Bundle, ms: int, cents: int) -> None:
    event, tick = last(clean)
    bundle = clean.with_row(tick.off(ms, cents)).with_attempt(Attempt(event, "w7", tick.ms + 4, tick.ms + 14))
    assert judged(bundle) == Verdict(
        (*everyones(clean), event), {event: "duplicated"}, {event: "concurrent_claim"}
    )


@pytest.mark.parametrize(("ms", "cents"), [(0, 0), (4, 13)])
def test_a_retry_after_a_time_out_that_wrote_all_the_same(clean: Bundle, ms: int, cents: int) -> None:
    event, tick = last(clean)
    bundle = (
        clean.without_attempts_of(event)
        .with_attempt(
            Attempt(event, "w0", tick.ms + 1, None, "timeout"),
            Attempt(event, "w1", tick.ms + 21, tick.ms + 31),
        )
        .with_row(tick.off(ms, cents))
    )
    assert judged(bundle) == Verdict(
        (*everyones(clean), event), {event: "duplicated"}, {event: "zombie_write"}
    )


# A row that is off, and the only one of its event.


@pytest.mark.parametrize(("ms", "cents"), [(8, -40), (3, 0), (0, 40_000)])
def test_one_altered_row(clean: Bundle, ms: int, cents: int) -> None:
    event, tick = last(clean)
    assert judged(clean.with_changed(event, tick.off(ms, cents))) == Verdict(
        everyones(clean), {event: "altered"}
    )


# A row of nobody.


def test_a_row_of_a_symbol_that_does_not_tick(clean: Bundle) -> None:
    _, tick = last(clean)
    assert judged(clean.with_row(replace(tick, symbol="ZZZ"))) == Verdict((*everyones(clean), None))


def test_only_rows_of_symbols_that_do_not_tick(clean: Bundle) -> None:
    bundle = replace(clean, rows=tuple(replace(tick, symbol="ZZZ") for tick in clean.ticks))
    events = everyones(clean)
    assert judged(bundle) == Verdict((None,) * len(events), dict.fromkeys(events, "lost"))


@pytest.mark.parametrize(("ms", "cents"), [(60_000, 5_017), (37, 400_000)])
def test_a_row_far_from_every_tick(clean: Bundle, ms: int, cents: int) -> None:
    _, tick = last(clean)
    assert judged(clean.with_row(tick.off(ms, cents))) == Verdict((*everyones(clean), None))


# At random.

RECORDS = st.builds(Record, st.sampled_from(["AAA", "BBB"]), st.integers(0, 40), st.integers(100, 130))


@st.composite
def bundles(draw: st.DrawFn) -> Bundle:
    """Up to six ticks, attempts of some of them, and rows that are theirs, near them, or anything."""
    ticks = tuple(draw(st.lists(RECORDS, min_size=1, max_size=6)))
    events = st.integers(0, len(ticks) - 1)
    attempts = draw(
        st.lists(
            st.builds(
                Attempt,
                events,
                st.sampled_from(["w0", "w1"]),
                st.integers(0, 40),
                st.integers(50, 60),
                st.sampled_from(["success", "timeout"]),
            ),
            max_size=8,
        )
    )
    own = events.map(ticks.__getitem__)
    near = st.builds(Record.off, own, st.integers(0, 9), st.integers(-9, 9))
    return Bundle(
        ticks, tuple(attempts), tuple(draw(st.lists(st.one_of(own, own, near, RECORDS), max_size=9)))
    )


@settings(max_examples=30, deadline=None)
@given(bundles())
def test_an_event_with_an_exact_row_to_have_is_not_without_one(bundle: Bundle) -> None:
    """Of the events of one key, as many have a row as there are rows of that key; and no such row is a phantom."""
    found = judged(bundle)
    for tick in set(bundle.ticks):
        twins = [event for event, one in enumerate(bundle.ticks) if one == tick]
        exact = [row for row, one in enumerate(bundle.rows) if one == tick]
        assert sum(event in found.events for event in twins) >= min(len(twins), len(exact))
        assert all(found.events[row] is not None for row in exact)
