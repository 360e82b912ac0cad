"""What the matching claims, against the truth: families, clean streams, the gate, exact repeats, tiny inputs."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from linkage.bundle_files import NONE, load

from matching.streams import CENT, US, Rows, drawn, matched, score
from raceview.matching import Silence, counts
from raceview.simulate import Family, Order, simulate

SAMPLE = Path(__file__).parents[2] / "data"
ASSESSMENT = Path(__file__).parents[2] / "../shared/data/assessment"


def output_of(folder: Path) -> Rows:
    """The output alone, each row an event of its own."""
    with (folder / "final_output.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    return Rows(
        symbol=np.unique([line["symbol"] for line in lines], return_inverse=True)[1].astype(np.int64),
        time=np.array([line["timestamp"].rstrip("Z") for line in lines], "datetime64[ns]").astype(np.int64),
        price=np.array([int(Decimal(line["price"]) * 10**9) for line in lines]),
        event=np.arange(len(lines)),
    )


def rows_of(folder: Path) -> Rows:
    """A bundle's output and its truth; each phantom is an event of its own."""
    bundle = load(folder)
    event = np.where(bundle.event == NONE, len(bundle.names) + np.arange(len(bundle.event)), bundle.event)
    return replace(output_of(folder), event=event)


@pytest.mark.skipif(not ASSESSMENT.is_dir(), reason="the assessment data lie beside the project, not in it")
def test_assessment_loses_its_copies_and_nothing_else() -> None:
    with (ASSESSMENT / "truth.csv").open(encoding="utf-8", newline="") as file:
        event = [line["event_id"] for line in csv.DictReader(file)]
    rows = replace(output_of(ASSESSMENT), event=np.unique(event, return_inverse=True)[1])
    answer = matched(rows)
    assert answer.copies == set(np.flatnonzero(rows.further).tolist())
    assert len(answer.copies) == 250
    assert answer.matching.copies == answer.matching.groups == 250


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize(
    ("family", "precision", "recall"),
    [
        (Family.ASSESSMENT, 0.95, 0.98),
        (Family.MIXED, 0.90, 0.98),  # twins are no copies, and cannot be told from exact repeats
        (Family.STORM, 0.98, 0.98),
    ],
)
def test_families(family: Family, order: Order, precision: float, recall: float, tmp_path: Path) -> None:
    simulate(tmp_path, family, 12_000, 5, order)
    rows = rows_of(tmp_path)
    found = score(matched(rows), rows)
    assert found[0] >= precision
    assert found[1] >= recall


def test_odd_places_alone_make_no_copies_in_a_small_file() -> None:
    """In some thousand rows few lie oddly to each other: a price as anybody's must still tell them apart."""
    rows = rows_of(SAMPLE)
    value = list(zip(rows.symbol.tolist(), rows.time.tolist(), rows.price.tolist(), strict=True))
    once = np.array(
        [value.count(each) == 1 for each in value]
    )  # a repeat may be a twin, which nobody can tell
    answer = matched(rows)
    assert {row for row in answer.copies if once[row]} == set(np.flatnonzero(rows.further & once).tolist())


def test_where_every_row_is_jittered_nothing_is_claimed(tmp_path: Path) -> None:
    simulate(tmp_path, Family.JITTER, 12_000, 5, Order.EVENT)
    answer = matched(rows_of(tmp_path))
    assert not answer.matching.claimed
    assert answer.first_of == {}


@pytest.mark.parametrize("emission", [False, True])
@pytest.mark.parametrize("seed", [1, 2])
def test_probabilities_are_calibrated(seed: int, emission: bool) -> None:
    """The number of copies that the probabilities promise is the number that there are."""
    rows = drawn(seed, 30_000, copied=0.02, walk=False, emission=emission)
    answer = matched(rows)
    right = sum(bool(rows.further[row]) for row in answer.copies)
    promised = sum(answer.probability[row] for row in answer.copies)
    assert abs(promised - right) <= 0.03 * len(answer.copies)
    assert answer.matching.expected_copies == pytest.approx(rows.further.sum(), rel=0.05)


@pytest.mark.parametrize("emission", [False, True])
def test_many_copies_as_late_as_the_next_ticks_are_found(emission: bool) -> None:
    """Two rows in five are copies, up to 10 ms late, where a symbol ticks each 15 ms: distant pairs are copies, too."""
    rows = drawn(1, 20_000, symbols=3, copied=0.4, walk=False, emission=emission)
    precision, recall = score(matched(rows), rows)
    assert precision > 0.99
    assert recall > 0.97


def test_patterns_that_the_sample_did_not_show_are_judged_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Learned from a fifth of the rows, the model finds the copies of all."""
    rows = drawn(1, 40_000, copied=0.02, walk=False)
    whole = score(matched(rows), rows)
    monkeypatch.setattr(counts, "FIT_ROWS", 8_000)
    sampled = score(matched(rows), rows)
    assert sampled[0] > whole[0] - 0.02
    assert sampled[1] > whole[1] - 0.02


@pytest.mark.parametrize(
    "stream",
    [
        {"grid": True},
        {"grid": True, "walk": False},
        {"walk": False},
        {},
        {"emission": True},
        {"symbols": 1},
        {"symbols": 2, "emission": True},
        {"burst_us": 300},
        {"burst_us": 2_000},
        {"burst_us": 1_500, "emission": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("seed", [3, 4])
def test_a_stream_without_copies_loses_no_row(stream: dict[str, int], seed: int) -> None:
    answer = matched(drawn(seed, 25_000, **stream))  # type: ignore[arg-type]  # flags among the numbers
    assert answer.first_of == {}
    assert not answer.matching.claimed


def test_copies_open_the_gate() -> None:
    rows = drawn(6, 25_000, copied=0.01, grid=True, walk=False)
    answer = matched(rows)
    assert answer.matching.silence is None
    assert score(answer, rows) >= (0.97, 0.97)


def test_bursts_shut_it_by_their_prices() -> None:
    assert matched(drawn(7, 25_000, burst_us=200)).matching.silence in (Silence.NO_PRICE, Silence.NO_GAIN)


def test_a_higher_threshold_forms_fewer_groups() -> None:
    rows = drawn(8, 25_000, copied=0.01)
    lenient, strict = matched(rows, threshold=0.5), matched(rows, threshold=0.95)
    assert strict.copies < lenient.copies
    assert min(strict.probability.values()) >= 0.95
    assert strict.matching.expected_copies == lenient.matching.expected_copies


def test_exact_repeats_are_flagged() -> None:
    """A row that repeats its group's first in all, and one that repeats the group's second."""
    rows = drawn(9, 20_000, copied=0.01, grid=True)
    copies = np.flatnonzero(rows.further)
    original = {event: row for row, event in reversed(list(enumerate(rows.event)))}
    same, again = copies[:20], copies[20:25]
    time, price = rows.time.copy(), rows.price.copy()
    firsts = [original[event] for event in rows.event[same]]
    time[same], price[same] = time[firsts], price[firsts]
    order = np.insert(np.arange(len(time)), again + 1, again)
    answer = matched(Rows(rows.symbol[order], time[order], price[order], rows.event[order]))
    shift = np.searchsorted(np.sort(again), same)
    assert set((same + shift).tolist()) | set((np.sort(again) + 1 + np.arange(5)).tolist()) == answer.exact
    assert answer.matching.exact_repeats == 25
    assert answer.matching.exact_by_chance < 1


def test_the_first_of_a_group_is_certain_and_not_exact() -> None:
    answer = matched(drawn(10, 20_000, copied=0.01, grid=True))
    firsts = {row for row, first in answer.first_of.items() if row == first}
    assert {answer.first_of[row] for row in answer.copies} == firsts
    assert {answer.probability[row] for row in firsts} == {1.0}
    assert all(first <= row for row, first in answer.first_of.items())
    assert not firsts & answer.exact


def test_the_same_rows_give_the_same_answer() -> None:
    rows = drawn(11, 15_000, copied=0.01)
    assert matched(rows) == matched(rows)


def test_rows_centuries_apart_are_left_alone() -> None:
    rows = drawn(12, 15_000, copied=0.01, grid=True)
    time, price = rows.time.copy(), rows.price.copy()
    time[:2] = -(2**63) + 1, 2**63 - 1
    price[2:4] = -(2**63) + 1, 2**63 - 1
    answer = matched(replace(rows, time=time, price=price))
    assert answer.matching.claimed
    assert not answer.copies & {0, 1, 2, 3}


@pytest.mark.parametrize("count", [0, 1, 2, 3])
@pytest.mark.parametrize("apart", [0, 1_000])
def test_tiny_inputs_claim_nothing(count: int, apart: int) -> None:
    numbers = np.arange(count)
    answer = matched(Rows(numbers * 0, numbers * apart * US, numbers * apart * CENT, numbers))
    assert answer.first_of == {}
    assert answer.matching.rows == count


@pytest.mark.parametrize("symbols", [1, 3])
def test_rows_that_are_all_the_same_claim_nothing(symbols: int) -> None:
    numbers = np.arange(600)
    answer = matched(Rows(numbers % symbols, numbers * 0, numbers * 0, numbers))
    assert answer.first_of == {}
