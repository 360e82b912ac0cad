"""What `truth.csv` and `truth.json` say holds in the files, recounted from the definitions."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from bundle_recount import NO_SHIFT, Bundle, load, recount_cause, recount_original, recount_outcome

from raceview.simulate import Family, Order, simulate

EVENTS = 2_000
EVERY_CAUSE = {"zombie_write", "concurrent_claim", "self_overlap", "redelivery", "double_emit"}


@pytest.fixture(
    scope="module",
    params=[(family, seed) for family in Family for seed in (1, 2)],
    ids=lambda param: f"{param[0]}-{param[1]}",
)
def bundle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    family, seed = request.param
    folder = tmp_path_factory.mktemp("bundle")
    simulate(folder, family, EVENTS, seed)
    return load(folder)


def made(tmp_path: Path, family: Family, events: int = EVENTS, seed: int = 1) -> Bundle:
    simulate(tmp_path, family, events, seed)
    return load(tmp_path)


def assert_judged_right(bundle: Bundle) -> None:
    """Roles and causes of every row, event by event."""
    for event, rows in bundle.by_event().items():
        original = recount_original(bundle, rows)
        written_again = 0
        for row in rows:
            if row is original:
                assert (row.role, row.cause) == ("original", "")
                continue
            assert row.role == "duplicate"
            mine, its = bundle.attempt_of(row), bundle.attempt_of(original)
            assert mine is not None
            assert its is not None
            if row.cause == "double_emit":
                written_again += 1
            else:
                assert row.attempt != original.attempt
                assert row.cause == recount_cause(mine, its)
        assert written_again == max(
            0, len(rows) - len(bundle.attempts.get(event, [])) - (not rows[0].attempt)
        )


def test_roles_and_causes_follow_the_definitions(bundle: Bundle) -> None:
    assert_judged_right(bundle)


def test_outcomes_and_counts_are_those_of_the_files(bundle: Bundle) -> None:
    groups, facts = bundle.by_event(), bundle.facts
    outcomes = Counter(recount_outcome(bundle, event, groups.get(event, [])) for event in bundle.ticks)
    assert {name: count for name, count in facts["outcomes"].items() if count} == outcomes
    causes = Counter(row.cause for row in bundle.rows if row.cause)
    assert {name: count for name, count in facts["causes"].items() if count} == causes
    assert facts["events"] == len(bundle.ticks) == EVENTS
    assert facts["attempts"] == sum(map(len, bundle.attempts.values()))
    assert facts["rows"] == len(bundle.rows)


def test_rows_conserve(bundle: Bundle) -> None:
    """Every row is an original, a duplicate or a phantom, and every event with rows has one original."""
    assert [row.row for row in bundle.rows] == list(range(len(bundle.rows)))
    roles = Counter(row.role for row in bundle.rows)
    assert roles["original"] == len(bundle.by_event())
    assert roles["phantom"] == sum(not row.event for row in bundle.rows) == bundle.facts["phantoms"]
    assert sum(roles.values()) == len(bundle.rows)
    assert all(not row.attempt and not row.cause for row in bundle.rows if row.role == "phantom")


def test_noise_stays_within_what_the_facts_say(bundle: Bundle) -> None:
    noise = bundle.facts["noise"]
    low, high = (round(noise[f"time_{bound}_ms"] * 1000) for bound in ("low", "high"))
    for row in bundle.rows:
        if not row.event:
            continue
        assert row.symbol == bundle.ticks[row.event].symbol
        late, off = bundle.shift(row)
        late -= bundle.skew_of(row)
        assert late == 0 or low <= late <= high
        assert float(abs(off)) <= noise["price_max"] + 1e-9


def test_first_written_row_is_exact_where_only_copies_are_not(bundle: Bundle) -> None:
    """In event order the first row of an event is the first written."""
    if bundle.facts["noise"]["every_row"]:
        return
    for rows in bundle.by_event().values():
        if len(rows) > 1:
            late, off = bundle.shift(rows[0])
            assert (late - bundle.skew_of(rows[0]), off) == NO_SHIFT


def test_windows_are_well_formed(bundle: Bundle) -> None:
    for attempts in bundle.attempts.values():
        for attempt in attempts:
            if attempt.end is None:
                assert attempt.status == "timeout"
            else:
                assert attempt.start < attempt.end


@pytest.mark.parametrize("family", Family)
def test_emission_order_permutes_event_order_and_the_truth_follows(tmp_path: Path, family: Family) -> None:
    by_event, by_time = tmp_path / "event", tmp_path / "emission"
    simulate(by_event, family, EVENTS, 5, Order.EVENT)
    simulate(by_time, family, EVENTS, 5, Order.EMISSION)
    for name in ("raw_tick_events.log", "worker_logs.csv"):
        assert (by_event / name).read_bytes() == (by_time / name).read_bytes()
    one, other = load(by_event), load(by_time)
    records = [
        Counter(
            (row.symbol, row.time, row.price, row.event, row.attempt, row.role, row.cause) for row in b.rows
        )
        for b in (one, other)
    ]
    assert records[0] == records[1]
    assert [row.event for row in one.rows] != [row.event for row in other.rows]
    assert_judged_right(other)


def test_event_order_groups_the_rows_of_an_event(bundle: Bundle) -> None:
    events = [row.event for row in bundle.rows if row.event]
    assert events == sorted(events)


def test_mixed_has_everything(tmp_path: Path) -> None:
    bundle = made(tmp_path, Family.MIXED, 4_000)
    assert {row.cause for row in bundle.rows if row.cause} == EVERY_CAUSE
    assert all(count > 0 for count in bundle.facts["outcomes"].values())
    assert max(map(len, bundle.by_event().values())) == 3
    attempts = [attempt for several in bundle.attempts.values() for attempt in several]
    assert {attempt.end is None for attempt in attempts if attempt.status == "timeout"} == {True, False}
    shifts = [bundle.shift(row) for row in bundle.rows if row.role == "duplicate"]
    assert {(late != 0, off != 0) for late, off in shifts} == {
        (late, off) for late in (False, True) for off in (False, True)
    }


@pytest.mark.parametrize("events", [300, 1_000])
def test_small_mixed_bundles_still_have_every_cause(tmp_path: Path, events: int) -> None:
    bundle = made(tmp_path, Family.MIXED, events, seed=3)
    assert {row.cause for row in bundle.rows if row.cause} == EVERY_CAUSE


def test_twins_are_equal_ticks_each_with_its_own_attempt_and_row(tmp_path: Path) -> None:
    bundle = made(tmp_path, Family.MIXED, 6_000)
    count = Counter(bundle.ticks.values())
    twins = [event for event, tick in bundle.ticks.items() if count[tick] > 1]
    assert len(twins) == 2 * bundle.facts["twins"] > 0
    groups = bundle.by_event()
    for event in twins:
        assert len(bundle.attempts[event]) == len(groups[event]) == 1
        assert bundle.shift(groups[event][0]) == NO_SHIFT


def test_phantoms_are_out_of_reach_of_every_event(tmp_path: Path) -> None:
    bundle = made(tmp_path, Family.MIXED, 6_000)
    noise = bundle.facts["noise"]
    phantoms = [row for row in bundle.rows if row.role == "phantom"]
    assert phantoms
    for row in phantoms:
        for tick in bundle.ticks.values():
            near = tick.symbol == row.symbol and abs(tick.time - row.time) <= 5_000 * noise["time_high_ms"]
            assert not (near and float(abs(tick.price - row.price)) <= 5 * noise["price_max"])


@pytest.mark.parametrize("seed", [1, 2])
def test_assessment_is_like_the_assessment(tmp_path: Path, seed: int) -> None:
    bundle = made(tmp_path, Family.ASSESSMENT, 8_000, seed)
    times = [tick.time for tick in bundle.ticks.values()]
    assert {after - before for before, after in pairwise(times)} == {5_000}
    assert 0.0033 < bundle.facts["outcomes"]["duplicated"] / 8_000 < 0.0039
    assert 0.0011 < bundle.facts["outcomes"]["unacknowledged"] / 8_000 < 0.0017
    causes = bundle.facts["causes"]
    assert causes["concurrent_claim"] + causes["self_overlap"] == bundle.facts["outcomes"]["duplicated"]
    assert 0.65 < causes["concurrent_claim"] / bundle.facts["outcomes"]["duplicated"] < 0.85
    for event, attempts in bundle.attempts.items():
        for attempt in attempts:
            assert attempt.start == bundle.ticks[event].time
            assert attempt.end is None or attempt.end - attempt.start in range(5_000, 15_001, 1_000)
    late = [bundle.shift(row)[0] for row in bundle.rows if row.role == "duplicate"]
    assert set(late) <= set(range(1_000, 10_001, 1_000))
    assert len(bundle.facts["symbols"]) in range(7, 11)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_skew_is_one_workers_clock(tmp_path: Path, seed: int) -> None:
    """Its rows and its windows are off by one constant; nobody else's are."""
    bundle = made(tmp_path, Family.SKEW, EVENTS, seed)
    skewed, offset = bundle.facts["skewed_worker"], round(bundle.facts["skew_ms"] * 1000)
    assert 2_000 <= abs(offset) <= 50_000
    assert offset % 1_000
    groups = bundle.by_event()
    for event, attempts in bundle.attempts.items():
        for attempt in attempts:
            assert attempt.start - bundle.ticks[event].time == (offset if attempt.worker == skewed else 0)
        if len(attempts) == 1:
            late, off = bundle.shift(groups[event][0])
            assert late == (offset if attempts[0].worker == skewed else 0)
            assert off == 0
    assert 0 < bundle.facts["outcomes"]["duplicated"] < 0.005 * EVENTS


@pytest.mark.parametrize("seed", [1, 2])
def test_storm_repeats_tens_of_percent_in_bursts(tmp_path: Path, seed: int) -> None:
    bundle = made(tmp_path, Family.STORM, EVENTS, seed)
    sizes = [len(rows) for rows in bundle.by_event().values()]
    assert 0.2 <= sum(size > 1 for size in sizes) / EVENTS <= 0.4
    assert max(sizes) == 4
    causes = Counter(row.cause for row in bundle.rows if row.cause)
    assert causes["concurrent_claim"] + causes["zombie_write"] > 0.7 * causes.total()
    fifties = [sum(size > 1 for size in sizes[start : start + 50]) for start in range(0, len(sizes), 50)]
    assert min(fifties) <= 5
    assert max(fifties) >= 15


def test_walk_prices_are_on_a_grid_and_neighbours_share_them(tmp_path: Path) -> None:
    bundle = made(tmp_path, Family.WALK)
    assert all(row.price * 20 % 1 == 0 for row in bundle.rows)
    last: dict[str, object] = {}
    same = 0
    for tick in bundle.ticks.values():
        same += last.get(tick.symbol) == tick.price
        last[tick.symbol] = tick.price
    assert same > 0.1 * EVENTS
    steps = [abs(bundle.shift(row)[1]) * 20 for row in bundle.rows if row.role == "duplicate"]
    assert steps
    assert set(steps) <= set(range(1, 11))


def test_jitter_moves_every_row(tmp_path: Path) -> None:
    bundle = made(tmp_path, Family.JITTER)
    shifts = [bundle.shift(row) for row in bundle.rows]
    assert -5_000 <= min(late for late, _ in shifts) < -4_800
    assert 4_800 < max(late for late, _ in shifts) <= 5_000
    assert sum(late == 0 for late, _ in shifts) < 5
    assert len({off for _, off in shifts}) > 3
    assert bundle.facts["outcomes"]["duplicated"] == pytest.approx(0.004 * EVENTS, abs=1)
