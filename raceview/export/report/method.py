"""How the answers were found, what was assumed, where they end, and how to get them again."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from raceview import policies
from raceview.export.documents import DEMO_FOLDER
from raceview.export.report.parts import Command, Heading, Part, Points, Section, Sentences, Table
from raceview.model import NS_PER_MS, PRICE_UNIT_DIGITS, Options, counted, rounded
from raceview.safe_text import printable

if TYPE_CHECKING:
    from raceview.investigation import Investigation

_WHOLE = 3
"""Files of a whole bundle."""
_LINKED = (
    "The output has no event id, so each row is linked to the event it most likely came from.",
    "Rows that agree with one event in symbol, time and price are its rows; all others compete for the attempts of the "
    "events near them, under noise that is fitted from the data (Fellegi and Sunter 1969; expectation and "
    "maximisation; marginals of the assignment).",
    "The confidence of a link is its probability under that model.",
)
_INFERRED = (
    "Without the source, rows that are one event are found in the output itself: pairs of rows of one symbol are "
    "weighed against pairs that cannot be one event.",
    "No cause is named, and nothing is known of lost events.",
)
_NO_ROWS = (
    "Without the output no row could be taken for an event: what is here is what the other files say.",
)
_ASSUMPTIONS = (
    "Times without a zone are in {zone}.",
    "One noise holds for all symbols and workers, and one clock offset per worker for the whole file.",
    "An attempt occupies its start up to, not including, its end; one without an end is open, and the true end of an "
    "attempt that timed out is not logged.",
    "Each attempt is expected to write at most one row: more rows than attempts are a double emit.",
    "What the log does not say cannot be seen: a cause is the first rule that the log bears out.",
)
_LIMITS = (
    "Events that agree in symbol, time and price (twins) cannot be told apart: only how many rows are too many.",
    "A clock that drifts looks like wider noise; if most clocks are off together, that is not seen.",
    "A cause that rests on clocks holds within its margin only: see the margins above.",
    "The picture of a race shows a row at the time that it carries: when it was written is not logged.",
)


def method(inv: Investigation) -> Section:
    """The section."""
    parts: list[Part] = [Sentences(_how(inv))]
    if told := _fitted(inv):
        parts.append(Points(told))
    zone = inv.options.assume_tz
    parts += [
        Heading("Assumptions"),
        Points(tuple(assumption.format(zone=zone) for assumption in _ASSUMPTIONS)),
        Heading("Limits"),
        Points(_LIMITS),
        Heading("To get this again"),
        Command(command(inv)),
        Sentences(("The same files and options give the same bytes.",)),
        _files(inv),
    ]
    return Section("method", "Method, assumptions, limits", tuple(parts))


def _how(inv: Investigation) -> tuple[str, ...]:
    """How rows were taken for events."""
    if inv.inferred is not None:
        return _INFERRED
    return _LINKED if inv.files.output and inv.files.ticks else _NO_ROWS


def command(inv: Investigation) -> str:
    """The command line that makes the report, but for what is written; the files are named by their base names."""
    options, usual = inv.options, Options()
    words = ["raceview", "report", *_named(inv)]
    if inv.policy != policies.choose(None, inv.files.ticks is not None):
        words += ["--policy", str(inv.policy)]
    if options.drop_phantoms:
        words.append("--drop-phantoms")
    if options.jitter_ns is not None:
        words += ["--jitter", f"{options.jitter_ns}ns"]
    if options.price_tolerance_units is not None:
        words += ["--price-tolerance", _price(options.price_tolerance_units)]
    if options.threshold != usual.threshold:
        words += ["--threshold", repr(options.threshold)]
    if options.assume_tz != usual.assume_tz:
        words += ["--assume-tz", options.assume_tz]
    return shlex.join(words)


def _named(inv: Investigation) -> list[str]:
    """The bundle, where all three files lie in one folder, or that it is a demo's; else file by file."""
    present = list(inv.files.present())
    places = {file.path.resolve().parent for file in present}
    if any(folder.parent.name.startswith(DEMO_FOLDER) for folder in places):
        return ["--demo"]
    if len(present) == _WHOLE and {folder.name for folder in places} == {inv.files.name}:
        return [printable(inv.files.name)]
    return [word for file in present for word in (f"--{file.role}", printable(file.name))]


def _price(units: int) -> str:
    whole, part = divmod(units, 10**PRICE_UNIT_DIGITS)
    return f"{whole}.{part:09d}".rstrip("0").rstrip(".")


def _fitted(inv: Investigation) -> tuple[str, ...]:
    """The noise and how sure the links are."""
    summary = inv.counted()
    told = []
    if (noise := inv.linkage.noise) is not None:
        unit = 10**PRICE_UNIT_DIGITS
        time = [rounded(end / NS_PER_MS, 6, "+") for end in (noise.time.low, noise.time.high)]
        price = [rounded(end / unit, 6, "+") for end in (noise.price.low, noise.price.high)]
        told.append(
            f"Fitted noise of rows that are not exact: {' to '.join(time)} ms in time, {' to '.join(price)} in price."
        )
    elif inv.inferred is None and inv.files.ticks and inv.files.output:
        told.append("Every row is exact: no noise had to be fitted.")
    for worker, offset in summary["noise"]["worker_offsets_ms"].items():
        told.append(
            f"The clock of {printable(worker, 40)} is taken to be off by {rounded(offset, 6, '+')} ms."
        )
    if summary["lowest_confidence"] is not None:
        ambiguous = summary["ambiguous_rows"]
        told.append(
            f"Least confidence of a link: {int(summary['lowest_confidence'] * 1000) / 1000:.3f}; "
            f"{counted(ambiguous, 'row')} {'is' if ambiguous == 1 else 'are'} below the threshold of "
            f"{inv.options.threshold:g}."
        )
    return tuple(told)


def _files(inv: Investigation) -> Table:
    rows = tuple((file.role, file.name, file.size, file.sha256) for file in inv.files.present())
    return Table("files", ("input", "file", "bytes", "sha256"), rows, len(rows))
