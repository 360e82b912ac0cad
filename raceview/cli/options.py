"""The options of the command line, declared once each: name, placeholder, help, and the heading above them.

Those of `raceview BUNDLE` are text or flags; what they mean is worked out where they are used, with sentences
of our own for what is wrong (and typer need not load its type conversion, see `group`).
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from raceview.model import FailOn, Policy

SAMPLE = "data"
EXPORTS = "exports"
THRESHOLD = "0.5"
POLICIES = [policy for policy in Policy if policy not in {Policy.NONE, Policy.EXACT_KEY}]
"""Those that can be exported; the other two are baselines to compare with."""

_FILES = "Files"
_EXPORT = "Export"
_ANALYSIS = "Analysis"

Bundle = Annotated[
    str | None,
    typer.Argument(
        metavar="BUNDLE", help=f"The folder that holds them.  [default: {SAMPLE}]", rich_help_panel=_FILES
    ),
]
Ticks = Annotated[
    str | None, typer.Option("--ticks", metavar="FILE", help="The source events.", rich_help_panel=_FILES)
]
Attempts = Annotated[
    str | None, typer.Option("--attempts", metavar="FILE", help="The worker log.", rich_help_panel=_FILES)
]
Output = Annotated[
    str | None, typer.Option("--output", metavar="FILE", help="The emitted rows.", rich_help_panel=_FILES)
]
AssumeTz = Annotated[
    str,
    typer.Option(
        "--assume-tz",
        metavar="ZONE",
        help="Zone of timestamps that carry none, such as Asia/Kolkata.",
        rich_help_panel=_FILES,
    ),
]


def demo_option(hidden: bool = False) -> Any:
    """`--demo`; hidden where there is none, so that the command itself can say why."""
    return typer.Option(
        "--demo", help="Simulate a small bundle and open it.", hidden=hidden, rich_help_panel=_FILES
    )


Demo = Annotated[bool, demo_option()]
Export = Annotated[
    bool,
    typer.Option(
        "--export", help="Write every answer to files and print a summary.", rich_help_panel=_EXPORT
    ),
]
Out = Annotated[
    str | None,
    typer.Option(
        "--out", metavar="DIR", help=f"Where to write them.  [default: {EXPORTS}]", rich_help_panel=_EXPORT
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.", rich_help_panel=_EXPORT)]
Gate = Annotated[
    str | None,
    typer.Option(
        "--fail-on",
        metavar="WHAT",
        help=f"Exit with 3, after a whole export, where there are any: {', '.join(FailOn)}.",
        autocompletion=lambda: [str(word) for word in FailOn],
        rich_help_panel=_EXPORT,
    ),
]
PolicyName = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="NAME",
        help=f"Which row of a duplicated event to keep: {', '.join(POLICIES)}."
        "  [default: source with the source events there, else first]",
        autocompletion=lambda: [str(policy) for policy in POLICIES],
        rich_help_panel=_ANALYSIS,
    ),
]
DropPhantoms = Annotated[
    bool,
    typer.Option(
        "--drop-phantoms",
        help="Drop rows that no event can have produced, under every policy.",
        rich_help_panel=_ANALYSIS,
    ),
]
Jitter = Annotated[
    str | None,
    typer.Option(
        "--jitter",
        metavar="TIME",
        help="The most that a row's time may be off, such as 5ms or 500us.  [default: fitted]",
        rich_help_panel=_ANALYSIS,
    ),
]
PriceTolerance = Annotated[
    str | None,
    typer.Option(
        "--price-tolerance",
        metavar="PRICE",
        help="The most that a row's price may be off, such as 0.5.  [default: fitted]",
        rich_help_panel=_ANALYSIS,
    ),
]
Threshold = Annotated[
    str,
    typer.Option(
        "--threshold",
        metavar="P",
        help="Confidence below which a row is marked ambiguous.",
        rich_help_panel=_ANALYSIS,
    ),
]

EventId = Annotated[
    str | None,
    typer.Option("--event", metavar="ID", help="Open at this event.", rich_help_panel=_FILES),
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="Open at this time.", rich_help_panel=_FILES),
]

# raceview simulate


def _families() -> list[str]:
    from raceview.simulate import Family

    return [str(family) for family in Family]


SimulateOut = Annotated[
    str, typer.Argument(metavar="OUT", help="The folder to write; made where it is not there.")
]
FamilyName = Annotated[
    str,
    typer.Option(
        "--family",
        metavar="NAME",
        # named by hand, for loading the simulator to ask it would slow down everything else; a test compares
        help="The shape of the stream and of its faults: assessment, mixed, walk, skew, storm or jitter.",
        autocompletion=_families,
    ),
]
Events = Annotated[int, typer.Option("--events", metavar="N", help="How many source events.", min=1)]
Seed = Annotated[int, typer.Option("--seed", metavar="S", help="The same seed gives the same bytes.")]
OrderName = Annotated[
    str, typer.Option("--order", metavar="ORDER", help="How output rows are sorted: event or emission.")
]
SpacingMs = Annotated[
    float | None,
    typer.Option(
        "--spacing-ms",
        metavar="X",
        help="Mean time between two ticks of one symbol.  [default: the family's own]",
    ),
]
