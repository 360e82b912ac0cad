"""Where the files of a command are, and the investigation of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import raceview
from raceview.cli import options as given
from raceview.cli.reading import path
from raceview.errors import UsageError
from raceview.model import Options

if TYPE_CHECKING:
    from raceview.engine import Engine
    from raceview.investigation import Investigation
    from raceview.progress import Progress

DEMO_EVENTS = 2000
DEMO_SEED = 7


@dataclass(frozen=True, slots=True)
class Inputs:
    """Where the files are: a folder, single files that lie elsewhere, or both."""

    bundle: Path | None
    ticks: Path | None
    attempts: Path | None
    output: Path | None


@contextmanager
def inputs(
    bundle: str | None, demo: bool, ticks: str | None, attempts: str | None, output: str | None
) -> Iterator[Inputs]:
    """The files to read; those of `--demo` live as long as the context."""
    single = (path(ticks), path(attempts), path(output))
    if not demo:
        folder = None if any(single) and not bundle else Path(bundle or given.SAMPLE)
        yield Inputs(folder, *single)
        return
    if bundle or any(single):
        raise UsageError("--demo makes its own bundle: leave BUNDLE, --ticks, --attempts and --output away")
    from tempfile import TemporaryDirectory

    from raceview.export.documents import DEMO_FOLDER
    from raceview.simulate import Family, Order
    from raceview.simulate import simulate as write_bundle

    with TemporaryDirectory(prefix=DEMO_FOLDER) as temporary:
        made = Path(temporary) / "demo"  # the name stands in the manifest, where chance has no place
        write_bundle(made, Family.MIXED, DEMO_EVENTS, DEMO_SEED, Order.EVENT, None)
        yield Inputs(made, None, None, None)


@contextmanager
def opened(
    files: Inputs,
    options: Options,
    engine: Engine | None = None,
    meanwhile: Callable[[Investigation], None] | None = None,
) -> Iterator[tuple[Investigation, Progress | None]]:
    """The files analysed, with a progress bar that goes on for what is made of them; the rest as in `open_bundle`."""
    from raceview.progress import progress_bar

    with (
        progress_bar() as progress,
        raceview.open_bundle(
            files.bundle,
            ticks=files.ticks,
            attempts=files.attempts,
            output=files.output,
            options=options,
            progress=progress,
            engine=engine,
            meanwhile=meanwhile,
        ) as investigation,
    ):
        yield investigation, progress
