"""Secrets unlike anything else, planted wherever the program takes one, and looked for."""

import asyncio
import base64
import stat
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from tests.support.appliance import LISTCERTS, TABLE, host_key, trust
from tests.support.cli_server import Cli, CliServer, ask

CANARIES = {
    name: f"CANARY{number}{name}"
    for number, name in enumerate(
        ("wrong", "typed", "command", "argument", "variable", "factor", "token", "phrase", "jump", "dialogue",
         "failing", "value"), 10,
    )
}  # fmt: skip
"""One for each way in."""
COMMANDS: dict[str, object] = {LISTCERTS: TABLE, "show clock": "Mon Nov 23 14:02:38 UTC 2026\n"}
STUB = """
import os, sys
out = open(sys.argv[1], "a")
out.write(repr(sys.argv[:-1]) + repr(dict(os.environ)) + chr(10))
print(open(sys.argv[2]).read())
print(open(sys.argv[2]).read(), file=sys.stderr)
sys.exit(int(sys.argv[3]))
"""


def forms(secret: str) -> tuple[bytes, ...]:
    """How it may look: plain, in hex, in base64 from the start, as UTF-16."""
    raw = secret.encode()
    return raw, raw.hex().encode(), base64.b64encode(raw)[:-4], secret.encode("utf-16-le")


def found_in(content: bytes) -> list[str]:
    """The names of the canaries in it."""
    return [name for name, secret in CANARIES.items() if any(form in content for form in forms(secret))]


@dataclass
class Search:
    """Where was looked, and what was found."""

    places: list[str] = field(default_factory=list)
    hits: list[tuple[str, str]] = field(default_factory=list)

    def look(self, place: str, content: bytes, but: Iterable[str] = ()) -> None:
        """Search a content; ``but`` are those that belong there."""
        self.places.append(place)
        self.hits += [(place, name) for name in found_in(content) if name not in but]

    def look_below(self, folder: Path, but: Iterable[Path]) -> None:
        """Search every file of a folder, and the names, and whether anybody else may read them."""
        for path in sorted(folder.rglob("*")):
            if path in but or not path.is_file():
                continue
            self.look(str(path), path.read_bytes() + str(path).encode())


@dataclass
class Site:
    """Servers that take the canaries, and the files that name them."""

    folder: Path
    servers: dict[str, CliServer]

    @property
    def planted(self) -> list[Path]:
        """The files in which canaries were planted: they hold them rightly."""
        return [self.folder / name for name in ("sessions.toml", "command.txt", "failing.txt", "id")]

    def write_sessions(self) -> None:
        """Three sessions that need every canary between them, and one whose command fails."""
        stub = self.folder / "stub.py"
        stub.write_text(STUB)
        known = self.folder / "known_hosts"
        for server in self.servers.values():
            assert server.host_key
            trust(known, f"[127.0.0.1]:{server.port},[localhost]:{server.port}", server.host_key)
        for name in ("command", "failing"):
            (self.folder / f"{name}.txt").write_text(CANARIES[name])
        argument = CANARIES["argument"]
        here, python = self.folder, sys.executable
        calls = {
            name: f"{python} {stub} {here}/children.log {here}/{name}.txt {code} {argument}"
            for name, code in (("command", 0), ("failing", 3))
        }
        port = {name: server.port for name, server in self.servers.items()}
        text = f"""
[defaults]
host = "127.0.0.1"
known_hosts = "{known}"
[sessions.typed]
probe.via = "off"
primary.port = {port["typed"]}
secondary = {{ port = {port["command"]}, password_command = "{calls["command"]}" }}
[sessions.factor]
probe.via = "off"
primary.port = {port["factor"]}
secondary = {{ port = {port["key"]}, key_file = "{self.folder}/id" }}
[sessions.jumped]
probe.via = "off"
primary.port = {port["dialogue"]}
primary.password_env = "TOFU_CANARY"
primary.jump = "admin@localhost:{port["jump"]}"
[sessions.failing]
probe.via = "off"
primary = {{ port = {port["typed"]}, password_command = "{calls["failing"]}" }}
"""
        self.sessions.write_text(text)
        self.sessions.chmod(stat.S_IRUSR | stat.S_IWUSR)

    @property
    def sessions(self) -> Path:
        return self.folder / "sessions.toml"

    def look_at_servers(self, search: Search) -> None:
        """Each server was sent its own secrets only, in answer to the right question."""
        own = {
            "typed": ("wrong", "typed"), "command": ("command",), "key": (),
            "factor": ("wrong", "factor", "token"), "jump": ("jump",), "dialogue": ("variable", "dialogue"),
        }  # fmt: skip
        for name, server in self.servers.items():
            sent = "\n".join([*server.passwords, *server.typed]).encode()
            search.look(f"what the server {name} was sent", sent, but=own[name])
            search.look(f"the commands of the server {name}", "\n".join(server.commands).encode())


def _servers(folder: Path) -> dict[str, Cli]:
    users = {name: {"admin": CANARIES[name]} for name in ("typed", "command", "jump", "variable")}
    challenge = [
        ("", "", [("Password: ", False), ("Token code: ", False)], [CANARIES["factor"], CANARIES["token"]])
    ]
    key = asyncssh.generate_private_key("ssh-ed25519")
    file = folder / "id"
    file.touch(mode=0o600)
    file.write_bytes(key.export_private_key("openssh", CANARIES["phrase"], rounds=1, ignore_few_rounds=True))
    question = ask("Enter the HA secret: ", CANARIES["dialogue"])
    return {
        "typed": Cli(users=users["typed"], commands=dict(COMMANDS)),
        "command": Cli(users=users["command"], commands=dict(COMMANDS)),
        "factor": Cli(methods=("kbdint",), kbdint=challenge, commands=dict(COMMANDS)),
        "key": Cli(methods=("key",), keys=[key.convert_to_public()], commands=dict(COMMANDS)),
        "jump": Cli(users=users["jump"]),
        "dialogue": Cli(users=users["variable"], before_prompt=[question], commands=dict(COMMANDS)),
    }  # fmt: skip


@contextmanager
def canary_site(folder: Path) -> Iterator[Site]:
    """The servers, on an event loop of their own."""
    folder.mkdir(mode=0o700)
    servers = {name: CliServer(cli) for name, cli in _servers(folder).items()}
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def run(work: "asyncio._CoroutineLike[None]") -> None:
        asyncio.run_coroutine_threadsafe(work, loop).result(30)

    try:
        for number, server in enumerate(servers.values()):
            run(server.start([host_key("ssh-ed25519", 20 + number)]))
        site = Site(folder, servers)
        site.write_sessions()
        yield site
    finally:
        for server in servers.values():
            run(server.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
