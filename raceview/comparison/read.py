"""Makes a side of whatever is given for it, and compares two of them."""

from __future__ import annotations

from pathlib import Path

from raceview.comparison.from_bundle import facts_of_bundle
from raceview.comparison.from_export import facts_of_export
from raceview.comparison.judge import Comparison
from raceview.comparison.manifest import is_bare_export, is_export
from raceview.comparison.side import Side
from raceview.errors import InputError
from raceview.export.manifest import NAME
from raceview.investigation import Investigation, open_bundle
from raceview.model import Options
from raceview.progress import Progress


def compare(
    before: str | Path | Investigation | Side,
    after: str | Path | Investigation | Side,
    *,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """What changed from `before` to `after`: each a bundle's folder, an export's, an open investigation, or a side.

    `options` are for bundles that are opened here; an export has those it was made with. Raises InputError where a
    folder is neither a bundle nor a whole export.
    """
    return Comparison.of(side_of(before, options, progress), side_of(after, options, progress))


def side_of(
    source: str | Path | Investigation | Side,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Side:
    """The counts of one side."""
    if isinstance(source, Side):
        return source
    if isinstance(source, Investigation):
        return facts_of_bundle(source).side()
    if is_export(Path(source)):
        return facts_of_export(Path(source)).side()
    if is_bare_export(Path(source)):
        raise InputError(
            f"{source}: an export whose {NAME} is missing, without which it cannot be trusted: export again"
        )
    with open_bundle(source, options=options, progress=progress) as investigation:
        return facts_of_bundle(investigation).side()
