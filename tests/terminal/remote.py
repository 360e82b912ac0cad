"""A host to log in to: an sshd of our own on loopback, and a tmux server of our own behind it.

All of it lies in one folder: keys, configuration, the sample bundle, the user's state and temporary files. Nothing of
the user's or the machine's ssh or tmux configuration is read.
"""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from terminal.driver import Terminal

SAMPLE = Path(__file__).parents[2] / "data"
RACEVIEW = Path(sys.executable).with_name("raceview")
SYSTEM_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
PRIVILEGES = Path("/run/sshd")
"""The empty folder that an sshd started by root wants to find."""

PROMPT = r"here:\s*\Z"
"""The shell over there waits for a command."""

TMUX_CONF = """\
set -g default-shell /bin/sh
set -g default-command 'exec env PS1=here: ENV= /bin/sh'
set -g default-terminal screen-256color
set -g set-clipboard on
set -g status off
set -g escape-time 10
set -g focus-events on
"""


def missing() -> str:
    """What this machine lacks for the suite, empty if nothing."""
    lacking = [name for name in ("sshd", "ssh", "ssh-keygen", "tmux", "ps") if not _program(name)]
    if lacking:
        return f"needs {', '.join(lacking)} (Debian: apt install openssh-server tmux procps)"
    return "" if RACEVIEW.exists() else f"needs raceview installed beside {Path(sys.executable).name}"


def _program(name: str) -> str | None:
    return shutil.which(name, path=SYSTEM_PATH)


class Remote:
    """The host. `folder` should have a short path: a socket's name has little room."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bundle = folder / "case"
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self._socket = folder / "tmux"
        self._mark = f"XDG_STATE_HOME={folder / 'state'}"
        self._user = pwd.getpwuid(os.getuid()).pw_name
        shutil.copytree(SAMPLE, self.bundle, ignore=shutil.ignore_patterns("truth.*"))
        (folder / "tmux.conf").write_text(TMUX_CONF)
        for key in ("host", "user"):
            self._keygen(folder / key)
        shutil.copy(folder / "user.pub", folder / "authorized")
        self._port = _free_port()
        (folder / "sshd.conf").write_text(self._configuration())
        if os.geteuid() == 0:
            PRIVILEGES.mkdir(mode=0o755, exist_ok=True)
        sshd = _program("sshd")
        assert sshd
        with (folder / "sshd.log").open("w") as log:
            self._sshd = subprocess.Popen(
                [sshd, "-D", "-e", "-f", str(folder / "sshd.conf")], stdin=subprocess.DEVNULL, stderr=log
            )

    def _keygen(self, file: Path) -> None:
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", file.name, "-f", str(file)], check=True
        )

    def _configuration(self) -> str:
        environment = {
            "LANG": "C.UTF-8",
            "HOME": self.folder,
            "TMPDIR": self.temporary,
        }
        settings = {
            "ListenAddress": "127.0.0.1",
            "Port": self._port,
            "HostKey": self.folder / "host",
            "AuthorizedKeysFile": self.folder / "authorized",
            "PidFile": "none",
            "StrictModes": "no",
            "UsePAM": "no",
            "PasswordAuthentication": "no",
            "KbdInteractiveAuthentication": "no",
            "PermitRootLogin": "prohibit-password",
            "PrintMotd": "no",
            "PrintLastLog": "no",
            "SetEnv": " ".join([*(f"{name}={value}" for name, value in environment.items()), self._mark]),
        }
        return "".join(f"{name} {value}\n" for name, value in settings.items())

    def refusal(self, seconds: float = 10.0) -> str:
        """Why one cannot log in here, empty if one can."""
        end = time.monotonic() + seconds
        while self._sshd.poll() is None and time.monotonic() < end:
            if subprocess.run(self._ssh("true"), check=False, capture_output=True).returncode == 0:
                return ""
            time.sleep(0.05)
        return "sshd: " + " / ".join((self.folder / "sshd.log").read_text().splitlines()[-2:])

    def _ssh(self, command: str, *options: str) -> list[str]:
        ssh = ["ssh", "-F", "none", "-p", str(self._port), "-i", str(self.folder / "user"), "-l", self._user]
        for option in (
            "IdentitiesOnly=yes",
            "BatchMode=yes",
            "StrictHostKeyChecking=accept-new",
            f"UserKnownHostsFile={self.folder / 'known'}",
            "LogLevel=ERROR",
            "EscapeChar=none",
        ):
            ssh += ["-o", option]
        return [*ssh, *options, "127.0.0.1", command]

    # Going there

    def login(
        self, command: str, columns: int = 80, lines: int = 24, env: Mapping[str, str] | None = None
    ) -> Terminal:
        """A terminal on which `ssh -tt` runs a shell command over there."""
        here = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", **(env or {})}
        return Terminal(self._ssh(f"cd {self.folder}; {command}", "-tt"), columns, lines, here)

    def tmux(self, *words: str, columns: int = 80, lines: int = 24) -> Terminal:
        """A terminal with a client of the tmux server over there, its session `case` made if it is not there.

        The first line of the shell in it is `words`, where there are any.
        """
        client = self.login(
            f"exec {shlex.join(self._tmux('new-session', '-A', '-s', 'case'))}", columns, lines
        )
        client.wait_for("here:")
        if words:
            client.type(f" {self.command(*words)}\r")
        return client

    def attach(self, columns: int = 80, lines: int = 24) -> Terminal:
        """A terminal with a client of the session that is there."""
        return self.login(f"exec {shlex.join(self._tmux('attach', '-t', 'case'))}", columns, lines)

    @staticmethod
    def command(*words: str) -> str:
        """The shell command that runs the installed raceview."""
        return shlex.join([str(RACEVIEW), *words])

    # Looking from outside

    def _tmux(self, *words: str) -> list[str]:
        program = _program("tmux")
        assert program
        return [program, "-u", "-S", str(self._socket), "-f", str(self.folder / "tmux.conf"), *words]

    def ask_tmux(self, *words: str) -> str:
        """What a tmux command answers."""
        return subprocess.run(
            self._tmux(*words), check=True, capture_output=True, text=True, timeout=20
        ).stdout.rstrip("\n")

    def clipboard(self) -> str:
        """The text of tmux's newest buffer, empty while it has none: then `show-buffer` fails."""
        shown = subprocess.run(
            self._tmux("show-buffer"), check=False, capture_output=True, text=True, timeout=20
        )
        return shown.stdout

    def pane(self, flag: str) -> str:
        """A format variable of the pane, e.g. `alternate_on`."""
        return self.ask_tmux("display-message", "-p", "-t", "case", f"#{{{flag}}}")

    def raceviews(self) -> Sequence[int]:
        """Process ids of the raceviews that run over there: those with this host's state in their environment."""
        listed = subprocess.run(
            ["ps", "axeww", "-o", "pid=,args="], check=True, capture_output=True, text=True
        )
        found = []
        for line in listed.stdout.splitlines():
            pid, _python, script, *rest = [*line.split(), "", ""]
            if script == str(RACEVIEW) and self._mark in rest:
                found.append(int(pid))
        return found

    def close(self) -> None:
        """End tmux's server and the sshd."""
        subprocess.run(self._tmux("kill-server"), check=False, capture_output=True)
        self._sshd.terminate()
        self._sshd.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
