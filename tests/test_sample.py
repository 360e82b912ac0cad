"""The sample in `data/` is what `make sample` makes, and the README shows what raceview says about it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from raceview.simulate import Family, Order, simulate

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data"


def test_the_sample_is_made_by_make_sample(tmp_path: Path) -> None:
    (recipe,) = re.findall(r"raceview simulate data (.*)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert recipe == "--family mixed --events 4000 --seed 7"
    simulate(tmp_path, Family.MIXED, 4000, 7, Order.EVENT, None)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in SAMPLE.iterdir()}


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What `raceview data --export` prints for the sample."""
    command = [sys.executable, "-m", "raceview", str(SAMPLE), "--export"]
    run = subprocess.run(
        command, cwd=tmp_path_factory.mktemp("sample"), capture_output=True, text=True, check=True
    )
    return run.stdout.splitlines()


def test_the_readme_shows_what_is_printed(printed: list[str]) -> None:
    """All lines of the README's picture, in their order; what it leaves out stands in brackets."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```\n(raceview: data\n.*?)```", readme, re.DOTALL)
    lines = iter(printed)  # `in` moves on, so the order counts too
    assert [line for line in shown.splitlines() if not line.startswith("[") and line not in lines] == []
