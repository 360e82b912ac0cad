"""The report as one HTML page that opens anywhere, offline: style, program and data stand in it.

Text from the files goes through jinja2, which escapes it, or into the charts' data, where every `<` is escaped. The
page's own policy (CSP) lets nothing run but its two scripts, named by their digests, and asks no server for anything.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from raceview.export.report.browser_code import begun
from raceview.export.report.parts import (
    Command,
    Heading,
    Part,
    Picture,
    Points,
    Report,
    Sentences,
    Table,
    shown,
)
from raceview.safe_text import printable

if TYPE_CHECKING:
    from jinja2 import Template

_SPARED = {"$schema", "usermeta"}
"""What altair puts into every chart and nobody needs here."""


def html(report: Report) -> str:
    """The page."""
    charts: list[dict[str, Any]] = []
    sections = [
        {
            "name": section.name,
            "title": section.title,
            "parts": [_part(part, charts) for part in section.parts],
        }
        for section in report.sections
    ]
    own = _file("page.js")
    drawing = begun().result()
    return _template().render(
        report=report,
        figures=[(name, shown(value)) for name, value in report.figures],
        sections=sections,
        style=_file("page.css"),
        charts=_json(charts),
        drawing=drawing,
        own=own,
        allowed=" ".join(f"'sha256-{_digest(script)}'" for script in (drawing, own)),
    )


def _part(part: Part, charts: list[dict[str, Any]]) -> dict[str, Any]:
    """A part as the template takes it; a chart goes to `charts` and is named by its place there."""
    match part:
        case Heading(title):
            return {"kind": "heading", "title": title}
        case Sentences(sentences):
            return {"kind": "sentences", "text": " ".join(sentences)}
        case Points(points):
            return {"kind": "points", "points": points}
        case Command():
            return {"kind": "command", "line": part.of_kind(".html")}
        case Picture(caption, chart, _):
            made = chart().to_dict(validate=False)
            charts.append({name: value for name, value in made.items() if name not in _SPARED})
            return {"kind": "picture", "number": len(charts) - 1, "caption": caption}
        case Table():
            return {
                "kind": "table",
                "table": part,
                "numeric": [part.numeric(column) for column in range(len(part.columns))],
                "rows": [[shown(cell) for cell in row] for row in part.rows],
                "rest": part.rest(len(part.rows)),
            }


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, finalize=_fit, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_file("page.html.j2"))


def _fit(value: Any) -> Any:
    """Every text that the template puts in, but what it marks as safe: escaped characters instead of controls."""
    return printable(value) if type(value) is str else value


def _json(value: Any) -> str:
    """JSON that may stand in a script element: nothing in it can end that, or begin a comment."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _digest(script: str) -> str:
    return b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _file(name: str) -> str:
    return (files("raceview.export.report") / "page" / name).read_text(encoding="utf-8")
