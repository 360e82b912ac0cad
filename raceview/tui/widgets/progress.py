"""How far the opening of a bundle is: a bar for each file, then the steps of the analysis."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from raceview.charts.marks import BODIES, Severity
from raceview.safe_text import left

STEPS = {
    "attempts": "reading the worker log",
    "linking": "linking rows to events",
    "judging": "judging events",
}
"""The steps after the reading, as `Investigation` names them, in words."""
_LAST = "summing up"
_NAME, _BAR = 24, 24
_FULL = BODIES[Severity.BUSY]


class LoadingProgress(Static):
    """Draws what it is told; knows nothing of threads."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__("reading the bundle", id=id, markup=False)
        self._files: dict[str, tuple[int, int]] = {}
        self._steps: list[str] = []
        """Those that have begun, in their order; all but the last are done."""

    def tell(self, step: str, done: int, total: int) -> None:
        """`done` of `total` bytes of a file, or a step of the analysis begins."""
        if step in STEPS or step == _LAST:
            self._steps += [step] if step not in self._steps else []
        elif step not in {"reading", "done"}:
            self._files[step] = (done, total)
        self.update(self._drawn())

    def _drawn(self) -> Content:
        lines = [_file_line(name, done, total) for name, (done, total) in self._files.items()]
        if self._steps:
            *before, now = self._steps
            lines.append(Content(""))
            lines += [_step_line(step, done=True) for step in before]
            lines.append(_step_line(now, done=False))
        return Content("\n").join(lines) if lines else Content("reading the bundle")


def _file_line(name: str, done: int, total: int) -> Content:
    share = done / total if total else 1.0
    filled = int(_BAR * share)
    bar = Content.styled(_FULL * filled, "$primary") + Content(" " * (_BAR - filled))
    return Content(left(name, _NAME) + " ") + bar + Content(f" {int(100 * share):3} %")


def _step_line(step: str, done: bool) -> Content:
    mark = "✓" if done else "…"
    return Content(left(f"{mark} {STEPS.get(step, step)}", _NAME + _BAR + 7))
