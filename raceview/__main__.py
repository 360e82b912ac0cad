"""`python -m raceview`, and the `raceview` command: the command line as a process of its own."""

from __future__ import annotations

from typing import NoReturn

from raceview.process import leave_after, set_up


def run() -> NoReturn:
    """Run the command line and end the process."""
    set_up()
    from raceview.cli.main import main

    leave_after(main)


if __name__ == "__main__":
    run()
