"""The analysis as SQL: one relation a file, named after it; the file's head says what it holds and how.

A file is one SELECT over relations that come before it. It keeps to what means the same on every engine: joins,
grouping, row_number, CASE, integer arithmetic (`//` divides non-negative integers), bits of 64-bit integers and a few
string functions. Where ten million lines are looked up, a bit stands for each, 60 to an integer: they stay clear of the
sign.
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


def one_in(every: int, number: str) -> str:
    """A condition that holds for about one in `every` of the numbers in a column, whatever period they have.

    Scattered by Knuth's multiplicative hash: every k-th row would fall on the same worker where workers take turns.
    """
    return f"{number} * 2654435761 % 4294967296 // 65536 % {every} = 0" if every > 1 else "1 = 1"


def create_repeats(engine: Engine, relation: str, source: str, column: str) -> None:
    """Make a relation of records of `source` (or what is made of it) that agree in `column`, and perhaps in more.

    Its query has `{among}` to fill in: a condition that those hold, which saves grouping all where they are few.
    """
    values = f"{relation}_values"
    few = engine.may_repeat(values, source, column)
    create(engine, relation, among=f"{column} IN (SELECT value FROM {values})" if few else "1 = 1")
    if few:
        engine.drop(values)


def create(engine: Engine, *relations: str, **values: int | str) -> None:
    """Make the relations, in the order given."""
    for relation in relations:
        engine.create(relation, query(relation, **values))
