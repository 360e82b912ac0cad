"""The command line: parse, call, print, exit code. What is answered is decided elsewhere.

stdout is data (the summary, or JSON); talk and the progress bar go to stderr. Every failure that a user can
mend is one sentence on stderr and a named exit code. Imports are late: `--version` must not load an engine,
nor an export Textual or pandas.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import NoReturn

import typer

from raceview.cli.compare import compare
from raceview.cli.group import DEFAULT, DefaultCommand, DefaultGroup, NamedCommand
from raceview.cli.investigate import StillBusyError, investigate
from raceview.cli.notebook import notebook
from raceview.cli.report import report
from raceview.cli.safeguards import safeguards
from raceview.cli.simulate import simulate
from raceview.cli.talk import tell, tell_defect
from raceview.cli.trace import trace
from raceview.errors import RaceviewError
from raceview.interrupts import INTERRUPTED, interrupts_noted
from raceview.model import ExitCode

app = typer.Typer(cls=DefaultGroup, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command(DEFAULT, cls=DefaultCommand, hidden=True)(investigate)
for command in (compare, notebook, report, safeguards, simulate, trace):
    app.command(cls=NamedCommand)(command)


def main() -> NoReturn:
    """Run the command line and end the process: with an `ExitCode`, or 130 on ctrl-c."""
    if isinstance(sys.stdout, TextIOWrapper):  # a symbol must not crash a terminal that cannot show it
        sys.stdout.reconfigure(errors="backslashreplace")
    code: int = ExitCode.DONE
    with interrupts_noted() as interrupts:
        try:
            app(prog_name="raceview")
        except RaceviewError as error:
            tell(str(error))
            code = error.exit_code
        except StillBusyError as left:
            sys.stdout.flush()
            os._exit(left.code)  # the interpreter's own end would wait for the threads
        except Exception as error:  # the last resort: a defect, too, is told in one line
            if interrupts:
                code = INTERRUPTED
            elif _folder_is_gone():
                tell("the current folder is not there any more: go to another one")
                code = ExitCode.INPUT
            else:
                tell_defect(error)
                code = ExitCode.DEFECT
    sys.exit(code)


def _folder_is_gone() -> bool:
    try:
        os.getcwd()
    except OSError:
        return True
    return False
