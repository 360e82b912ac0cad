"""The summary on stdout: plain text in 80 columns, to be read at 3 a.m., in a mail from cron, in a log.

Formatted by hand: rich would cost a tenth of a second before the first letter. ASCII but for what is
quoted from the input files, and that is escaped and cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, zip_longest
from pathlib import Path
from textwrap import wrap
from typing import Any

from raceview.export.verdict import share, verdict
from raceview.model import Outcome, counted, rounded, words
from raceview.safe_text import columns, left, printable
from raceview.summary import with_unknowns

WIDTH = 80
_NAME = 20
_SUBJECT = 48
_MOST_LINES = 12
"""Longer lists are cut, with a line that says so and names the file that holds them whole."""
_MOST_ALIKE = 3
_MOST_LETTERS = 4 * WIDTH


def render_summary(summary: Mapping[str, Any], files: Sequence[Path], out: Path) -> str:
    """The whole summary; `files` are those written to `out`."""
    sections = [
        _head(summary),
        _files(summary["files"], summary["repeated_ticks"]),
        _ledger(summary),
        _duplicates(summary),
        _by_symbol(summary["by_symbol"]),
        _links(summary),
        _findings(summary["findings"]),
        _scoreboard(summary["scoreboard"], summary["policy"]),
        _written(files, out),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _head(summary: Mapping[str, Any]) -> list[str]:
    title = f"raceview: {printable(summary['bundle'], WIDTH - len('raceview: '))}"
    return [title, "", *wrap(" ".join(verdict(summary)), WIDTH)]


def _files(files: Sequence[Mapping[str, Any]], repeated: int) -> list[str]:
    rows = [
        (file["role"], printable(file["name"], 30), *_shown(file, "records", "used", "quarantined"))
        for file in files
    ]
    lines = _table(("input", "", "records", "used", "quarantined"), rows, names=2)
    if repeated:
        repeat = "repeats an earlier one in all: it is no event of its own"
        many = "repeat earlier ones in all: they are no events of their own"
        lines += _item(f"{counted(repeated, 'tick record')} {repeat if repeated == 1 else many}")
    return lines


def _ledger(summary: Mapping[str, Any]) -> list[str]:
    """What became of the events and, beside it, why duplicates were written."""
    events = summary["events"]
    if not events or summary.get("inferred"):  # of inferred events no more is known than the head says
        return []
    told = with_unknowns(summary)
    found = told["outcomes"]
    shown = [Outcome.EXACTLY_ONCE, *(name for name in Outcome if name is not Outcome.EXACTLY_ONCE)]
    outcomes = [
        (words(name), *_shown(found, name), share(found[name], events) if found[name] else "")
        for name in shown
        if found[name] or name is not Outcome.UNKNOWN
    ]
    causes = [(words(cause), *_shown(told["causes"], cause)) for cause in told["causes"]]
    ledger = _table(("outcome", "events", ""), outcomes)
    reasons = _table(("cause of duplicates", "events"), causes)
    gutter = max(map(len, ledger)) + 6
    return [f"{one:{gutter}}{two}".rstrip() for one, two in zip_longest(ledger, reasons, fillvalue="")]


def _duplicates(summary: Mapping[str, Any]) -> list[str]:
    """How copies differ, and the rule that everybody tries first beside the truth."""
    found, lines = summary["duplicates"], []
    if found["events"]:
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in found["kinds"].items())
        lines += _item(f"copies against their originals: {kinds}")
    if span := found["time_shift_ms"]:
        lines += _item(f"their times differ by {_span(span)} ms")
    if span := found["price_shift"]:
        lines += _item(f"their prices differ by {_span(span)}")
    if "output" in summary["missing"]:
        return []
    groups, mixed = found["exact_key_groups"], found["exact_key_groups_of_different_events"]
    rule = f"keying on (symbol, timestamp) finds {counted(groups, 'group')}"
    if "ticks" not in summary["missing"]:
        events = counted(found["events"], "event") if found["events"] else "no event"
        rule += f" where {events} {'are' if found['events'] > 1 else 'is'} duplicated"
    if mixed:
        hold = "rows taken for different events" if summary.get("inferred") else "different events"
        rule += f", and {_of_them(mixed, groups)} {hold}"
    return [*lines, *_item(rule, "!" if groups or found["events"] else "-")]


def _of_them(mixed: int, groups: int) -> str:
    if groups == 1:
        return "it holds"
    if mixed == groups:
        return "all of them hold"
    return f"{mixed:,} of them {'holds' if mixed == 1 else 'hold'}"


def _by_symbol(symbols: Sequence[Mapping[str, Any]]) -> list[str]:
    """Symbols that have duplicates, the worst first."""
    hit = sorted(
        (symbol for symbol in symbols if symbol["duplicated_events"]),
        key=lambda symbol: (-symbol["duplicated_events"], symbol["symbol"]),
    )
    rows = [
        (
            printable(symbol["symbol"], _NAME),
            *_shown(symbol, "events", "duplicated_events", "extra_rows"),
            share(symbol["duplicated_events"], symbol["events"]),
        )
        for symbol in hit[:_MOST_LINES]
    ]
    if not rows:
        return []
    header = ("symbol", "events", "duplicated", "extra rows", "")
    return [*_table(header, rows), *_rest(len(hit) - _MOST_LINES, "the symbols", "duplicates_by_symbol.csv")]


def _links(summary: Mapping[str, Any]) -> list[str]:
    """How sure the links are, and the noise that was fitted to make them."""
    noise, lowest = summary["noise"], summary["lowest_confidence"]
    lines = []
    if lowest is not None:
        what = "least probability of a copy" if summary.get("inferred") else "lowest confidence of a link"
        lines += _item(f"{what} {_floored(lowest)}")
    if noise["jitter_ms"]:
        lines += _item(
            f"noise of rows: {_range(noise['jitter_ms'])} ms, {_range(noise['price_shift'])} in price"
        )
    clocks = [
        f"{printable(worker, _NAME)} {rounded(offset, 4, '+')} ms"
        for worker, offset in noise["worker_offsets_ms"].items()
        if offset
    ]
    return lines + (_item(f"clocks against the median worker: {', '.join(clocks)}") if clocks else [])


def _findings(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """The first few of each kind: a thousand twins must not bury one clock that is wrong."""
    lines = []
    for name, group in groupby(findings, key=lambda finding: str(finding["finding"])):
        alike = list(group)
        for finding in alike[:_MOST_ALIKE]:
            subject = printable(str(finding["subject"]), _SUBJECT)
            lines += _item(f"{words(name)} {subject}: {printable(finding['evidence'], _MOST_LETTERS)}", "!")
        lines += _rest(len(alike) - _MOST_ALIKE, words(name), "findings.csv")
    return lines


def _scoreboard(policies: Sequence[Mapping[str, Any]], chosen: str) -> list[str]:
    """Every policy against the source; the one that was exported is marked."""
    header = ("  policy", "rows", "kept once", "real lost", "copies", "prices off", "times off")
    keys = ("rows", "kept_once", "real_lost", "duplicates_left", "wrong_prices", "wrong_times")
    rows = [(_policy_name(policy, chosen), *_shown(policy, *keys)) for policy in policies]
    notes = f"> exported: {chosen}"
    if any(policy["oracle"] for policy in policies):
        notes += "   * an oracle: it reads the source's own values"
    return [*_table(header, rows), notes] if rows else []


def _policy_name(policy: Mapping[str, Any], chosen: str) -> str:
    mark = ">" if policy["policy"] == chosen else " "
    return f"{mark} {policy['policy']}{'*' if policy['oracle'] else ''}"


def _written(files: Sequence[Path], out: Path) -> list[str]:
    names = ", ".join(printable(file.name) for file in files)
    return [
        f"written to {printable(str(out), WIDTH - 12)}:",
        *wrap(names, WIDTH, initial_indent="  ", subsequent_indent="  "),
    ]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], names: int = 1) -> list[str]:
    """Columns two blanks apart; the first `names` of them to the left, numbers to the right."""
    widths = [max(map(columns, column)) for column in zip(header, *rows, strict=True)]
    return [
        "  ".join(
            left(cell, width) if at < names else f"{cell:>{width}}"
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (header, *rows)
    ]


def _item(text: str, mark: str = "-") -> list[str]:
    return wrap(text, WIDTH, initial_indent=f"{mark} ", subsequent_indent="  ")


def _rest(count: int, what: str, file: str) -> list[str]:
    return [f"  ... and {count:,} more of {what}: see {file}"] if count > 0 else []


def _shown(record: Mapping[str, Any], *keys: str) -> list[str]:
    """Counts with separators; `-` for what is not known."""
    return ["-" if record[key] is None else f"{record[key]:,}" for key in keys]


def _span(span: Sequence[Any]) -> str:
    low, high = (rounded(end, 6) if isinstance(end, float) else str(end) for end in span)
    return low if low == high else f"{low} to {high}"


def _range(bounds: Sequence[float]) -> str:
    low, high = (rounded(bound, 4, "+") if bound else "0" for bound in bounds)
    return f"{low} to {high}"


def _floored(confidence: float) -> str:
    """Three digits, rounded down: what is not certain never reads as 1."""
    return f"{int(confidence * 1000) / 1000:.3f}"
