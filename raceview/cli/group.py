"""`raceview BUNDLE` beside `raceview simulate OUT`: a command group whose first word need not be a command.

Typer has no default command. Here a first word that names no command (or none at all, or an option) is handed
to the hidden command `investigate`, which then looks like the program itself: in usage lines, help and
completion. A folder that is called like a command is still reached as `./simulate`.

The hooks of typer that are overridden take its context and formatter, whose classes are private to it: `Any`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from raceview.cli.talk import written

DEFAULT = "investigate"
_LAST = "Other"


class _UnnamedContext(typer.Context):
    """The context of a command that goes by its parent's name."""

    @property
    def command_path(self) -> str:
        return self.parent.command_path if self.parent else ""


class NamedCommand(TyperCommand):
    """A command whose help may find no room where it goes."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with written():
            return super().parse_args(ctx, args)


class DefaultCommand(NamedCommand):
    """The command that runs when none is named; its help is the program's."""

    context_class = _UnnamedContext

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        _spare_coercion(self.get_params(ctx))
        return super().parse_args(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Options by what they are about, then the other commands."""
        group = ctx.parent.command
        panels: dict[str, list[tuple[str, str]]] = {}
        for param in [*self.get_params(ctx), *group.params]:
            if record := param.get_help_record(ctx):
                panels.setdefault(getattr(param, "rich_help_panel", None) or _LAST, []).append(record)
        for title in sorted(panels, key=lambda title: title == _LAST):
            with formatter.section(title):
                formatter.write_dl(panels[title])
        group.format_commands(ctx.parent, formatter)


class DefaultGroup(TyperGroup):
    """A group that takes a first word it does not know as meant for `investigate`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        _spare_coercion(self.get_params(ctx))
        own = {name for param in self.params for name in param.opts}
        completing_first_word = ctx.resilient_parsing and not args
        if not completing_first_word and not (args and args[0].split("=")[0] in own | self.commands.keys()):
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """The commands, and the options of the default command."""
        return [
            *super().shell_complete(ctx, incomplete),
            *self.commands[DEFAULT].shell_complete(ctx, incomplete),
        ]


def _spare_coercion(params: list[Any]) -> None:
    """Let values that already have the declared type, or were not given, pass as they are.

    Recent typers coerce every value, given or not, through pydantic, whose import takes 90 ms: a tenth of the
    whole export of a day's bundle. Our options are text and flags, which need no coercion. Typers that do
    without pydantic are left alone.
    """
    for param in params:
        declared = getattr(getattr(param, "type_descriptor", None), "annotation", None)
        if isinstance(declared, type) and not param.required:
            param.process_value = partial(_process, param, declared, param.process_value)


def _process(param: Any, declared: type, coerce: Callable[[Any, Any], Any], ctx: Any, value: Any) -> Any:
    if value is not None and not isinstance(value, declared):
        return coerce(ctx, value)
    return value if param.callback is None else param.callback(ctx, param, value)
