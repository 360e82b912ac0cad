"""What the export dialog says: of the folder, the policy and the files, and of what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from textual.content import Content

from raceview.answers.policy_preview import Effect
from raceview.model import Policy, counted
from raceview.safe_text import left, printable
from raceview.tui.export.choices import DOCUMENTS, FILES
from raceview.tui.export.folder import Folder
from raceview.tui.policies.words import MEANING, NO_OUTPUT, deed

WITHOUT_OUTPUT = Content(f"{NO_OUTPUT}\nThe files hold what is known of the rest.")
LABELS = {
    FILES: "all answers and the clean output",
    "report": "report",
    "report.md": "report, Markdown",
    "notebook": "notebook",
    "trace": "trace for Perfetto",
}
_LABEL = 20
_ROOMY = 56
"""Columns below which a file's name alone must do."""
_WARNING = "ansi_bright_yellow"
_GAP = "  "
_GONE = "−"
_FULL, _EMPTY, _BAR_WIDTH = "█", "░", 30


def of_folder(folder: Folder, removed: Sequence[str], written: bool, whole: bool) -> Content:
    """What is in the folder now, or why it will not do; `whole` is a set of files rather than single ones.

    `removed` are files of an older set that will not be there any more.
    """
    if written:
        return Content("✓ holds one whole set" if whole else "✓ is there")
    if folder.refusal:
        return of_refusal(folder.refusal)
    deeds = [f"{counted(len(folder.there), 'file')} in it will be replaced"] if folder.there else []
    deeds += [f"{name} in it will be removed" for name in removed]
    if deeds:
        return Content.styled(f"~ is there: {', '.join(deeds)}", _WARNING)
    return Content("+ is there: nothing in it will be replaced" if folder.exists else "+ will be made")


def of_policy(policy: Policy, effect: Effect | None) -> Content:
    """What the policy writes, and what it does to the rows once that has been counted."""
    did = deed(effect) if effect else "..."
    return Content.styled(str(policy), "bold") + Content(f": {MEANING[policy]}\n{did}")


@dataclass(frozen=True, slots=True)
class Choices:
    """What is chosen, what cannot be and why, and where the keys are."""

    chosen: Set[str]
    refusals: Mapping[str, str]
    cursor: int


def of_choices(choices: Choices, folder: Folder, written: bool, width: int) -> Content:
    """What can be written: each with a box, and what becomes of its file, or why it cannot be chosen."""
    files = {FILES: "", **{one.name: one.file for one in DOCUMENTS}}
    lines = []
    for at, (name, file) in enumerate(files.items()):
        pointer = "▸" if at == choices.cursor and not written else " "
        box = "[x]" if name in choices.chosen else "[-]" if name in choices.refusals else "[ ]"
        label = LABELS[name] if not file else f"{LABELS[name]:<{_LABEL}}" if width >= _ROOMY else ""
        if name in choices.refusals:
            told = Content.styled(f"{label or LABELS[name] + ' '}{choices.refusals[name]}", "$text-muted")
        else:
            mark = f"{_mark(file, folder, written and name in choices.chosen)} {file}" if file else ""
            told = Content(label + mark)
        lines.append(Content(f"{pointer} {box} ") + told)
    return Content("\n").join(lines)


def _mark(name: str, folder: Folder, written: bool) -> str:
    return "✓" if written else "~" if name in folder.there else "+"


def of_files(
    names: Sequence[str], removed: Sequence[str], folder: Folder, written: bool, width: int
) -> Content:
    """The names with what becomes of each (written, replaced, new, `removed`), in two columns where they fit."""
    told = [f"{_GONE if name in removed else _mark(name, folder, written)} {name}" for name in names]
    wide = max(map(len, told)) + len(_GAP)
    if 2 * wide - len(_GAP) > width:
        return Content("\n".join(told))
    half = (len(told) + 1) // 2
    pairs = zip_longest(told[:half], told[half:], fillvalue="")
    return Content("\n".join(left(one, wide) + other for one, other in pairs))


def of_step(step: str, done: int, total: int) -> Content:
    """How far the writing is."""
    full = _BAR_WIDTH * done // max(1, total)
    return Content.styled(_FULL * full, "$primary") + Content(f"{_EMPTY * (_BAR_WIDTH - full)} {step}")


def of_written(files: int, folder: Path, effect: Effect | None) -> Content:
    """What was written; `effect` is None where there were no rows."""
    did = ""
    if effect:
        did = f": {counted(effect.rows, 'row')}, {effect.dropped:,} dropped, {effect.corrected:,} changed"
    return Content.styled(
        f"✓ {counted(files, 'file')} written to {printable(str(folder))}{did}", "ansi_bright_green"
    )


def of_stop(files: int, folder: Path) -> str:
    """What was written before it was stopped."""
    if not files:
        return f"Stopped: nothing was written to {folder}."
    return f"Stopped: only {counted(files, 'file')} {'was' if files == 1 else 'were'} written to {folder}."


def of_failure(error: Exception, files: int) -> str:
    """Why not all was written, and what is there by then."""
    there = f" {counted(files, 'file')} {'was' if files == 1 else 'were'} written before." if files else ""
    return f"{error}.{there}"


def of_refusal(sentence: str) -> Content:
    """Why it does not go."""
    return Content.styled(f"! {printable(sentence)}", _WARNING)
