"""The clean output: kept rows byte for byte as they were read, corrected ones with new time and price."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING

from raceview.bundle.file_bytes import WatchedFile, is_packed
from raceview.bundle.layout import field_names
from raceview.bundle.records import split_csv
from raceview.bundle.source_file import SourceFile
from raceview.engine import Engine
from raceview.errors import InputError
from raceview.export.long_file import LongFile
from raceview.export.parts import write_in_parts
from raceview.model import PRICE_UNIT_DIGITS
from raceview.sql.decimals import fixed_text

if TYPE_CHECKING:
    from raceview.investigation import Investigation

NAME = "deduplicated_output.csv"
_FIELD = re.compile(r'(?:^|,)("(?:[^"]|"")*"|[^",]*)')
"""A field of a record that has been read, so that its quotes are closed."""


def write_deduplicated(inv: Investigation, path: Path) -> str | None:
    """Write the rows that the policy keeps, in the input's order, under the input's own header.

    Returns the sha256 of the file where it was taken on the way.
    """
    output = inv.files.output
    if output is None:
        raise InputError("final_output.csv is not there: nothing to deduplicate")
    inv.need("changes")
    make_corrected(inv.engine, field_names(split_csv(output.header)), inv.price_step_units)
    return _copied(inv.engine, output, path) or _assembled(inv.engine, output, path)


def _copied(engine: Engine, output: SourceFile, path: Path) -> str | None:
    """Copy the file that was read but for what changes: a fraction of the time that it takes to assemble it.

    Returns the copy's sha256; None where the file holds more than a header and good records, one to a line, or is no
    longer what was read.
    """
    # Late, for it needs numpy, which loads while files are read.
    from raceview.line_edits import BLOCK, edited, make_line_edits

    if output.quarantined or output.lines != output.records + 1 or is_packed(output.path):
        return None
    try:
        source = output.path.open("rb")
    except OSError:  # it was there when it was read
        return None
    make_line_edits(engine)
    with source, LongFile(path) as copy:
        watched = WatchedFile(source, output.path, None)
        block = b""
        for block in filter(None, edited(engine, BufferedReader(watched, BLOCK))):
            copy.write(block)
        if not block.endswith(b"\n"):
            copy.write(b"\r\n" if _lacks_cr(output) and not block.endswith(b"\r") else b"\n")
    return copy.sha256() if watched.sha256() == output.sha256 else None


def _lacks_cr(output: SourceFile) -> bool:
    """Whether the last record is to get a CR that it may not have: the line end of the others."""
    return output.newline == "\r\n" and not output.ended


def _assembled(engine: Engine, output: SourceFile, path: Path) -> str | None:
    """Write the file from the records; as `write_in_parts`."""
    header = ("\ufeff" if output.bom else "") + output.header + ("\r" if output.newline == "\r\n" else "")

    text = "coalesce(c.text, o.text)"
    if _lacks_cr(output):
        text = (
            f"CASE WHEN o.row = {output.records - 1} THEN rtrim({text}, chr(13)) || chr(13) ELSE {text} END"
        )

    def write(condition: str, part: Path, first: bool) -> None:
        engine.write_lines(
            f"SELECT {text} AS text FROM outputs_read AS o "
            "LEFT JOIN changes AS g ON g.row = o.row LEFT JOIN corrected AS c ON c.row = o.row "
            f"WHERE coalesce(g.action, 'kept') <> 'dropped' AND {condition} ORDER BY o.row",
            part,
            header if first else None,
        )

    return write_in_parts(engine, path, "SELECT max(row) FROM outputs", "o.row", write)


def make_corrected(engine: Engine, names: Sequence[str], price_step_units: int) -> None:
    """Make `corrected` (row, text): corrected records, quoted ones in Python, all others in SQL.

    `names` are the fields that the output's columns stand for, `price_step_units` the finest precision of its prices.
    """
    if not engine.rows("SELECT 1 FROM changes WHERE action = 'corrected' LIMIT 1"):
        engine.create("corrected", "SELECT row, action AS text FROM changes WHERE 1 = 0")
        return
    time_at, price_at = names.index("timestamp"), names.index("price")
    digits = PRICE_UNIT_DIGITS - (len(str(price_step_units)) - 1)
    values = (
        "SELECT o.row, o.text, CASE WHEN g.price_units IS NULL THEN k.timestamp ELSE o.timestamp END AS new_time, "
        f"CASE WHEN g.price_units IS NULL THEN k.price ELSE {fixed_text('g.price_units', digits)} END AS new_price "
        "FROM changes AS g JOIN outputs_read AS o ON o.row = g.row JOIN ticks_read AS k ON k.line = g.event "
        "WHERE g.action = 'corrected'"
    )
    fields = [f"split_part(body, ',', {at + 1})" for at in range(len(names))]
    fields[time_at], fields[price_at] = "new_time", "new_price"
    joined = " || ',' || ".join(fields)
    engine.create(
        "corrected",
        f"SELECT row, {joined} || substr(text, length(body) + 1) AS text "
        f"FROM (SELECT v.*, rtrim(text, chr(13)) AS body FROM ({values}) AS v) AS plain WHERE text NOT LIKE '%\"%'",
    )
    quoted = engine.rows(f"SELECT row, text, new_time, new_price FROM ({values}) AS v WHERE text LIKE '%\"%'")
    if quoted:
        rebuilt = [(row, _rebuilt(text, time_at, time, price_at, price)) for row, text, time, price in quoted]
        engine.load_rows("corrected_quoted", {"row": "BIGINT", "text": "VARCHAR"}, rebuilt)
        engine.create("corrected", "SELECT * FROM corrected UNION ALL SELECT * FROM corrected_quoted")


def _rebuilt(text: str, time_at: int, time: str, price_at: int, price: str) -> str:
    """A record with quotes, its time and price replaced; all else, and whether they are quoted, as it was."""
    body = text.rstrip("\r")
    fields = _FIELD.findall(body)
    for at, value in ((time_at, time), (price_at, price)):
        fields[at] = f'"{value}"' if fields[at].startswith('"') else value
    return ",".join(fields) + text[len(body) :]
