"""What `deduplicate-stream` tells on stderr: what it did, why, and what cannot be known."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from raceview.model import MILLIONTHS, Policy, counted
from raceview.process import give_up
from raceview.safe_text import printable
from raceview.stream.task import STREAM, Task

if TYPE_CHECKING:
    from raceview.bundle import SourceFile
    from raceview.engine import Engine
    from raceview.matching import Matching

_SHOWN = 5
"""Lines that could not be read which are named one by one."""
_LEAST_TOLD = 0.1


def report(engine: Engine, task: Task, read: SourceFile, found: Matching | None) -> None:
    """Tell on stderr what was done, why, and what cannot be known."""
    actions = dict(engine.rows("SELECT action, count(*) FROM changes GROUP BY action"))
    removed, corrected = actions.get("dropped", 0), actions.get("corrected", 0)
    name = "standard input" if task.source == STREAM else read.name
    tell(f"{name}: {counted(read.used, 'row')} read, {removed:,} removed.")
    if found is None:
        _tell_exact_key(engine, task, removed)
    else:
        _tell_inferred(engine, task, found, removed)
    if corrected:
        tell(f"{counted(corrected, 'row')} got the {task.policy} of the prices of the event.")
    _tell_unread(engine, task, read)


def _tell_inferred(engine: Engine, task: Task, found: Matching, removed: int) -> None:
    tell(
        "Which rows are one event is inferred from this file alone: nothing is known of causes, nor of lost events."
    )
    if found.silence is not None:
        tell(f"No price or time that is off was taken for a copy's: {found.silence}.")
    if removed:
        ((least, wrong),) = engine.rows(
            f"SELECT min(probability_millionths), sum({MILLIONTHS} - probability_millionths) FROM inferred "
            "WHERE row <> first_row"
        )
        tell(
            f"{counted(found.groups, 'event')} had more than one row; kept of each: {_KEPT[task.policy]}. Least "
            f"probability of a removed row {int(least / 1000) / 1000:.3f}; {_about(wrong / MILLIONTHS)} of them are "
            "expected to be no copies."
        )
    if found.exact_repeats:
        tell(
            f"{found.exact_repeats:,} of these {'repeats' if found.exact_repeats == 1 else 'repeat'} another row in "
            f"{', '.join(task.columns.values())}: "
            "an exact repeat cannot be told from a twin, a second real event that is alike. "
            f"By chance {_about(found.exact_by_chance)} such twins are expected."
        )
    doubtful = found.expected_copies - removed
    if doubtful >= 1:
        tell(
            f"About {counted(round(doubtful), 'further row')} may be copies, none of them with a probability of "
            f"{task.threshold:g} or more: they were kept."
        )


def _tell_exact_key(engine: Engine, task: Task, removed: int) -> None:
    ((groups, exact),) = engine.rows(
        "SELECT count(DISTINCT first_row), coalesce(sum(exact), 0) FROM inferred"
    )
    key = f"{task.columns['symbol']} and {task.columns['timestamp']}"
    tell(
        f"Rows that share {key} were taken for one event, whatever else is in them: {counted(groups, 'group')}."
    )
    if removed:
        tell(
            f"Kept of each: {_KEPT[task.policy]}. {int(exact):,} {'repeats' if exact == 1 else 'repeat'} the "
            f"{task.columns['price']}, too; the others "
            "may be different events, and copies that are off in time were not looked for."
        )


def _tell_unread(engine: Engine, task: Task, read: SourceFile) -> None:
    """Lines that are no good record: none of them is lost."""
    if not read.quarantined:
        return
    lines = engine.rows(f"SELECT line, reason FROM quarantine ORDER BY line LIMIT {_SHOWN}")
    listed = "; ".join(f"line {line}: {_in_its_words(reason, task.columns)}" for line, reason in lines)
    more = read.quarantined - len(lines)
    rest = f"; and {more:,} more" if more else ""
    what = (
        "line could not be understood: it stands"
        if read.quarantined == 1
        else "lines could not be understood: they stand"
    )
    tell(f"{read.quarantined:,} {what} in the output unchanged, in place ({listed}{rest}).")


def _in_its_words(reason: str, columns: Mapping[str, str]) -> str:
    """A reason with the name of the file's own column."""
    field, colon, rest = reason.partition(":")
    return f"{columns.get(field, field)}{colon}{rest}"


_KEPT = {
    Policy.FIRST: "the row that was emitted first",
    Policy.LAST: "the row that was emitted last",
    Policy.HIGHEST: "the row with the highest price",
    Policy.LOWEST: "the row with the lowest price",
    Policy.MEAN: "the first row, with the mean price",
    Policy.MEDIAN: "the first row, with the median price",
    Policy.MAJORITY: "the first row with the price that most rows bear",
    Policy.CONFIDENT: "the row that is most surely the event's own",
}


def _about(count: float) -> str:
    return f"about {count:.1f}" if count >= _LEAST_TOLD else f"fewer than {_LEAST_TOLD}"


def tell(sentence: str) -> None:
    """One line for stderr, whatever the sentence quotes. Where nobody reads it the exit code says it all."""
    try:
        sys.stderr.write(f"deduplicate-stream: {printable(sentence)}\n")
        sys.stderr.flush()
    except OSError:
        give_up(sys.stderr)


def tell_defect(error: BaseException) -> None:
    """One line for what should not have happened; with RACEVIEW_DEBUG=1 where it did, too."""
    if os.environ.get("RACEVIEW_DEBUG") == "1":
        from traceback import print_exception

        print_exception(error)
    tell(f"a defect of raceview: {type(error).__name__}: {error} (RACEVIEW_DEBUG=1 shows where)")
