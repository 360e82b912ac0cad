"""The errors that a user can cause and mend: each is one clear sentence and a named exit code."""

from __future__ import annotations

from typing import ClassVar

from raceview.model import ExitCode


class RaceviewError(Exception):
    """A sentence for the person at the keyboard, not a defect of the program."""

    exit_code: ClassVar[ExitCode] = ExitCode.DEFECT


class UsageError(RaceviewError):
    """What was asked for makes no sense: an option, or a combination of them."""

    exit_code = ExitCode.USAGE


class InputError(RaceviewError):
    """An input file cannot be used; the message names the file and what was expected."""

    exit_code = ExitCode.INPUT


class OutputError(RaceviewError):
    """An output file cannot be written; the message names the file and why."""

    exit_code = ExitCode.OUTPUT
