"""The SQL of a scan in DuckDB's dialect: from the text of a file to the typed relation, for one `ScanPlan`.

A scan makes the table `<relation>_scan` in one pass over the file, in file order. Its `rowid` is the relation's key, so
that a join on it reads no text of the records that it passes over: for ticks and attempts the physical line, after as
many empty rows as there are lines before the first record, for outputs the row. Columns: the relation's own, `state`,
and `raw`, the record as read where it is not simply its fields joined (NULL elsewhere: that saves a copy of the file).
"""

from __future__ import annotations

from collections.abc import Sequence

from raceview.engine.duckdb_values import literal, price_units, time_ns
from raceview.engine.scan import ATTEMPTS, OUTPUTS, STATUSES, Column, FileRelation, ScanPlan

ODD, GOOD, BAD = 0, 1, 2
"""`state`: not understood by the SQL (in the end: no record starts on this line), good, quarantined."""

_NEVER_IN_A_FILE = "\x1f\x1e\x1f\x1e"
_JSON_LITERAL = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?"


def scan_table(relation: FileRelation) -> str:
    """The name of the table that a scan makes."""
    return relation.name + "_scan"


def first_line(plan: ScanPlan) -> int:
    """The physical line that the scan begins with."""
    return 1 if plan.by_lines else plan.layout.data_line


def rows_before(plan: ScanPlan) -> int:
    """How many rows of the scan table are none of the file."""
    return 0 if plan.relation is OUTPUTS else first_line(plan)


def line_of_row(plan: ScanPlan) -> str:
    """The physical line of a row of the scan table."""
    return f"rowid + {first_line(plan)}" if plan.relation is OUTPUTS else "rowid"


def scan_query(plan: ScanPlan, any_time: bool) -> str:
    """The whole scan as one query; its records come in file order.

    Without `any_time` a time is understood only in its column's usual shapes: all the others take 10 ms to plan.
    """
    source = _lines_source(plan) if plan.by_lines else _columns_source(plan)
    relation = plan.relation
    fields = {
        column.field: (plan, index, column)
        for index, column in enumerate(plan.layout.columns)
        if column.field
    }
    texts = [_value(*fields[name]) if name in fields else "''" for name in relation.texts]
    extracted = ", ".join(f"{value} AS {name}" for name, value in zip(relation.texts, texts, strict=True))
    inner = f"SELECT *, {extracted}, {_fits(plan)} AS fits FROM ({source})"
    integers = ", ".join(f"{expression} AS {name}" for name, expression in _integers(plan, any_time).items())
    typed = f"SELECT *, {integers} FROM ({inner})"
    raw = _raw(plan)  # spelled out where it is used: only the few records that need it pay for it
    kept = raw if keeps_raw(plan) else f"CASE WHEN {_verbatim(relation)} THEN NULL ELSE {raw} END"
    columns = ", ".join(_final_text(name) for name in relation.texts)
    return (
        f"{_empty_rows(plan)}SELECT {columns}, {', '.join(relation.integers)}, ok::TINYINT AS state, {kept} AS raw"
        f" FROM (SELECT *, coalesce({_good(plan)}, false) AS ok FROM ({typed}))"
    )


def _empty_rows(plan: ScanPlan) -> str:
    relation = plan.relation
    nothing = [f"NULL::VARCHAR AS {name}" for name in relation.texts]
    nothing += [f"NULL::BIGINT AS {name}" for name in relation.integers]
    rows = rows_before(plan)
    empty = f"SELECT {', '.join(nothing)}, {ODD}::TINYINT AS state, NULL::VARCHAR AS raw FROM range({rows})"
    return f"{empty} UNION ALL " if rows else ""


def keeps_raw(plan: ScanPlan) -> bool:
    """Whether the record as read cannot be had back from the fields, for relations that may ask for it later."""
    if plan.relation is OUTPUTS:
        return plan.by_lines or any(column.field is None for column in plan.layout.columns)
    return plan.relation is ATTEMPTS and plan.assume_tz != "UTC"


def record_text(plan: ScanPlan) -> str:
    """The record byte for byte, of a row of the scan table."""
    columns = plan.layout.columns
    parts = [
        f"{literal(column.prefix)} || {column.field} || {literal(column.suffix)}"
        if column.prefix or column.suffix
        else str(column.field)
        for column in columns
    ]
    joined = " || ',' || ".join(parts)
    if plan.carriage_return and not plan.by_lines:
        joined += " || chr(13)"
    return "raw" if keeps_raw(plan) else f"coalesce(raw, {joined})"


def _columns_source(plan: ScanPlan) -> str:
    names = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(plan.layout.columns)))
    new_line = r"\r\n" if plan.carriage_return else r"\n"
    return (
        f"SELECT * FROM read_csv({literal(str(plan.path))}, columns={{{names}}}, auto_detect=false, quote='',"
        f" escape='', delim=',', header=false, skip={plan.layout.data_line - 1}, new_line='{new_line}',"
        f" nullstr='{_NEVER_IN_A_FILE}')"
    )


def _lines_source(plan: ScanPlan) -> str:
    lines = (
        f"SELECT t FROM read_csv({literal(str(plan.path))}, columns={{'t': 'VARCHAR'}}, auto_detect=false, quote='',"
        f" escape='', delim='{plan.separator}', header=false, new_line='\\n', strict_mode=false)"
    )
    count = len(plan.layout.columns)
    body = "t"
    if plan.carriage_return:
        mark = literal(plan.carriage_return)
        body = f"CASE WHEN ends_with(t, {mark}) THEN left(t, -1) ELSE t END"
    names = ", ".join(f"parts[{index + 1}] AS c{index}" for index in range(count))
    return f"SELECT t, parts, {names} FROM (SELECT t, string_split({body}, ',') AS parts FROM ({lines}))"


def _value(plan: ScanPlan, index: int, column: Column) -> str:
    if not column.suffix:
        return f"substr(c{index}, {len(column.prefix) + 1})" if column.prefix else f"c{index}"
    length = f"{'strlen' if plan.ascii else 'length'}(c{index})"
    return f"substr(c{index}, {len(column.prefix) + 1}, {length} - {len(column.prefix) + len(column.suffix)})"


def _fits(plan: ScanPlan) -> str:
    """Whether a line is made up as the layout says, so that its values are what stands between the commas."""
    conditions = []
    if plan.by_lines:
        conditions.append(f"len(parts) = {len(plan.layout.columns)}")
        if plan.carriage_return:
            conditions.append(f"NOT contains(left(t, -1), {literal(plan.carriage_return)})")
    for index, column in enumerate(plan.layout.columns):
        conditions += _column_fits(plan, index, column)
    return " AND ".join(conditions) or "true"


def _column_fits(plan: ScanPlan, index: int, column: Column) -> list[str]:
    """The conditions that its value is what stands between prefix and suffix, and needs no unescaping.

    A time or a price needs no more than prefix and suffix: the check of its shape sees to the rest.
    """
    name, value = f"c{index}", _value(plan, index, column)
    conditions = []
    if column.prefix:
        conditions.append(f"starts_with({name}, {literal(column.prefix)})")
    if column.suffix:
        conditions.append(f"ends_with({name}, {literal(column.suffix)})")
    if column.field in plan.relation.prices:
        return conditions
    if column.literal == "json":
        return [*conditions, f"regexp_full_match({value}, '{_JSON_LITERAL}')"]
    if column.field in plan.relation.times and column.field not in plan.relation.nullable:
        return conditions
    if column.prefix and column.suffix:
        length = len((column.prefix + column.suffix).encode())
        conditions.append(f"strlen({name}) >= {length}")
    if plan.quotes:
        conditions.append(f"NOT contains({value}, '\"')")
    if plan.backslashes and plan.layout.json:
        conditions.append(rf"NOT contains({value}, '\')")
    if plan.nuls:
        conditions.append(f"NOT contains({value}, chr(0))")
    return conditions


def _raw(plan: ScanPlan) -> str:
    if not plan.by_lines:
        joined = _with_commas([f"c{index}" for index in range(len(plan.layout.columns))])
        tail = " || chr(13)" if plan.carriage_return else ""
        return joined + tail
    if plan.carriage_return:
        return f"replace(t, {literal(plan.carriage_return)}, chr(13))"
    return "t"


def _with_commas(values: Sequence[str]) -> str:
    """The values joined by commas, NULL where one is: in halves, as DuckDB refuses what is nested 1,000 deep."""
    if len(values) == 1:
        return values[0]
    half = len(values) // 2
    return f"({_with_commas(values[:half])} || ',' || {_with_commas(values[half:])})"


def _integers(plan: ScanPlan, any_time: bool) -> dict[str, str]:
    relation = plan.relation
    kinds = {column.field: column.literal for column in plan.layout.columns}
    shapes = plan.layout.time_shapes
    times = {target: time_ns(name, shapes.get(name, ()), any_time) for name, target in relation.times.items()}
    return times | {
        target: price_units(name, kinds.get(name) == "json") for name, target in relation.prices.items()
    }


def _good(plan: ScanPlan) -> str:
    """The conditions of a good record; they are NULL or false where the record must be looked at more closely."""
    relation = plan.relation
    conditions = ["fits"]
    for name in relation.texts:
        target = relation.times.get(name) or relation.prices.get(name)
        if target:
            empty = f"{name} = '' OR " if name in relation.nullable else ""
            conditions.append(f"({empty}{target} IS NOT NULL)")
        elif name == "status":
            conditions.append(
                f"CASE WHEN {_usual_status()} THEN true ELSE {_clean_status()} IN {STATUSES} END"
            )
        elif name not in relation.nullable:
            conditions.append(f"{name} <> ''")
    if relation is ATTEMPTS and plan.assume_tz == "UTC":
        conditions.append("(end_ns IS NULL OR end_ns >= start_ns)")
    return " AND ".join(conditions)


def _usual_status() -> str:
    return " OR ".join(f"status = '{status}'" for status in STATUSES)


def _clean_status() -> str:
    return "lower(trim(status, ' '))"


def _verbatim(relation: FileRelation) -> str:
    return f"ok AND ({_usual_status()})" if relation is ATTEMPTS else "ok"


def _final_text(name: str) -> str:
    if name != "status":
        return name
    return f"CASE WHEN {_usual_status()} THEN status ELSE {_clean_status()} END AS status"
