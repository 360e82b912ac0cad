"""What the export dialog says: of the folder, the policy and the files, and of what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from textual.content import Content

from raceview.answers.policy_preview import Effect
from raceview.model import Policy
from raceview.safe_text import left, printable
from raceview.tui.export.folder import Folder
from raceview.tui.policies.words import MEANING, NO_OUTPUT, deed

WITHOUT_OUTPUT = Content(f"{NO_OUTPUT}\nThe files hold what is known of the rest.")
_WARNING = "ansi_bright_yellow"
_GAP = "  "
_FULL, _EMPTY, _BAR_WIDTH = "█", "░", 30


def of_folder(folder: Folder, written: bool) -> Content:
    """What is in the folder now, or why it will not do."""
    if written:
        return Content("✓ holds one whole set")
    if folder.refusal:
        return of_refusal(folder.refusal)
    if count := len(folder.there):
        files = "1 file" if count == 1 else f"{count} files"
        return Content.styled(f"~ is there: {files} in it will be replaced", _WARNING)
    return Content("+ is there: nothing in it will be replaced" if folder.exists else "+ will be made")


def of_policy(policy: Policy, effect: Effect | None) -> Content:
    """What the policy writes, and what it does to the rows once that has been counted."""
    did = deed(effect) if effect else "..."
    return Content.styled(str(policy), "bold") + Content(f": {MEANING[policy]}\n{did}")


def of_files(names: Sequence[str], folder: Folder, written: bool, width: int) -> Content:
    """The names with what becomes of each (written, replaced, new), in two columns where there is room for them."""
    told = [f"{'✓' if written else '~' if name in folder.there else '+'} {name}" for name in names]
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
        did = f": {effect.rows:,} rows, {effect.dropped:,} dropped, {effect.corrected:,} changed"
    return Content.styled(f"✓ {files} files written to {printable(str(folder))}{did}", "ansi_bright_green")


def of_refusal(sentence: str) -> Content:
    """Why it does not go."""
    return Content.styled(f"! {printable(sentence)}", _WARNING)
