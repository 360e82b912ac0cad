"""What is left with a bundle comes back, and two users of one bundle do not destroy each other's notes."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from raceview.tui.app import THEME
from raceview.tui.session import Session, load_theme, save_theme
from tui.conftest import Opened, app_of


def opened_again(path: Path) -> Session:
    """Like `load_session`, without a bundle."""
    from raceview.tui import session

    fresh = Session(path)
    fresh.notes = session._read_notes(path) or {}
    fresh._kept = dict(fresh.notes)
    return fresh


def test_notes_of_two_at_once_are_merged(tmp_path: Path) -> None:
    path = tmp_path / "state" / "s.json"
    Session(path, notes={"a": "1", "b": "1", "c": "1"}).save()
    one, two = opened_again(path), opened_again(path)
    one.notes["a"] = "2"
    del one.notes["b"]
    two.notes["d"] = "2"
    assert one.save() == two.save() == ""
    assert two.notes == opened_again(path).notes == {"a": "2", "c": "1", "d": "2"}


def test_of_two_who_change_one_note_the_last_holds(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    Session(path, notes={"a": "1"}).save()
    one, two = opened_again(path), opened_again(path)
    one.notes["a"], two.notes["a"] = "one", "two"
    one.save()
    two.save()
    assert opened_again(path).notes == {"a": "two"}


def test_saving_twice_does_not_bring_back_what_another_removed(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    one = Session(path, notes={"a": "1"})
    one.save()
    two = opened_again(path)
    del two.notes["a"]
    two.save()
    one.save()
    assert one.notes == {}


@pytest.mark.parametrize("text", [None, "", "{", "[]"])
def test_a_file_that_was_lost_takes_no_note_away(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "s.json"
    Session(path, notes={"a": "1"}).save()
    one = opened_again(path)
    path.unlink()
    if text is not None:
        path.write_text(text)
    one.notes["b"] = "2"
    assert one.save() == ""
    assert one.notes == opened_again(path).notes == {"a": "1", "b": "2"}


def test_where_nothing_can_be_kept_a_sentence_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = Session(tmp_path / "file" / "s.json").save()
    assert "notes and place could not be kept" in told
    assert Session().save() == ""


@pytest.mark.parametrize("text", ["", "{", "[]", '{"theme": 1}', "\0"])
def test_settings_that_cannot_be_read_count_as_none(tmp_path: Path, text: str) -> None:
    save_theme("nord")
    (tmp_path / "state" / "raceview" / "settings.json").write_text(text)
    assert load_theme() in (None, "1")


def test_the_same_bundle_opens_at_the_same_view(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            await pilot.press("4")
            session = app_of(pilot).case
            assert session is not None
            session.session.notes["evt_0000047"] = "look again"
            app_of(pilot).exit()
        async with opened() as pilot:
            app = app_of(pilot)
            assert app.main.view is not None
            assert app.main.view.NAME == "findings"
            assert app.case is not None
            assert app.case.session.notes == {"evt_0000047": "look again"}

    asyncio.run(run())


def test_a_broken_session_is_a_new_one(opened: Opened, tmp_path: Path) -> None:
    async def run() -> None:
        async with opened() as pilot:
            app_of(pilot).exit()
        (kept,) = (tmp_path / "state" / "raceview").glob("*.json")
        kept.write_text('{"notes": {}, "view": "no such", "places": {"verdict": {"door": [[]]}, "x": {}}}')
        async with opened() as pilot:
            view = app_of(pilot).main.view
            assert view is not None
            assert view.NAME == "verdict"

    asyncio.run(run())


@pytest.mark.parametrize("view", ["duplicates", "findings"])
def test_a_filter_of_another_version_is_none(opened: Opened, tmp_path: Path, view: str) -> None:
    async def run() -> None:
        async with opened() as pilot:
            app_of(pilot).exit()
        (kept,) = (tmp_path / "state" / "raceview").glob("*.json")
        place = {"filter": "colour:red", "sort": "time", "reverse": False, "event": None, "row": 0}
        kept.write_text(json.dumps({"notes": {}, "view": view, "places": {view: place}}))
        async with opened() as pilot:
            shown = app_of(pilot).main.view
            assert shown is not None
            assert (shown.NAME, shown.filter_text()) == (view, "")

    asyncio.run(run())


def test_the_theme_is_remembered_for_all_bundles(opened: Opened) -> None:
    async def run() -> None:
        async with opened() as pilot:
            assert pilot.app.theme == THEME
            pilot.app.theme = "nord"
            await pilot.pause()
        async with opened() as pilot:
            assert pilot.app.theme == "nord"

    asyncio.run(run())


def test_a_theme_that_is_gone_is_the_usual_one(opened: Opened) -> None:
    save_theme("no such theme")

    async def run() -> None:
        async with opened() as pilot:
            assert pilot.app.theme == THEME

    asyncio.run(run())
