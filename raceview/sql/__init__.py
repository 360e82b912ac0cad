"""The analysis as SQL: one relation a file, named after it; the file's head says what it holds and how.

A file is one SELECT over relations that come before it. It keeps to what means the same on every engine: joins,
grouping, row_number, CASE, integer arithmetic (`//` divides non-negative integers) and a few string functions.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from raceview.engine.base import Engine


def query(relation: str, **values: int | str) -> str:
    """The SELECT that makes `relation`; `{name}` in it is replaced by the value given."""
    text = resources.files(__package__).joinpath(f"{relation}.sql").read_text(encoding="utf-8")
    return text.format(**values) if values else text


def create(engine: Engine, *relations: str, **values: int | str) -> None:
    """Make the relations, in the order given."""
    for relation in relations:
        engine.create(relation, query(relation, **values))
