"""The export dialog: where to, what, by which policy, what will be there then; it writes that, or says why not."""

from __future__ import annotations

from collections.abc import Set
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
from raceview.export import file_names
from raceview.export.write import EVERY_FILE
from raceview.safe_text import printable
from raceview.tui.case import Case
from raceview.tui.clipboard import copy
from raceview.tui.export import words
from raceview.tui.export.choices import DOCUMENTS, FILES, WHAT, refusals
from raceview.tui.export.folder import Folder, look_at, typed_path
from raceview.tui.export.writing import StoppedError, write_chosen
from raceview.tui.opening import Opening
from raceview.tui.widgets.keys_line import fitting

FOLDER = "exports"
_PLACE = "export"
"""The name under which the session keeps the folder of the last export."""
_ASKING = "enter write · j k space choose · f folder · c copy as command · esc back"
_TYPING = "enter write · esc leave the folder"
_WRITING = "esc stop: what is not whole by then is not written"
_STOPPING = "stopping after the step at hand ..."
_CORNERS = 6
"""Columns of the dialog's border that its keys leave free."""
_LOW = 32
"""Lines of a terminal below which the dialog has no blank ones."""
_WRITTEN = "c copy as command · enter or esc back"


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
    ExportScreen.-low .gap { margin-top: 0; }
    ExportScreen #status { dock: bottom; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "write", "Write the files"),
        Binding("f", "folder", "Another folder"),
        Binding("c,y", "copy", "Copy as command"),
        Binding("escape", "back", "Back; stop writing"),
        Binding("space", "choose", "Choose what to write"),
        Binding("j,down", "move(1)", "Down", show=False),
        Binding("k,up", "move(-1)", "Up", show=False),
        Binding("pagedown", "scroll(5)", "Scroll down", show=False),
        Binding("pageup", "scroll(-5)", "Scroll up", show=False),
        Binding("question_mark", "app.help", "All keys and signs", key_display="?"),
    ]

    class Looked(Message):
        """What is in the folder that was typed last."""

        def __init__(self, typed: str, folder: Folder) -> None:
            super().__init__()
            self.typed, self.folder = typed, folder

    class Weighed(Message):
        """What the policy will do, and what cannot be written and why."""

        def __init__(self, effect: Effect, refusals: dict[str, str]) -> None:
            super().__init__()
            self.effect, self.refusals = effect, refusals

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
        last = case.session.places.get(_PLACE, {})
        self._folder = Folder(Path(str(last.get("folder") or FOLDER)))
        self._chosen = {name for name in WHAT if name in (last.get("what") or [FILES])} or {FILES}  # type: ignore[operator]
        self._cursor = 0
        """What the keys would choose, by its number."""
        self._refusals: dict[str, str] = {}
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
                ("write", Static(id="what", markup=False)),
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
        did = effect(self._case.investigation, self._policy)
        self.post_message(self.Weighed(did, refusals(self._opening.arguments)))

    @work(thread=True, exclusive=True, group="look")
    def _look(self, typed: str) -> None:
        """Look at a folder: beside the screen, for it may lie on a slow disk."""
        self.post_message(self.Looked(typed, look_at(typed, self._every_name, self._opening.bundle)))

    @work(thread=True, exclusive=True, group="write")
    def _write(self, typed: str, chosen: Set[str]) -> None:
        folder = look_at(typed, self._every_name, self._opening.bundle)
        if folder.refusal:
            self.post_message(self.Ended([], folder.refusal))
            return
        self.post_message(
            self.Ended(*write_chosen(self._case.investigation, chosen, folder.path, self._tell))
        )

    def _tell(self, step: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise StoppedError
        self.post_message(self.Stepped(step, done, total))

    def on_export_screen_looked(self, message: Looked) -> None:
        if self._state == _ASKING and message.typed == self.query_one(Input).value:
            self._folder = message.folder
            self._draw()

    def on_export_screen_weighed(self, message: Weighed) -> None:
        self._effect, self._refusals = message.effect, message.refusals
        self._chosen -= self._refusals.keys()
        self._draw()

    def on_export_screen_stepped(self, message: Stepped) -> None:
        self._say(words.of_step(message.step, message.done, message.total))

    def on_export_screen_ended(self, message: Ended) -> None:
        self._state = _WRITTEN if message.files else _ASKING
        self.query_one(Input).disabled = bool(message.files)
        if message.files:
            kept: dict[str, object] = {"folder": str(self._folder.path), "what": sorted(self._chosen)}
            self._case.session.places[_PLACE] = kept
            rows = FILES in self._chosen and self._case.investigation.files.output
            effect = self._effect if rows else None
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
        self.set_class(self.size.height < _LOW, "-low")
        self.call_after_refresh(self._draw)  # the dialog has its new width by then

    def on_descendant_focus(self) -> None:
        self._draw()

    def on_descendant_blur(self) -> None:
        self._draw()

    def action_write(self) -> None:
        """Write; once that is done, back."""
        if self._state == _WRITTEN:
            self.dismiss()
        elif self._state == _ASKING and not self._chosen:
            self._say(words.of_refusal("Nothing is chosen: space chooses."))
        elif self._state == _ASKING:
            self._state = _WRITING
            self._stop.clear()
            typed = self.query_one(Input).value
            self._folder = replace(self._folder, path=typed_path(typed))
            self.set_focus(None)
            self.query_one(Input).disabled = True
            self._draw()
            self._write(typed, frozenset(self._chosen))

    def action_move(self, step: int) -> None:
        """Go to another thing that can be written."""
        self._cursor = max(0, min(self._cursor + step, len(WHAT) - 1))
        self._draw()

    def action_choose(self) -> None:
        """Take what is under the cursor, or leave it."""
        name = WHAT[self._cursor]
        if self._state != _ASKING:
            return
        if name in self._refusals:
            self._say(words.of_refusal(f"{self._refusals[name]}."))
            return
        self._chosen ^= {name}
        self._say(Content())
        self._draw()

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
        """One line for each command that it takes."""
        folder = typed_path(self.query_one(Input).value)
        lines = [self._opening.command(self._policy, folder)] if FILES in self._chosen else []
        lines += [
            self._opening.document_command(choice.document.command, self._policy, folder / choice.file)
            for choice in DOCUMENTS
            if choice.name in self._chosen
        ]
        return "\n".join(lines)

    @property
    def _every_name(self) -> list[str]:
        """The files that there could be, those that an export would remove among them."""
        return [*self._names, *self._removed_names, *(choice.file for choice in DOCUMENTS)]

    @property
    def _removed_names(self) -> list[str]:
        """Files of an older set that the new one lacks: they do not stay behind."""
        return sorted(EVERY_FILE.difference(self._names))

    @property
    def _chosen_names(self) -> set[str]:
        names = {choice.file for choice in DOCUMENTS if choice.name in self._chosen}
        return names | set(self._names) if FILES in self._chosen else names

    def _say(self, content: Content) -> None:
        self.query_one("#status", Static).update(content)

    def _draw(self) -> None:
        inv, files = self._case.investigation, self.query_one("#files", Static)
        written, whole = self._state == _WRITTEN, FILES in self._chosen
        there = replace(self._folder, there=self._folder.there & self._chosen_names)
        removed = [name for name in self._removed_names if whole and name in self._folder.there]
        self.query_one("#there", Static).update(words.of_folder(there, removed, written, whole))
        what = self.query_one("#what", Static)
        choices = words.Choices(self._chosen, self._refusals, self._cursor)
        what.update(words.of_choices(choices, self._folder, written, what.size.width))
        self.query_one("#policy", Static).update(
            words.of_policy(self._policy, self._effect) if inv.files.output else words.WITHOUT_OUTPUT
        )
        if files.parent:
            files.parent.display = whole
        listed = [*self._names, *([] if written else removed)]
        files.update(words.of_files(listed, removed, self._folder, written, files.size.width))
        commands = "\n".join(map(printable, self._command().split("\n")))
        self.query_one("#command", Static).update(Content(commands))
        typing = self._state == _ASKING and self.focused
        dialog = self.query_one(Vertical)
        dialog.border_subtitle = fitting(
            _TYPING if typing else self._state, dialog.outer_size.width - _CORNERS
        )
