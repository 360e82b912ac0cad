"""The golden export: a hand-made bundle with every outcome, cause and oddity, and every byte that it must give.

After a wanted change `python -m export.golden_set`, with the project and its tests folder on PYTHONPATH, writes the
expected files anew; what changed in them is then for a person to read.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from analysis.hand_made import HandLinked

from raceview.export import write_exports
from raceview.model import Options

GOLDEN = Path(__file__).with_name("golden")
INPUT, EXPECTED = GOLDEN / "input", GOLDEN / "expected"


def open_golden(options: Options | None = None) -> HandLinked:
    """The bundle, with its rows linked as `links.txt` says: what finds links may change, what is written may not."""
    return HandLinked.open(INPUT, (INPUT / "links.txt").read_text(), options or Options())


def export_golden(out: Path, options: Options | None = None) -> dict[str, bytes]:
    """The files of an export by name, the versions in the manifest left out."""
    with open_golden(options) as inv:
        written = write_exports(inv, out)
    return {path.name: _without_versions(path.read_bytes()) for path in written}


def _without_versions(content: bytes) -> bytes:
    return re.sub(rb'"(raceview|version)": "[0-9][^"]*"', rb'"\1": "0"', content)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for name, content in export_golden(Path(folder)).items():
            (EXPECTED / name).write_bytes(content)
