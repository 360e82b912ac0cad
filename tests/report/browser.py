"""Chromium without a window, without a network: what a page becomes in it, what it says, and what it asks for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_OWN_BUSINESS = "not an origin"
"""What chromium asks for by itself has no page for an initiator."""
_SAID = re.compile(r":CONSOLE[:(]\d+\)?\] (.*)")


@dataclass(frozen=True)
class Opened:
    """A page after it has been drawn."""

    dom: str
    console: list[str]
    """What it said on the console."""
    asked: list[str]
    """Addresses that the page asked for, but its own."""


def open_page(page: Path, width: int = 1280) -> Opened:
    """Open a page, wait until it is idle, and look."""
    assert CHROMIUM
    with TemporaryDirectory() as profile:
        log = Path(profile) / "net.json"
        run = subprocess.run(
            [
                CHROMIUM,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                f"--user-data-dir={profile}/profile",
                f"--window-size={width},900",
                "--virtual-time-budget=20000",
                "--enable-logging=stderr",
                f"--log-net-log={log}",
                "--dump-dom",
                page.resolve().as_uri(),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        events = json.loads(log.read_text(encoding="utf-8"))["events"]
    told = [found[1] for found in _SAID.finditer(run.stderr) if page.resolve().as_uri() in found[1]]
    asked = {
        event["params"]["url"]
        for event in events
        if "initiator" in event.get("params", {})
        and not event["params"]["initiator"].startswith(_OWN_BUSINESS)
        and "url" in event["params"]
    }
    return Opened(run.stdout, told, sorted(asked))
