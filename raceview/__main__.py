"""`python -m raceview`: the same as the `raceview` command."""

from __future__ import annotations

from raceview.cli.main import main

if __name__ == "__main__":
    main()
