"""Colours, and text that is fit to be a label. Colours are of middle lightness: they stand on white and on black."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from raceview.model import Cause, words
from raceview.safe_text import printable

if TYPE_CHECKING:
    import altair as alt

LONGEST = 24
"""Columns of a label."""
BLUE, ORANGE, RED, GREEN, PINK, GREY = "#3b8bd0", "#e08a00", "#e0533d", "#12a078", "#c774a9", "#8b929a"
"""After the palette of Okabe and Ito, which colour-blind people can tell apart."""
CAUSES: dict[str, str] = {
    Cause.ZOMBIE_WRITE: ORANGE,
    Cause.CONCURRENT_CLAIM: RED,
    Cause.SELF_OVERLAP: PINK,
    Cause.REDELIVERY: BLUE,
    Cause.DOUBLE_EMIT: GREEN,
    Cause.UNEXPLAINED: GREY,
    "": BLUE,
}
"""Of each cause; '' where none is known."""
SERIES = (BLUE, ORANGE, GREEN, PINK, RED, GREY)
"""For lines that stand for no word of the model."""


def cause_words(cause: str) -> str:
    """A cause as a legend names it."""
    return words(cause) if cause else "duplicated"


def labels(names: Iterable[str], taken: Sequence[str] = ()) -> dict[str, str]:
    """A label for each name, no two alike."""
    used, found = set(taken), {}
    for name in names:
        label = printable(name, LONGEST)
        while label in used:
            label += " "
        used.add(label)
        found[name] = label
    return found


def data(lines: Sequence[dict[str, Any]]) -> alt.InlineData:
    """Lines as the data of a chart."""
    import altair as alt

    return alt.InlineData(values=list(lines))


def zoom_x(name: str) -> alt.Parameter:
    """Drag to move along, shift and wheel to zoom, double click for all: a wheel without shift scrolls the page."""
    import altair as alt

    return alt.selection_interval(
        name=name,
        bind="scales",
        encodings=["x"],
        zoom="wheel![event.shiftKey]",
        translate="[mousedown, window:mouseup] > window:mousemove!",
    )
