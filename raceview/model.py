"""The words of the project as types: what an attempt ended as, what a row is, why it was written twice.

Nothing else defines them. Values are the very strings that stand in the exports; the order of the members of
`Outcome` and `Cause` is the order in which their definitions are tried (the first that holds is the verdict).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


def words(name: str) -> str:
    """A word of this module as prose: `zombie_write` is a zombie write."""
    return name.replace("_", " ")


def counted(count: int, noun: str) -> str:
    """`1 row`, `3,000 rows`: a count of what takes an s."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


_NO_EXPONENT_BELOW = 1e15


def rounded(value: float, digits: int, sign: str = "") -> str:
    """`12.35`, `60,000`: so many digits, or all before the point; `sign` as in a format."""
    if 10**digits <= abs(value) < _NO_EXPONENT_BELOW:
        return f"{value:{sign},.0f}"
    text = f"{value:{sign},.{digits}g}"
    if "e+" in text and abs(value) < _NO_EXPONENT_BELOW:  # rounded up to one digit more
        return f"{value:{sign},.0f}"
    return text


class Status(StrEnum):
    """How a worker says an attempt ended."""

    SUCCESS = "success"
    TIMEOUT = "timeout"


class Role(StrEnum):
    """What an output row is to the event it was linked to."""

    ORIGINAL = "original"
    """The row of its event that fits the source best; ties go to the first."""
    DUPLICATE = "duplicate"
    """A further row of the same event."""
    PHANTOM = "phantom"
    """No event can have produced it."""


class Outcome(StrEnum):
    """What became of an event. Exactly one holds: the first, in this order."""

    DUPLICATED = "duplicated"
    """Two or more rows."""
    ALTERED = "altered"
    """One row, which does not hold the source's values."""
    UNLOGGED = "unlogged"
    """One row, no attempt."""
    UNACKNOWLEDGED = "unacknowledged"
    """One row, only timed-out attempts: written, never confirmed."""
    EXACTLY_ONCE = "exactly_once"
    LOST = "lost"
    """No row, though an attempt succeeded."""
    ABANDONED = "abandoned"
    """No row, and only timed-out attempts."""
    UNPROCESSED = "unprocessed"
    """No row and no attempt."""
    UNKNOWN = "unknown"
    """A file that the verdict needs is missing."""


class Cause(StrEnum):
    """Why a duplicate row was written. The first that holds, in this order."""

    ZOMBIE_WRITE = "zombie_write"
    CONCURRENT_CLAIM = "concurrent_claim"
    SELF_OVERLAP = "self_overlap"
    REDELIVERY = "redelivery"
    DOUBLE_EMIT = "double_emit"
    UNEXPLAINED = "unexplained"


class Action(StrEnum):
    """What a policy did with an output row."""

    KEPT = "kept"
    DROPPED = "dropped"
    CORRECTED = "corrected"


class Kind(StrEnum):
    """In what the rows of a duplicated event differ from each other."""

    IDENTICAL = "identical"
    PRICE = "price"
    TIME = "time"
    PRICE_TIME = "price+time"


class FindingName(StrEnum):
    """Findings about the system rather than one event."""

    CLOCK_SKEW = "clock_skew"
    """One worker's rows or windows are off by a constant, against the median worker."""
    LEASE_EXPIRY = "lease_expiry"
    """Restarts after a time-out come at one delay."""
    OVERLOAD = "overload"
    """Duplicates cluster in time, with load, or on a worker."""
    WORKER_PAIR = "worker_pair"
    """Two workers duplicate each other's events more often than their attempts make likely."""
    SEQUENCE_GAP = "sequence_gap"
    """Source ticks are missing: their ids are left out, or only the worker log knows them."""
    ID_COLLISION = "id_collision"
    """One event_id, several payloads."""
    TWIN = "twin"
    """Source events alike in symbol, time and price: all are real."""


class Safeguard(StrEnum):
    """What would have kept an event from being written twice; keys at the sink first, then claims, then commits."""

    UNIQUE_EVENT_ID = "unique_event_id"
    """The sink refuses an event id that it has."""
    SYMBOL_TIME_KEY = "symbol_time_key"
    """The sink refuses a (symbol, timestamp) that it has."""
    TTL_KEY = "ttl_key"
    """The sink refuses an event id that it saw within a while."""
    SOURCE_TIME = "source_time"
    """Rows bear the source's timestamp, not the worker's."""
    SOURCE_TIME_KEY = "source_time_key"
    """The same, and the sink refuses a (symbol, timestamp) that it has."""
    SOURCE_TIME_PRICE_KEY = "source_time_price_key"
    """The same, and the sink refuses a (symbol, timestamp, price) that it has."""
    ATOMIC_CLAIM = "atomic_claim"
    """An event is claimed by compare-and-set before work begins."""
    SINGLE_WRITER = "single_writer"
    """A symbol belongs to one worker."""
    LEASE = "lease"
    """A claim holds for a set time."""
    HEARTBEAT = "heartbeat"
    """A claim holds for as long as its worker is heard of."""
    TIMEOUT = "timeout"
    """An attempt is given up later."""
    FENCING_TOKEN = "fencing_token"
    """The sink refuses a claim older than one it has seen of the event."""
    TRANSACTION = "transaction"
    """A row and its acknowledgement are committed together, or neither is."""


class Policy(StrEnum):
    """Ways to pick one row per event, in the order in which they are shown."""

    NONE = "none"
    """Baseline: nothing is dropped."""
    EXACT_KEY = "exact-key"
    """Baseline: the last row per (symbol, timestamp)."""
    FIRST = "first"
    LAST = "last"
    HIGHEST = "highest"
    LOWEST = "lowest"
    MEAN = "mean"
    MEDIAN = "median"
    MAJORITY = "majority"
    SUCCESSFUL = "successful"
    CONFIDENT = "confident"
    SOURCE = "source"
    """The oracle: the values of the source tick."""


class FailOn(StrEnum):
    """What closes the gate of `--fail-on`."""

    DUPLICATES = "duplicates"
    LOST = "lost"
    ANY = "any"


class ExitCode(IntEnum):
    """The exit codes of the command line."""

    DONE = 0
    DEFECT = 1
    USAGE = 2
    GATE = 3
    INPUT = 4
    OUTPUT = 5


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may set about an analysis; the defaults fit everything from the data.

    `jitter_ns` and `price_tolerance_units` pin the largest |row - source| difference that a link may have, in
    nanoseconds and in units of 1e-9; None fits them. `threshold` is the confidence below which a link is marked
    ambiguous. `assume_tz` names the IANA zone of timestamps that carry none.
    """

    jitter_ns: int | None = None
    price_tolerance_units: int | None = None
    threshold: float = 0.5
    assume_tz: str = "UTC"
    policy: Policy | None = None
    drop_phantoms: bool = False

    def __post_init__(self) -> None:
        """Take a policy by its name, too. Raises ValueError where there is none of that name."""
        if self.policy is None or isinstance(self.policy, Policy):
            return
        try:
            object.__setattr__(self, "policy", Policy(self.policy))
        except ValueError:
            raise ValueError(f"policy {self.policy}: choose from {', '.join(Policy)}") from None


MILLIONTHS = 1_000_000
"""Probabilities are integers of 10**-6 in relations."""
NS_PER_MS = 1_000_000
NS_PER_SECOND = 1_000_000_000
PRICE_UNIT_DIGITS = 9
"""Prices are integers of 10**-9: decimal digits after the point."""
