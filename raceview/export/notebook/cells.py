"""What a notebook is made of: cells, and text from the files that stands in them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from textwrap import dedent

from raceview.bundle import BundleFiles, find_bundle
from raceview.model import NS_PER_SECOND, Options, Policy
from raceview.safe_text import printable

LONGEST = 400
"""Columns of a quotation."""
_UNITS = (("ns", 1), ("us", 1000), ("ms", 1_000_000), ("s", NS_PER_SECOND), ("min", 60 * NS_PER_SECOND))
_STEPS = {"min": (1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440), "s": (1, 2, 5, 10, 15, 30)}
_DECIMAL_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: code to run, or Markdown. `name` is its id, stable from one writing to the next."""

    name: str
    text: str
    code: bool


def markdown(name: str, *paragraphs: str) -> Cell:
    """Paragraphs that say something; empty ones are left out."""
    return Cell(name, "\n\n".join(text for text in paragraphs if text), code=False)


def code(name: str, text: str) -> Cell:
    return Cell(name, dedent(text).strip("\n"), code=True)


def quoted(text: str) -> str:
    """Text from the files as a code span: nothing in it is markup, a link or a formula."""
    shown = printable(text, LONGEST)
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def items(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {line}" for line in lines)


def opening(files: BundleFiles, options: Options, folder: Path) -> str:
    """The call that opens the bundle again, from a notebook in `folder`: with relative paths where there are any."""
    present = {file.role: file.path for file in files.present()}
    bundle = next(iter(present.values())).parent
    found = {role: path for role, path in find_bundle(bundle).roles() if path is not None} if present else {}
    if {role: path.resolve() for role, path in found.items()} == {
        role: path.resolve() for role, path in present.items()
    }:
        arguments = [repr(_path(bundle, folder))]
    else:
        arguments = [f"{role}={_path(path, folder)!r}" for role, path in present.items()]
    chosen = [
        f"{field.name}={_value(getattr(options, field.name))}"
        for field in fields(Options)
        if getattr(options, field.name) != field.default
    ]
    if chosen:
        arguments.append(f"options=raceview.Options({', '.join(chosen)})")
    return f"raceview.open_bundle({', '.join(arguments)})"


def span_text(total_ns: int, most: int) -> tuple[int, str]:
    """A round span of time of which `total_ns` has at most `most`: in ns, and as pandas writes it."""
    for unit, size in _UNITS:
        for step in _STEPS.get(unit, _DECIMAL_STEPS):
            if step * size * most >= total_ns:
                return step * size, f"{step}{unit}"
    days = -(-total_ns // (most * 86400 * NS_PER_SECOND))
    return days * 86400 * NS_PER_SECOND, f"{days}D"


def _path(path: Path, folder: Path) -> str:
    """From the notebook's folder, unless the two have nothing in common."""
    there, here = path.resolve(), folder.resolve()
    if Path(os.path.commonpath([there, here])) == Path(here.anchor):
        return str(there)
    return os.path.relpath(there, here)


def _value(value: object) -> str:
    return f'raceview.Policy("{value}")' if isinstance(value, Policy) else repr(value)
