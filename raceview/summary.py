"""What a bundle comes to, as plain values: the counts that the printed summary and `--json` tell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from raceview.model import MILLIONTHS, NS_PER_MS, PRICE_UNIT_DIGITS, Kind, Outcome
from raceview.sql.decimals import price

if TYPE_CHECKING:
    from raceview.bundle import BundleFiles
    from raceview.engine import Engine
    from raceview.linkage.link import Linkage
    from raceview.linkage.noise import Noise
    from raceview.matching import Matching


def files(found: BundleFiles) -> list[dict[str, Any]]:
    """The files that are there, with what was read of each."""
    return [
        {
            "role": file.role,
            "name": file.name,
            "records": file.records,
            "used": file.used,
            "quarantined": file.quarantined,
        }
        for file in found.present()
    ]


def missing(found: BundleFiles) -> list[str]:
    """Which of the three are not."""
    return [role for role in ("ticks", "attempts", "output") if getattr(found, role) is None]


def counts(engine: Engine, links: str, threshold_millionths: int) -> dict[str, Any]:
    """How much there is of everything; `links` is the relation whose confidences count."""
    (counts,) = engine.rows(
        "SELECT (SELECT count(*) FROM ticks), (SELECT count(*) FROM attempts), (SELECT count(*) FROM outputs), "
        "(SELECT count(*) FROM phantoms), (SELECT count(*) FROM tick_repeats WHERE same < line), "
        f"(SELECT count(*) FROM links WHERE confidence_millionths < {threshold_millionths}), "
        f"(SELECT min(confidence_millionths) FROM {links})"
    )
    events, attempts, rows, phantoms, repeated, ambiguous, lowest = counts
    return {
        "events": events,
        "repeated_ticks": repeated,
        "attempts": attempts,
        "rows": rows,
        "phantom_rows": phantoms,
        "ambiguous_rows": ambiguous,
        "lowest_confidence": None if lowest is None else lowest / MILLIONTHS,
    }


def count_by(engine: Engine, column: str, relation: str, words: type[StrEnum]) -> dict[str, int]:
    """How often each word stands in a column, those that never do included."""
    found = dict(engine.rows(f"SELECT {column}, count(*) FROM {relation} GROUP BY {column}"))
    return {str(word): found.get(word, 0) for word in words}


def altered(engine: Engine, noise: Noise | None) -> dict[str, int]:
    """Altered events, split by whether the fitted noise and clock offset account for the difference."""
    if noise is None:
        return {"within_noise": 0, "beyond_noise": 0}
    within = (
        f"(d.time_delta_ns = l.offset_ns OR d.time_delta_ns - l.offset_ns "
        f"BETWEEN {math.floor(noise.time.low)} AND {math.ceil(noise.time.high)}) AND (d.price_delta_units = 0 OR "
        f"d.price_delta_units BETWEEN {math.floor(noise.price.low)} AND {math.ceil(noise.price.high)})"
    )
    ((inside, altered),) = engine.rows(
        f"SELECT coalesce(sum(CASE WHEN {within} THEN 1 ELSE 0 END), 0), count(*) FROM deltas AS d "
        "JOIN links_found AS l ON l.row = d.row JOIN event_rows AS e ON e.event = l.event WHERE e.rows = 1"
    )
    return {"within_noise": int(inside), "beyond_noise": altered - int(inside)}


def duplicates(engine: Engine) -> dict[str, Any]:
    """How many, in what their rows differ and how far, and what keying on symbol and timestamp would make of it."""
    spread = price("max(price_max_units - price_min_units)")
    least = price("min(price_max_units - price_min_units)")
    ((events, rows, low, high, cheap, dear),) = engine.rows(
        f"SELECT count(*), coalesce(sum(rows), 0), min(time_shift_ns), max(time_shift_ns), {least}, {spread} "
        "FROM duplicated"
    )
    ((groups, extra, mixed),) = engine.rows(
        "SELECT count(DISTINCT last_row), count(*), (SELECT count(DISTINCT k.last_row) FROM same_key AS k "
        "JOIN links AS a ON a.row = k.row JOIN links AS b ON b.row = k.last_row WHERE a.event <> b.event) "
        "FROM same_key"
    )
    return {
        "events": events,
        "rows": int(rows) - events,
        "kinds": count_by(engine, "kind", "duplicated", Kind),
        "exact_key_groups": groups,
        "exact_key_rows": extra,
        "exact_key_groups_of_different_events": mixed,
        "time_shift_ms": [low / NS_PER_MS, high / NS_PER_MS] if events else None,
        "price_shift": [cheap, dear] if events else None,
    }


def inference(found: Matching | None) -> dict[str, Any] | None:
    """How events were told from the output alone; None where they were not."""
    if found is None:
        return None
    return {
        "pairs": found.pairs,
        "silence": None if found.silence is None else str(found.silence),
        "gain": float(found.gain),
        "clarity": found.clarity,
        "groups": found.groups,
        "copies": found.copies,
        "expected_copies": found.expected_copies,
        "exact_repeats": found.exact_repeats,
        "exact_by_chance": found.exact_by_chance,
    }


def by_symbol(engine: Engine) -> list[dict[str, Any]]:
    """The lines of `by_symbol` that the summary tells."""
    names = (
        "symbol",
        "events",
        "duplicated_events",
        "extra_rows",
        "duplicate_rate",
        "identical",
        "price_shifted",
        "time_shifted",
    )
    found = engine.rows(
        f"SELECT {', '.join(names[:4])}, duplicate_rate_millionths, {', '.join(names[5:])} "
        "FROM by_symbol ORDER BY symbol"
    )
    lines = [dict(zip(names, line, strict=True)) for line in found]
    for line in lines:
        line["duplicate_rate"] /= MILLIONTHS
    return lines


def noise(engine: Engine, linkage: Linkage) -> dict[str, Any]:
    """The fitted noise of rows, and the clocks that are off."""
    fitted = linkage.noise
    workers = engine.rows("SELECT worker, worker_id FROM workers ORDER BY worker")
    offsets = {
        name: float(linkage.offsets_ns[worker]) / NS_PER_MS
        for worker, name in workers
        if linkage.offsets_ns[worker]
    }
    if fitted is None:
        return {"jitter_ms": None, "price_shift": None, "worker_offsets_ms": offsets}
    return {
        "jitter_ms": [fitted.time.low / NS_PER_MS, fitted.time.high / NS_PER_MS],
        "price_shift": [
            fitted.price.low / 10**PRICE_UNIT_DIGITS,
            fitted.price.high / 10**PRICE_UNIT_DIGITS,
        ],
        "worker_offsets_ms": offsets,
    }


def with_unknowns(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The same, with None for every number that nobody can know for want of a file: that is not none.

    Inferred events are events; of those no more is known than how many rows they have.
    """
    lacking = set(summary["missing"])
    if not lacking:
        return dict(summary)
    inferred = summary["inferred"] is not None
    events = inferred or "ticks" not in lacking
    rows = "output" not in lacking
    judged = lacking.isdisjoint({"ticks", "output"})
    outcomes = {  # the others, as causes, take all three files
        Outcome.DUPLICATED: judged or inferred,
        Outcome.ALTERED: judged,
        Outcome.UNKNOWN: events,
    }
    return {
        **summary,
        "events": _known(summary["events"], events),
        "repeated_ticks": _known(summary["repeated_ticks"], "ticks" not in lacking),
        "attempts": _known(summary["attempts"], "attempts" not in lacking),
        "rows": _known(summary["rows"], rows),
        "phantom_rows": _known(summary["phantom_rows"], judged),
        "ambiguous_rows": _known(summary["ambiguous_rows"], judged or inferred),
        "outcomes": {
            name: _known(count, outcomes.get(Outcome(name), False))
            for name, count in summary["outcomes"].items()
        },
        "altered": _known(summary["altered"], judged),
        "duplicates": _known(summary["duplicates"], rows),
        "causes": _known(summary["causes"], False),
        "by_symbol": [
            {
                name: value if name in {"symbol", "events"} else _known(value, rows)
                for name, value in line.items()
            }
            for line in summary["by_symbol"]
        ],
    }


def _known(value: Any, is_known: bool) -> Any:
    """None in place of a number, or of every number within, that is not known."""
    if is_known:
        return value
    return {name: _known(one, is_known) for name, one in value.items()} if isinstance(value, dict) else None
