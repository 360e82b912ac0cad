"""The one object that screens, exports, notebooks and the command line ask.

Opening a bundle reads the files, links rows to events and judges every event; all of it lies in relations of an
engine. What costs extra (findings, safeguards) is made when first asked for. Methods that return frames
import pandas.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from functools import partial
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from raceview import frames, inferred_events, policies, sql, summary
from raceview.bundle import BundleFiles, find_bundle, read_bundle
from raceview.engine import Engine, import_once_open, open_engine
from raceview.model import (
    MILLIONTHS,
    NS_PER_MS,
    Cause,
    FindingName,
    Options,
    Outcome,
    Policy,
)
from raceview.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

    from raceview.findings import Finding
    from raceview.linkage.link import Linkage
    from raceview.matching import Matching
    from raceview.safeguards import CurvePoint, Replay, Safeguarded

T = TypeVar("T")

STEPS = ("reading", "attempts", "linking", "judging")


def open_bundle(
    bundle: str | Path | None = None,
    *,
    ticks: str | Path | None = None,
    attempts: str | Path | None = None,
    output: str | Path | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
    engine: Engine | None = None,
    meanwhile: Callable[[Investigation], None] | None = None,
) -> Investigation:
    """Read a bundle (a folder, single files, or both) and analyse it.

    `progress` is called with (step, done, total), from other threads, too, and may raise to end it: a step of `STEPS`
    begins, or so many bytes of a file have been read. `engine` is one that the caller made, to
    interrupt it from another thread. `meanwhile` is called while rows are linked and judged, in another thread:
    `attempts` and `windows` are there, what it raises is raised here. Raises InputError where a file cannot be used.
    Close the result, or use it as a context manager: it holds memory and temporary files.
    """
    paths = find_bundle(*(None if path is None else Path(path) for path in (bundle, ticks, attempts, output)))
    engine = engine or open_engine()
    import_once_open(engine, "raceview.findings")
    try:
        _step(progress, 0)
        return Investigation(
            engine,
            read_bundle(paths, engine, options or Options(), progress),
            options or Options(),
            progress,
            meanwhile,
        )
    except BaseException:
        engine.close()
        raise


def _names_of(answer: type) -> list[str]:
    """The columns of a frame of such answers."""
    return [field.name for field in fields(answer)]


def _step(progress: Progress | None, number: int) -> None:
    """Tell that a step begins."""
    if progress:
        progress(STEPS[number], number, len(STEPS))


class Investigation:
    """A bundle, analysed. Every answer comes from here."""

    def __init__(
        self,
        engine: Engine,
        files: BundleFiles,
        options: Options,
        progress: Progress | None = None,
        meanwhile: Callable[[Investigation], None] | None = None,
    ) -> None:
        self.engine = engine
        self.files = files
        self.options = options
        self.policy = policies.choose(options.policy, files.ticks is not None)
        self._made: dict[str, Any] = {}
        self._decided: dict[str, Any] = {}
        """What has been made that goes by the policy: a new one with every choice."""
        self._making: dict[str, RLock] = {}
        """A lock for each thing that is made when asked for: who asks for one does not wait for another."""
        self.deciding = RLock()
        """Held by who writes what the policy decides, and while another one is chosen: the two never mix."""
        self.inferred: Matching | None = None
        """How events were told from the output alone; None where there is a source, or no output."""
        if files.attempts:
            _step(progress, 1)
        self._prepare()
        if files.output:
            _step(progress, 2)
        with ThreadPoolExecutor(max_workers=1) as aside:
            apart = aside.submit(self._prepare_apart)
            further = aside.submit(meanwhile, self) if meanwhile else None
            self.linkage = self._link() if self._has_source else self._infer()
            apart.result()
            _step(progress, 3)
            self._judge()
        if further:
            further.result()
        if progress:
            progress("done", len(STEPS), len(STEPS))

    def _prepare(self) -> None:
        """Integers for everything, and the exact rows; attempts are seen to at the same time."""
        sql.create(self.engine, "symbols", "workers")
        sql.create_repeats(self.engine, "tick_repeats", "ticks_read", "event_id")
        with ThreadPoolExecutor(max_workers=1) as aside:
            attempts = aside.submit(self._prepare_attempts)
            sql.create(self.engine, "ticks", "outputs")
            sql.create_repeats(self.engine, "twins", "ticks_read", "time_ns")
            sql.create_repeats(self.engine, "same_key", "outputs_read", "time_ns")
            if self._has_source:
                sql.create(self.engine, "exact_pairs", "exact", "rest")
                self.engine.drop("exact_pairs")
            attempts.result()

    def _prepare_attempts(self) -> None:
        sql.create(self.engine, "attempt_matches", "attempt_events", "attempts")
        self.engine.drop("attempt_matches", "attempt_events")

    @property
    def _has_source(self) -> bool:
        """Whether events are given; otherwise they are inferred from the output, as far as it is there."""
        return self.files.ticks is not None

    def _prepare_apart(self) -> None:
        """What does not wait for the linkage."""
        sql.create(self.engine, "attempt_pairs", attempts="attempts")
        sql.create(self.engine, "windows")
        self.price_step_units  # noqa: B018  # kept for later

    def _link(self) -> Linkage:
        from raceview.linkage.link import link

        ((workers,),) = self.engine.rows("SELECT count(*) FROM workers")
        return link(self.engine, self.options, workers)

    def _infer(self) -> Linkage:
        """Take rows for one event where there is no source that could tell: see `inferred_events`."""
        import numpy as np

        from raceview.linkage.link import Linkage
        from raceview.matching import match_rows

        found = match_rows(self.engine, self.options)
        inferred_events.make_events(self.engine, singles=True)
        self.inferred = found if self.files.output is not None else None
        ((workers,),) = self.engine.rows("SELECT count(*) FROM workers")
        return Linkage(None, np.zeros(workers, dtype=np.int64), np.zeros(workers), found.copies)

    def _judge(self) -> None:
        noise = self.linkage.noise
        spreads = (
            (noise.time.high - noise.time.low, noise.price.high - noise.price.low) if noise else (0.0, 0.0)
        )
        sql.create(self.engine, "deltas", "event_rows", "event_attempts")
        with ThreadPoolExecutor(max_workers=1) as aside:
            counted = aside.submit(self._count)
            sql.create(self.engine, "twin_groups")
            sql.create(
                self.engine,
                "crowded",
                time_spread=max(1, round(spreads[0] / 1000)),
                price_spread=max(1, round(spreads[1] / 1000)),
                threshold=math.ceil(self.options.threshold * MILLIONTHS),
            )
            explained = aside.submit(self._explain)
            if not self._has_source:
                self.engine.create("phantoms", "SELECT row FROM outputs WHERE 1 = 0")
            else:
                sql.create(self.engine, "phantoms")
            policies.make_picks(self.engine, self.price_step_units)
            self.need("changes")
            counted.result()
            self.scores  # noqa: B018  # kept for later
            explained.result()

    def _count(self) -> None:
        """The ledger. A worker log says nothing of events that it does not name."""
        sql.create(
            self.engine,
            "ledger",
            has_attempts=int(self.log_tells),
            has_output=int(self.files.output is not None),
        )

    def _explain(self) -> None:
        from raceview import causes

        causes.explain(self.engine, self.log_tells)

    @property
    def log_tells(self) -> bool:
        """Whether the worker log says whose attempts are whose."""
        return self.files.attempts is not None and self.inferred is None

    @property
    def price_step_units(self) -> int:
        """The finest precision of the output's prices, in price units."""
        return self._once("price step", lambda: policies.price_step_units(self.engine))

    @property
    def findings_list(self) -> list[Finding]:
        """Findings about the system. Without the source: what the log tells alone."""
        from raceview.findings import findings

        return self._once("findings", lambda: findings(self.engine, self.linkage, self._has_source))

    @property
    def safeguards_list(self) -> list[Safeguarded]:
        """What would have prevented the duplicates: every safeguard, unknown where a file that it needs is missing."""
        return self._once("safeguards", lambda: self._replay().safeguards())

    @property
    def safeguard_curve_points(self) -> list[CurvePoint]:
        """The same over their settings, for those that have one."""
        return self._once("safeguard curves", lambda: self._replay().curves())

    def _replay(self) -> Replay:
        return self._once("replay", self._make_replay)

    def _make_replay(self) -> Replay:
        """Windows are compared with clocks set right, as far as findings tell that they are wrong."""
        from raceview.safeguards import Known, Replay

        ahead_ms = {
            finding.subject: finding.value
            for finding in self.findings_list
            if finding.finding is FindingName.CLOCK_SKEW
        }
        workers = self.engine.rows("SELECT worker, worker_id FROM workers")
        known = Known(
            self.files.ticks is not None, self.files.attempts is not None, self.files.output is not None
        )
        return Replay(
            self.engine,
            known,
            {worker: round(ahead_ms[name] * NS_PER_MS) for worker, name in workers if name in ahead_ms},
        )

    @property
    def scores(self) -> list[dict[str, Any]]:
        """The scoreboard's lines, empty without the source of truth or without rows to judge."""
        if self.files.ticks is None or self.files.output is None:
            return []
        board = self._once("scores", lambda: policies.scoreboard(self.engine, self.options.drop_phantoms))
        return [score.as_dict() for score in board]

    def use_policy(self, policy: Policy) -> None:
        """Let another policy decide, as if the bundle had been opened with it.

        It takes no time: what goes by the policy is made anew when next asked for. Waits for an export that is being
        written. Raises UsageError where `source` is asked for without the ticks.
        """
        with self.deciding:
            self.policy = policies.choose(policy, self.files.ticks is not None)
            self._decided = {}  # last: what another thread is making meanwhile goes into the old one

    def need(self, *relations: str) -> None:
        """Make the relations that are not there (`by_symbol`), or that went by another policy (`changes`)."""
        for relation in relations:
            if relation == "changes":
                self._once(relation, self._make_changes, self._decided)
            elif relation == "row_notes":
                self.need("changes")
                self._once(relation, partial(sql.create, self.engine, relation), self._decided)
            else:
                self._once(relation, partial(sql.create, self.engine, relation))

    def _make_changes(self) -> None:
        policies.make_changes(self.engine, self.policy, self.options)

    def _once(self, what: str, make: Callable[[], T], made: dict[str, Any] | None = None) -> T:
        """What `make` gives, made when first asked for, by whichever thread, and kept in `made`."""
        kept = self._made if made is None else made
        with self._making.setdefault(what, RLock()):
            if what not in kept:
                kept[what] = make()
            return cast(T, kept[what])

    def attempts(self) -> pd.DataFrame:
        """One line per attempt: its event, number, worker, times, status, and what its window overlaps."""
        return frames.attempts(self.engine)

    def links(self) -> pd.DataFrame:
        """One line per output row: its event, role, confidence, and difference from the tick.

        A phantom has its role only. Where events are inferred, a row that is alone has no role either, no event has
        an id, and differences are those from the event's first row.
        """
        return frames.links(self.engine, self.inferred is not None)

    def ledger(self) -> pd.DataFrame:
        """One line per event: event_id, symbol, timestamp, price, outcome, attempts, rows.

        An inferred event is called after its first row (`row 17`), here and in `duplicates`.
        """
        return frames.ledger(self.engine)

    def duplicates(self) -> pd.DataFrame:
        """One line per duplicated event, with its cause, evidence and margin (ms, NaN where no clock could tell)."""
        return frames.duplicates(self.engine)

    def scoreboard(self) -> pd.DataFrame:
        """One line per policy, scored against the source."""
        import pandas as pd

        return pd.DataFrame(self.scores)

    def findings(self) -> pd.DataFrame:
        """Findings about the system (`FindingName`), with a 95 % interval where the value is an estimate."""
        import pandas as pd

        names = ["finding", "subject", "value", "unit", "low", "high", "evidence"]
        return pd.DataFrame([finding.as_dict() for finding in self.findings_list], columns=names)

    def safeguards(self) -> pd.DataFrame:
        """One line per safeguard: duplicates it would have prevented (low to high), events harmed, and its price."""
        import pandas as pd

        from raceview.safeguards import Safeguarded

        frame = pd.DataFrame([one.as_dict() for one in self.safeguards_list], columns=_names_of(Safeguarded))
        counts = ["duplicates", "prevented_low", "prevented_high", "harmed"]
        return frame.astype({**dict.fromkeys(counts, "Int64"), "price": "float64"})

    def safeguard_curves(self) -> pd.DataFrame:
        """The same for those that have a setting, one line per setting."""
        import pandas as pd

        from raceview.safeguards import CurvePoint

        return pd.DataFrame(
            [point.as_dict() for point in self.safeguard_curve_points], columns=_names_of(CurvePoint)
        )

    def sensitivity(self, shifts_ms: Sequence[float] | None = None) -> pd.DataFrame:
        """How the causes would read if one worker's clock were off: a line per worker and assumed shift.

        `worker_id`, `shift_ms` (added to all of that worker's times), the number of duplicated events per cause, and
        `changed`: how many have another cause than without a shift. Without `shifts_ms` round ones are taken that reach
        95 % of the margins. No lines where no cause is known.
        """
        import pandas as pd

        names = ["worker_id", "shift_ms", *map(str, Cause), "changed"]
        return pd.DataFrame(self.sensitivity_lines(shifts_ms), columns=names)

    def sensitivity_lines(
        self, shifts_ms: Sequence[float] | None = None, most_workers: int | None = None
    ) -> list[dict[str, Any]]:
        """The lines of `sensitivity`, as plain values; of `most_workers` only, those with most events in doubt."""
        if self.inferred or self.files.attempts is None:
            return []
        from raceview import sensitivity

        with self._making.setdefault("sensitivity", RLock()):
            shifts_ns = (
                sensitivity.shifts(self.engine)
                if shifts_ms is None
                else [round(shift * NS_PER_MS) for shift in shifts_ms]
            )
            found = sensitivity.sensitivity(self.engine, shifts_ns, most_workers)
        workers = dict(self.engine.rows("SELECT worker, worker_id FROM workers"))
        return [
            {
                "worker_id": workers[one.worker],
                "shift_ms": one.shift_ns / NS_PER_MS,
                **{str(cause): count for cause, count in one.causes.items()},
                "changed": one.changed,
            }
            for one in found
        ]

    def quarantine(self) -> pd.DataFrame:
        """Records that could not be used: file, line, reason, text."""
        return self.engine.frame("SELECT file, line, reason, text FROM quarantine ORDER BY file, line")

    def by_symbol(self) -> pd.DataFrame:
        """Duplicates per symbol."""
        self.need("by_symbol")
        return self.engine.frame("SELECT * FROM by_symbol ORDER BY symbol")

    def summary(self) -> dict[str, Any]:
        """Everything that the printed summary says, as plain values that JSON can hold.

        None for a number that nobody can know for want of a file.
        """
        return summary.with_unknowns(self.counted())

    def counted(self) -> dict[str, Any]:
        """The same, with 0 for these numbers: what was found of them."""
        return {**self._once("counted", self._count_all), "policy": str(self.policy)}

    def _count_all(self) -> dict[str, Any]:
        self.need("by_symbol")
        links = "links_found" if self.inferred else "links"
        return {
            "bundle": self.files.name,
            "policy": str(self.policy),
            "files": summary.files(self.files),
            **summary.counts(self.engine, links, self.threshold_millionths),
            "outcomes": summary.count_by(self.engine, "outcome", "ledger", Outcome),
            "altered": summary.altered(self.engine, self.linkage.noise),
            "duplicates": summary.duplicates(self.engine),
            "causes": summary.count_by(self.engine, "cause", "duplicated", Cause),
            "by_symbol": summary.by_symbol(self.engine),
            "findings": [finding.as_dict() for finding in self.findings_list],
            "scoreboard": self.scores,
            "noise": summary.noise(self.engine, self.linkage),
            "inferred": summary.inference(self.inferred),
            "missing": summary.missing(self.files),
        }

    @property
    def threshold_millionths(self) -> int:
        """The confidence below which a link is ambiguous."""
        return math.ceil(self.options.threshold * MILLIONTHS)

    def close(self) -> None:
        """Release memory and temporary files."""
        self.engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
