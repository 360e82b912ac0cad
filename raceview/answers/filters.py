"""The one filter language of lists and timeline: `symbol:INFY worker:worker-3 cause:self_overlap 1162`.

A word without a field is looked for in event ids. Words of one field are alternatives; different fields must all hold.
A name with blanks stands in quotes, `symbol:"BRK B"`; a quote in it is written twice. Of a word that the project itself
knows, so much is enough as no other begins with: `cause:zombie`, `cause:zombie write` and `cause:zombie_write` are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from raceview.answers.finding_kinds import MEASURED, FindingKind, source
from raceview.errors import UsageError
from raceview.model import MILLIONTHS, Cause, Kind, Outcome

FIELDS = ("symbol", "worker", "cause", "outcome", "kind", "finding")
_WORDS: dict[str, list[str]] = {
    "cause": list(Cause),
    "outcome": list(Outcome),
    "kind": list(Kind),
    "finding": list(FindingKind),
}
_TERM = re.compile(r'(?:"(?:[^"]|"")*"|\S)+')
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')


@dataclass(frozen=True, slots=True)
class Filter:
    """What an event must have to be shown; an empty field asks for nothing."""

    symbol: tuple[str, ...] = ()
    worker: tuple[str, ...] = ()
    cause: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    finding: tuple[str, ...] = ()
    event_id: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((*(getattr(self, field) for field in FIELDS), self.event_id))

    def __str__(self) -> str:
        """As one would type it."""
        named = [term(field, word) for field in FIELDS for word in getattr(self, field)]
        return " ".join([*named, *(_typed(word, but=":") for word in self.event_id)])

    def symbols(self) -> str:
        """SQL of the symbols (`symbol_id`, `symbol`) that match."""
        where = f" WHERE lower(symbol) IN ({_lowered(self.symbol)})" if self.symbol else ""
        return f"SELECT symbol_id, symbol FROM symbols{where}"

    def workers(self) -> str:
        """SQL of the workers (`worker`, `worker_id`) that match."""
        where = f" WHERE lower(worker_id) IN ({_lowered(self.worker)})" if self.worker else ""
        return f"SELECT worker, worker_id FROM workers{where}"

    def events(self, threshold_millionths: int = MILLIONTHS // 2) -> str:
        """SQL of the events (one column, `event`) that match; `threshold_millionths` as the investigation's."""
        conditions = ["1 = 1"]
        if self.symbol:
            conditions.append(f"symbol_id IN (SELECT symbol_id FROM ({self.symbols()}))")
        if self.worker:
            conditions.append(
                f"event IN (SELECT a.event FROM attempts AS a JOIN ({self.workers()}) AS w ON w.worker = a.worker)"
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
        if self.finding:
            about = [
                f"event IN (SELECT event FROM ({source(FindingKind(word), threshold_millionths)}))"
                for word in self.finding
                if word not in MEASURED  # these are about no event
            ]
            conditions.append(f"({' OR '.join(about) or '1 = 0'})")
        if self.event_id:
            found = " OR ".join(
                f"strpos(lower(event_id), lower({quoted(word)})) > 0" for word in self.event_id
            )
            conditions.append(f"event IN (SELECT line FROM ticks_read WHERE {found})")
        return f"SELECT event FROM ticks WHERE {' AND '.join(conditions)}"


def parse(text: str) -> Filter:
    """The filter that `text` asks for. Raises UsageError, in one sentence, for a field or a word nobody knows."""
    found: dict[str, list[str]] = {}
    terms = _TERM.findall(text)
    while terms:
        word = terms.pop(0)
        field, colon, value = ("", "", word) if word.startswith('"') else word.partition(":")
        value = _QUOTED.sub(_unquoted, value)
        if not colon:
            found.setdefault("event_id", []).append(value or word)
            continue
        if field not in FIELDS:
            raise UsageError(f"no field {field!r}: filter by {', '.join(FIELDS)}, or part of an event id")
        if not value:
            raise UsageError(f"{field}: of what? Write {field}:NAME")
        if field in _WORDS:
            if terms and _folded(f"{value} {terms[0]}") in map(
                _folded, _WORDS[field]
            ):  # `cause:zombie write`
                value += f" {terms.pop(0)}"
            value = _known(field, value)
        found.setdefault(field, []).append(value)
    return Filter(**{field: tuple(dict.fromkeys(words)) for field, words in found.items()})


def _known(field: str, typed: str) -> str:
    """The word of a field that is meant: the one typed, else the only one that begins so."""
    words, folded = _WORDS[field], _folded(typed)
    begun = [word for word in words if _folded(word) == folded]
    begun = begun or [word for word in words if _folded(word).startswith(folded)]
    if not begun:
        raise UsageError(f"no {field} {typed!r}: choose from {', '.join(words)}")
    if len(begun) > 1:
        raise UsageError(f"{field} {typed!r} may be {' or '.join(begun)}: write more of it")
    return begun[0]


def _folded(typed: str) -> str:
    """Small letters without what stands between them: `time-out` is `timeout`, `zombie write` is `zombie_write`."""
    return "".join(typed.lower().replace("-", " ").replace("_", " ").split())


def term(field: str, word: str) -> str:
    """The part of a filter that asks for a word, as one would type it."""
    return f"{field}:{_typed(word)}"


def _typed(word: str, but: str = "") -> str:
    """In quotes where it has blanks, quotes, or a letter of `but`: a colon would begin the name of a field."""
    plain = word and not any(letter.isspace() or letter in f'"{but}' for letter in word)
    return word if plain else '"' + word.replace('"', '""') + '"'


def _unquoted(match: re.Match[str]) -> str:
    return match[1].replace('""', '"')


def quoted(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(map(quoted, words))


def _lowered(words: Iterable[str]) -> str:
    """Both sides by the engine's own rule: Python makes other small letters of some capitals."""
    return ", ".join(f"lower({quoted(word)})" for word in words)
