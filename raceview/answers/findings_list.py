"""Everything that is not as it should be, as one list: what it is, when, where it stands, which event it is about.

The list may be as long as an input: it is counted, and read by the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from raceview.answers.filters import Filter
from raceview.answers.finding_kinds import COLUMNS, INFERRED, MEASURED, NEEDS, ON_REQUEST, FindingKind, source
from raceview.investigation import Investigation

_OF_A_WORKER = (FindingKind.TIMEOUT, FindingKind.WORKER_OVERLAP)


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One line of the list. `line` is a line of `file` (its name), 0 where there is none; times in ns, UTC."""

    kind: FindingKind
    at_ns: int | None
    symbol: str
    what: str
    file: str
    line: int
    event: int | None
    row: int | None


@dataclass(frozen=True, slots=True)
class FindingsList:
    """The findings that a filter lets through, the gravest kind first, then by time."""

    inv: Investigation
    where: Filter
    counts: Mapping[FindingKind, int | None]
    """How many of each kind that the filter asks for; None: a file is missing without which nobody can know."""

    def __len__(self) -> int:
        return sum(count or 0 for count in self.counts.values())

    def page(self, start: int, stop: int) -> list[FindingLine]:
        """The lines from `start` up to `stop` of the list."""
        lines: list[FindingLine] = []
        for kind, count in self.counts.items():
            length = count or 0
            low, high = max(start, 0), min(stop, length)
            if low < high:
                lines.extend(self._lines(kind, low, high - low))
            start, stop = start - length, stop - length
        return lines

    def _lines(self, kind: FindingKind, offset: int, count: int) -> Iterator[FindingLine]:
        if kind in MEASURED:
            yield from _measured(self.inv, kind, self.where)[offset : offset + count]
            return
        found = self.inv.engine.rows(
            f"SELECT {COLUMNS} FROM ({_matching(self.inv, kind, self.where)}) AS s "
            f"ORDER BY at_ns, file, line, row LIMIT {count} OFFSET {offset}"
        )
        names = {file.role: file.name for file in self.inv.files.present()}
        if self.inv.inferred:
            names["ticks"] = names["output"]  # where an inferred event stands
        for at_ns, symbol, what, file, line, event, row, _ in found:
            yield FindingLine(kind, at_ns, symbol, what, names.get(file, file), line, event, row)


def findings_list(inv: Investigation, where: Filter) -> FindingsList:
    """The list, counted. An outcome in the filter asks for the findings of that name, unless kinds are named."""
    named = where.finding or where.outcome
    kinds = [kind for kind in FindingKind if (kind in named if named else kind not in ON_REQUEST)]
    return FindingsList(inv, where, {kind: _count(inv, kind, where) for kind in kinds})


def _count(inv: Investigation, kind: FindingKind, where: Filter) -> int | None:
    needed = ("output",) if inv.inferred and kind in INFERRED else NEEDS[kind]
    if any(getattr(inv.files, role) is None for role in needed):
        return None
    if kind in MEASURED:
        return len(_measured(inv, kind, where))
    ((count,),) = inv.engine.rows(f"SELECT count(*) FROM ({_matching(inv, kind, where)}) AS s")
    return int(count)


def _matching(inv: Investigation, kind: FindingKind, where: Filter) -> str:
    """SQL of the findings of a kind that the filter lets through."""
    return (
        f"SELECT * FROM ({source(kind, inv.threshold_millionths)}) AS f WHERE {_condition(inv, kind, where)}"
    )


def _condition(inv: Investigation, kind: FindingKind, where: Filter) -> str:
    """What must hold for a line: of its event, or of what it is about where that is no event."""
    rest = _without(where, "finding")
    if not rest:
        return "1 = 1"
    if kind is FindingKind.PHANTOM:
        return "1 = 0" if _without(rest, "symbol") else f"symbol IN (SELECT symbol FROM ({rest.symbols()}))"
    if kind is FindingKind.QUARANTINED:
        return "1 = 0"
    conditions = []
    if kind in _OF_A_WORKER and rest.worker:
        conditions.append(f"worker IN (SELECT worker FROM ({rest.workers()}))")
        rest = _without(rest, "worker")
    if rest:
        events = rest.events(inv.threshold_millionths)
        if kind is FindingKind.TWIN:
            events = _first_of_twins(events)
        conditions.append(f"event IN ({events})")
    return " AND ".join(conditions)


def _first_of_twins(events: str) -> str:
    """SQL of the events that stand for their twins, where one of these is among the events."""
    return (
        "SELECT w.first_event FROM twins AS w JOIN ticks AS t ON t.symbol_id = w.symbol_id AND t.time_ns = w.time_ns "
        f"AND t.price_units = w.price_units WHERE t.event IN ({events})"
    )


def _without(where: Filter, *fields: str) -> Filter:
    """The filter with some fields empty."""
    return replace(where, **dict.fromkeys(fields, ()))


def _measured(inv: Investigation, kind: FindingKind, where: Filter) -> list[FindingLine]:
    """These are the system's, some of them a worker's: a filter by anything else lets none through."""
    if _without(where, "finding", "worker"):
        return []
    workers = {word.lower() for word in where.worker}
    return [
        FindingLine(kind, None, "", finding.evidence, "", 0, None, None)
        for finding in inv.findings_list
        if str(finding.finding) == str(kind)
        and (not workers or workers & {name.lower() for name in finding.workers})
    ]
