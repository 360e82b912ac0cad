"""A bundle whose names try to be markup, script, Markdown and control characters."""

from __future__ import annotations

import csv
import json
from pathlib import Path

NAMES = (
    "<script>document.documentElement.dataset.owned='1'</script>",
    "</script><script>document.documentElement.dataset.owned='2'</script>",
    '"><img src=x onerror="document.documentElement.dataset.owned=\'3\'">',
    "'-alert(1)-'",
    "{{ 7 * 7 }}{% raw %}<!--",
    "a|b`c``d*e_f[g](https://example.com/h)~~i~~",
    "@everyone see #1 at www.example.com $x$",
    "\x1b[31mred\x07\x9b2J\u202eright\u2028break",
    "```\n# heading\n\n- point",
    "long" * 500,
)
"""Each is a symbol, an event id and a worker once."""
AT = "2024-06-03T09:30:"
FOLDER = '<i>it\'s & "that" |'


def write_hostile_bundle(parent: Path) -> Path:
    """One event per name, each emitted twice by two attempts that overlap; and a record that cannot be read."""
    folder = parent / FOLDER
    folder.mkdir(parents=True)
    with (folder / "raw_tick_events.log").open("w", encoding="utf-8") as ticks:
        for second, name in enumerate(NAMES):
            tick = {
                "event_id": NAMES[-1 - second],
                "timestamp": f"{AT}{second:02}",
                "symbol": name,
                "price": 100.25,
            }
            ticks.write(json.dumps({**tick, "source": "s"}) + "\n")
        ticks.write(f"{NAMES[0]} is no record\n")
    with (folder / "worker_logs.csv").open("w", encoding="utf-8", newline="") as log:
        writer = csv.writer(log)
        writer.writerow(["event_id", "worker_id", "start_time", "end_time", "status"])
        for second, name in enumerate(NAMES):
            event_id = NAMES[-1 - second]
            writer.writerow([event_id, name, f"{AT}{second:02}.01", f"{AT}{second:02}.03", "success"])
            writer.writerow([event_id, "w2", f"{AT}{second:02}.02", "", "timeout"])
    with (folder / "final_output.csv").open("w", encoding="utf-8", newline="") as output:
        writer = csv.writer(output)
        writer.writerow(["symbol", "timestamp", "price"])
        for second, name in enumerate(NAMES):
            writer.writerow([name, f"{AT}{second:02}", "100.25"])
            writer.writerow([name, f"{AT}{second:02}.004", "100.20"])
    return folder
