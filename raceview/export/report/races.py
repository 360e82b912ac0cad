"""Pictures of the worst races: who held the event when, and what was written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from raceview.answers import amounts
from raceview.answers.event_words import verdict, why
from raceview.answers.race_scene import Scene, race_scene
from raceview.answers.worst_races import RULE, worst_races
from raceview.export.pictures.race import MOST_ROWS, race_chart
from raceview.export.report.parts import Heading, Part, Picture, Section, Sentences
from raceview.export.report.silence import no_duplicates
from raceview.export.report.text_race import race_lines
from raceview.safe_text import printable

if TYPE_CHECKING:
    from raceview.answers.worst_races import WorstRace
    from raceview.investigation import Investigation

_NAME = 40


def races(inv: Investigation) -> Section:
    """The section."""
    chosen = worst_races(inv)
    if not chosen:
        return Section("races", "The worst races", (no_duplicates(inv),))
    parts: list[Part] = [Sentences((RULE,))]
    for number, race in enumerate(chosen, start=1):
        parts += _race(race_scene(inv, race.event), race, number)
    return Section("races", "The worst races", tuple(parts))


def _race(scene: Scene, race: WorstRace, number: int) -> list[Part]:
    page = scene.page
    sentences = (f"{verdict(page).capitalize()}.", *why(page), *_notes(scene))
    return [
        Heading(
            f"{race.chosen.capitalize()}: {printable(page.tick.event_id, _NAME)}, {printable(page.tick.symbol, _NAME)}"
        ),
        Sentences(sentences),
        Picture(_caption(scene), partial(race_chart, scene, number), partial(race_lines, scene)),
    ]


def _caption(scene: Scene) -> str:
    page = scene.page
    places = {
        "output" if page.inferred else "ticks": [page.tick.line],
        "attempts": [one.line for one in page.attempts],
        "output": [row.line for row in page.rows],
    }
    told = [
        f"{printable(page.files.get(role, role))} line {', '.join(map(str, sorted(lines)))}"
        for role, lines in places.items()
        if lines
    ]
    return f"On {amounts.date(page.tick.time_ns)}, times in UTC. To be found in {'; '.join(told)}."


def _notes(scene: Scene) -> list[str]:
    notes = []
    if scene.left_out:
        notes.append(
            f"{scene.left_out:,} attempts of these workers at other events are left out of the picture."
        )
    if len(scene.page.rows) > MOST_ROWS:
        notes.append(f"The picture has the first {MOST_ROWS} of its {len(scene.page.rows):,} rows.")
    return notes
