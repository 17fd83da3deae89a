"""Everything that the program waits for and that may never come, each as a session that waits for it."""

import os
import shlex
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tofutui.history.database import FILE, Database

HANGING = str(Path(__file__).parent / "hanging")


@dataclass
class Waiting:
    """What is prepared for one session named ``s``."""

    folder: Path
    held: ExitStack
    host: str = "127.0.0.1"
    port: int = 1
    node: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    said: str = ""
    """What the screen says in the end where the wait ends early; the program leaves as fast either way."""

    @property
    def home(self) -> Path:
        (self.folder / "home" / ".ssh").mkdir(parents=True, exist_ok=True)
        return self.folder / "home"

    def write(self) -> Path:
        values = {"host": self.host, "username": "admin", **self.node}
        lines = [f"{key} = {value!r}" for key, value in values.items()]
        lines += [f"{key} = [{value!r}]" for key, value in self.lists.items()]
        path = self.folder / "own" / "sessions.toml"
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text("\n".join(["[sessions.s.primary]", f"port = {self.port}", *lines]) + "\n")
        path.chmod(0o600)
        return path


def silent_server(waiting: Waiting, family: int = socket.AF_INET, path: str = "") -> socket.socket:
    """Takes connections and never says a word."""
    server = waiting.held.enter_context(socket.socket(family))
    server.bind(path or ("127.0.0.1", 0))
    server.listen(16)
    return server


def node_is_silent(waiting: Waiting) -> None:
    waiting.port = silent_server(waiting).getsockname()[1]


def resolver(waiting: Waiting) -> None:
    waiting.host = "never.example.net"


def jump_resolver(waiting: Waiting) -> None:
    waiting.node["jump"] = "ops@never.example.net"


def known_hosts_pipe(waiting: Waiting) -> None:
    os.mkfifo(waiting.folder / "pipe")
    waiting.node["known_hosts"] = str(waiting.folder / "pipe")
    waiting.said = "a named pipe"


def key_pipe(waiting: Waiting) -> None:
    os.mkfifo(waiting.folder / "pipe")
    waiting.node["key_file"] = str(waiting.folder / "pipe")
    waiting.said = "a named pipe"


def export_pipe(waiting: Waiting) -> None:
    node_is_silent(waiting)
    os.mkfifo(waiting.folder / "pipe")
    waiting.lists["known"] = str(waiting.folder / "pipe")


def log_pipe(waiting: Waiting) -> None:
    node_is_silent(waiting)
    os.mkfifo(waiting.folder / "pipe")
    waiting.held.callback(os.close, os.open(waiting.folder / "pipe", os.O_RDWR))
    waiting.lists["logs"] = str(waiting.folder / "pipe")


def config_pipe(waiting: Waiting) -> None:
    os.mkfifo(waiting.home / ".ssh" / "config")
    waiting.said = "a named pipe"


def identity_pipe(waiting: Waiting) -> None:
    os.mkfifo(waiting.home / ".ssh" / "id_rsa")
    waiting.said = "a named pipe"


def dead_mount_known_hosts(waiting: Waiting) -> None:
    waiting.node["known_hosts"] = "/dead-mount/known_hosts"


def dead_mount_key(waiting: Waiting) -> None:
    waiting.node["key_file"] = "/dead-mount/id_rsa"


def agent(waiting: Waiting) -> None:
    path = str(waiting.folder / "agent")
    silent_server(waiting, socket.AF_UNIX, path)
    key = waiting.folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", str(key)], check=True)
    waiting.node["key_file"] = str(key)
    waiting.env["SSH_AUTH_SOCK"] = path


def _command(waiting: Waiting, program: str) -> None:
    """The program runs before the node is asked for a login, or never: the node is silent too."""
    node_is_silent(waiting)
    waiting.node["password_command"] = f"{sys.executable} -c {shlex.quote(program)}"


def password_command(waiting: Waiting) -> None:
    _command(waiting, "while True: pass")


def history_lock(waiting: Waiting) -> None:
    node_is_silent(waiting)
    Database(waiting.folder / "data" / FILE).close()
    other = sqlite3.connect(waiting.folder / "data" / FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    waiting.held.callback(other.close)
    waiting.said = "waiting for the history"


WAITS: dict[str, Callable[[Waiting], None]] = {
    "silent node": node_is_silent,
    "name server": resolver,
    "name server of a jump host": jump_resolver,
    "known_hosts is a pipe": known_hosts_pipe,
    "key_file is a pipe": key_pipe,
    "known is a pipe": export_pipe,
    "log is a silent pipe": log_pipe,
    "SSH configuration is a pipe": config_pipe,
    "identity is a pipe": identity_pipe,
    "known_hosts on a dead mount": dead_mount_known_hosts,
    "key_file on a dead mount": dead_mount_key,
    "silent agent": agent,
    "password command": password_command,
    "history lock": history_lock,
}


@contextmanager
def waiting_for(name: str, folder: Path) -> Iterator[Waiting]:
    with ExitStack() as held:
        prepared = Waiting(folder, held)
        prepared.env |= {"HOME": str(prepared.home), "SSH_AUTH_SOCK": ""}
        WAITS[name](prepared)
        yield prepared
