"""The one filter language of lists and timeline: `symbol:INFY worker:worker-3 cause:self_overlap 1162`.

A word without a field is looked for in event ids. Words of one field are alternatives; different fields must all hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from raceview.errors import UsageError
from raceview.model import Cause, Kind, Outcome

FIELDS = ("symbol", "worker", "cause", "outcome", "kind")
_WORDS: dict[str, list[str]] = {"cause": list(Cause), "outcome": list(Outcome), "kind": list(Kind)}


@dataclass(frozen=True, slots=True)
class Filter:
    """What an event must have to be shown; an empty field asks for nothing."""

    symbol: tuple[str, ...] = ()
    worker: tuple[str, ...] = ()
    cause: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    event_id: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.symbol, self.worker, self.cause, self.outcome, self.kind, self.event_id))

    def __str__(self) -> str:
        """As one would type it."""
        named = [f"{field}:{word}" for field in FIELDS for word in getattr(self, field)]
        return " ".join([*named, *self.event_id])

    def events(self) -> str:
        """SQL of the events (one column, `event`) that match."""
        conditions = ["1 = 1"]
        if self.symbol:
            conditions.append(
                f"symbol_id IN (SELECT symbol_id FROM symbols WHERE lower(symbol) IN ({_lowered(self.symbol)}))"
            )
        if self.worker:
            conditions.append(
                "event IN (SELECT a.event FROM attempts AS a JOIN workers AS w ON w.worker = a.worker "
                f"WHERE lower(w.worker_id) IN ({_lowered(self.worker)}))"
            )
        if self.cause:
            conditions.append(
                f"event IN (SELECT event FROM duplicated WHERE cause IN ({_quoted(self.cause)}))"
            )
        if self.outcome:
            conditions.append(
                f"event IN (SELECT event FROM ledger WHERE outcome IN ({_quoted(self.outcome)}))"
            )
        if self.kind:
            conditions.append(f"event IN (SELECT event FROM duplicated WHERE kind IN ({_quoted(self.kind)}))")
        if self.event_id:
            found = " OR ".join(
                f"strpos(lower(event_id), {quoted(word.lower())}) > 0" for word in self.event_id
            )
            conditions.append(f"event IN (SELECT line FROM ticks_read WHERE {found})")
        return f"SELECT event FROM ticks WHERE {' AND '.join(conditions)}"


def parse(text: str) -> Filter:
    """The filter that `text` asks for. Raises UsageError, in one sentence, for a field or a word nobody knows."""
    found: dict[str, list[str]] = {}
    for word in text.split():
        field, colon, value = word.partition(":")
        if not colon:
            found.setdefault("event_id", []).append(word)
            continue
        if field not in FIELDS:
            raise UsageError(f"no field {field!r}: filter by {', '.join(FIELDS)}, or part of an event id")
        if not value:
            raise UsageError(f"{field}: of what? Write {field}:NAME")
        known = _WORDS.get(field)
        if known and value not in known:
            raise UsageError(f"no {field} {value!r}: choose from {', '.join(known)}")
        found.setdefault(field, []).append(value)
    return Filter(**{field: tuple(dict.fromkeys(words)) for field, words in found.items()})


def quoted(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(map(quoted, words))


def _lowered(words: Iterable[str]) -> str:
    return _quoted(word.lower() for word in words)
