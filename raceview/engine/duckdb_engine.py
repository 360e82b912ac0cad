"""The default engine: DuckDB, embedded in the process, spilling to a private folder where memory runs short."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from raceview.engine.duckdb_scan import DuckDBScanner, drop_relation
from raceview.engine.duckdb_values import literal
from raceview.errors import OutputError

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from duckdb import DuckDBPyConnection

_MEMORY_LIMIT = 8 << 30
_MEMORY_SHARE = 0.6
_NEVER_FLUSHED = "1TiB"
_KEEP_MEMORY = "dirty_decay_ms:-1,muzzy_decay_ms:-1"
"""For DuckDB's allocator (jemalloc), which reads it when it is loaded: what a process will need again before it ends
is not given back a second after it became free."""
_CLOSING_TRIES, _CLOSING_PAUSE_SECONDS = 200, 0.01
_FEW_PART = 8
"""Of the records, one in so many are few."""
_NEVER_IN_A_LINE = "\x1f\x1e\x1f\x1e"


class DuckDBEngine:
    """Implements `raceview.engine.base.Engine`. Each thread has a connection of its own to the one database.

    The database opens in a thread: who makes an engine can read files meanwhile.
    """

    name = "duckdb"

    def __init__(self, until_exit: bool = False) -> None:
        """`until_exit`: as in `open_engine`."""
        if until_exit:
            os.environ.setdefault("DUCKDB_JE_MALLOC_CONF", _KEEP_MEMORY)
        import duckdb

        self._folder = Path(tempfile.gettempdir()) / f"raceview-{os.urandom(8).hex()}"
        self.version = duckdb.__version__
        self._threads = threading.local()
        self._connections: list[DuckDBPyConnection] = []
        self._interrupted = False
        self._until_exit = until_exit
        self._opening = threading.Lock()
        """The database refuses a second thread that asks for a cursor instead of letting it wait."""
        try:
            self._folder.mkdir(mode=0o700)
            config: dict[str, Any] = {
                "memory_limit": f"{_memory_limit() >> 20}MiB",
                "temp_directory": str(self._folder / "spill"),
                # Memory handed back after each statement is asked for again by the next: a third of all time
                # spent in the system.
                "allocator_flush_threshold": _NEVER_FLUSHED,
                "allocator_bulk_deallocation_flush_threshold": _NEVER_FLUSHED,
            }
            opener = ThreadPoolExecutor(1)
            self._opened = opener.submit(duckdb.connect, config=config)
            opener.shutdown(wait=False)
        except BaseException:  # also where the process is being ended just now
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    @property
    def _database(self) -> DuckDBPyConnection:
        """The database, once it is open."""
        return self._opened.result()

    @property
    def _connection(self) -> DuckDBPyConnection:
        """This thread's connection."""
        mine: DuckDBPyConnection | None = getattr(self._threads, "connection", None)
        if mine is None or self._interrupted:
            mine = self._threads.connection = self._cursor()
        return mine

    def _cursor(self) -> DuckDBPyConnection:
        """A further connection, which `interrupt` knows. Raises InterruptException once that was called."""
        import duckdb

        with self._opening:
            if self._interrupted:
                raise duckdb.InterruptException("the engine was interrupted or closed")
            cursor = self._database.cursor()
            self._connections.append(cursor)
        return cursor

    @property
    def folder(self) -> Path:
        """A private folder for temporary files, removed when the engine is closed."""
        return self._folder

    @cached_property
    def scanner(self) -> DuckDBScanner:
        """Reads files into relations."""
        return DuckDBScanner(self._connection, self._cursor)

    def create(self, relation: str, query: str) -> None:
        """Store the result of `query` as `relation`, replacing what had that name (which `query` may use)."""
        import duckdb

        try:
            self._run(f"CREATE OR REPLACE TABLE {relation} AS {query}")
        except duckdb.CatalogException as error:
            if "is of type View" not in str(error):
                raise
            self._run(f"CREATE OR REPLACE TABLE {relation}__new AS {query}")
            drop_relation(self._connection, relation)
            self._connection.execute(f"ALTER TABLE {relation}__new RENAME TO {relation}")

    def load(self, relation: str, columns: Mapping[str, npt.NDArray[Any]]) -> None:
        """Store equally long arrays as `relation`, in their order."""
        self._connection.register("arrays_to_load", dict(columns))
        try:
            self.create(relation, "SELECT * FROM arrays_to_load")
        finally:
            self._connection.unregister("arrays_to_load")

    def load_rows(self, relation: str, schema: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        """Store a handful of Python rows as `relation`; `schema` maps column to SQL type."""
        drop_relation(self._connection, relation)
        columns = ", ".join(f"{name} {kind}" for name, kind in schema.items())
        self._connection.execute(f"CREATE TABLE {relation} ({columns})")
        if rows:
            lists = ", ".join(f"unnest(?::{kind}[])" for kind in schema.values())
            values = [list(column) for column in zip(*rows, strict=True)]
            self._connection.execute(f"INSERT INTO {relation} SELECT {lists}", values)

    def may_repeat(self, relation: str, source: str, column: str) -> bool:
        """Store as `relation` (value) what may stand in `column` of several records of `source`, if that is little.

        A value comes again only where it does not exceed all before it: in a file that is nearly in the order of the
        column that leaves few, and takes a tenth of a grouping's time. Whatever the order, none is missed: both windows
        pass the rows on as they come.
        """
        ((records,),) = self.rows(f"SELECT count(*) FROM {source}")
        few = records // _FEW_PART
        self.create(
            relation,
            f"SELECT value FROM (SELECT value, lag(greatest_so_far) OVER () AS greatest_before FROM (SELECT {column} AS"
            f" value, max({column}) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS greatest_so_far"
            f" FROM {source})) WHERE value <= greatest_before LIMIT {few + 1}",
        )
        if self.rows(f"SELECT count(*) FROM {relation}")[0][0] <= few:
            return True
        self.drop(relation)
        return False

    def drop(self, *relations: str) -> None:
        """Forget relations that nobody asks for any more, and the memory they take."""
        for relation in relations:
            drop_relation(self._connection, relation)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The result as Python tuples: for small results only."""
        return self._run(query).fetchall()

    def arrays(self, query: str) -> dict[str, npt.NDArray[Any]]:
        """The result as one array per column. Columns must hold numbers without NULL."""
        import numpy as np

        found: dict[str, Any] = self._run(query).fetchnumpy()
        return {name: np.ma.getdata(values) for name, values in found.items()}

    def frame(self, query: str) -> pd.DataFrame:
        """The result as a pandas frame (imports pandas)."""
        return self._run(query).df()

    def write_csv(self, query: str, path: Path, header: bool = True) -> None:
        """Write the result to `path`, in the query's order. Raises OutputError where it cannot be written."""
        self._copy(query, path, f"FORMAT csv, HEADER {str(header).lower()}")

    def write_lines(self, query: str, path: Path, header: str | None = None) -> None:
        """Write the result's one string column as lines. Raises OutputError where it cannot be written."""
        # Forced to quote, with nothing, DuckDB does not search every line for what would need quotes: half the time.
        form = f"FORMAT csv, QUOTE '', ESCAPE '', FORCE_QUOTE *, DELIMITER '{_NEVER_IN_A_LINE}'"
        if header is None:
            self._copy(query, path, f"{form}, HEADER false")
        else:  # it is the column's name
            name = header.replace('"', '""')
            self._copy(f'SELECT * FROM ({query}) AS t ("{name}")', path, f"{form}, HEADER true")

    def interrupt(self) -> None:
        """Stop the statements that run, in all threads, and refuse further ones: duckdb.InterruptException."""
        import duckdb

        with self._opening:
            self._interrupted = True
        for connection in self._connections:
            with suppress(duckdb.ConnectionException):  # it is closed
                connection.interrupt()

    def close(self) -> None:
        """Release memory and temporary files. What other threads still run is interrupted."""
        if self._until_exit:
            self.interrupt()
        elif not self._opened.exception():
            self._close_database()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _close_database(self) -> None:
        import duckdb

        for _ in range(_CLOSING_TRIES):
            self.interrupt()  # again, for a statement that was about to begin
            try:
                with self._opening:
                    self._database.close()
                break
            except duckdb.ResourceInUseException:  # an interrupted statement is still on its way out
                time.sleep(_CLOSING_PAUSE_SECONDS)

    def _run(self, query: str) -> DuckDBPyConnection:
        """Run one statement. Raises OutputError where neither memory nor the spill folder has room for it."""
        import duckdb

        try:
            return self._connection.execute(query)
        except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise OutputError(
                f"{self._folder}: no room left for the engine: {_reason(error)}; TMPDIR moves it"
            ) from error

    def _copy(self, query: str, path: Path, form: str) -> None:
        import duckdb

        try:
            self._connection.execute(f"COPY ({query}) TO {literal(str(path))} ({form}, USE_TMP_FILE false)")
        except duckdb.IOException as error:
            raise OutputError(f"{path}: cannot be written: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """What the system says where DuckDB quotes its error number, else the first line of what DuckDB says."""
    number = re.search(r'"errno":"(\d+)"', str(error))
    return os.strerror(int(number[1])) if number else str(error).splitlines()[0]


def _memory_limit() -> int:
    """Bytes that DuckDB may use before it spills to disk."""
    try:
        installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return _MEMORY_LIMIT
    return min(_MEMORY_LIMIT, int(installed * _MEMORY_SHARE))
