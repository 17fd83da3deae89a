"""A deletion goes over the link on which it was checked, or not at all: another machine answers meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.support.appliance import (
    DELETE,
    LISTCERTS,
    PASSWORD,
    TABLE,
    Bench,
    host_key,
    make_node,
    serving,
    trust,
)
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli, CliServer, Handler, Session, ask
from tests.support.relays import Relay
from tests.support.waiting import until
from tofutui.appliance.errors import Interrupted, Withheld
from tofutui.appliance.node import Node
from tofutui.appliance.questions import DialogueQuestion

pytestmark = pytest.mark.usefixtures("isolated_home")


@dataclass
class Gate:
    """Where a machine stops until the test lets it go on."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def handler(self, session: Session) -> None:
        self.reached.set()
        await self.opened.wait()


@dataclass
class Two:
    """A node reached at one address, behind which first this machine answers and then another one."""

    bench: Bench
    first: CliServer
    other: CliServer
    relay: Relay

    @property
    def node(self) -> Node:
        return self.bench.node

    async def swap(self) -> None:
        """The link drops; from now on the other machine answers."""
        login = self.node.login
        self.relay._target = self.other.port
        self.relay.reset()
        await until(lambda: login is None or not login.is_usable)


@asynccontextmanager
async def two(
    tmp_path: Path,
    other: Cli,
    key: asyncssh.SSHKey,
    first: Cli | None = None,
    asker: ScriptedAsker | None = None,
) -> AsyncIterator[Two]:
    first = first or Cli(commands={LISTCERTS: TABLE, "show clock": "now\n", DELETE: "done\n"})
    async with serving(first) as first_server, serving(other, keys=[key]) as another:
        relay = Relay(first_server.port)
        await relay.start()
        known = tmp_path / "known_hosts"
        for trusted in {host_key(), key}:
            trust(known, f"[127.0.0.1]:{relay.port}", trusted)
        asker = asker or ScriptedAsker(passwords=[PASSWORD])
        made = make_node(first_server, tmp_path, asker, port=relay.port)
        try:
            yield Two(made, first_server, another, relay)
        finally:
            await made.node.close()
            await relay.stop()


def machine(hostname: str, **stops: Handler) -> Cli:
    """Another machine, which stops where the test wants it to."""
    cli = Cli(
        prompt=f"{hostname}/admin# ", commands={LISTCERTS: TABLE, "show clock": "now\n", DELETE: "done\n"}
    )
    if "greeting" in stops:
        cli.before_prompt = [stops["greeting"]]
    if "paging" in stops:
        cli.commands["terminal length 0"] = stops["paging"]
    return cli


IDENTITIES = [("prime-sec", 0), ("prime-sec", 1), ("prime-pri", 1), ("prime-pri", 0)]
everybody = pytest.mark.parametrize(("hostname", "number"), IDENTITIES)


async def refused(deleting: Coroutine[Any, Any, Any]) -> Interrupted:
    with pytest.raises(Interrupted) as caught:
        await deleting
    assert not caught.value.sent
    return caught.value


@everybody
@pytest.mark.parametrize("stage", ["greeting", "paging"])
async def test_nothing_is_sent_while_another_machine_is_being_met(
    tmp_path: Path, hostname: str, number: int, stage: str
) -> None:
    gate = Gate()
    key = host_key(number=number)
    async with two(tmp_path, machine(hostname, **{stage: gate.handler}), key) as t:
        await t.node.listcerts()
        checked_on, before = t.node.login, (t.node.hostname, t.node.host_key)
        await t.swap()
        reconnecting = asyncio.create_task(t.node.show_clock())
        await gate.reached.wait()
        assert not t.node.connected
        assert t.node.login is None
        assert (t.node.hostname, t.node.host_key) == before
        for on in (checked_on, None):
            await refused(t.node.deletecert(DELETE, on=on))
        gate.opened.set()
        await reconnecting
        assert (t.node.hostname, t.node.host_key) == (hostname, key.get_fingerprint("sha256"))
        assert isinstance(await refused(t.node.deletecert(DELETE, on=checked_on)), Withheld)
        assert DELETE not in t.first.typed + t.other.typed


@everybody
async def test_nothing_is_sent_when_the_link_was_replaced_while_the_command_waited_in_the_queue(
    tmp_path: Path, hostname: str, number: int
) -> None:
    gate = Gate()
    first = machine("prime-pri")
    first.commands["show clock"] = gate.handler
    async with two(tmp_path, machine(hostname), host_key(number=number), first) as t:
        await t.node.listcerts()
        reading = asyncio.create_task(t.node.show_clock())
        await gate.reached.wait()
        deleting = asyncio.create_task(refused(t.node.deletecert(DELETE)))
        listing = asyncio.create_task(t.node.listcerts(urgent=True))
        await asyncio.sleep(0)
        await t.swap()
        await t.node.connect()
        await asyncio.gather(reading, listing, return_exceptions=True)
        await deleting
        assert DELETE not in t.first.typed + t.other.typed


@everybody
async def test_nothing_is_sent_when_the_link_is_replaced_in_the_last_moment(
    tmp_path: Path, hostname: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with two(tmp_path, machine(hostname), host_key(number=number)) as t:
        await t.node.listcerts()
        assert t.node.login
        ready = t.node.login.shell._ready

        async def meanwhile() -> None:
            await ready()
            await t.swap()
            await t.node.connect()

        monkeypatch.setattr(t.node.login.shell, "_ready", meanwhile)
        asked: list[str] = []
        await refused(t.node.deletecert(DELETE, unless=lambda: asked.append("asked")))
        assert asked == []
        assert DELETE not in t.first.typed + t.other.typed


async def test_the_last_word_is_asked_with_nothing_awaited_before_the_command(tmp_path: Path) -> None:
    async with two(tmp_path, machine("prime-sec"), host_key()) as t:
        await t.node.listcerts()
        seen: list[tuple[str | None, bool]] = []

        def last_word() -> str:
            login = t.node.login
            seen.append((t.node.hostname, login is not None and login.shell.sent))
            return "no"

        with pytest.raises(Withheld, match="no"):
            await t.node.deletecert(DELETE, unless=last_word)
        assert seen == [("prime-pri", False)]
        assert DELETE not in t.first.typed
        assert (await t.node.deletecert(DELETE)).text == "done\n"


@everybody
async def test_who_answers_is_taken_over_before_anybody_can_use_the_link(
    tmp_path: Path, hostname: str, number: int
) -> None:
    key = host_key(number=number)
    async with two(tmp_path, machine(hostname), key) as t:
        met: list[tuple[str | None, str | None, bool]] = []
        t.node.on_met = lambda: met.append((t.node.hostname, t.node.host_key, t.node.connected))
        await t.node.connect()
        await t.swap()
        await asyncio.gather(*(t.node.show_clock() for _ in range(5)))
        assert met == [
            ("prime-pri", host_key().get_fingerprint("sha256"), False),
            (hostname, key.get_fingerprint("sha256"), False),
        ]


@pytest.mark.parametrize("drop", ["greeting", "paging"])
async def test_a_link_that_is_lost_while_it_opens_is_never_published(tmp_path: Path, drop: str) -> None:
    async def cut(session: Session) -> None:
        session.server.cut()

    async with two(tmp_path, machine("prime-sec", **{drop: cut}), host_key()) as t:
        await t.node.listcerts()
        await t.swap()
        with pytest.raises(Interrupted):
            await t.node.connect()
        assert t.node.login is None
        assert t.node.hostname == "prime-pri"


class Thinking(ScriptedAsker):
    """A person who is asked and takes their time."""

    def __init__(self) -> None:
        super().__init__(passwords=[PASSWORD])
        self.gate = Gate()

    async def dialogue(self, question: DialogueQuestion, /) -> str | None:
        self.gate.reached.set()
        await self.gate.opened.wait()
        return None


async def test_a_failed_command_on_an_old_link_leaves_the_new_one_alone(tmp_path: Path) -> None:
    first, asker = machine("prime-pri"), Thinking()
    first.commands[DELETE] = ask("Reason: ", "x")
    async with two(tmp_path, machine("prime-sec"), host_key(), first, asker) as t:
        await t.node.connect()
        deleting = asyncio.create_task(t.node.deletecert(DELETE))
        await asker.gate.reached.wait()
        await t.swap()
        await t.node.connect()
        new = t.node.login
        asker.gate.opened.set()
        with pytest.raises(Interrupted):
            await deleting
        assert t.node.login is new is not None


async def test_another_prompt_that_came_unasked_stops_the_command(tmp_path: Path) -> None:
    async with two(tmp_path, machine("prime-sec"), host_key()) as t:
        await t.node.connect()
        assert t.node.login
        wire = t.node.login.link.wire
        for connection in t.first.connections:
            for channel in connection._channels.values():
                channel.write(b"\r\nSwitching over.\r\nprime-sec/admin# ")
        await until(lambda: wire._buffer.endswith(b"# "))
        await refused(t.node.deletecert(DELETE))
        assert DELETE not in t.first.typed
        assert not t.node.connected


async def test_many_callers_never_read_from_one_wire_at_once(tmp_path: Path) -> None:
    async with two(tmp_path, machine("prime-sec"), host_key()) as t:
        calls: list[Callable[[], Coroutine[Any, Any, Any]]] = [
            t.node.connect, t.node.listcerts, t.node.show_clock, lambda: t.node.deletecert(DELETE),
        ]  # fmt: skip
        await t.node.connect()
        running = [asyncio.create_task(calls[n % 4]()) for n in range(24)]
        await asyncio.sleep(0.05)
        await t.swap()
        running += [asyncio.create_task(calls[n % 3]()) for n in range(24)]
        for result in await asyncio.gather(*running, return_exceptions=True):
            assert not isinstance(result, BaseException) or isinstance(result, Interrupted)
        assert DELETE not in t.other.typed
