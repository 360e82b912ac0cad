"""Runs commands one after the other, turn by turn, in one run: what disturbs the machine disturbs them all alike.

The figures that count are the ratios, each of two processes that ran right after each other; times alone mean little
on a shared machine. Standard library only, and small: a child's peak memory can read no lower than its parent's.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HERE = Path(__file__).resolve().parent
RACEVIEW = (sys.executable, "-m", "raceview")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
"""So that it is this checkout's raceview that is measured, installed or not."""
MIB = 1 << 20
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in the unit of `ru_maxrss`."""


@dataclass(frozen=True, slots=True)
class Run:
    """One process, start and end included: seconds on the wall, seconds of CPU, bytes of memory at the peak."""

    wall: float
    cpu: float
    peak: int
    stdout: str


def run(command: Sequence[str]) -> Run:
    """Run it in the project's folder; what it says on stderr is shown if it fails, and that ends the benchmark."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as talk:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=out, stderr=talk
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        talk.seek(0)
        if process.returncode:
            raise SystemExit(f"{shlex.join(command)}: exit code {process.returncode}\n{talk.read()}")
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * RSS_UNIT, out.read())


def take_turns(commands: Mapping[str, Sequence[str]], turns: int, warm: bool = True) -> dict[str, list[Run]]:
    """All commands once unmeasured if `warm` (files are then in memory), and `turns` times, the first one first."""
    for command in commands.values() if warm else ():
        run(command)
    taken: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(turns):
        for name, command in commands.items():
            taken[name].append(run(command))
    return taken


def ratio(runs: Sequence[Run], against: Sequence[Run]) -> float:
    """The median, over the turns, of the wall time of the one by that of the other in the same turn."""
    return statistics.median(one.wall / other.wall for one, other in zip(runs, against, strict=True))


def table(taken: Mapping[str, Sequence[Run]]) -> str:
    """One line per command."""
    lines = [f"{'':24}{'wall s: min':>12}{'median':>9}{'max':>9}{'cpu s':>9}{'peak MiB':>10}"]
    for name, runs in taken.items():
        walls = [one.wall for one in runs]
        cpu = statistics.median(one.cpu for one in runs)
        peak = max(one.peak for one in runs) / MIB
        lines.append(
            f"{name:24}{min(walls):12.2f}{statistics.median(walls):9.2f}{max(walls):9.2f}{cpu:9.2f}{peak:10.0f}"
        )
    return "\n".join(lines)


def load() -> str:
    """How busy the machine was: figures taken beside other work say so."""
    return f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}"


@contextlib.contextmanager
def folder(given: str | None) -> Iterator[Path]:
    """Where bundles and exports go: a folder that is kept, so that the next run need not simulate, or a passing one."""
    if given:
        Path(given).mkdir(parents=True, exist_ok=True)
        yield Path(given).resolve()
        return
    with tempfile.TemporaryDirectory(prefix="raceview-bench-") as passing:
        yield Path(passing)


def simulated(out: Path, *options: str) -> tuple[Path, Run | None]:
    """A bundle of the simulator, and what making it took; None where it is there already."""
    if (out / "truth.json").exists():
        return out, None
    return out, run([*RACEVIEW, "simulate", str(out), *options])


def arguments(purpose: str | None, turns: int) -> argparse.Namespace:
    """What every benchmark takes: `--turns`, `--folder`."""
    parser = argparse.ArgumentParser(description=(purpose or "").partition("\n")[0])
    parser.add_argument(
        "--turns", type=int, default=turns, help="measured runs of each command (%(default)s)"
    )
    parser.add_argument(
        "--folder", help="keep bundles and exports here, and use them again (default: a passing one)"
    )
    return parser.parse_args()


def main() -> None:
    """Compare two commands, each given as one argument: `compare.py "sleep 1" "sleep 2"`."""
    parser = argparse.ArgumentParser(description="Run two commands alternately and compare them.")
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("--turns", type=int, default=5)
    given = parser.parse_args()
    commands = {"first": shlex.split(given.first), "second": shlex.split(given.second)}
    taken = take_turns(commands, given.turns)
    print(table(taken))
    print(f"first / second, pair by pair: {ratio(taken['first'], taken['second']):.2f}   ({load()})")


if __name__ == "__main__":
    main()
