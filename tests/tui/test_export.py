"""The export dialog: what it says before, what it writes, what it says afterwards; refused or stopped, it stays."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event

import pytest
from export.whole_set import policy_of
from textual.pilot import Pilot
from textual.widgets import Input, Static

import raceview.export
from raceview.errors import OutputError
from raceview.investigation import Investigation
from raceview.model import Policy
from raceview.simulate import Family, Order, simulate
from raceview.tui.app import RaceviewApp
from raceview.tui.export import writing
from raceview.tui.export.folder import typed_path
from raceview.tui.export.screen import ExportScreen
from raceview.tui.screens.help import HelpScreen
from tui.conftest import SAMPLE, Opened, app_of, screen_lines, wait_until


@asynccontextmanager
async def asking(opened: Opened, out: Path) -> AsyncIterator[Pilot[None]]:
    """The dialog over the app, the folder typed in, the keys back with the dialog."""
    async with opened(SAMPLE, arguments=(str(SAMPLE),)) as pilot:
        await pilot.press("e")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
        pilot.app.screen.query_one(Input).value = str(out)
        await wait_until(pilot, lambda: says(pilot, "command", shlex.quote(str(out))[-8:]))
        yield pilot


def text(pilot: Pilot[None], name: str) -> str:
    return str(pilot.app.screen.query_one(f"#{name}", Static).render())


def says(pilot: Pilot[None], name: str, words: str) -> bool:
    return words in text(pilot, name)


def files(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_enter_writes_what_the_command_shown_writes(opened: Opened, tmp_path: Path) -> None:
    """The very command on the screen is run: every file is the same."""
    out = tmp_path / "by hand"
    command = ""

    async def run() -> None:
        nonlocal command
        async with asking(opened, out) as pilot:
            assert says(pilot, "there", "will be made")
            assert not out.exists()
            await pilot.press("enter")
            await wait_until(pilot, lambda: says(pilot, "status", "10 files written"))
            await wait_until(pilot, lambda: says(pilot, "policy", "drops 107 of 4,088 rows, changes 5"))
            command = text(pilot, "command")
            await pilot.press("enter")
            assert not isinstance(pilot.app.screen, ExportScreen)

    asyncio.run(run())
    written = files(out)
    assert policy_of(out) == "source"
    name, *words = shlex.split(command)
    assert name == "raceview"
    words[words.index(str(out))] = str(tmp_path / "by command")
    done = subprocess.run([sys.executable, "-m", "raceview", *words], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "by command") == written


def test_the_policy_chosen_last_is_written(opened: Opened, tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(SAMPLE) as pilot:
            assert isinstance(pilot.app, RaceviewApp)
            assert pilot.app.case
            pilot.app.case.investigation.use_policy(Policy.LAST)
            await pilot.press("e")
            await wait_until(pilot, lambda: says(pilot, "command", "--policy last"))
            pilot.app.screen.query_one(Input).value = str(tmp_path / "out")
            await pilot.press("enter")
            await wait_until(pilot, lambda: says(pilot, "status", "10 files written"))

    asyncio.run(run())
    assert policy_of(tmp_path / "out") == "last"


def test_escape_leaves_without_writing(opened: Opened, tmp_path: Path) -> None:
    async def run() -> None:
        async with asking(opened, tmp_path / "out") as pilot:
            await pilot.press("f")
            assert isinstance(pilot.app.focused, Input)
            await pilot.press("escape")
            assert isinstance(pilot.app.screen, ExportScreen)  # only the line was left
            await pilot.press("escape")
            assert not isinstance(pilot.app.screen, ExportScreen)

    asyncio.run(run())
    assert not (tmp_path / "out").exists()


def test_help_lies_over_the_dialog_and_is_typed_in_the_folder(opened: Opened, tmp_path: Path) -> None:
    async def run() -> None:
        async with asking(opened, tmp_path / "out") as pilot:
            await pilot.press("question_mark")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
            told = str(pilot.app.screen.query_one(Static).content)
            assert "Write the files" in told
            assert "ctrl+c Quit" in told
            await pilot.press("escape")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
            await pilot.press("f", "end", "question_mark")
            assert pilot.app.screen.query_one(Input).value.endswith("out?")

    asyncio.run(run())


@pytest.mark.parametrize("keys", [["ctrl+c"], ["f", "ctrl+c"], ["question_mark", "ctrl+c"]])
def test_ctrl_c_leaves_from_the_dialog_too(opened: Opened, tmp_path: Path, keys: list[str]) -> None:
    async def run() -> None:
        async with asking(opened, tmp_path / "out") as pilot:
            await pilot.press(*keys)
            assert not pilot.app.is_running

    asyncio.run(run())


def test_keys_type_where_the_folder_is_typed(opened: Opened, tmp_path: Path) -> None:
    """`c` copies and `f` goes to the folder, but not in the middle of a folder's name; enter there writes."""

    async def run() -> None:
        async with asking(opened, tmp_path / "x") as pilot:
            await pilot.press("f", "end", "c", "f", "enter")
            await wait_until(pilot, lambda: says(pilot, "status", "10 files written"))

    asyncio.run(run())
    assert policy_of(tmp_path / "xcf") == "source"


def test_says_what_is_replaced(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("mine")

    async def run() -> None:
        async with asking(opened, tmp_path) as pilot:
            await wait_until(pilot, lambda: says(pilot, "there", "1 file in it will be replaced"))
            assert says(pilot, "files", "~ manifest.json")
            assert says(pilot, "files", "+ row_audit.csv")

    asyncio.run(run())
    assert {path.name for path in tmp_path.iterdir()} >= {"notes.txt", "manifest.json"}
    assert (tmp_path / "manifest.json").read_text() == "{}"


def test_says_what_is_removed(opened: Opened, tmp_path: Path) -> None:
    """Without an output there are no clean rows: those of an older export do not stay beside the new files."""
    old = tmp_path / "deduplicated_output.csv"
    old.write_text("rows of yesterday")

    async def run() -> None:
        async with opened(None, ticks=SAMPLE / "raw_tick_events.log") as pilot:
            await pilot.press("e")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
            pilot.app.screen.query_one(Input).value = str(tmp_path)
            await wait_until(pilot, lambda: says(pilot, "there", f"{old.name} in it will be removed"))
            assert says(pilot, "files", f"− {old.name}")
            await pilot.press("enter")
            await wait_until(pilot, lambda: says(pilot, "status", "9 files written"))
            assert not says(pilot, "files", old.name)

    asyncio.run(run())
    assert not old.exists()


def test_what_came_of_it_is_in_sight_however_long_the_dialog(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_write", lambda inv, name, folder, tell: [folder / name])
    out = tmp_path / " ".join(["a folder with a long name"] * 4)

    async def run() -> None:
        async with asking(opened, out) as pilot:
            await pilot.press("j", "space", "j", "space", "j", "space", "j", "space", "enter")
            await wait_until(pilot, lambda: says(pilot, "status", "5 files written"))
            await pilot.pause()
            # Without white space: a path that is wider than the dialog is broken within a name.
            shown = "".join("".join(screen_lines(pilot.app)).replace("│", " ").split())
            assert "".join(text(pilot, "status").split()) in shown
            await pilot.press("pagedown")
            await pilot.pause()
            assert "5 files written" in "\n".join(screen_lines(pilot.app))

    asyncio.run(run())


def test_a_tilde_of_nobodys_is_a_name() -> None:
    assert typed_path("~nobody-of-this-name/x") == Path("~nobody-of-this-name/x")
    assert typed_path(" ~/x ") == Path.home() / "x"


@pytest.mark.parametrize(
    ("folder", "sentence"),
    [
        (lambda _: SAMPLE, "is the bundle itself"),
        (lambda tmp: tmp / "file", "is a file, not a folder"),
        (lambda tmp: tmp / "file" / "below", "cannot be written|Not a directory"),
        (lambda _: Path("  "), "Name a folder"),
    ],
)
def test_a_folder_that_will_not_do(
    opened: Opened, tmp_path: Path, folder: Callable[[Path], Path], sentence: str
) -> None:
    (tmp_path / "file").touch()

    def told(pilot: Pilot[None]) -> bool:
        return any(words in text(pilot, "status") for words in sentence.split("|"))

    async def run() -> None:
        async with opened(SAMPLE) as pilot:
            await pilot.press("e")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
            pilot.app.screen.query_one(Input).value = str(folder(tmp_path))
            await pilot.press("enter")
            await wait_until(pilot, lambda: told(pilot))
            assert not pilot.app.screen.query_one(Input).disabled
            pilot.app.screen.query_one(Input).value = str(tmp_path / "good")
            await pilot.press("enter")
            await wait_until(pilot, lambda: says(pilot, "status", "10 files written"))

    asyncio.run(run())
    assert policy_of(tmp_path / "good") == "source"


def test_a_disk_that_takes_no_more_is_a_sentence(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> list[Path]:
        raise OutputError("out/row_audit.csv: cannot be written: No space left on device")

    monkeypatch.setattr(writing, "write_exports", full)

    async def run() -> None:
        async with asking(opened, tmp_path / "out") as pilot:
            await pilot.press("enter")
            await wait_until(pilot, lambda: says(pilot, "status", "! out/row_audit.csv: cannot be written"))

    asyncio.run(run())


def test_what_is_written_before_a_failure_is_told(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write = writing._write

    def full(inv: Investigation, name: str, folder: Path, tell: writing.Tell) -> list[Path]:
        if name == "trace":
            raise OutputError("out/trace.json: cannot be written: No space left on device")
        return write(inv, name, folder, tell)

    monkeypatch.setattr(writing, "_write", full)

    async def run() -> None:
        async with asking(opened, out) as pilot:
            await pilot.press("space", "j", "j", "space", "j", "j", "space", "enter")
            await wait_until(pilot, lambda: says(pilot, "status", "on device. 1 file was written before."))

    asyncio.run(run())
    assert files(out).keys() == {"root_cause.md"}


def test_stopped_it_leaves_the_set_that_was_there(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Escape in the middle: the screen answers, the old export is whole, and the next one goes."""
    out = tmp_path / "out"
    begun, go_on = Event(), Event()
    write_exports = raceview.export.write_exports

    def slow(inv: object, folder: Path, tell: Callable[[str, int, int], None]) -> list[Path]:
        def wait(step: str, done: int, total: int) -> None:
            tell(step, done, total)
            begun.set()
            assert go_on.wait(20)

        return write_exports(inv, folder, wait)  # type: ignore[arg-type]

    async def run() -> None:
        async with asking(opened, out) as pilot:
            await pilot.press("enter")
            await wait_until(pilot, lambda: says(pilot, "status", "10 files written"))
            await pilot.press("enter")
            before = files(out)
            assert isinstance(pilot.app, RaceviewApp)
            assert pilot.app.case
            pilot.app.case.investigation.use_policy(Policy.FIRST)
            monkeypatch.setattr(writing, "write_exports", slow)
            await pilot.press("e")
            await wait_until(pilot, lambda: says(pilot, "there", "will be replaced"))
            await pilot.press("enter")
            await wait_until(pilot, begun.is_set)
            await wait_until(pilot, lambda: says(pilot, "status", "writing"))
            await pilot.press("escape")
            assert isinstance(pilot.app.screen, ExportScreen)
            go_on.set()
            await wait_until(pilot, lambda: says(pilot, "status", "Stopped"))
            assert files(out) == before
            await pilot.press("enter")
            await wait_until(pilot, lambda: says(pilot, "status", "10 files written"))

    asyncio.run(run())
    assert policy_of(out) == "first"


@pytest.mark.parametrize(("width", "columns"), [(60, 1), (80, 2)])
def test_no_name_is_broken(opened: Opened, width: int, columns: int) -> None:
    async def run() -> None:
        async with opened(size=(width, 30)) as pilot:
            await pilot.press("e")
            await wait_until(pilot, lambda: says(pilot, "files", "manifest.json"))
            told = pilot.app.screen.query_one("#files", Static)
            await wait_until(pilot, lambda: told.size.height == 10 // columns)
            assert max(map(len, text(pilot, "files").splitlines())) <= told.size.width

    asyncio.run(run())


def test_the_last_folder_is_offered_again(opened: Opened, tmp_path: Path) -> None:
    async def run() -> None:
        async with asking(opened, tmp_path / "out") as pilot:
            await pilot.press("enter")
            await wait_until(pilot, lambda: says(pilot, "status", "10 files written"))
            await pilot.press("enter", "q")
        async with opened(SAMPLE) as pilot:
            await pilot.press("e")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
            assert pilot.app.screen.query_one(Input).value == str(tmp_path / "out")

    asyncio.run(run())


def test_the_command_is_copied(opened: Opened, tmp_path: Path) -> None:
    async def run() -> None:
        async with asking(opened, tmp_path / "a b") as pilot:
            await pilot.press("c")
            await wait_until(pilot, lambda: says(pilot, "status", "clipboard"))
            copied = Path(os.environ["XDG_STATE_HOME"]) / "raceview" / "copied.txt"
            assert copied.read_text() == text(pilot, "command")
            assert shlex.split(copied.read_text())[-1] == str(tmp_path / "a b")

    asyncio.run(run())


def what(pilot: Pilot[None]) -> list[str]:
    """The lines of what can be written."""
    return text(pilot, "what").splitlines()


def test_documents_are_those_of_the_commands_shown(opened: Opened, tmp_path: Path) -> None:
    """All but the notebook, which the next test runs; by a policy chosen here; each line of the dialog is run."""
    out = tmp_path / "by hand"
    commands: list[str] = []

    async def run() -> None:
        async with asking(opened, out) as pilot:
            app_of(pilot).case.investigation.use_policy(Policy.FIRST)  # type: ignore[union-attr]
            await pilot.press("escape", "e")
            await wait_until(pilot, lambda: says(pilot, "command", "--policy first"))
            pilot.app.screen.query_one(Input).value = str(out)
            await pilot.press("space", "j", "space", "j", "space", "j", "j", "space")
            await wait_until(pilot, lambda: says(pilot, "what", "[x] trace"))
            assert [line[2:5] for line in what(pilot)] == ["[ ]", "[x]", "[x]", "[ ]", "[x]"]
            assert not pilot.app.screen.query_one("#files", Static).is_on_screen
            await pilot.press("enter")
            await wait_until(pilot, lambda: says(pilot, "status", "3 files written to"))
            assert not says(pilot, "status", "dropped")
            commands.extend(copied_by(pilot))

    asyncio.run(run())
    written = files(out)
    assert written.keys() == {"root_cause.html", "root_cause.md", "trace.json"}
    again = tmp_path / "by command"
    running = []
    for command in commands:
        name, *words = shlex.split(command)
        assert name == "raceview"
        words[-1] = str(again / Path(words[-1]).name)
        running.append(subprocess.Popen([sys.executable, "-m", "raceview", *words], stderr=subprocess.PIPE))
    for done in running:
        _, said = done.communicate()
        assert done.returncode == 0, said
    assert files(again) == written


def copied_by(pilot: Pilot[None]) -> list[str]:
    """The commands that the dialog shows, whole."""
    screen = pilot.app.screen
    assert isinstance(screen, ExportScreen)
    return screen._command().splitlines()


def test_a_notebook_is_written_from_the_screen(opened: Opened, tmp_path: Path) -> None:
    """A kernel of its own runs it, beside the app's own loop. A small bundle: a notebook takes its time."""
    bundle, out = tmp_path / "small", tmp_path / "out"
    simulate(bundle, Family.MIXED, 200, 3, Order.EVENT, None)

    async def run() -> None:
        async with opened(bundle) as pilot:
            await pilot.press("e")
            await wait_until(pilot, lambda: says(pilot, "what", "notebook"))
            pilot.app.screen.query_one(Input).value = str(out)
            await pilot.press("space", "j", "j", "j", "space", "enter")
            await wait_until(pilot, lambda: says(pilot, "status", "running the notebook"), seconds=60)
            await wait_until(pilot, lambda: says(pilot, "status", "1 file written"), seconds=120)

    asyncio.run(run())
    notebook = json.loads((out / "timeline_visualization.ipynb").read_bytes())
    outputs = [cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert any(outputs)


def test_stopped_between_documents_it_says_what_is_there(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report is whole, the trace is not begun."""
    out = tmp_path / "out"
    begun, go_on = Event(), Event()
    write = writing._write

    def slow(inv: Investigation, name: str, folder: Path, tell: writing.Tell) -> list[Path]:
        if name == "trace":
            begun.set()
            assert go_on.wait(20)
        return write(inv, name, folder, tell)

    monkeypatch.setattr(writing, "_write", slow)

    async def run() -> None:
        async with asking(opened, out) as pilot:
            await pilot.press("space", "j", "j", "space", "j", "j", "space", "enter")
            await wait_until(pilot, begun.is_set)
            await pilot.press("space", "escape")
            go_on.set()
            await wait_until(pilot, lambda: says(pilot, "status", "Stopped: only 1 file was written to"))
            await wait_until(pilot, lambda: says(pilot, "what", "~ root_cause.md"))
            assert says(pilot, "what", "+ trace.json")

    asyncio.run(run())
    assert files(out).keys() == {"root_cause.md"}


def test_what_is_not_installed_is_named_and_cannot_be_chosen(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_spec = importlib.util.find_spec
    for module in ("report", "notebook"):
        monkeypatch.setattr(
            f"raceview.export.{module}.write.find_spec",
            lambda name, *more: None if name == "altair" else find_spec(name, *more),
        )

    async def run() -> None:
        async with asking(opened, tmp_path / "out") as pilot:
            await wait_until(pilot, lambda: says(pilot, "what", "pip install 'raceview[notebook]'"))
            assert says(pilot, "what", "pip install 'raceview[report]'")
            await pilot.press("j", "space", "j", "j", "space")
            await wait_until(pilot, lambda: says(pilot, "status", "! a notebook needs altair"))
            assert [line[2:5] for line in what(pilot) if "[" in line[:4]] == [
                "[x]",
                "[-]",
                "[ ]",
                "[-]",
                "[ ]",
            ]
            assert len(copied_by(pilot)) == 1

    asyncio.run(run())


def test_a_demo_has_no_notebook(opened: Opened) -> None:
    async def run() -> None:
        async with opened(SAMPLE, arguments=("--demo",)) as pilot:
            await pilot.press("e")
            await wait_until(pilot, lambda: says(pilot, "what", "a demo's is gone by then"))

    asyncio.run(run())


def test_nothing_chosen_writes_nothing(opened: Opened, tmp_path: Path) -> None:
    async def run() -> None:
        async with asking(opened, tmp_path / "out") as pilot:
            await pilot.press("space", "enter")
            await wait_until(pilot, lambda: says(pilot, "status", "! Nothing is chosen"))
            assert not says(pilot, "command", "raceview")

    asyncio.run(run())
    assert not (tmp_path / "out").exists()


def test_the_last_choice_is_offered_again(opened: Opened, tmp_path: Path) -> None:
    async def run() -> None:
        async with asking(opened, tmp_path / "out") as pilot:
            await pilot.press("space", "j", "j", "space", "enter")
            await wait_until(pilot, lambda: says(pilot, "status", "1 file written"))
            await pilot.press("enter", "q")
        async with opened(SAMPLE) as pilot:
            await pilot.press("e")
            await wait_until(pilot, lambda: says(pilot, "what", "root_cause.md"))
            assert [line[2:5] for line in what(pilot)] == ["[ ]", "[ ]", "[x]", "[ ]", "[ ]"]

    asyncio.run(run())


def test_without_output_there_is_nothing_to_decide(opened: Opened, tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(None, ticks=SAMPLE / "raw_tick_events.log") as pilot:
            await pilot.press("e")
            await wait_until(pilot, lambda: says(pilot, "policy", "no output file: nothing to decide"))
            assert not says(pilot, "files", "deduplicated_output.csv")
            pilot.app.screen.query_one(Input).value = str(tmp_path / "out")
            await pilot.press("enter")
            await wait_until(pilot, lambda: says(pilot, "status", "9 files written"))
            assert not says(pilot, "status", "rows")

    asyncio.run(run())
    assert (
        "deduplicated_output.csv"
        not in json.loads((tmp_path / "out" / "manifest.json").read_bytes())["files"]
    )
