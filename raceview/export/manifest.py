"""The manifest: what went in, with which options, what came out, and the proof that nothing was lost.

It holds no clock and no absolute path: the same inputs and options give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import raceview

if TYPE_CHECKING:
    from raceview.investigation import Investigation

NAME = "manifest.json"
CHUNK = 1 << 22


def sha256_of(path: Path) -> str:
    """Hex digest of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def manifest_text(inv: Investigation, written: dict[str, tuple[int, str]]) -> str:
    """The manifest as JSON; `written` maps file name to (size, sha256)."""
    content = {
        "raceview": raceview.__version__,
        "engine": {"name": inv.engine.name, "version": inv.engine.version},
        "bundle": inv.files.name,
        "inputs": [
            {
                "role": file.role,
                "name": file.name,
                "size": file.size,
                "sha256": file.sha256,
                "records": file.records,
                "used": file.used,
                "quarantined": file.quarantined,
            }
            for file in inv.files.present()
        ],
        "options": {**asdict(inv.options), "policy": str(inv.policy)},
        "conservation": conservation(inv),
        "counts": _counts(inv),
        "files": {name: {"size": size, "sha256": digest} for name, (size, digest) in sorted(written.items())},
    }
    return json.dumps(content, indent=2, ensure_ascii=True) + "\n"


def conservation(inv: Investigation) -> dict[str, Any]:
    """Where every output record went; raises AssertionError where they do not add up, a defect."""
    output = inv.files.output
    if output is None:
        return {}
    inv.need("changes")
    actions = dict(inv.engine.rows("SELECT action, count(*) FROM changes GROUP BY action"))
    dropped, corrected = actions.get("dropped", 0), actions.get("corrected", 0)
    ((rows,),) = inv.engine.rows("SELECT count(*) FROM outputs")
    kept = rows - dropped - corrected
    if output.records != kept + corrected + dropped + output.quarantined:
        raise AssertionError(f"{output.name}: {output.records} records do not add up: {actions}")
    return {
        "records": output.records,
        "kept": kept,
        "corrected": corrected,
        "dropped": dropped,
        "quarantined": output.quarantined,
    }


def _counts(inv: Investigation) -> dict[str, Any]:
    """What was counted, None what is not known; where events were inferred, from what."""
    summary = inv.summary()
    names = ["events", "attempts", "rows", "outcomes", "causes", "phantom_rows", "ambiguous_rows"]
    return {name: summary[name] for name in names + ["inferred"] * (inv.inferred is not None)}
