"""A bundle whose names try to be markup, escape codes and control characters."""

from __future__ import annotations

import csv
import json
from pathlib import Path

MARKUP = "[red]x[/][@click=app.quit]q[/]"
ESCAPES = "\x1b[31mE\x07\x9b2J\u202e"
WORKER = "w\x1b]52;c;aGk=\x07[bold]1"
AT = "2024-06-03T09:30:0"


def write_nasty_bundle(folder: Path) -> Path:
    """Two events, both emitted twice: the ids are MARKUP and ESCAPES, the symbols the other way round."""
    folder.mkdir(parents=True, exist_ok=True)
    events = [(MARKUP, ESCAPES, "1"), (ESCAPES, MARKUP, "2")]
    with (folder / "raw_tick_events.log").open("w", encoding="utf-8") as ticks:
        for event_id, symbol, second in events:
            tick = {
                "event_id": event_id,
                "timestamp": f"{AT}{second}",
                "symbol": symbol,
                "price": 100.25,
                "source": "s",
            }
            ticks.write(json.dumps(tick) + "\n")
    with (folder / "worker_logs.csv").open("w", encoding="utf-8", newline="") as log:
        writer = csv.writer(log)
        writer.writerow(["event_id", "worker_id", "start_time", "end_time", "status"])
        for event_id, _, second in events:
            writer.writerow([event_id, WORKER, f"{AT}{second}.01", f"{AT}{second}.03", "success"])
            writer.writerow([event_id, "w2", f"{AT}{second}.02", "", "timeout"])
    with (folder / "final_output.csv").open("w", encoding="utf-8", newline="") as output:
        writer = csv.writer(output)
        writer.writerow(["symbol", "timestamp", "price"])
        for _, symbol, second in events:
            writer.writerow([symbol, f"{AT}{second}", "100.25"])
            writer.writerow([symbol, f"{AT}{second}", "100.25"])
    return folder
