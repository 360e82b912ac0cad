"""Reports of bundles, and what an export of the same bundle says."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

import raceview
from raceview.export import write_exports
from raceview.export.report.contents import contents
from raceview.export.report.parts import Report, Table, shown
from raceview.investigation import Investigation

SAMPLE = Path(__file__).parents[2] / "data"
ASSESSMENT = Path(__file__).parents[3] / "shared" / "data" / "assessment"

Line = dict[str, str]


@dataclass(frozen=True)
class Told:
    """A report, and the folder of an export of the same bundle."""

    inv: Investigation
    report: Report
    exports: Path

    def table(self, section: str, name: str) -> Table:
        """The one table of a section that lists these."""
        (parts,) = (found.parts for found in self.report.sections if found.name == section)
        (table,) = (part for part in parts if isinstance(part, Table) and part.name == name)
        return table

    def lines(self, section: str, name: str) -> list[Line]:
        """What a reader sees of that table; counts without their separators."""
        table = self.table(section, name)
        return [
            {
                column: shown(cell).replace(",", "") if table.numeric(at) else shown(cell)
                for at, (column, cell) in enumerate(zip(table.columns, row, strict=True))
            }
            for row in table.rows
        ]

    def exported(self, file: str) -> list[Line]:
        with (self.exports / file).open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))


@pytest.fixture(
    scope="session",
    params=[
        "sample",
        pytest.param(
            "assessment",
            marks=pytest.mark.skipif(
                not ASSESSMENT.is_dir(), reason="the assessment data lie beside the project, not in it"
            ),
        ),
    ],
)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The sample's and the assessment's."""
    bundle = SAMPLE if request.param == "sample" else ASSESSMENT
    exports = tmp_path_factory.mktemp("exports")
    with raceview.open_bundle(bundle) as inv:
        write_exports(inv, exports)
        yield Told(inv, contents(inv), exports)


@pytest.fixture
def opened() -> Iterator[Callable[..., Investigation]]:
    """`opened(bundle, output=...)`: closed when the test is done."""
    with ExitStack() as stack:
        yield lambda *bundle, **given: stack.enter_context(raceview.open_bundle(*bundle, **given))
