"""How a bundle is opened, and the headless command that gives the same answers."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from raceview.model import Options, Policy

if TYPE_CHECKING:
    from raceview.engine import Engine
    from raceview.investigation import Investigation


@dataclass(frozen=True, slots=True)
class Opening:
    """Where the files lie and how they are to be analysed.

    `event` and `at` name the place to open at, as a user typed them. `arguments` are the command line's own words for
    files and options, without `--policy`, `--out` and `--export`.
    """

    bundle: Path | None
    ticks: Path | None = None
    attempts: Path | None = None
    output: Path | None = None
    options: Options = field(default_factory=Options)
    event: str | None = None
    at: str | None = None
    arguments: tuple[str, ...] = ()

    def open(self, progress: Callable[[str, int, int], None], engine: Engine | None = None) -> Investigation:
        """Read and analyse the bundle. Raises what `raceview.open_bundle` raises, and whatever `progress` does."""
        from raceview.investigation import open_bundle

        return open_bundle(
            self.bundle,
            ticks=self.ticks,
            attempts=self.attempts,
            output=self.output,
            options=self.options,
            progress=progress,
            engine=engine,
        )

    @property
    def name(self) -> str:
        """What to call it before it is open: the folder's name."""
        return self.bundle.resolve().name if self.bundle else "files"

    def command(self, policy: Policy, out: Path) -> str:
        """The shell command that writes the same export without a terminal."""
        return shlex.join(
            ["raceview", *self.arguments, "--export", "--policy", str(policy), "--out", str(out)]
        )

    def document_command(self, name: str, policy: Policy, path: Path) -> str:
        """The same for one of the commands that write a document (`report`, `notebook`, `trace`)."""
        return shlex.join(["raceview", name, *self.arguments, "--policy", str(policy), "-o", str(path)])
