"""Opens a bundle in a thread beside the screen: tells how far it is, and can be stopped at any time.

The thread is not one of Textual's workers, for the app would wait for those at its end: whoever leaves while ten
million rows are being linked wants the prompt back now.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING

from textual.message import Message

from raceview.errors import UsageError
from raceview.tui.case import Case
from raceview.tui.messages import Loaded, LoadingFailed, LoadingStep
from raceview.tui.opening import Opening

if TYPE_CHECKING:
    from raceview.engine import Engine
    from raceview.investigation import Investigation

_TELL_EVERY_SECONDS = 0.05


class _CancelledError(Exception):
    """The user left while the bundle was being opened."""


class Loading:
    """One opening of one bundle; posts LoadingStep, then Loaded or LoadingFailed, or nothing after `cancel`."""

    def __init__(self, opening: Opening, post: Callable[[Message], object]) -> None:
        self._opening = opening
        self._post = post
        self._cancelled = Event()
        self._engine: Engine | None = None
        self._told: dict[str, float] = {}
        self._thread = Thread(target=self._run, name="loading", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def cancel(self) -> None:
        """Stop at the next chunk of a file, step, or in the middle of a statement; nothing is posted any more."""
        self._cancelled.set()
        if self._engine:
            self._engine.interrupt()

    def ended(self, within_seconds: float) -> bool:
        """Whether the thread is done by then; its temporary files are removed in any case.

        For when the app has ended: what was opened in its last moment has reached nobody who would close it.
        """
        if self._thread.is_alive():
            self._thread.join(within_seconds)
        if self._engine:
            self._engine.close()
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._post(self._open())
        except Exception as error:
            if self._engine:
                self._engine.close()
            if not self._cancelled.is_set():
                self._post(LoadingFailed(error))

    def _open(self) -> Loaded:
        from raceview.engine import open_engine

        self._engine = open_engine()
        investigation = self._opening.open(self._tell, self._engine)

        from raceview.answers.moment import span
        from raceview.tui.session import load_session

        self._tell("summing up", 0, 0)
        case = Case(
            investigation, investigation.counted(), load_session(investigation.files), span(investigation)
        )
        loaded = self._at_place(case, investigation)
        self._stop_if_cancelled()
        return loaded

    def _at_place(self, case: Case, investigation: Investigation) -> Loaded:
        """With the place that the command line asks for."""
        from raceview.answers.moment import find_event, parse_moment

        event, at = self._opening.event, self._opening.at
        try:
            found = find_event(investigation, event) if event else None
            if not at:
                return Loaded(case, found)
            if case.span is None:
                raise UsageError(f"{at}: there is no record to go to")
            return Loaded(case, found, parse_moment(at, case.span.first_ns, case.span))
        except UsageError as error:
            return Loaded(case, complaint=str(error))

    def _tell(self, step: str, done: int, total: int) -> None:
        """Pass progress on, a few times a second: a file of ten million rows has thousands of chunks."""
        self._stop_if_cancelled()
        now = time.monotonic()
        if done == total or now - self._told.get(step, 0.0) >= _TELL_EVERY_SECONDS:
            self._told[step] = now
            self._post(LoadingStep(step, done, total))

    def _stop_if_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise _CancelledError
