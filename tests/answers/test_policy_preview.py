"""The preview says what an export then does: compared with the exported files, over all policies of the sample."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from analysis.conftest import Opened

import raceview
from answers.conftest import SAMPLE
from raceview import Investigation, Options, Policy
from raceview.answers.policy_preview import Effect, best, changed_rows, effects, flips, policies_here
from raceview.cli.options import POLICIES
from raceview.export import write_exports

Lines = list[dict[str, str]]
Exported = Callable[[Policy], tuple[Lines, Lines]]


@pytest.fixture(scope="module", params=[False, True], ids=["phantoms kept", "phantoms dropped"])
def sample(request: pytest.FixtureRequest) -> Iterator[Investigation]:
    with raceview.open_bundle(SAMPLE, options=Options(drop_phantoms=request.param)) as inv:
        yield inv


@pytest.fixture(scope="module")
def exported(sample: Investigation, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """The audit's lines that are not dropped, each with the record that was written for it; and all of the audit."""
    out = tmp_path_factory.mktemp("exports")

    @cache
    def export(policy: Policy) -> tuple[Lines, Lines]:
        sample.use_policy(policy)
        write_exports(sample, out)
        audit = list(csv.DictReader((out / "row_audit.csv").open(encoding="utf-8")))
        written = csv.DictReader((out / "deduplicated_output.csv").open(encoding="utf-8"))
        staying = [line for line in audit if line["action"] != "dropped"]
        return [{**line, **record} for line, record in zip(staying, written, strict=True)], audit

    return export


def nanoseconds(text: str) -> int:
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(moment.timestamp()) * 10**9 + moment.microsecond * 1000


def price_units(text: str) -> int:
    return int(Decimal(text).scaleb(9))


def by_event(lines: Lines) -> dict[str, Counter[tuple[int, int]]]:
    """What was written of each event."""
    found: dict[str, Counter[tuple[int, int]]] = defaultdict(Counter)
    for line in lines:
        if line["event_id"]:
            found[line["event_id"]][nanoseconds(line["timestamp"]), price_units(line["price"])] += 1
    return found


@pytest.mark.parametrize("policy", POLICIES)
def test_counts_are_those_of_the_export(sample: Investigation, exported: Exported, policy: Policy) -> None:
    written, audit = exported(policy)
    actions = Counter(line["action"] for line in audit)
    assert next(effect for effect in effects(sample) if effect.policy is policy) == Effect(
        policy, len(written), actions["dropped"], actions["corrected"]
    )


@pytest.mark.parametrize("policy", POLICIES)
def test_rows_are_those_of_the_export(sample: Investigation, exported: Exported, policy: Policy) -> None:
    written, audit = exported(policy)
    new = {line["line"]: (nanoseconds(line["timestamp"]), price_units(line["price"])) for line in written}
    first: dict[str, int] = {}
    for line in written:
        first.setdefault(line["event_id"], int(line["line"]))
    expected = [
        (
            int(line["line"]),
            *(line["symbol"], nanoseconds(line["timestamp"]), price_units(line["price"]), line["action"]),
            line["event_id"] or None,
            first.get(line["event_id"]) if line["event_id"] else None,
            *(new[line["line"]] if line["action"] == "corrected" else (None, None)),
        )
        for line in audit
        if line["action"] != "kept"
    ]
    assert expected == [
        (
            row.line,
            *(row.symbol, row.time_ns, row.price_units, row.action, row.event_id, row.stays),
            *(row.new_time_ns, row.new_price_units),
        )
        for row in changed_rows(sample, policy)
    ]


@pytest.mark.parametrize("other", [Policy.FIRST, Policy.SOURCE])
@pytest.mark.parametrize("policy", POLICIES)
def test_flips_are_where_two_exports_differ(
    sample: Investigation, exported: Exported, policy: Policy, other: Policy
) -> None:
    ours, theirs = by_event(exported(policy)[0]), by_event(exported(other)[0])
    expected = {
        event_id: (ours[event_id], theirs[event_id])
        for event_id in {*ours, *theirs}
        if ours[event_id] != theirs[event_id]
    }
    found = flips(sample, policy, other)
    assert expected == {
        flip.event_id: tuple(
            Counter((row.time_ns, row.price_units) for row in rows) for rows in (flip.ours, flip.theirs)
        )
        for flip in found.listed
    }
    assert found.events == len(expected)
    assert (found.phantoms > 0) == (
        not sample.options.drop_phantoms and (policy, other).count(Policy.SOURCE) == 1
    )


def test_a_policy_does_not_differ_from_itself(sample: Investigation) -> None:
    for policy in Policy:
        assert flips(sample, policy, policy).events == 0


def test_the_obvious_rule_loses_real_events(sample: Investigation) -> None:
    """A row that goes, and of whose event nothing stays, is a real event lost."""
    lost = {row.event for row in changed_rows(sample, Policy.EXACT_KEY) if row.event and row.stays is None}
    (scored,) = (line for line in sample.scores if line["policy"] == Policy.EXACT_KEY)
    assert len(lost) == scored["real_lost"] > 0


def test_looking_changes_nothing(sample: Investigation) -> None:
    sample.use_policy(Policy.FIRST)
    sample.need("changes")
    before = sample.engine.rows("SELECT * FROM changes ORDER BY row")
    for policy in Policy:
        changed_rows(sample, policy)
        flips(sample, policy, Policy.SOURCE)
    assert (sample.policy, sample.engine.rows("SELECT * FROM changes ORDER BY row")) == (Policy.FIRST, before)


def test_without_the_ticks_events_are_inferred_and_named_after_their_first_row(matched: Opened) -> None:
    inv = matched("ms first\n 1000 -\n 2000 1\n 2004 1")
    assert Policy.SOURCE not in policies_here(inv)
    assert {effect.policy for effect in effects(inv) if not effect.dropped} == {Policy.NONE, Policy.EXACT_KEY}
    (row,) = changed_rows(inv, Policy.FIRST)
    assert (row.line, row.event, row.event_id, row.stays) == (4, 3, "row 1", 3)


def score(policy: Policy, lost: int, left: int, prices: int, times: int) -> dict[str, Any]:
    return {
        "policy": str(policy),
        "real_lost": lost,
        "duplicates_left": left,
        "wrong_prices": prices,
        "wrong_times": times,
        "oracle": int(policy is Policy.SOURCE),
    }


def test_the_best_are_all_that_are_as_good_without_the_oracle() -> None:
    lines = [
        score(Policy.NONE, 0, 5, 3, 3),
        score(Policy.EXACT_KEY, 1, 0, 0, 0),
        score(Policy.FIRST, 0, 0, 0, 1),
        score(Policy.LAST, 0, 0, 4, 0),
        score(Policy.MAJORITY, 0, 0, 0, 1),
        score(Policy.SOURCE, 0, 0, 0, 0),
    ]
    assert best(lines) == {Policy.FIRST, Policy.MAJORITY}
    assert best(lines[:1]) == best([]) == set()
