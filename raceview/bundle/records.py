"""Reads one record the careful way, as the definition of what is good: the engines' SQL agrees or abstains.

Used for the lines that SQL did not take; it never sees the many.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from raceview.bundle.prices import parse_price
from raceview.bundle.rejection import RejectedError, rejected, shown
from raceview.bundle.times import parse_time
from raceview.engine.scan import STATUSES, FileRelation

BLANKS = " \t\r\v\f"
"""A line of nothing else is blank: no record."""
NO_VALUE = frozenset({"", "null", "none", "nan", "nat"})
"""How an end time that is not there may be written, in lower case."""

_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_UNQUOTED = re.compile(r'[^",]*')


class UnclosedQuoteError(RejectedError):
    """A quote is opened and not closed before the text ends."""


class _Number(str):
    """A JSON number, as its text."""

    __slots__ = ()


def split_csv(text: str) -> list[str]:
    """The fields of a CSV record (RFC 4180; `text` without its line ending). Raises RejectedError."""
    if '"' not in text:
        if "\r" in text:
            raise RejectedError("a carriage return inside the record")
        return text.split(",")
    fields, position = [], 0
    while True:
        match = _QUOTED.match(text, position)
        if match:
            fields.append(match[1].replace('""', '"'))
        elif text.startswith('"', position):
            raise UnclosedQuoteError("a quote is opened and not closed")
        else:
            match = _UNQUOTED.match(text, position)
            assert match is not None  # it matches the empty string
            if "\r" in match[0] or "\n" in match[0]:
                raise RejectedError("a line break inside an unquoted field")
            fields.append(match[0])
        position = match.end()
        if position == len(text):
            return fields
        if text[position] != ",":
            raise RejectedError("a quote inside a field that is not quoted, or text after a closing quote")
        position += 1


def csv_fields(text: str, header: Sequence[str]) -> dict[str, str]:
    """The record's values by the names of `header`. Raises RejectedError."""
    values = split_csv(text)
    if len(values) != len(header):
        raise RejectedError(f"expected {len(header)} fields, found {len(values)}")
    return dict(zip(header, values, strict=True))


def json_fields(text: str, names: Iterable[str]) -> dict[str, str]:
    """The values of a JSON object by the fields `names`, numbers as the text they are written in.

    Keys are matched as a CSV header is: without regard to case and surrounding spaces, an exact match winning.
    Raises RejectedError.
    """
    try:
        found = json.loads(text, parse_float=_Number, parse_int=_Number, parse_constant=_Number, strict=False)
    except (ValueError, RecursionError) as error:
        detail = (
            f" ({error.msg} at character {error.pos + 1})" if isinstance(error, json.JSONDecodeError) else ""
        )
        raise RejectedError(f"expected a JSON object{detail}") from None
    if not isinstance(found, dict):
        raise RejectedError(f"expected a JSON object, found {shown(text)}")
    values = {key.strip().lower(): value for key, value in found.items()} | found
    return {name: _json_text(name, values.get(name)) for name in names}


def _json_text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise rejected(name, "text or a number", json.dumps(value))
    try:
        value.encode()
    except UnicodeEncodeError:
        raise rejected(name, "valid Unicode", value) from None
    return str(value)


def make_record(
    relation: FileRelation, fields: Mapping[str, str], zone: tzinfo
) -> tuple[str | int | None, ...]:
    """The relation's columns, of the values by field name. Raises RejectedError with the first thing amiss."""
    texts = {name: _text(relation, name, fields.get(name, "")) for name in relation.texts}
    integers: dict[str, int | None] = {}
    for name, target in relation.times.items():
        integers[target] = parse_time(name, texts[name], zone) if texts[name] else None
    for name, target in relation.prices.items():
        integers[target] = parse_price(name, texts[name])
    start, end = integers.get("start_ns"), integers.get("end_ns")
    if start is not None and end is not None and end < start:
        raise rejected("end_time", f"at or after the start {texts['start_time']}", texts["end_time"])
    return (*texts.values(), *integers.values())


def _text(relation: FileRelation, name: str, text: str) -> str:
    if "\0" in text:
        raise rejected(name, "text without NUL bytes", text)
    if name == "status":
        text = text.strip(" ")
        if text.lower() not in STATUSES:
            raise rejected(name, " or ".join(STATUSES), text)
        return text.lower()
    if name in relation.times and name in relation.nullable:
        return "" if text.strip(" ").lower() in NO_VALUE else text
    if not text and name not in relation.nullable:
        raise rejected(name, "a value", text)
    return text
