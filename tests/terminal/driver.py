"""A program in a real pseudo-terminal: press keys, wait for text, resize, see what was written, byte for byte.

The screen is pyte's. It knows no alternate screen and no modes, so those are followed here: `modes` tells what a
program has switched on and not off again.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
}
"""Key names as Textual's pilot has them; `ctrl+x` and single letters need no entry."""

_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_UNKNOWN_TO_PYTE = re.compile(
    rb"\x1b\[(?:[<>=][0-9;]*[A-Za-z]|[?0-9;]*\$[a-z]|[0-9;]*t)|\x1bP.*?\x1b\\", re.DOTALL
)
"""Keyboard protocols, mode queries, window reports: pyte would print their last letter."""
_BROKEN_OFF = re.compile(rb"\x1b(?:\[[0-9;?<>=$]*|P[^\x1b]*)?\Z")

Cells = list[list[tuple[object, ...]]]


class Terminal:
    """One program in one pseudo-terminal; as a context it is ended at the end."""

    def __init__(
        self,
        command: Sequence[str],
        columns: int = 80,
        lines: int = 24,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.Stream(self.screen)
        self._letters = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = b""
        self.written = bytearray()
        """All that came from the program."""
        self.ended = False
        """The program has closed the terminal."""
        self._code: int | None = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
                os.chdir(cwd or ".")
                os.execvpe(
                    command[0],
                    list(command),
                    {"TERM": "xterm-256color", **(os.environ if env is None else env)},
                )
            finally:
                os._exit(127)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    # What a person sees

    @property
    def text(self) -> str:
        """The screen, blanks at line ends left away."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def cells(self) -> Cells:
        """Every cell with its style: a highlight that moved is a change, too."""
        rows, columns = range(self.screen.lines), range(self.screen.columns)
        return [[tuple(self.screen.buffer[row][column]) for column in columns] for row in rows]

    @property
    def modes(self) -> set[int]:
        """The private modes that are on, 25 (cursor shown) from the start: 1049 is the alternate screen, 1000 to
        1016 report the mouse, 1004 the focus, 2004 marks pasted text."""
        on = {25}
        for numbers, switch in _MODE.findall(bytes(self.written)):
            for number in map(int, numbers.split(b";")):
                on.add(number) if switch == b"h" else on.discard(number)
        return on

    # What a person does

    def press(self, *keys: str) -> None:
        """Type keys, by Textual's names or letter by letter."""
        for key in keys:
            control = key.startswith("ctrl+") and len(key) == len("ctrl+x")
            code = chr(ord(key[-1].upper()) & 31) if control else KEYS.get(key, key)
            self.type(code)

    def type(self, text: str) -> None:
        """Send text as it stands."""
        os.write(self.fd, text.encode())

    def resize(self, columns: int, lines: int) -> None:
        """Drag the window to another size."""
        self.screen.resize(lines, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    # Reading

    def read(self, seconds: float) -> bytes:
        """What comes within the time, as soon as something does; nothing at the time's or the program's end."""
        if self.ended or not select.select([self.fd], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:  # EIO: the last process on the other side has closed it
            data = b""
        self.ended = not data
        return data

    def show(self, data: bytes) -> None:
        """Put what was read on the screen."""
        self.written += data
        data = _UNKNOWN_TO_PYTE.sub(b"", self._rest + data)
        broken = _BROKEN_OFF.search(data)
        cut = broken.start() if broken else len(data)
        self._rest = data[cut:]
        self._stream.feed(self._letters.decode(data[:cut]))

    def wait_until(self, holds: Callable[[], object], what: str = "", seconds: float = 20.0) -> None:
        """Show what comes until `holds()`; fails, with the screen, when it does not come to that."""
        end = time.monotonic() + seconds
        while not holds():
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(f"not within {seconds} s: {what}\n{self.text}")
            if data := self.read(min(left, 0.05)):
                self.show(data)
            elif self.ended:
                time.sleep(min(left, 0.05))

    def wait_for(self, pattern: str, seconds: float = 20.0) -> str:
        """Wait until a regex is on the screen; gives the screen."""
        self.wait_until(lambda: re.search(pattern, self.text), f"/{pattern}/ on the screen", seconds)
        return self.text

    def wait_gone(self, pattern: str, seconds: float = 20.0) -> str:
        """Wait until a regex is no longer on the screen; gives the screen."""
        self.wait_until(lambda: not re.search(pattern, self.text), f"/{pattern}/ gone", seconds)
        return self.text

    def settle(self, quiet: float = 0.3, seconds: float = 5.0) -> str:
        """Show what comes until nothing has come for `quiet` seconds; gives the screen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and (data := self.read(quiet)):
            self.show(data)
        return self.text

    # The end

    def wait(self, seconds: float = 20.0) -> int:
        """The exit code, negative for a signal, when the program has ended by itself."""
        self.wait_until(self._reaped, "the end of the program", seconds)
        self.settle(0.05)
        assert self._code is not None
        return self._code

    def _reaped(self) -> bool:
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code is not None

    def close(self) -> None:
        """Take the terminal away; what does not end by that is killed."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd, self.ended = -1, True
        for _ in range(100):
            if self._reaped():
                return
            time.sleep(0.05)
        os.kill(self.pid, signal.SIGKILL)
        self._code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
