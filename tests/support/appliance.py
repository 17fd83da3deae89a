"""A node object on a test server, with short waits and everything it did kept."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import asyncssh

from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli, CliServer
from tofutui.appliance.cli.timings import Timings
from tofutui.appliance.node import LogLine, Node
from tofutui.tofu.site.session import NodeSettings, Role

PASSWORD = "s3cret-Pässword"
LISTCERTS = "ncs certvalidation tofu-certs listcerts"
DELETE = "ncs certvalidation tofu-certs deletecert host 198.51.100.20_443"
TABLE = (
    "\n"
    "Host certificate are automatically added to this list on first connection,\n"
    "if trust-on-first-use is configured - ncs certvalidation certificate-check ...\n"
    "\n"
    "host=192.0.2.10_8082;  subject= /C=US/ST=CA/L=SJ/O=Cisco Systems/OU=Prime Infra/CN=prime-pri\n"
    "host=198.51.100.20_443;  subject=CN = kong \n"
)
QUICK = Timings(
    connect=5,
    login=5,
    first_prompt=8,
    quiet=0.1,
    menu_quiet=0.3,
    unknown_quiet=0.5,
    settle=0.05,
    midline_settle=0.2,
    command_idle=3,
    command_total=10,
    interrupt=1,
    exit=1,
    password_command=5,
)


def host_key(kind: str = "ssh-ed25519", number: int = 0) -> asyncssh.SSHKey:
    """A host key of a type, the same one for the same number."""
    return _key(kind, number)


@cache
def _key(kind: str, number: int) -> asyncssh.SSHKey:
    return asyncssh.generate_private_key(kind, **({"key_size": 2048} if kind == "ssh-rsa" else {}))


@dataclass
class Bench:
    """A node, its server and its records."""

    server: CliServer
    node: Node
    asker: ScriptedAsker
    known_hosts: Path
    log: list[LogLine] = field(default_factory=list)

    @property
    def logged(self) -> str:
        """The command log as text."""
        return "\n".join(f"{line.kind}: {line.text}" for line in self.log)


def trust(file: Path, name: str, key: asyncssh.SSHKey, *, marker: str = "") -> None:
    """Write a known_hosts line."""
    public = b" ".join(key.export_public_key("openssh").split()[:2]).decode()
    with file.open("a", encoding="utf-8") as stream:
        stream.write(f"{marker}{name} {public}\n")


def make_node(
    server: CliServer,
    folder: Path,
    asker: ScriptedAsker | None = None,
    *,
    timings: Timings = QUICK,
    trusted: bool = True,
    **settings: Any,
) -> Bench:
    """A node object for a running server; ``trusted`` puts its key on file."""
    known_hosts = settings.pop("known_hosts", folder / "known_hosts")
    if trusted and server.host_key and not known_hosts.exists():
        trust(known_hosts, f"[127.0.0.1]:{server.port}", server.host_key)
    log: list[LogLine] = []
    asker = asker or ScriptedAsker()
    node = Node(
        NodeSettings(
            **{
                "role": Role.PRIMARY,
                "host": "127.0.0.1",
                "port": server.port,
                "known_hosts": known_hosts,
                "command_timeout": 10.0,
                **settings,
            }
        ),
        asker,
        log=log.append,
        clock=lambda: datetime.now(UTC),
        timings=timings,
    )
    return Bench(server, node, asker, known_hosts, log)


@asynccontextmanager
async def serving(
    cli: Cli, *, keys: list[asyncssh.SSHKey] | None = None, **options: Any
) -> AsyncIterator[CliServer]:
    """A running server."""
    server = CliServer(cli)
    await server.start(keys or [host_key()], **options)
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def bench(
    folder: Path, cli: Cli | None = None, asker: ScriptedAsker | None = None, **options: Any
) -> AsyncIterator[Bench]:
    """Server and node, the node not yet connected and closed at the end; the password is asked for."""
    cli = cli or Cli(commands={LISTCERTS: TABLE, "show clock": "Mon Nov 23 14:02:38 UTC 2026\n"})
    asker = asker or ScriptedAsker(passwords=[PASSWORD])
    keys = options.pop("keys", None)
    listening = options.pop("listening", {})
    async with serving(cli, keys=keys, **listening) as server:
        made = make_node(server, folder, asker, **options)
        try:
            yield made
        finally:
            await made.node.close()


@asynccontextmanager
async def tcp_server(
    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """A TCP server on a free loopback port, whose connections are all gone at the end."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        try:
            await handler(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks)
        await asyncio.sleep(0)  # the transports close in the next round of the loop
