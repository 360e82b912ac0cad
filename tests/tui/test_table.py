"""The table of all lists: cursor, keys, text that is only text."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from raceview.tui.widgets.columns import Column, widths
from raceview.tui.widgets.table import Row, Table
from tui.conftest import screen_lines, wait_until

HEADS = (Column("name", 0), Column("amount", 8, right=True), Column("remark", 20, spare=1))
NASTY = "[red]x[/] \x1b[31m\x07 [@click=app.quit]y[/] \u202e"


class ManyRows(Sequence[Row]):
    """Makes rows when asked, and tells how many it was asked for."""

    def __init__(self, count: int) -> None:
        self.length, self.asked = count, 0

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Row:  # type: ignore[override]  # slices are not asked for
        self.asked += 1
        return (f"row {index}", str(index), "none")


class TableApp(App[None]):
    """A table and what it told."""

    def __init__(self) -> None:
        super().__init__()
        self.selected: list[int] = []
        self.table = Table(HEADS, empty="no rows")

    def compose(self) -> ComposeResult:
        yield self.table

    def on_table_selected(self, message: Table.Selected) -> None:
        self.selected.append(message.row)


async def on_table(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


def test_vi_keys_move_the_cursor_and_stop_at_the_ends() -> None:
    async def run() -> None:
        app = TableApp()
        async with app.run_test(size=(80, 12)) as pilot:
            app.table.load(ManyRows(100))
            seen = []
            for key in ("k", "j", "j", "pagedown", "G", "j", "pageup", "g", "down", "up"):
                await on_table(pilot, key)
                seen.append(app.table.cursor)
            assert seen == [0, 1, 2, 12, 99, 99, 89, 0, 1, 0]

    asyncio.run(run())


def test_the_cursor_shows_without_colour_and_stays_in_sight() -> None:
    async def run() -> None:
        app = TableApp()
        async with app.run_test(size=(80, 12)) as pilot:
            app.table.load(ManyRows(100))
            await on_table(pilot, "G")
            assert next(line for line in screen_lines(app) if "▸" in line).split()[:3] == ["▸", "row", "99"]
            await pilot.resize_terminal(60, 6)
            await wait_until(pilot, lambda: any("▸ row 99" in line for line in screen_lines(app)))

    asyncio.run(run())


def test_enter_tells_the_row() -> None:
    async def run() -> None:
        app = TableApp()
        async with app.run_test(size=(80, 12)) as pilot:
            await on_table(pilot, "enter")
            app.table.load(ManyRows(3))
            await on_table(pilot, "j", "enter")
            assert app.selected == [1]

    asyncio.run(run())


def test_a_million_rows_cost_what_the_screen_does() -> None:
    async def run() -> None:
        app = TableApp()
        async with app.run_test(size=(80, 24)) as pilot:
            rows = ManyRows(1_000_000)
            app.table.load(rows)
            await on_table(pilot, "G", "g", "G")
            assert any("row 999999" in line for line in screen_lines(app))
            assert rows.asked < 200

    asyncio.run(run())


def test_loading_anew_keeps_the_cursor_on_its_key() -> None:
    async def run() -> None:
        app = TableApp()
        async with app.run_test(size=(80, 12)) as pilot:
            app.table.load([("a", "1", ""), ("b", "2", ""), ("c", "3", "")], keys=[10, 20, 30])
            await on_table(pilot, "j")
            app.table.load([("c", "3", ""), ("z", "0", ""), ("b", "2", "")], keys=[30, 5, 20])
            assert app.table.key == 20
            app.table.load([("c", "3", "")], keys=[30])
            assert app.table.cursor == 0
            app.table.load([], keys=[])
            assert app.table.key is None
            await pilot.pause()
            assert any("no rows" in line for line in screen_lines(app))

    asyncio.run(run())


def test_text_of_files_is_only_text() -> None:
    async def run() -> None:
        app = TableApp()
        async with app.run_test(size=(110, 12)) as pilot:
            app.table.load([(NASTY, "1", NASTY), ((NASTY, "bold"), "2", "")])
            await pilot.pause()
            lines = screen_lines(app)
            assert "[red]x[/] \\x1b[31m\\x07 [@click=app.quit]y[/] \\u202e" in lines[1]
            assert "\x1b" not in "".join(lines)
            assert all(len(line) == 110 for line in lines)

    asyncio.run(run())


def test_a_narrow_terminal_leaves_spare_columns_out() -> None:
    async def run() -> None:
        app = TableApp()
        async with app.run_test(size=(80, 12)) as pilot:
            app.table.load([("a", "1", "told")])
            await wait_until(pilot, lambda: any("told" in line for line in screen_lines(app)))
            assert "…" not in screen_lines(app)[0]
            await pilot.resize_terminal(30, 12)
            await wait_until(pilot, lambda: not any("told" in line for line in screen_lines(app)))
            head, row = screen_lines(app)[:2]
            assert head.index("name") == row.index("a")
            assert head.endswith("…")
            assert not row.endswith("…")
            assert any("▸ a" in line and line.rstrip().endswith("1") for line in screen_lines(app))

    asyncio.run(run())


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        (50, [10, 18, 4, 12]),  # the one without a width takes what is left
        (40, [10, 8, 4, 12]),
        (39, [10, 13, 0, 12]),  # the most spare goes first, though another one stands behind it
        (33, [10, 21, 0, 0]),
        (20, [10, 8, 0, 0]),
        (15, [10, 3, 0, 0]),  # cut, the last first
        (9, [4, 3, 0, 0]),
    ],
)
def test_what_is_left_out_and_what_is_cut(room: int, expected: list[int]) -> None:
    heads = [Column("time", 10), Column("name", 0), Column("n", 4, spare=2), Column("kind", 12, spare=1)]
    assert widths(heads, room) == expected


def test_marks_and_colours_of_rows_and_cells() -> None:
    async def run() -> None:
        app = TableApp()
        async with app.run_test(size=(80, 12)) as pilot:
            app.table.load(
                [("a", "1", ("told", "red")), ("b", "2", ("told", "red"))],
                mark=lambda at: " *"[at],
                style=lambda at: ("", "bold green")[at],
            )
            await pilot.pause()
            assert [line[:3] for line in screen_lines(app)[1:3]] == ["▸ a", " *b"]
            styles = [[segment.style for segment in app.table.render_line(y)] for y in (1, 2)]
            colours = [{style.color.name for style in line if style and style.color} for line in styles]
            assert "red" not in colours[0]  # it could not be read on the cursor's colour
            assert colours[1] >= {"red", "green"}

    asyncio.run(run())
