"""What is said of two sides: each verdict given, and each withheld."""

from __future__ import annotations

from dataclasses import replace

import pytest

from comparison.made_sides import burst, side, tally, without
from raceview.comparison.finding_changes import Move
from raceview.comparison.judge import Comparison, Verdict
from raceview.comparison.side import Estimate, Group, Key, Side
from raceview.comparison.text import WIDTH, render_comparison, sentences
from raceview.model import Cause, Outcome

LOST = Key(Group.OUTCOME, Outcome.LOST)
ONCE = Key(Group.OUTCOME, Outcome.EXACTLY_ONCE)


def _verdicts(before: Side, after: Side) -> dict[str, str]:
    return {line.key.name: str(line.verdict) for line in Comparison.of(before, after).lines}


def _first(before: Side, after: Side) -> str:
    return sentences(Comparison.of(before, after))[0]


def test_a_fix_that_worked() -> None:
    assert _first(side(tally(250, 70_000)), side(tally(7, 70_000))) == (
        "Duplicates went from 0.36 % to 0.010 % of events: a fall by 97 % (95 % interval 94 to 99)."
    )


def test_a_fix_that_left_none() -> None:
    assert _first(side(tally(250, 70_000)), side(tally(0, 70_000))) == (
        "Duplicates went from 0.36 % to 0 % of events: a fall by 100 % (95 % interval 99 to 100)."
    )


def test_a_fix_that_made_it_worse() -> None:
    assert _first(side(tally(250, 70_000)), side(tally(500, 70_000))) == (
        "Duplicates went from 0.36 % to 0.71 % of events: a rise by 100 % (95 % interval 71 to 134)."
    )


def test_a_fix_that_changed_nothing() -> None:
    assert _first(side(tally(250, 70_000)), side(tally(240, 70_000))) == (
        "No change of duplicates that chance would not make: 0.36 % of events before, 0.34 % after; "
        "a fall by 18 % or more would have been seen."
    )


def test_too_little_data() -> None:
    assert _first(side(tally(12, 4000)), side(tally(9, 4000))) == (
        "Too little data to tell whether duplicates changed: 0.30 % of events before, 0.22 % after; "
        "only a fall by 75 % or more would be seen."
    )
    assert _first(side(tally(3, 4000)), side(tally(1, 4000))).endswith(
        "not even a fall to none would be seen."
    )


def test_a_storm_is_told_apart_from_as_many_lone_duplicates() -> None:
    assert _verdicts(side(burst(300, 70_000)), side(tally(100, 70_000))) == {"duplicated": "too little data"}
    assert _verdicts(side(tally(300, 70_000)), side(tally(100, 70_000))) == {"duplicated": "better"}


def test_missing_files_are_unknown_and_close_the_gate() -> None:
    before = side(tally(250, 70_000), {LOST: tally(9, 70_000)})
    found = Comparison.of(before, without(before, "output"))
    assert {line.key.name: str(line.verdict) for line in found.lines} == {
        "duplicated": "unknown",
        "lost": "unknown",
    }
    assert sentences(found) == ["Whether duplicates became fewer is unknown: the output after was not given."]
    assert found.worse == ["duplicates cannot be compared"]
    both = Comparison.of(before, replace(without(before, "output"), missing=frozenset({"output", "ticks"})))
    assert sentences(both)[0].endswith("the output and the source after were not given.")


def test_without_the_log_the_duplicates_are_still_compared() -> None:
    before = side(tally(250, 70_000), {LOST: tally(9, 70_000)})
    after = without(side(tally(20, 70_000)), "attempts")
    assert _verdicts(before, after) == {"duplicated": "better", "lost": "unknown"}


def test_exactly_once_is_better_where_it_rises() -> None:
    few, many = ({ONCE: tally(count, 70_000)} for count in (69_000, 69_900))
    even = tally(100, 70_000)
    assert _verdicts(side(even, few), side(even, many))["exactly_once"] == "better"
    assert _verdicts(side(even, many), side(even, few))["exactly_once"] == "worse"


def test_one_line_of_many_must_be_clearer_than_a_line_alone() -> None:
    """A p-value of 0.02 counts alone, but not as the least of forty."""
    symbols = {Key(Group.SYMBOL, f"S{number}"): tally(40, 10_000) for number in range(40)}
    fell = symbols | {Key(Group.SYMBOL, "S7"): tally(20, 10_000)}
    even = tally(100, 70_000)
    one = Key(Group.SYMBOL, "S7")
    found = Comparison.of(side(even, {one: symbols[one]}), side(even, {one: fell[one]}))
    assert [str(line.verdict) for line in found.lines] == ["no change", "better"]
    assert _verdicts(side(even, symbols), side(even, fell))["S7"] == "too little data"
    gone = symbols | {one: tally(2, 10_000)}
    assert _verdicts(side(even, symbols), side(even, gone))["S7"] == "better"


def test_a_symbol_of_one_side_is_unknown() -> None:
    even = tally(100, 70_000)
    before = side(even, {Key(Group.SYMBOL, "OLD"): tally(9, 100)})
    after = side(even, {Key(Group.SYMBOL, "NEW"): tally(9, 100)})
    assert _verdicts(before, after) == {"duplicated": "no change", "OLD": "unknown", "NEW": "unknown"}


def _skew(value: float, half: float = 0.1) -> dict[tuple[str, str], Estimate]:
    return {("clock_skew", "worker-2"): Estimate(value, "ms", value - half, value + half)}


@pytest.mark.parametrize(
    ("before", "after", "move"),
    [
        ({}, _skew(5), Move.APPEARED),
        (_skew(5), {}, Move.GONE),
        (_skew(5), _skew(5.1), Move.SAME),
        (_skew(5), _skew(5.5), Move.MOVED),
        ({("twin", "x"): Estimate(2, "events", None, None)},) * 2 + (Move.SAME,),
    ],
)
def test_findings(
    before: dict[tuple[str, str], Estimate], after: dict[tuple[str, str], Estimate], move: Move
) -> None:
    even = tally(100, 70_000)
    (found,) = Comparison.of(side(even, findings=before), side(even, findings=after)).findings
    assert found.move is move


def test_a_clock_that_moved_is_told_with_its_interval() -> None:
    even = tally(100, 70_000)
    found = Comparison.of(side(even, findings=_skew(5)), side(even, findings=_skew(-0.5)))
    assert (
        "! clock skew worker-2: moved from 5 ms to -0.5 ms (by -5.5, 95 % interval -5.641\n  to -5.359)\n"
    ) in render_comparison(found)


def test_a_finding_that_cannot_be_seen_is_not_gone() -> None:
    even = tally(100, 70_000)
    before, after = side(even, findings=_skew(5)), without(side(even), "attempts")
    assert [one.move for one in Comparison.of(before, after).findings] == [Move.UNKNOWN]


def test_a_count_of_findings_that_cannot_be_seen_is_not_none() -> None:
    even = tally(100, 70_000)
    twins = {("twin", name): Estimate(2, "events", None, None) for name in "xyz"}
    unseen = without(side(even), "ticks")
    for before, after, when in (
        (unseen, side(even, findings=twins), "after"),
        (side(even, findings=twins), unseen, "before"),
    ):
        told = render_comparison(Comparison.of(before, after))
        assert f"\n- twin: 3 {when}; on the other side a file is missing\n" in told
    seen = render_comparison(Comparison.of(side(even), side(even, findings=twins)))
    assert "\n- twin: 0 before, 3 after, 0 the same\n" in seen


def test_a_side_without_events_has_no_duration() -> None:
    """The events are dated by the source, or by the output: a log alone spans no time that is known."""
    even = side(tally(100, 70_000))
    told = render_comparison(Comparison.of(even, replace(even, events=0, span_ns=0)))
    (line,) = (line for line in told.splitlines() if line.startswith("after "))
    assert line.split()[-2:] == ["-", "-"]


def test_points_of_a_percentage_are_never_told_as_powers() -> None:
    before, after = side(tally(0, 100), {ONCE: tally(100, 100)}), side(tally(100, 100), {ONCE: tally(0, 100)})
    told = render_comparison(Comparison.of(before, after))
    assert " -100 pt (-100 to " in told
    assert "e+" not in told


def test_the_gate_names_what_got_worse() -> None:
    even, few = tally(100, 70_000), tally(1, 70_000)
    found = Comparison.of(side(even, {LOST: few}), side(even, {LOST: even}, _skew(5)))
    assert found.worse == ["outcome lost", "clock_skew worker-2 appeared"]
    assert Comparison.of(side(even, {LOST: even}, _skew(5)), side(even, {LOST: few})).worse == []


def test_the_text_is_80_columns_and_free_of_escapes() -> None:
    wide = {
        Key(Group.SYMBOL, "\x1b[31m" + "W" * 200): tally(123_456, 9_999_999),
        Key(Group.CAUSE, Cause.CONCURRENT_CLAIM): tally(9_999_999, 88_888_888),
        Key(Group.OUTCOME, Outcome.UNACKNOWLEDGED): tally(123_456, 88_888_888),
        ONCE: tally(88_000_000, 88_888_888),
        Key(Group.WORKER_TIMEOUTS, "w\n"): tally(1, 3),
    }
    before, after = side(tally(9_999_999, 88_888_888), wide), side(tally(888_888, 88_888_888), wide)
    text = render_comparison(Comparison.of(before, after))
    assert max(map(len, text.splitlines())) <= WIDTH
    assert text.isascii()
    assert "\x1b" not in text


def test_the_frame_has_a_line_for_each_count() -> None:
    frame = Comparison.of(side(tally(250, 70_000)), side(tally(7, 70_000))).frame()
    assert len(frame) == 1
    line = frame.iloc[0]
    assert (line.group, line["name"], line.before, line.after, line.verdict) == (
        "outcome",
        "duplicated",
        250,
        7,
        Verdict.BETTER,
    )


def test_lines_are_in_one_order_whatever_the_sides_were_read_from() -> None:
    keys = [Key(Group.WORKER, name) for name in ("w1", "w2")] + [
        Key(Group.SYMBOL, name) for name in ("A", "B", "C")
    ]
    there = {key: tally(9, 1000) for key in keys}
    back = {key: there[key] for key in reversed(keys)}
    one = side(tally(20, 1000), there)
    for other in (one, side(tally(20, 1000), back)):
        told = [(str(line.key.group), line.key.name) for line in Comparison.of(other, one).lines]
        names = [("symbol", "A"), ("symbol", "B"), ("symbol", "C"), ("worker", "w1"), ("worker", "w2")]
        assert told == [("outcome", "duplicated"), *names]
