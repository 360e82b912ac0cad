"""Turns the lines that an engine's SQL did not understand into records or quarantine rows, in file order.

A record of a CSV may span lines inside quotes. A quote that is opened and never closed must not swallow the file: a
line is taken as the continuation of another only if it is odd itself, and within a bound; otherwise the line with the
quote is quarantined alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from itertools import chain, islice
from typing import Any

from raceview.bundle.layout import Learned
from raceview.bundle.records import BLANKS, UnclosedQuoteError, csv_fields, json_fields, make_record
from raceview.bundle.rejection import RejectedError, capped
from raceview.engine.scan import ScanPlan

_LONGEST_RECORD = 100
"""Lines that a quoted line break may join into one record."""
_BATCH = 50_000

Rows = list[tuple[Any, ...]]
Line = tuple[int, str | None]


class OddLines:
    """The odd lines of one file. `pulled` holds lines that could not be scanned at all: (reason, text) by line."""

    def __init__(
        self, file: str, plan: ScanPlan, learned: Learned, zone: tzinfo, pulled: Mapping[int, tuple[str, str]]
    ) -> None:
        self._file, self._plan, self._learned, self._zone = file, plan, learned, zone
        self._pulled = pulled
        self.quarantined = 0

    def settled(self, batches: Iterator[Sequence[Line]]) -> Iterator[tuple[Rows, Rows]]:
        """(good, bad) rows as `Scanner.settle` takes them, in batches."""
        good: Rows = []
        bad: Rows = []
        for line, text, outcome in self._records(chain.from_iterable(batches)):
            if isinstance(outcome, str):
                bad.append((self._file, line, outcome, capped(text.removesuffix("\r"))))
            else:
                good.append((line, text, *outcome))
            if len(good) + len(bad) >= _BATCH:
                self.quarantined += len(bad)
                yield good, bad
                good, bad = [], []
        self.quarantined += len(bad)
        yield good, bad

    def _records(self, lines: Iterator[Line]) -> Iterator[tuple[int, str, tuple[Any, ...] | str]]:
        """(line, text, the relation's columns or the reason why not) of each record."""
        ahead: deque[Line] = deque()
        while True:
            ahead.extend(islice(lines, _LONGEST_RECORD - len(ahead)))
            if not ahead:
                return
            line, text = ahead.popleft()
            if line in self._pulled:
                reason, text = self._pulled[line]
                yield line, text, reason
            elif text is not None and text.strip(BLANKS):
                try:
                    yield line, text, self._parse(text)
                except UnclosedQuoteError as error:
                    joined = self._joined(line, text, ahead)
                    if joined is None:
                        yield line, text, str(error)
                    else:
                        count, whole, outcome = joined
                        for _ in range(count):
                            ahead.popleft()
                        yield line, whole, outcome
                except RejectedError as error:
                    yield line, text, str(error)

    def _joined(
        self, line: int, text: str, ahead: Sequence[Line]
    ) -> tuple[int, str, tuple[Any, ...] | str] | None:
        """The record that starts on `line` and goes on over (so many) of the lines `ahead`, if there is one."""
        whole = text
        for count, (number, more) in enumerate(ahead, start=1):
            if number != line + count or number in self._pulled or self._is_record(more):
                return None
            whole = f"{whole}\n{more or ''}"
            if more and '"' in more:
                try:
                    return count, whole, self._parse(whole)
                except UnclosedQuoteError:
                    continue
                except RejectedError as error:
                    return (count, whole, str(error)) if self._has_all_fields(whole) else None
        return None

    def _is_record(self, text: str | None) -> bool:
        if not text:
            return False
        try:
            self._parse(text)
        except RejectedError:
            return False
        return True

    def _has_all_fields(self, text: str) -> bool:
        try:
            csv_fields(text.removesuffix("\r"), self._learned.names)
        except RejectedError:
            return False
        return True

    def _parse(self, text: str) -> tuple[Any, ...]:
        relation = self._plan.relation
        if self._learned.layout.json:
            fields = json_fields(text, relation.texts)
        else:
            fields = csv_fields(text.removesuffix("\r"), self._learned.names)
        return make_record(relation, fields, self._zone)
