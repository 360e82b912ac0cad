"""Whether a folder holds one whole export, as a reader of its manifest would check it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from raceview.export.write import INCOMPLETE


def policy_of(out: Path) -> str | None:
    """The policy of the whole set in a folder; None where there is no manifest. Fails on what only looks whole."""
    manifest = out / "manifest.json"
    if not manifest.exists():
        return None
    content = json.loads(manifest.read_bytes())
    for name, expected in content["files"].items():
        found = (out / name).read_bytes()
        assert (len(found), hashlib.sha256(found).hexdigest()) == (expected["size"], expected["sha256"]), name
    assert not (out / INCOMPLETE).exists()
    return str(content["options"]["policy"])
