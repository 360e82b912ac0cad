"""Over ssh, inside tmux: a case is solved with keys alone, and what is taken away from it is right."""

from __future__ import annotations

import subprocess

from terminal.remote import RACEVIEW, Remote

NUMBERS = r"exactly once +[0-9]"


def test_from_the_list_to_the_event_and_back(host: Remote) -> None:
    with host.tmux("case") as client:
        client.wait_for(NUMBERS)
        client.press("3")
        client.wait_for("copy late")
        client.press("enter")
        client.wait_for(r"attempts? · worker_logs\.csv")
        client.press("escape")
        client.wait_for("copy late")
        client.press("n")
        client.wait_for(r"race [0-9,]+ of [0-9,]+")
        client.press("enter")
        client.wait_for(r"attempts? · worker_logs\.csv")


def test_the_evidence_goes_to_the_clipboard_through_tmux(host: Remote) -> None:
    with host.tmux("case") as client:
        client.wait_for(NUMBERS)
        client.press("3")
        client.wait_for("copy late")
        client.press("enter")
        client.wait_for(r"attempts? · worker_logs\.csv")
        event = client.text.split()[0]
        client.press("y")
        client.wait_until(lambda: event in host.clipboard(), "the evidence in tmux's buffer")


def test_an_export_is_that_of_the_command_line(host: Remote) -> None:
    here, there = host.folder / "headless", host.folder / "exports"
    with host.tmux("case") as client:
        client.wait_for(NUMBERS)
        client.press("e")
        client.wait_for("exports")
        client.settle()
        client.press("enter")
        client.wait_until((there / "manifest.json").exists, "the export", 60)
        client.wait_for("wrote|written")
    subprocess.run(
        [RACEVIEW, "case", "--export", "--out", here], cwd=host.folder, check=True, capture_output=True
    )
    files = sorted(file.name for file in here.iterdir())
    assert sorted(file.name for file in there.iterdir()) == files
    assert [name for name in files if (here / name).read_bytes() != (there / name).read_bytes()] == []
