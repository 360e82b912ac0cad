"""A comparison in 80 columns: the verdict in plain words first, then the lines it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import wrap

from raceview.comparison.amounts import change, count, least, moved, number, percent
from raceview.comparison.finding_changes import FindingChange, Move
from raceview.comparison.judge import Change, Comparison, Verdict
from raceview.comparison.side import Group, Key, Side
from raceview.model import NS_PER_SECOND, Outcome, rounded, words
from raceview.safe_text import columns, left, printable

WIDTH = 80
_NAME, _SUBJECT = 16, 40
_MOST_LINES = 8
_MOST_ALIKE = 3
_SEEN_BURSTS = 1.5
_MARKS = {
    Verdict.BETTER: "better",
    Verdict.WORSE: "WORSE",
    Verdict.NO_CHANGE: "same",
    Verdict.TOO_LITTLE: "too few",
    Verdict.UNKNOWN: "unknown",
}
_TITLES = {
    Group.OUTCOME: "outcome",
    Group.CAUSE: "cause",
    Group.ROWS: "row",
    Group.ATTEMPTS: "attempt",
    Group.QUARANTINE: "unreadable",
    Group.SYMBOL: "symbol: copies",
    Group.WORKER: "worker: copies",
    Group.WORKER_TIMEOUTS: "worker: timeouts",
}
_FILE_WORDS = {"ticks": "the source", "attempts": "the worker log", "output": "the output"}
_MISSING = "on the other side a file is missing"
_LEGEND = (
    "Rates before and after, and the change with a 95 % interval, which allows for bursts. Same: no change that chance "
    "would not make, where a fall by half would have been seen; too few: it would not. Better and worse allow for how "
    "many lines are looked at (false discovery rate 5 %); duplicated events stand on their own. Copies: duplicated "
    "events, of those of the symbol, of the attempts of the worker."
)


def render_comparison(found: Comparison, width: int = WIDTH) -> str:
    """The whole text. Sentences are broken at `width` columns; tables are as wide as they are, up to 80."""
    sections = [
        _head(found, width),
        _table([["", "events", "attempts", "rows", "seconds", "events/s"], *_sides(found)]),
        *(
            _group(found, group, list(lines), width)
            for group, lines in groupby(found.lines, lambda line: line.key.group)
        ),
        _findings(found.findings, width),
        _wrapped(_LEGEND, width),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def sentences(found: Comparison) -> list[str]:
    """What to know first: whether duplicates fell, what else changed, and what weakens the answer."""
    said = [_headline(found), _bursts(found.headline)]
    for verdict, title in ((Verdict.WORSE, "Worse"), (Verdict.BETTER, "Better")):
        said.append(_listed(title, [line for line in found.lines[1:] if line.verdict is verdict]))
    return [sentence for sentence in said if sentence]


def _head(found: Comparison, width: int) -> list[str]:
    longest = (width - len("raceview compare:  -> ")) // 2
    names = [printable(side.name, longest) for side in (found.before, found.after)]
    return [f"raceview compare: {' -> '.join(names)}", "", *_wrapped(" ".join(sentences(found)), width)]


def _headline(found: Comparison) -> str:
    line = found.headline
    what = "duplicates inferred from the output alone" if found.before.inferred else "duplicates"
    if line.pair is None:
        return f"Whether duplicates became fewer is unknown: {_why_unknown(found, line.key)}."
    was, now = percent(line.pair.before), percent(line.pair.after)
    if line.verdict in {Verdict.BETTER, Verdict.WORSE} and line.pair.ratio:
        return f"{what.capitalize()} went from {was} to {now} of events: {moved(line.pair.ratio)}."
    rates = f"{was} of events before, {now} after"
    if line.verdict is Verdict.NO_CHANGE:
        seen = f"; a fall by {least(line.needed)} would have been seen" if line.needed is not None else ""
        return f"No change of {what} that chance would not make: {rates}{seen}."
    needed = "not even a fall to none" if line.needed is None else f"only a fall by {least(line.needed)}"
    return f"Too little data to tell whether {what} changed: {rates}; {needed} would be seen."


def _why_unknown(found: Comparison, key: Key) -> str:
    for when, side in (("before", found.before), ("after", found.after)):
        lacking = sorted(key.files_needed & side.missing - ({"ticks"} if side.inferred else set()))
        if lacking:
            were = "was" if len(lacking) == 1 else "were"
            return f"{' and '.join(_FILE_WORDS[role] for role in lacking)} {when} {were} not given"
    if found.before.inferred != found.after.inferred:
        which = "before" if found.before.inferred else "after"
        return f"events {which} were only inferred from the output, for the source was not given"
    return "none is on both sides"


def _bursts(line: Change) -> str:
    """How much less the count says than it seems to."""
    if line.pair is None or not line.pair.before.count:
        return ""
    rate = line.pair.before
    if rate.dispersion < _SEEN_BURSTS:
        return ""
    alone = max(1.0, rate.effective[0])
    return f"They come in bursts: the {rate.count:,} before say as much as {alone:,.0f} lone ones would."


def _listed(title: str, lines: Sequence[Change]) -> str:
    if not lines:
        return ""
    surest = sorted(lines, key=lambda line: line.p_value or 0.0)[:_MOST_ALIKE]
    named = [f"{_about(line)} {change(line)}" for line in surest]
    more = f", and {len(lines) - _MOST_ALIKE:,} more" if len(lines) > _MOST_ALIKE else ""
    return f"{title}: {', '.join(named)}{more}."


def _about(line: Change) -> str:
    name = printable(words(line.key.name), _SUBJECT)
    return {
        Group.SYMBOL: f"duplicated {name}",
        Group.WORKER: f"duplicated by {name}",
        Group.WORKER_TIMEOUTS: f"timeouts of {name}",
        Group.QUARANTINE: f"unreadable {name}",
    }.get(line.key.group, name)


def _sides(found: Comparison) -> Iterator[list[str]]:
    for when, side in (("before", found.before), ("after", found.after)):
        seconds = side.span_ns / NS_PER_SECOND
        counts = (
            ("-" if role in side.missing and not (role == "ticks" and side.inferred) else f"{count:,}")
            for role, count in _counted(side)
        )
        yield [when, *counts, *((number(seconds), number(side.events / seconds)) if seconds else ("-", "-"))]


def _counted(side: Side) -> tuple[tuple[str, int], ...]:
    return ("ticks", side.events), ("attempts", side.attempts), ("output", side.rows)


def _group(found: Comparison, group: Group, lines: Sequence[Change], width: int) -> list[str]:
    """Its lines; of symbols and workers the surest changes only, and none of what was never there."""
    shown = [line for line in lines if any(rate and rate.count for rate in (line.before, line.after))]
    if not shown:
        return []
    if all(line.pair is None for line in shown):
        return _wrapped(f"{_TITLES[group]}: unknown, {_why_unknown(found, shown[-1].key)}", width)
    if group in {Group.SYMBOL, Group.WORKER, Group.WORKER_TIMEOUTS}:
        shown.sort(key=lambda line: (line.p_value is None, line.p_value, line.key.name))
    elif group is Group.OUTCOME:
        shown.sort(key=lambda line: list(Outcome).index(Outcome(line.key.name)))
    rest = len(shown) - _MOST_LINES
    table = _table([[_TITLES[group], "before", "after", "change", ""], *map(_cells, shown[:_MOST_LINES])])
    return [*table, *([f"... and {rest:,} more: see --json"] if rest > 0 else [])]


def _cells(line: Change) -> list[str]:
    rates = [f"{count(rate.count)} {percent(rate):>7}" if rate else "-" for rate in (line.before, line.after)]
    return [printable(words(line.key.name), _NAME), *rates, change(line), _MARKS[line.verdict]]


def _findings(findings: Sequence[FindingChange], width: int) -> list[str]:
    """Estimates one by one, a few of each kind; of what was merely found, such as twins, how many there are."""
    lines: list[str] = []
    for finding, group in groupby(sorted(findings, key=lambda one: one.finding), lambda one: one.finding):
        alike = list(group)
        told = [one for one in alike if one.move is Move.MOVED or _estimated(one)]
        told.sort(key=lambda one: list(Move).index(one.move))
        for one in told[:_MOST_ALIKE]:
            lines += _wrapped(
                f"! {words(finding)} {printable(one.subject, _SUBJECT)}: {_found(one)}", width, "  "
            )
        if (rest := len(told) - _MOST_ALIKE) > 0:
            lines.append(f"  ... and {rest:,} more of {words(finding)}: see --json")
        if not told:
            lines += _wrapped(f"- {words(finding)}: {_how_many(alike)}", width, "  ")
    return lines


def _how_many(alike: Sequence[FindingChange]) -> str:
    """`7 before, 8 after, 6 the same`; where none could be found for want of a file, that is not told as none."""
    was = sum(one.before is not None for one in alike)
    now = sum(one.after is not None for one in alike)
    if not (was and now) and any(one.move is Move.UNKNOWN for one in alike):
        return f"{was or now:,} {'before' if was else 'after'}; {_MISSING}"
    both = sum(one.before is not None and one.after is not None for one in alike)
    return f"{was:,} before, {now:,} after, {both:,} the same"


def _estimated(one: FindingChange) -> bool:
    return any(estimate and estimate.low is not None for estimate in (one.before, one.after))


def _found(one: FindingChange) -> str:
    was, now = (
        _value(estimate.value, estimate.unit) if estimate else "" for estimate in (one.before, one.after)
    )
    if one.move is Move.APPEARED:
        return f"appeared: {now}"
    if one.move is Move.GONE:
        return f"gone: it was {was}"
    if one.move is Move.UNKNOWN:
        return f"{was or now} {'before' if was else 'after'}; {_MISSING}"
    if one.move is Move.SAME:
        return f"as before: {was}, now {now}"
    by = ""
    if one.difference:
        low, high = (rounded(end, 4, "+") for end in (one.difference.low, one.difference.high))
        by = f" (by {rounded(one.difference.value, 4, '+')}, 95 % interval {low} to {high})"
    return f"moved from {was} to {now}{by}"


def _value(value: float, unit: str) -> str:
    return printable(f"{rounded(value, 6)} {unit}".strip(), _SUBJECT)


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """The first column to the left; they stand closer, and it is cut, where the line would be too long."""
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    gap = 2 if sum(widths) + 2 * (len(widths) - 1) <= WIDTH else 1
    widths[0] -= max(0, sum(widths) + gap * (len(widths) - 1) - WIDTH)
    return [
        (" " * gap)
        .join(
            left(cell, width) if at == 0 else f"{cell:>{width}}"
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        .rstrip()
        for row in rows
    ]


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Lines of the text; a number keeps its per cent."""
    tied = text.replace(" %", "\u00a0%")
    return [line.replace("\u00a0", " ") for line in wrap(tied, width, subsequent_indent=indent)]
