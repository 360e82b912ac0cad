"""The investigator in a real pseudo-terminal: from its start to a screen with the numbers, and from a key to another.

First paint is measured by turns with a bare app (header, static, footer), at 80x24; keys on a bundle of 70,000 events.
A time ends where the bytes are read that change a cell, style included; drawing them is the terminal's own affair.
Needs the `dev` extra (pyte).
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from compare import ENVIRONMENT, RACEVIEW, ROOT, folder, load, simulated

sys.path.insert(0, str(ROOT / "tests"))
from terminal.driver import Terminal  # the tests' package, not this file

ASSESSMENT = ROOT.parent / "shared" / "data" / "assessment"
BARE = """
from textual.app import App
from textual.widgets import Footer, Header, Static

class Bare(App):
    BINDINGS = [("q", "quit", "Quit")]

    def compose(self):
        yield Header()
        yield Static("ready")
        yield Footer()

Bare().run()
"""
NUMBERS = r"exactly once +[0-9]"
"""What is on the screen once the verdict has its numbers."""
QUIET_S, LIMIT_S = 0.15, 30.0
SMALL, LARGE = (80, 24), (120, 40)
RACES = "n n n n n n n n n n N N N N N N N N N N"
ZOOMS = "w w w w s s s s s s w w w s s s w w s w"
PANS = "d d d d d d a a a a a a d d d a a a d a"


@dataclass(frozen=True, slots=True)
class Step:
    """What came after a start or a key: milliseconds to a changed cell and to a pattern, and bytes until quiet."""

    changed: float | None
    found: float | None
    written: int


def watch(terminal: Terminal, begin: float, before: object, pattern: str | None) -> Step:
    """Read until the pattern, if any, has come and then nothing more."""
    written, last = 0, begin
    changed: float | None = None
    found: float | None = None
    while time.perf_counter() - begin < LIMIT_S:
        data = terminal.read(0.01)
        now = time.perf_counter()
        if data:
            last, written = now, written + len(data)
            terminal.show(data)
            if changed is None and terminal.text.strip() and terminal.cells() != before:
                changed = 1000 * (now - begin)
            if pattern and found is None and re.search(pattern, terminal.text):
                found = 1000 * (now - begin)
        elif terminal.ended or (now - last > QUIET_S and (found or not pattern)):
            break
    return Step(changed, found, written)


def start(command: Sequence[str], size: tuple[int, int], pattern: str, state: Path) -> tuple[Terminal, Step]:
    """Start a program whose own state (notes, last place) lies in `state`."""
    environment = {**ENVIRONMENT, "TERM": "xterm-256color", "XDG_STATE_HOME": str(state)}
    begin = time.perf_counter()
    terminal = Terminal(command, *size, environment, ROOT)
    return terminal, watch(terminal, begin, terminal.cells(), pattern)


def press(terminal: Terminal, key: str) -> Step:
    """What a key does."""
    before, begin = terminal.cells(), time.perf_counter()
    terminal.press(key)
    return watch(terminal, begin, before, None)


def leave(terminal: Terminal) -> None:
    """`q`, and gone."""
    terminal.press("q")
    terminal.wait()
    terminal.close()


def starts(bundle: Path, turns: int, state: Path) -> None:
    """First paint, by turns with the bare app, and the verdict's numbers."""
    paints: list[tuple[float, float]] = []
    numbers: list[float] = []
    for turn in range(turns + 1):  # the first one brings the files into memory
        bare, least = start([sys.executable, "-c", BARE], SMALL, "ready", state)
        leave(bare)
        raceview, ours = start([*RACEVIEW, str(bundle)], SMALL, NUMBERS, state / str(turn))
        leave(raceview)
        if turn and least.changed and ours.changed and ours.found:
            paints.append((ours.changed, least.changed))
            numbers.append(ours.found)
    if not paints:
        raise SystemExit(f"nothing was painted, or /{NUMBERS}/ never came")
    ours_ms, bare_ms = (statistics.median(column) for column in zip(*paints, strict=True))
    ratio = statistics.median(one / other for one, other in paints)
    print(f"bare Textual app, first paint      {bare_ms:7.0f} ms")
    print(
        f"raceview, first paint              {ours_ms:7.0f} ms   {ratio:.2f} of the bare one, target <= 1.5"
    )
    print(f"raceview, the verdict's numbers    {statistics.median(numbers):7.0f} ms   target <= 1500")


def keys(bundle: Path, size: tuple[int, int], state: Path) -> None:
    """Next race, zoom and pan on the timeline; the first race, which opens it, by itself."""
    terminal, _ = start([*RACEVIEW, str(bundle)], size, NUMBERS, state)
    first = press(terminal, "n")
    print(f"\n{size[0]}x{size[1]}: the timeline opens at a race in {first.changed or float('nan'):.0f} ms")
    print(f"{'':12}{'changed ms: median':>20}{'95th':>7}   target 50, 100{'bytes: median':>17}{'most':>8}")
    for name, pressed in (("next race", RACES), ("zoom", ZOOMS), ("pan", PANS)):
        steps = [press(terminal, key) for key in pressed.split()]
        times = sorted(step.changed for step in steps if step.changed is not None)
        written = sorted(step.written for step in steps)
        if not times:
            print(f"{name:12}no key changed the screen")
            continue
        high = times[min(len(times) - 1, int(0.95 * len(times)))]
        note = "   target 8192" if name == "pan" and size == LARGE else ""
        still = f"   {len(steps) - len(times)} keys changed nothing" if len(times) < len(steps) else ""
        print(
            f"{name:12}{statistics.median(times):20.0f}{high:7.0f}{'':17}"
            f"{statistics.median(written):17.0f}{written[-1]:8}{note}{still}"
        )
    leave(terminal)


def main() -> None:
    """Starts, then keys."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--turns", type=int, default=9, help="starts that are measured (%(default)s)")
    parser.add_argument(
        "--bundle", type=Path, help="70,000 events (default: the assessment, else a simulated one)"
    )
    given = parser.parse_args()
    with folder(None) as place:
        bundle = given.bundle.resolve() if given.bundle else ASSESSMENT
        if not bundle.is_dir():
            bundle, _ = simulated(place / "assessment", "--family", "assessment", "--events", "70000")
        print(f"70,000 events{', the assessment' if bundle == ASSESSMENT else ''}; {load()}\n")
        starts(bundle, given.turns, place / "state")
        for size in (SMALL, LARGE):
            keys(bundle, size, place / f"state-{size[0]}")


if __name__ == "__main__":
    main()
