"""Writes the report: by the suffix an HTML page or Markdown, whole or not at all."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from raceview.errors import UsageError
from raceview.export.one_file import refuse_inputs, whole_file
from raceview.export.report.contents import contents

if TYPE_CHECKING:
    from raceview.investigation import Investigation
    from raceview.progress import Progress

PAGE, MARKDOWN = ".html", ".md"
_LIBRARIES = ("altair", "jinja2", "vl_convert")


def check(path: Path) -> None:
    """Raise UsageError where `path` cannot be a report, or a library that it needs is missing."""
    if path.suffix not in {PAGE, MARKDOWN}:
        raise UsageError(f"{path}: a report is called something.html or something.md")
    if path.suffix == PAGE:
        missing = [name for name in _LIBRARIES if find_spec(name) is None]
        if missing:
            raise UsageError(
                f"a report in HTML needs {', '.join(missing)}: pip install 'raceview[report]'; one in .md needs nothing"
            )


def make_ready(path: Path) -> None:
    """`check`, and begin what takes long and does not need the bundle."""
    check(path)
    if path.suffix == PAGE:
        from raceview.export.report.browser_code import begun

        begun()


def write_report(inv: Investigation, path: Path, progress: Progress | None = None) -> None:
    """Write the report of an investigation to `path`, .html or .md.

    The same files and options give the same bytes. `progress` may raise to end it. Raises UsageError where `path` is of
    another kind or one of the files that were read, OutputError where it cannot be written.
    """
    make_ready(path)
    refuse_inputs(path, inv.files)
    with inv.deciding:  # the policy stays the same throughout
        report = contents(inv, progress)
    if path.suffix == PAGE:
        from raceview.export.report.html import html as rendered
    else:
        from raceview.export.report.markdown import markdown as rendered
    with whole_file(path) as staged:
        staged.write_text(rendered(report), encoding="utf-8", newline="\n")
