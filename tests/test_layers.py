"""Imports point one way, read from the source: DESIGN section 4. Late imports count as well as early ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import raceview

PACKAGE = Path(raceview.__file__).parent

LAYERS = [
    {"model"},
    {"errors", "quantities", "safe_text", "progress", "interrupts", "process"},
    {"engine", "bundle", "sql"},
    {
        "linkage",
        "matching",
        "causes",
        "findings",
        "frames",
        "policies",
        "safeguards",
        "summary",
        "sensitivity",
        "inferred_events",
    },
    {"investigation"},
    {"export", "charts", "gate", "answers", "line_edits", "comparison", "stream"},
    {"cli", "tui", "deduplicate_stream"},
    {"__main__"},
]
"""From the bottom up; a module may import from its own layer and from those below, never in a circle."""

APART = {"simulate"}
"""Makes examples for the analysis, which must not know how: only the top two layers may import it."""


def test_every_module_has_a_layer() -> None:
    assert {part for part, _ in _modules()} <= set().union(*LAYERS, APART)


def test_imports_point_down() -> None:
    upward = [
        f"{part} -> {other}" for part, others in _graph().items() for other in others if _up(part, other)
    ]
    assert upward == []


def test_no_circles() -> None:
    graph = {part: others - {part} for part, others in _graph().items()}
    TopologicalSorter(graph).prepare()


def test_only_the_top_imports_the_simulator() -> None:
    importers = {part for part, others in _graph().items() if "simulate" in others}
    assert importers <= LAYERS[-2] | APART


def test_the_simulator_stands_apart() -> None:
    assert _graph().get("simulate", set()) <= {"simulate", *LAYERS[0], *LAYERS[1]}


def test_only_the_screens_import_textual() -> None:
    assert _importers("textual") <= {"tui"}


def test_only_charts_import_plotext() -> None:
    assert _importers("plotext") <= {"charts"}


def _up(part: str, other: str) -> bool:
    return not APART & {part, other} and _height(other) > _height(part)


def _height(part: str) -> int:
    return next(height for height, layer in enumerate(LAYERS) if part in layer)


def _graph() -> dict[str, set[str]]:
    """Each part of the package (module or folder at the top) and the parts that it imports."""
    graph: dict[str, set[str]] = {}
    for part, tree in _modules():
        graph.setdefault(part, set()).update(
            name.split(".")[1] for name in _imports(tree) if name.startswith("raceview.")
        )
    return {part: {other for other in others if _is_part(other)} for part, others in graph.items()}


def _importers(library: str) -> set[str]:
    return {part for part, tree in _modules() if any(n.split(".")[0] == library for n in _imports(tree))}


def _modules() -> Iterator[tuple[str, ast.Module]]:
    """The package's own `__init__` is left out: it names what others ask for, and loads it late."""
    for path in sorted(PACKAGE.rglob("*.py")):
        part = path.relative_to(PACKAGE).with_suffix("").parts[0]
        if part != "__init__":
            yield part, ast.parse(path.read_text(encoding="utf-8"))


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_part(name: str) -> bool:
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()
