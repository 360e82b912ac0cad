"""What the screen of clocks says: of each worker, of the one that is chosen, and of its causes at a shift."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from raceview.answers.amounts import milliseconds
from raceview.answers.clocks import Clocks
from raceview.charts.bars import columns as standing
from raceview.charts.plot import PLAIN, Run, Style
from raceview.model import Cause, counted, words
from raceview.safe_text import columns, printable
from raceview.tui.widgets.columns import Column
from raceview.tui.widgets.table import Row

_BOLD, _FAINT = Style(bold=True), Style("bright_black")
_MORE, _FEWER = Style("bright_yellow"), Style("bright_cyan")
_BAR = Style("bright_cyan")
_HERE = Style("bright_yellow", bold=True)
_CAUSE, _NUMBER = 18, 11
_NEVER = "any"
_LONGEST_NAME = 24
_LEAST_CHART = 2
_ROOMY = 20
"""Lines from which blank ones part what is told."""
_POINTER = "▲"


def heads(found: Clocks) -> tuple[Column, ...]:
    """The columns of the workers."""
    return (
        Column("worker", max(columns(printable(name, _LONGEST_NAME)) for name in found.trials)),
        Column("stays up to", 13, right=True),
        Column("changed here", 12, right=True),
        Column("most changed", 12, right=True, spare=1),
        Column("at", 11, right=True, spare=2),
    )


def worker_rows(found: Clocks, at: int) -> list[Row]:
    """A row a worker: how far its clock may be off, what a shift changes, and the worst one."""
    return [_worker(found, worker, at) for worker in found.trials]


def _worker(found: Clocks, worker: str, at: int) -> Row:
    trials = found.trials[worker]
    holds = found.holds_all_ns(worker)
    worst = max(
        range(len(trials)), key=lambda number: (trials[number].changed, -abs(found.shifts_ns[number]))
    )
    most = trials[worst].changed
    here = trials[at].changed
    return (
        printable(worker, _LONGEST_NAME),
        _NEVER if holds is None else f"±{milliseconds(holds)}",
        (f"{here:,}", "bright_yellow") if here else "0",
        f"{most:,}",
        milliseconds(found.shifts_ns[worst], signed=True) if most else "",
    )


def page(found: Clocks, worker: str, at: int, width: int, height: int) -> list[list[Run]]:
    """All about one worker at one shift, in at most `height` lines; what there is room for is the chart."""
    gap: list[list[Run]] = [[]] if height >= _ROOMY else []
    lines = [
        *([Run(line, _BOLD)] for line in _wrapped(supposed(worker, found.shifts_ns[at]), width)),
        *([Run(line, PLAIN)] for line in _wrapped(margin(found, worker), width)),
        *gap,
        *_causes(found, worker, at),
        *gap,
    ]
    room = height - len(lines) - 2
    if room >= _LEAST_CHART:
        lines += _chart(found, worker, at, width, room)
    return lines[:height]


def supposed(worker: str, shift_ns: int) -> str:
    """What the shift stands for."""
    name = printable(worker, _LONGEST_NAME)
    if not shift_ns:
        return f"All clocks are right: every cause as logged. h and l move the times of {name}."
    late = "behind" if shift_ns > 0 else "ahead"
    return f"If the clock of {name} were {milliseconds(abs(shift_ns))} {late}, and all others right:"


def margin(found: Clocks, worker: str) -> str:
    """How far the clock may be off before a cause changes: of the most numerous ones first."""
    name, now = printable(worker, _LONGEST_NAME), found.trials[worker][found.as_logged].causes
    held = sorted(
        ((cause, hold) for (other, cause), hold in found.holds_ns.items() if other == worker),
        key=lambda one: -now[one[0]],
    )
    if not held:
        return f"No cause hangs on the clock of {name}."
    return f"{', '.join(_held(now[cause], cause, hold) for cause, hold in held)}."


def _held(count: int, cause: Cause, hold_ns: int) -> str:
    those, stay = _those(count, cause)
    if not hold_ns:
        return f"of {those} one changes as soon as it is off at all"
    return f"{those} {stay} so at least until it is off by {milliseconds(hold_ns)}"


def _those(count: int, cause: Cause) -> tuple[str, str]:
    """`1 redelivery` and `stays`, `34 concurrent claims` and `stay`."""
    noun = words(cause)
    if count == 1:
        return f"1 {noun}", "stays"
    many = noun if noun.endswith("ed") else f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {many}", "stay"


def _causes(found: Clocks, worker: str, at: int) -> Iterator[list[Run]]:
    """As logged, at the shift, and the difference, one cause a line."""
    now, then = found.trials[worker][found.as_logged], found.trials[worker][at]
    shift = milliseconds(found.shifts_ns[at], signed=True)
    yield [
        Run(f" {'cause':<{_CAUSE}}{'as logged':>{_NUMBER}}{shift:>{_NUMBER}}{'change':>{_NUMBER}}", _FAINT)
    ]
    for cause in Cause:
        before, after = now.causes[cause], then.causes[cause]
        change = f"{'+' if after > before else '−'}{abs(after - before):,}" if after != before else ""
        style = _MORE if after > before else _FEWER if after < before else PLAIN
        yield [
            Run(f" {words(cause):<{_CAUSE}}{before:>{_NUMBER},}", PLAIN if before or after else _FAINT),
            Run(f"{after:>{_NUMBER},}{change:>{_NUMBER}}", style if before or after else _FAINT),
        ]
    events = sum(now.causes.values())
    said = f" {then.changed:,} of {counted(events, 'duplicated event')} would have another cause"
    yield [Run(said, _MORE if then.changed else PLAIN)]


def _chart(found: Clocks, worker: str, at: int, width: int, height: int) -> Iterator[list[Run]]:
    """How many would change, at every shift: one column each, or a few where there is room; where one is, below."""
    changed = [trial.changed for trial in found.trials[worker]]
    label = max(3, len(f"{max(changed):,}")) + 1
    each = max(1, min(3, (width - label - 2) // len(changed)))
    bars = (
        standing([count for count in changed for _ in range(each)], height) if any(changed) else [""] * height
    )
    scale = [f"{max(changed):,}", *[""] * (height - 2), "0"]
    for mark, bar in zip(scale, bars, strict=True):
        split = at * each
        before, here, after = bar[:split], bar[split : split + each], bar[split + each :]
        yield [Run(f"{mark:>{label}} ", _FAINT), Run(before, _BAR), Run(here, _HERE), Run(after, _BAR)]
    where = [" "] * (len(changed) * each)
    where[at * each + each // 2] = _POINTER
    yield [Run(" " * (label + 1), PLAIN), Run("".join(where).rstrip(), _HERE)]
    yield [Run(f"{'ms':>{label}} {_axis(found.shifts_ns, each)}", _FAINT)]


def _axis(shifts_ns: Sequence[int], each: int) -> str:
    """The first shift, 0 and the last one, where they stand."""
    ends = [milliseconds(shifts_ns[0], signed=True), "0", milliseconds(shifts_ns[-1], signed=True)]
    first, middle, last = (text.removesuffix(" ms") for text in ends)
    width = len(shifts_ns) * each
    zero = shifts_ns.index(0) * each + each // 2
    line = f"{first:<{max(zero, columns(first) + 1)}}{middle}"
    return f"{line}{last:>{max(columns(last) + 1, width - columns(line))}}"


def _wrapped(text: str, width: int) -> Iterator[str]:
    return (f" {line}" for line in wrap(text, max(1, width - 2)))
