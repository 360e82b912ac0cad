"""What the engine stores, hands back and writes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier, Event

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raceview.engine import Engine, import_once_open, open_engine
from raceview.errors import OutputError


@pytest.fixture
def engine() -> Iterator[Engine]:
    opened = open_engine()
    yield opened
    opened.close()


def test_create_replaces_and_may_read_what_it_replaces(engine: Engine) -> None:
    engine.create("t", "SELECT 1 AS a")
    engine.create("t", "SELECT a + 1 AS a, 'x' AS b FROM t")
    assert engine.rows("SELECT * FROM t") == [(2, "x")]


def test_drop_forgets_tables_and_views(engine: Engine) -> None:
    engine.create("t", "SELECT 1 AS a")
    engine.create("u", "SELECT 2 AS a")
    engine.rows("CREATE VIEW v AS SELECT a FROM u")
    engine.drop("t", "v")
    for gone in ("t", "v"):
        with pytest.raises(duckdb.CatalogException, match=f"Table with name {gone} does not exist"):
            engine.rows(f"SELECT a FROM {gone}")
    assert engine.rows("SELECT a FROM u") == [(2,)]


@settings(max_examples=50, deadline=None)
@given(
    moved=st.dictionaries(st.integers(0, 199), st.integers(-50, 3) | st.none(), max_size=6),
    text=st.booleans(),
)
def test_what_may_repeat_holds_all_that_does(moved: dict[int, int | None], text: bool) -> None:
    """Numbers in order, some of them moved or gone."""
    moves = [moved.get(number, 0) for number in range(200)]
    values = [None if move is None else 100 + number + move for number, move in enumerate(moves)]
    column = [value if value is None or not text else f"{value:05}" for value in values]
    with closing(open_engine()) as engine:
        engine.load_rows("given", {"v": "VARCHAR" if text else "BIGINT"}, [(value,) for value in column])
        assert engine.may_repeat("again", "given", "v")
        found = {value for (value,) in engine.rows("SELECT value FROM again")}
    assert {value for value in column if value is not None and column.count(value) > 1} <= found


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ("range", set()),
        ("CASE WHEN range IN (40, 700) THEN range - 1 ELSE range END", {39, 699}),
        ("CASE WHEN range % 50 = 9 THEN range - 8 ELSE range END", set(range(1, 1000, 50))),
        ("CASE WHEN range = 40 THEN 20 ELSE range END", {20}),
        ("1000 - range", None),
        ("range // 2", None),
        # One that is far ahead hides the order of the rest.
        ("CASE WHEN range = 40 THEN 5000 ELSE range END", None),
    ],
)
def test_where_few_values_may_repeat_they_are_told(
    engine: Engine, values: str, found: set[int] | None
) -> None:
    engine.create("given", f"SELECT {values} AS v FROM range(1000)")
    assert engine.may_repeat("again", "given", "v") == (found is not None)
    if found is None:
        assert engine.rows("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'again'") == [(0,)]
    else:
        assert {value for (value,) in engine.rows("SELECT value FROM again")} == found


def test_load_arrays(engine: Engine) -> None:
    engine.load(
        "t",
        {
            "a": np.array([3, 1, 2]),
            "b": np.array([0.5, 1.5, 2.5]),
            "c": np.array(["x", "é", ""], dtype=object),
        },
    )
    assert engine.rows("SELECT * FROM t") == [(3, 0.5, "x"), (1, 1.5, "é"), (2, 2.5, "")]


def test_load_rows(engine: Engine) -> None:
    schema = {"a": "BIGINT", "b": "VARCHAR"}
    engine.load_rows("t", schema, [(1, None), (None, "it's")])
    assert engine.rows("SELECT * FROM t") == [(1, None), (None, "it's")]
    engine.load_rows("t", schema, [])
    assert engine.rows("SELECT * FROM t") == []


def test_arrays_and_frames(engine: Engine) -> None:
    found = engine.arrays("SELECT * FROM (VALUES (2::BIGINT, 0.5::DOUBLE), (1, 1.5)) AS v(a, b)")
    assert {name: (values.dtype.name, values.tolist()) for name, values in found.items()} == {
        "a": ("int64", [2, 1]),
        "b": ("float64", [0.5, 1.5]),
    }
    frame = engine.frame("SELECT 1::BIGINT AS a, 'x' AS b")
    pd.testing.assert_frame_equal(frame, pd.DataFrame({"a": [1], "b": ["x"]}), check_dtype=False)
    assert {name: values.tolist() for name, values in engine.arrays("SELECT 1 AS a WHERE false").items()} == {
        "a": []
    }


def test_write_csv(engine: Engine, tmp_path: Path) -> None:
    query = """SELECT * FROM (VALUES (2, 'a,b', NULL), (1, 'say "x"', ''), (3, E'two\nlines', 'é')) AS v(n, t, u)
        ORDER BY n"""
    engine.write_csv(query, tmp_path / "it's.csv")
    assert (tmp_path / "it's.csv").read_bytes().decode() == (
        'n,t,u\n1,"say ""x""",""\n2,"a,b",\n3,"two\nlines",é\n'
    )
    engine.write_csv("SELECT 1 AS a WHERE false", tmp_path / "empty.csv")
    assert (tmp_path / "empty.csv").read_text() == "a\n"
    engine.write_csv("SELECT 1 AS a", tmp_path / "bare.csv", header=False)
    assert (tmp_path / "bare.csv").read_text() == "1\n"


def test_write_lines_byte_for_byte(engine: Engine, tmp_path: Path) -> None:
    lines = ['"a",b', "it's, \\ ", "ends in CR\r", "é", "", "\x1f", "#", "a\x00b", "two\nlines"]
    engine.load_rows("t", {"n": "BIGINT", "text": "VARCHAR"}, list(enumerate(lines)))
    engine.write_lines("SELECT text FROM t ORDER BY n", tmp_path / "lines")
    assert (tmp_path / "lines").read_bytes().decode() == "".join(line + "\n" for line in lines)


@pytest.mark.parametrize("path", ["/nowhere/at/all.csv", "/dev/full"])
def test_a_file_that_cannot_be_written(engine: Engine, path: str) -> None:
    engine.create("t", "SELECT range AS a FROM range(100000)")
    with pytest.raises(OutputError, match=f"^{path}: cannot be written: "):
        engine.write_csv("SELECT * FROM t", Path(path))
    with pytest.raises(OutputError, match=f"^{path}: cannot be written: "):
        engine.write_lines("SELECT a::VARCHAR FROM t", Path(path))


def test_close_removes_the_private_folder() -> None:
    engine = open_engine()
    folder = engine.folder
    (folder / "left").write_text("")
    assert folder.is_dir()
    engine.close()
    assert not folder.exists()


def test_interrupt_stops_what_runs_in_another_thread(engine: Engine) -> None:
    begun = Event()

    def long() -> str:
        begun.set()
        try:
            engine.rows("SELECT count(*) FROM range(10_000_000_000) AS a(i) WHERE i % 7 = 3")
        except Exception as error:
            return type(error).__name__
        return "came to its end"

    with ThreadPoolExecutor(1) as aside:
        running = aside.submit(long)
        begun.wait()
        while not running.done():  # it may not have reached the engine yet
            engine.interrupt()
        assert running.result() == "InterruptException"


def test_an_interrupted_engine_refuses_further_statements(engine: Engine) -> None:
    engine.interrupt()
    with pytest.raises(Exception, match="interrupted"):
        engine.rows("SELECT 1")


def test_threads_that_ask_for_the_first_time_do_not_get_into_each_others_way(engine: Engine) -> None:
    start = Barrier(16)

    def ask(number: int) -> int:
        start.wait()
        ((answer,),) = engine.rows(f"SELECT {number}")
        return int(answer)

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(ask, range(16))) == list(range(16))


def test_close_does_not_wait_for_what_runs(engine: Engine) -> None:
    folder = engine.folder

    def long() -> str:
        try:
            engine.rows("SELECT count(*) FROM range(1_000_000_000_000) AS a(i) WHERE i % 7 = 3")
        except Exception as error:
            return type(error).__name__
        return "came to its end"

    with ThreadPoolExecutor(1) as aside:
        running = aside.submit(long)
        while not running.running():
            pass
        engine.close()
        assert running.result() in {"InterruptException", "ConnectionException"}  # or had not begun
    assert not folder.exists()


def test_an_engine_that_ends_with_the_process_leaves_no_file_and_takes_no_more() -> None:
    engine = open_engine(until_exit=True)
    assert engine.rows("SELECT 1") == [(1,)]
    engine.close()
    engine.close()
    assert not engine.folder.exists()
    with pytest.raises(duckdb.InterruptException):
        engine.rows("SELECT 1")


def test_a_database_that_cannot_open_is_told_to_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """It opens in a thread; closing what never opened is no error."""

    def connect(**_: object) -> None:
        raise duckdb.IOException("no room")

    monkeypatch.setattr(duckdb, "connect", connect)
    engine = open_engine()
    with pytest.raises(OutputError, match="no room"):
        engine.rows("SELECT 1")
    engine.close()
    assert not engine.folder.exists()


def test_a_module_loads_once_the_engine_is_open(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = Event()
    monkeypatch.setattr("raceview.engine.import_module", lambda name: loaded.set() if name == "m" else None)
    import_once_open(engine, "m")
    assert loaded.wait(10)


@pytest.mark.parametrize("header", ["a,b", 'say "x", "y"', "\ufeffsymbol\r", " Mixed Case "])
def test_lines_below_a_header(engine: Engine, tmp_path: Path, header: str) -> None:
    engine.write_lines("SELECT text FROM (VALUES ('1,2'), ('3')) AS v(text)", tmp_path / "lines", header)
    assert (tmp_path / "lines").read_bytes().decode() == f"{header}\n1,2\n3\n"
    engine.write_lines("SELECT text FROM (VALUES ('1')) AS v(text) WHERE false", tmp_path / "none", header)
    assert (tmp_path / "none").read_bytes().decode() == f"{header}\n"
