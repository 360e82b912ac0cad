"""Learns from the first lines of a file how its usual line is made up, so that an engine can split at commas alone.

A wrong guess costs time, never a record: an engine checks each line against the layout, and those that differ are
read the careful way (`records.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from raceview.bundle.records import BLANKS, json_fields, split_csv
from raceview.bundle.rejection import RejectedError, shown
from raceview.bundle.survey import Survey
from raceview.bundle.times import time_shape
from raceview.engine.scan import Column, FileRelation, Layout
from raceview.errors import InputError

_SAMPLE_LINES = 200
_JSON_PAIR = re.compile(
    r'(?P<before>\s*)"(?P<key>[^"\\]*)"(?P<colon>\s*:\s*)'
    r'(?:"(?P<text>[^"\\]*)"|(?P<number>-?[0-9][-+.eE0-9]*|true|false|null))(?P<after>\s*)(?P<end>[,}])'
)


@dataclass(frozen=True, slots=True)
class Learned:
    """A file's layout, its header's raw text ("" in JSON lines) and the names of its columns, in order."""

    layout: Layout
    header: str = ""
    names: tuple[str, ...] = ()


def learn_layout(
    name: str,
    found: Survey,
    relation: FileRelation,
    json: bool,
    columns: Mapping[str, str] = MappingProxyType({}),
) -> Learned:
    """The layout of the file `name`. Raises InputError where it is empty or not of the kind that it should be.

    `columns` says, by field, how the column of a CSV file is called that is not called as the field is.
    """
    expected = _expected(relation, json, columns)
    if not found.sample.strip():
        if found.lines <= 1 or not found.sample:
            raise InputError(f"{name}: expected {expected}; found an empty file")
        raise InputError(f"{name}, line 1: expected {expected}; found blank lines")
    lines = _sample_lines(found)
    return _learn_json(name, lines, relation) if json else _learn_csv(name, found, lines, relation, columns)


def _expected(relation: FileRelation, json: bool, columns: Mapping[str, str] = MappingProxyType({})) -> str:
    kind = "JSON lines with" if json else "a CSV header with"
    return f"{kind} {', '.join(columns.get(field, field) for field in relation.required)}"


def _sample_lines(found: Survey) -> list[str]:
    """Whole lines from the start, without their endings (the first in any case)."""
    lines = found.sample.split(b"\n")
    if len(found.sample) < found.text_size and len(lines) > 1:
        lines.pop()
    return [line.removesuffix(b"\r").decode(errors="replace") for line in lines[:_SAMPLE_LINES]]


def _learn_csv(
    name: str, found: Survey, lines: Sequence[str], relation: FileRelation, columns: Mapping[str, str]
) -> Learned:
    position = next((index for index, line in enumerate(lines) if line.strip(BLANKS)), 0)
    header = lines[position]
    where = f"{name}, line {position + 1}: expected {_expected(relation, False, columns)}"
    if "\0" in header:
        raise InputError(f"{where}; found binary data")
    try:
        header_bytes = found.sample.split(b"\n")[position]
        header_bytes.decode()
        names = field_names(split_csv(header), columns)
    except (RejectedError, UnicodeDecodeError):
        raise InputError(f"{where}; found {shown(header)}") from None
    missing = [column for column in relation.required if column not in names]
    if missing:
        raise InputError(f"{where}; found {shown(header)}")
    twice = [column for column in relation.texts if names.count(column) > 1]
    if twice:
        raise InputError(f"{where}; found {columns.get(twice[0], twice[0])} more than once")
    records = [line.split(",") for line in lines[position + 1 :]]
    usual = [parts for parts in records if len(parts) == len(names)]
    laid_out = tuple(
        _csv_column(column if column in relation.texts else None, [parts[index] for parts in usual])
        for index, column in enumerate(names)
    )
    layout = Layout(
        laid_out, data_line=position + 2, json=False, time_shapes=_shapes(relation, laid_out, usual)
    )
    return Learned(layout, header, names)


def field_names(header: Sequence[str], columns: Mapping[str, str] = MappingProxyType({})) -> tuple[str, ...]:
    """The fields that the columns of a header stand for; a column that is none keeps its name, in small letters."""
    fields = {column.strip().lower(): field for field, column in columns.items()}
    names = [column.strip().lower() for column in header]
    return tuple(fields.get(name, f"{name} (another)" if name in columns else name) for name in names)


def _csv_column(field: str | None, values: Sequence[str]) -> Column:
    quoted = sum(len(value) > 1 and value[0] == value[-1] == '"' for value in values)
    mark = '"' if quoted > len(values) / 2 else ""
    return Column(field, prefix=mark, suffix=mark)


def _learn_json(name: str, lines: Sequence[str], relation: FileRelation) -> Learned:
    _must_hold_objects(name, lines, relation)
    laid_out = [_json_columns(line, relation) for line in lines]
    templates = Counter(filter(None, laid_out))
    if not templates:
        return Learned(Layout((), data_line=1, json=True))
    ((columns, _),) = templates.most_common(1)
    usual = [line.split(",") for line, own in zip(lines, laid_out, strict=True) if own == columns]
    usual = [parts for parts in usual if len(parts) == len(columns)]
    return Learned(Layout(columns, data_line=1, json=True, time_shapes=_shapes(relation, columns, usual)))


def _must_hold_objects(name: str, lines: Iterable[str], relation: FileRelation) -> None:
    seen: set[str] = set()
    objects = 0
    for line in lines:
        try:
            seen.update(key for key, value in json_fields(line, relation.texts).items() if value)
            objects += 1
        except RejectedError:
            continue
    first = next((number for number, line in enumerate(lines, start=1) if line.strip(BLANKS)), 1)
    expected = f"{name}, line {first}: expected {_expected(relation, json=True)}"
    if not objects:
        raise InputError(f"{expected}; found {shown(list(lines)[first - 1])}")
    missing = [field for field in relation.required if field not in seen]
    if missing:
        raise InputError(f"{expected}; found no {' and no '.join(missing)} in the first {objects} records")


def _json_columns(line: str, relation: FileRelation) -> tuple[Column, ...] | None:
    """The layout of one JSON line; None where it is nested, holds a key twice or is not well-formed."""
    position = len(line) - len(line.lstrip())
    if not line.startswith("{", position):
        return None
    columns: list[Column] = []
    keys: list[str] = []
    start = 0
    position += 1
    while match := _JSON_PAIR.match(line, position):
        text = match["text"] is not None
        value_start, value_end = match.span("text" if text else "number")
        end = match.end() - (match["end"] == ",")
        suffix = line[value_end : end if match["end"] == "," else len(line)]
        key = match["key"].strip().lower()
        keys.append(key)
        columns.append(
            Column(
                key if key in relation.texts else None,
                prefix=line[start:value_start],
                suffix=suffix,
                literal="text" if text else "json",
            )
        )
        position = start = match.end()
        if match["end"] == "}":
            whole = not line[position:].strip() and len(set(keys)) == len(keys)
            return tuple(columns) if whole and not any("," in c.prefix + c.suffix for c in columns) else None
    return None


def _shapes(
    relation: FileRelation, columns: Sequence[Column], records: Sequence[Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """The commonest time shape of each time field, and that without its fraction: many leave out one that is zero."""
    shapes: dict[str, tuple[str, ...]] = {}
    for index, column in enumerate(columns):
        if column.field not in relation.times:
            continue
        values = (
            parts[index][len(column.prefix) : len(parts[index]) - len(column.suffix)] for parts in records
        )
        counted = Counter(shape for value in values if (shape := time_shape(value)))
        if counted and column.field:
            commonest = counted.most_common(1)[0][0]
            whole = re.sub(r"\.0+", "", commonest)
            shapes[column.field] = (commonest, whole) if whole != commonest else (commonest,)
    return shapes
