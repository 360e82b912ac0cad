"""The export dialog: where to, by which policy, what will be there afterwards; then it writes, or says why not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from raceview.answers.policy_preview import Effect, effect
from raceview.errors import RaceviewError
from raceview.export import file_names, write_exports
from raceview.safe_text import printable
from raceview.tui.case import Case
from raceview.tui.clipboard import copy
from raceview.tui.export import words
from raceview.tui.export.folder import Folder, look_at, typed_path
from raceview.tui.opening import Opening

FOLDER = "exports"
_PLACE = "export"
"""The name under which the session keeps the folder of the last export."""
_ASKING = "enter write · f folder · c copy as command · esc back"
_TYPING = "enter write · esc leave the folder"
_WRITING = "esc stop: the folder stays as it is"
_STOPPING = "stopping after the file at hand ..."
_WRITTEN = "c copy as command · enter or esc back"


class StoppedError(Exception):
    """The user stopped the export."""


class ExportScreen(ModalScreen[None]):
    """Enter writes, and only then."""

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    ExportScreen { align: center middle; }
    ExportScreen > Vertical {
        width: 78; max-width: 100%; height: auto; max-height: 100%; overflow-y: auto;
        border: round $primary; border-subtitle-align: left; padding: 0 1;
    }
    ExportScreen Horizontal { height: auto; }
    ExportScreen .label { width: 10; color: $text-muted; }
    ExportScreen Horizontal > * { width: 1fr; height: auto; }
    ExportScreen .gap { margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "write", "Write the files"),
        Binding("f", "folder", "Another folder"),
        Binding("c,y", "copy", "Copy as command"),
        Binding("escape", "back", "Back; stop writing"),
        Binding("j,down", "scroll(1)", "Down", show=False),
        Binding("k,up", "scroll(-1)", "Up", show=False),
    ]

    class Looked(Message):
        """What is in the folder that was typed last."""

        def __init__(self, typed: str, folder: Folder) -> None:
            super().__init__()
            self.typed, self.folder = typed, folder

    class Weighed(Message):
        """What the policy will do."""

        def __init__(self, effect: Effect) -> None:
            super().__init__()
            self.effect = effect

    class Stepped(Message):
        """How far the writing is."""

        def __init__(self, step: str, done: int, total: int) -> None:
            super().__init__()
            self.step, self.done, self.total = step, done, total

    class Ended(Message):
        """The files that are written; none where it was stopped, or did not go: then the sentence says why."""

        def __init__(self, files: list[Path], sentence: str = "") -> None:
            super().__init__()
            self.files, self.sentence = files, sentence

    def __init__(self, case: Case, opening: Opening) -> None:
        super().__init__()
        self._case, self._opening = case, opening
        self._policy = case.investigation.policy
        self._names = file_names(case.investigation)
        self._folder = Folder(Path(str(case.session.places.get(_PLACE, {}).get("folder") or FOLDER)))
        self._effect: Effect | None = None
        self._stop = Event()
        self._state = _ASKING

    def compose(self) -> ComposeResult:
        with Vertical() as dialog:
            dialog.border_title = "Export"
            folder = Input(str(self._folder.path), id="folder", compact=True)
            for name, value in (
                ("folder", folder),
                ("", Static(id="there", markup=False)),
                ("policy", Static(id="policy", markup=False)),
                ("files", Static(id="files", markup=False)),
                ("command", Static(id="command", markup=False)),
            ):
                with Horizontal(classes="gap" if name else ""):
                    yield Static(name, classes="label", markup=False)
                    yield value
            yield Static(id="status", classes="gap", markup=False)

    def on_mount(self) -> None:
        self._weigh()
        self._look(str(self._folder.path))
        self._draw()

    def on_unmount(self) -> None:
        self._stop.set()

    @work(thread=True, group="weigh")
    def _weigh(self) -> None:
        self.post_message(self.Weighed(effect(self._case.investigation, self._policy)))

    @work(thread=True, exclusive=True, group="look")
    def _look(self, typed: str) -> None:
        """Look at a folder: beside the screen, for it may lie on a slow disk."""
        self.post_message(self.Looked(typed, look_at(typed, self._names, self._opening.bundle)))

    @work(thread=True, exclusive=True, group="write")
    def _write(self, typed: str) -> None:
        folder = look_at(typed, self._names, self._opening.bundle)
        if folder.refusal:
            self.post_message(self.Ended([], folder.refusal))
            return

        def tell(step: str, done: int, total: int) -> None:
            if self._stop.is_set():
                raise StoppedError
            self.post_message(self.Stepped(step, done, total))

        try:
            files = write_exports(self._case.investigation, folder.path, tell)
        except StoppedError:
            self.post_message(self.Ended([], f"Stopped: nothing was written to {folder.path}."))
        except RaceviewError as error:
            self.post_message(self.Ended([], f"{error}."))
        else:
            self.post_message(self.Ended(files))

    def on_export_screen_looked(self, message: Looked) -> None:
        if self._state == _ASKING and message.typed == self.query_one(Input).value:
            self._folder = message.folder
            self._draw()

    def on_export_screen_weighed(self, message: Weighed) -> None:
        self._effect = message.effect
        self._draw()

    def on_export_screen_stepped(self, message: Stepped) -> None:
        self._say(words.of_step(message.step, message.done, message.total))

    def on_export_screen_ended(self, message: Ended) -> None:
        self._state = _WRITTEN if message.files else _ASKING
        self.query_one(Input).disabled = bool(message.files)
        if message.files:
            self._case.session.places[_PLACE] = {"folder": str(self._folder.path)}
            effect = self._effect if self._case.investigation.files.output else None
            self._say(words.of_written(len(message.files), self._folder.path, effect))
        else:
            self._say(words.of_refusal(message.sentence))
            self._look(self.query_one(Input).value)
        self._draw()

    def on_input_changed(self, message: Input.Changed) -> None:
        self._say(Content())
        self._look(message.value)

    def on_input_submitted(self) -> None:
        self.action_write()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)  # the dialog has its new width by then

    def on_descendant_focus(self) -> None:
        self._draw()

    def on_descendant_blur(self) -> None:
        self._draw()

    def action_write(self) -> None:
        """Write; once that is done, back."""
        if self._state == _WRITTEN:
            self.dismiss()
        elif self._state == _ASKING:
            self._state = _WRITING
            self._stop.clear()
            typed = self.query_one(Input).value
            self._folder = replace(self._folder, path=typed_path(typed))
            self.set_focus(None)
            self.query_one(Input).disabled = True
            self._draw()
            self._write(typed)

    def action_folder(self) -> None:
        """Type another folder."""
        if self._state == _ASKING:
            self.query_one(Input).focus()

    def action_copy(self) -> None:
        """The command that writes the same without a terminal, to the clipboard."""
        session = self._case.session.path
        self._say(Content(printable(copy(self.app, self._command(), session.parent if session else None))))

    def action_scroll(self, lines: int) -> None:
        """Scroll the dialog, where the terminal is too low for it."""
        self.query_one(Vertical).scroll_relative(y=lines, animate=False)

    def action_back(self) -> None:
        """Leave the folder's line, or the dialog; while it writes, stop that."""
        if self._state == _WRITING:
            self._state = _STOPPING
            self._stop.set()
            self._draw()
        elif self._state == _STOPPING:
            return
        elif self.focused:
            self.set_focus(None)
        else:
            self.dismiss()

    def _command(self) -> str:
        return self._opening.command(self._policy, typed_path(self.query_one(Input).value))

    def _say(self, content: Content) -> None:
        status = self.query_one("#status", Static)
        status.update(content)
        if content.plain:
            self.call_after_refresh(status.scroll_visible, animate=False)

    def _draw(self) -> None:
        inv, files = self._case.investigation, self.query_one("#files", Static)
        written = self._state == _WRITTEN
        self.query_one("#there", Static).update(words.of_folder(self._folder, written))
        self.query_one("#policy", Static).update(
            words.of_policy(self._policy, self._effect) if inv.files.output else words.WITHOUT_OUTPUT
        )
        files.update(words.of_files(self._names, self._folder, written, files.size.width))
        self.query_one("#command", Static).update(Content(printable(self._command())))
        typing = self._state == _ASKING and self.focused
        self.query_one(Vertical).border_subtitle = _TYPING if typing else self._state
