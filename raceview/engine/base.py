"""What the analysis asks of an engine: to scan files into typed relations and to run SQL over them.

Shared SQL (`raceview/sql/`) sees 64-bit integers and strings only; all parsing of times, prices and text happens in
an engine's scan, so that a relation means the same on every engine. Nothing outside `engine/` knows which one runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd




class Engine(Protocol):
    """Runs SQL over named relations. One engine serves one analysis and is closed by its owner."""

    name: str

    def create(self, relation: str, query: str) -> None:
        """Store the result of `query` as `relation`, replacing what had that name."""

    def load(self, relation: str, columns: Mapping[str, npt.NDArray[Any]]) -> None:
        """Store equally long arrays (integers, floats, strings) as `relation`, in their order."""

    def load_rows(self, relation: str, schema: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        """Store a handful of Python rows as `relation`; `schema` maps column to SQL type."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The result as Python tuples: for small results only."""

    def arrays(self, query: str) -> dict[str, npt.NDArray[Any]]:
        """The result as one array per column. Columns must hold numbers without NULL."""

    def frame(self, query: str) -> pd.DataFrame:
        """The result as a pandas frame (imports pandas)."""

    def write_csv(self, query: str, path: Path, header: bool = True) -> None:
        """Write the result to `path` as CSV: UTF-8, comma, `\\n`, quotes where needed, NULL as nothing."""

    def write_lines(self, query: str, path: Path) -> None:
        """Write the single string column of the result to `path`, byte for byte, each value followed by `\\n`."""

    def close(self) -> None:
        """Release memory and temporary files."""
