"""raceview: which events a stream emitted twice, why, and what the clean output is.

    import raceview
    with raceview.open_bundle("data") as inv:
        inv.duplicates()        # a pandas frame, made when asked

The names below load what they need on first use: importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from raceview.comparison import Comparison, compare
    from raceview.errors import RaceviewError
    from raceview.investigation import Investigation, open_bundle
    from raceview.model import Options, Policy

__version__ = "0.1.0"

_HOMES = {
    "Comparison": "raceview.comparison",
    "Investigation": "raceview.investigation",
    "Options": "raceview.model",
    "Policy": "raceview.model",
    "RaceviewError": "raceview.errors",
    "compare": "raceview.comparison",
    "open_bundle": "raceview.investigation",
}

__all__ = [
    "Comparison",
    "Investigation",
    "Options",
    "Policy",
    "RaceviewError",
    "__version__",
    "compare",
    "open_bundle",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
