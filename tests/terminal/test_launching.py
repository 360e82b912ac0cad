"""Over ssh, inside tmux: the investigator comes up, follows the window, and is still there for the next client."""

from __future__ import annotations

import json
import re

from terminal.driver import Terminal
from terminal.remote import PROMPT, SAMPLE, Remote

TITLE = f"raceview · case .*{json.loads((SAMPLE / 'truth.json').read_text())['events']:,} events"


def test_it_opens_and_follows_the_window(host: Remote) -> None:
    with host.tmux("case") as client:
        client.wait_for(TITLE)
        for columns, lines in ((120, 40), (160, 48), (80, 24)):
            client.resize(columns, lines)
            client.wait_until(lambda width=columns: _frame_is(client, width), f"{columns}x{lines}")  # type: ignore[misc]
        client.resize(60, 20)
        client.wait_until(lambda: host.pane("pane_width") == "60", "a narrow window")
        assert "1 Verdict" in client.settle()
        client.resize(80, 24)
        client.wait_until(lambda: _frame_is(client, 80), "the first size again")


def _frame_is(client: Terminal, columns: int) -> bool:
    """The title fills the first line, and the keys stand on the last one."""
    first, *_, last = client.screen.display
    right = len(first.rstrip()) >= columns - 1
    return right and bool(re.search(TITLE, first)) and bool(last.strip())


def test_who_detaches_finds_the_same_screen_again(host: Remote) -> None:
    with host.tmux("case") as client:
        client.wait_for(TITLE)
        client.press("3")
        before = client.settle()
        client.press("ctrl+b", "d")
        assert client.wait() == 0
    assert host.raceviews()
    with host.attach() as again:
        again.wait_for("raceview")
        assert again.settle() == before
        again.press("q")
        again.wait_for(PROMPT)
    assert not host.raceviews()


def test_a_terminal_that_cannot_draw_gets_a_sentence(host: Remote) -> None:
    with host.login(f"TERM=dumb {host.command('case')}") as client:
        assert client.wait() == 2
    assert "TERM=dumb" in client.text
    assert "--export" in client.text
    assert b"\x1b" not in client.written


def test_no_terminal_at_all_gets_a_sentence(host: Remote) -> None:
    with host.login(f"{host.command('case')} | cat") as client:
        assert client.wait() == 0  # that of cat
    assert "needs a terminal" in client.text
    assert "--export" in client.text
