"""How many probes run at once, how long they may take, and what they leave behind."""

import asyncio
import gc
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.loopback import swallowing
from tests.support.tls_servers import (
    Certificates,
    HandMade,
    fetch,
    for_ever,
    needs_openssl,
    openssl_server,
    prober,
    read_hello,
    serve,
)
from tests.support.x509_der import CN, certificate, name
from tofutui.tls.dial import DialError, DirectDial
from tofutui.tofu.certificates.presented import Status
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.tofu.site.session import Via

DER = certificate(subject=name((CN, "remote")))
ROW = Endpoint("198.51.100.20", 443)


class Gate:
    """A server that does not answer until it is opened, and counts who is there."""

    def __init__(self) -> None:
        self.inside = self.most = self.total = 0
        self.opened = asyncio.Event()
        self.changed = asyncio.Condition()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await read_hello(reader)
        await self._count(1)
        try:
            await self.opened.wait()
            writer.write(HandMade([DER]).answer(hello))
            await reader.read(65536)
        finally:
            await self._count(-1)

    async def _count(self, change: int) -> None:
        async with self.changed:
            self.inside += change
            self.total += change > 0
            self.most = max(self.most, self.inside)
            self.changed.notify_all()

    async def until(self, inside: int) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: self.inside == inside)


async def test_at_most_four_probes_go_to_one_address_of_the_tables() -> None:
    gate = Gate()
    async with serve(gate) as endpoint:
        asking = prober(timeout=30.0)
        rows = [Endpoint("198.51.100.20", port) for port in range(1, 10)]
        tasks = [asyncio.create_task(asking.fetch(row, endpoint)) for row in rows]
        await gate.until(4)
        other = asyncio.create_task(asking.fetch(Endpoint("198.51.100.21", 1), endpoint))
        await gate.until(5)  # another address is not held up
        gate.opened.set()
        answers = await asyncio.gather(*tasks, other)
    assert gate.most == 5
    assert {answer.status for answer in answers} == {Status.OK}
    # One certificate, however many endpoints present it.
    assert len({id(answer.certificate) for answer in answers}) == 1


async def test_the_number_of_probes_at_once_is_limited() -> None:
    gate = Gate()
    async with serve(gate) as endpoint:
        asking = prober(timeout=30.0, concurrency=3)
        rows = [Endpoint(f"198.51.100.{n}", 443) for n in range(1, 10)]
        tasks = [asyncio.create_task(asking.fetch(row, endpoint)) for row in rows]
        await gate.until(3)
        gate.opened.set()
        await asyncio.gather(*tasks)
    assert gate.most == 3
    assert gate.total == 9


async def test_the_time_a_row_waits_for_its_turn_is_not_counted() -> None:
    gate = Gate()
    async with serve(gate) as endpoint:
        asking = prober(timeout=0.4, concurrency=1)
        silent = asyncio.create_task(asking.fetch(Endpoint("198.51.100.1", 1), endpoint))
        await gate.until(1)
        waiting = asyncio.create_task(asking.fetch(Endpoint("198.51.100.2", 1), endpoint))
        assert (await silent).status is Status.TIMEOUT
        gate.opened.set()
        assert (await waiting).status is Status.OK


async def test_a_silent_server_takes_at_most_three_time_outs() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await for_ever()

    async with serve(silent) as endpoint:
        started = time.monotonic()
        presented = await fetch(endpoint, timeout=0.3)
        took = time.monotonic() - started
    assert presented.status is Status.TIMEOUT
    assert presented.error == "accepted the connection, then sent nothing for 0.3 s"
    assert [a.way for a in presented.attempts] == ["tls", "tls, again", "own hello TLS 1.2"]
    assert presented.attempts[1].text.endswith("sent nothing for 0.45 s")
    assert 0.6 <= took < 1.5  # three times 0.3 s, and what a busy machine adds


async def test_a_server_that_drips_for_ever_takes_at_most_three_time_outs() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x16\x03\x03\x40\x00")
        while True:
            writer.write(b"\x02")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with serve(drip) as endpoint:
        presented = await fetch(endpoint, timeout=0.3)
    assert presented.status is Status.TIMEOUT
    assert presented.error is not None
    assert presented.error.startswith("stopped answering in the middle")
    assert presented.seconds <= 1.0


async def test_a_host_that_swallows_connections_is_a_time_out() -> None:
    # A full backlog makes further connection attempts hang, as a dead address does.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        endpoint = Endpoint(*listener.getsockname())
        fillers = [socket.socket() for _ in range(8)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex((endpoint.host, endpoint.port))
        presented = await fetch(endpoint, timeout=0.2)
        for filler in fillers:
            filler.close()
    assert presented.status is Status.TIMEOUT
    assert [a.way for a in presented.attempts][:2] == ["tls", "tls, again"]


async def test_probing_switched_off_asks_nobody() -> None:
    server = HandMade([DER])
    async with serve(server) as endpoint:
        presented = await fetch(endpoint, via=Via.OFF)
    assert presented.status is Status.NOT_PROBED
    assert presented.via == "off"
    assert server.hellos == []


async def test_a_row_without_a_target_is_unmapped_and_says_what_to_do() -> None:
    presented = await prober().fetch(Endpoint("1x.xx.xx.xx", 443), None)
    assert presented.status is Status.UNMAPPED
    assert presented.error is not None
    assert "probe.map" in presented.error


async def test_the_map_says_where_to_connect_and_the_row_which_name_to_send() -> None:
    server = HandMade([DER])
    row = Endpoint("ise.example.net", 443)
    async with serve(server) as endpoint:
        presented = await prober(map={row: endpoint}).fetch(row, row)
    assert presented.status is Status.OK
    assert presented.address == str(endpoint)
    assert presented.sni == "ise.example.net"
    assert server.hellos[0].sni == "ise.example.net"


@pytest.mark.parametrize(
    "host", ["198.51.100.20", "2001:db8::7", "fe80::1%eth0", "123", "a b", "x" * 64, "-"]
)
async def test_what_is_not_a_host_name_is_not_sent_as_one(host: str) -> None:
    server = HandMade([DER])
    async with serve(server) as endpoint:
        presented = await prober().fetch(Endpoint(host, 443), endpoint)
    assert presented.status is Status.OK
    assert presented.sni is None
    assert server.hellos[0].sni is None


async def test_a_cancelled_probe_leaves_no_connection_and_frees_its_turn() -> None:
    gate = Gate()
    async with serve(gate) as endpoint:
        asking = prober(timeout=30.0, concurrency=1)
        task = asyncio.create_task(asking.fetch(ROW, endpoint))
        await gate.until(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gate.opened.set()
        await gate.until(0)
        assert (await asking.fetch(ROW, endpoint)).status is Status.OK


async def test_finished_probes_leave_no_connection() -> None:
    server_side: list[asyncio.Task[None]] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        server_side.append(task)
        writer.write(HandMade([DER]).answer(await read_hello(reader)))
        await reader.read(65536)

    async with serve(note) as endpoint:
        await fetch(endpoint)
        await asyncio.wait(server_side, timeout=5)
        assert all(task.done() for task in server_side)
    gc.collect()  # an unclosed transport would warn here, and warnings are errors


async def test_a_dialler_speaks_for_itself_and_is_the_only_way_out() -> None:
    async def closed(
        factory: Callable[[], asyncio.Protocol], endpoint: Endpoint
    ) -> tuple[asyncio.BaseTransport, asyncio.Protocol]:
        raise DialError(Status.UNREACHABLE, "the jump host does not forward", "AllowTcpForwarding")

    presented = await prober(dial=closed).fetch(ROW, ROW)
    assert presented.status is Status.UNREACHABLE
    assert presented.error == "the jump host does not forward (AllowTcpForwarding)"


class _Resolver:
    """Stands in for getaddrinfo and counts."""

    def __init__(self, *addresses: str) -> None:
        self.asked: list[str] = []
        self._addresses = addresses

    def __call__(self, name: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        self.asked.append(name)
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in a], 1, 6, "", (a, 0)) for a in self._addresses]


async def test_a_name_is_looked_up_once_for_all_its_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = _Resolver("127.0.0.1")
    async with serve(HandMade([DER])) as endpoint:
        monkeypatch.setattr(socket, "getaddrinfo", resolver)
        asking, target = prober(), Endpoint("ise.example.net", endpoint.port)
        answers = await asyncio.gather(*(asking.fetch(target, target) for _ in range(8)))
    assert {answer.status for answer in answers} == {Status.OK}
    assert resolver.asked == ["ise.example.net"]


async def test_a_dead_address_of_a_name_does_not_hide_the_living_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(HandMade([DER])) as endpoint:
        # Nobody listens on ::1 at this port: refused, or not even reachable.
        monkeypatch.setattr(socket, "getaddrinfo", _Resolver("::1", "127.0.0.1"))
        presented = await fetch(Endpoint("ise.example.net", endpoint.port))
    assert presented.status is Status.OK


async def test_all_addresses_of_a_name_refusing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(HandMade([DER])) as endpoint:
        pass
    monkeypatch.setattr(socket, "getaddrinfo", _Resolver("::1", "127.0.0.1"))
    presented = await fetch(Endpoint("ise.example.net", endpoint.port))
    assert presented.status is Status.REFUSED


async def test_an_address_that_swallows_connections_is_overtaken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _Resolver("127.0.0.1", "127.0.0.2"))
    presented = None
    while presented is None:
        async with serve(HandMade([DER]), host="127.0.0.2") as endpoint:
            with suppress(OSError), swallowing("127.0.0.1", endpoint.port):  # another test may have that port
                presented = await fetch(Endpoint("ise.example.net", endpoint.port))
    assert presented.status is Status.OK
    assert presented.attempts == () or presented.attempts[-1].way == "tls"


async def test_a_silent_name_server_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    released = threading.Event()

    def hang(*_: object, **__: object) -> list[tuple[object, ...]]:
        released.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    try:
        presented = await fetch(Endpoint("ise.example.net", 443), timeout=0.3)
    finally:
        released.set()
    assert presented.status is Status.DNS
    assert presented.error == "the name ise.example.net was not resolved within 0.24 s"


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".example", "nul\0byte"])
async def test_a_text_that_is_not_a_name_is_said_to_be_none(host: str) -> None:
    presented = await fetch(Endpoint(host, 443))
    assert presented.status is Status.DNS
    assert presented.error


async def test_connecting_directly_can_be_handed_in() -> None:
    async with serve(HandMade([DER])) as endpoint:
        presented = await prober(DirectDial()).fetch(ROW, Endpoint("localhost", endpoint.port))
    assert presented.status is Status.OK


async def test_a_lookup_is_repeated_when_it_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = _Resolver("127.0.0.1")
    async with serve(HandMade([DER])) as endpoint:
        monkeypatch.setattr(socket, "getaddrinfo", resolver)
        dial = DirectDial(remember=-1)
        for _ in range(2):
            await prober(dial).fetch(ROW, Endpoint("ise.example.net", endpoint.port))
    assert len(resolver.asked) == 2


@needs_openssl
async def test_rows_whose_endpoint_did_not_answer_have_no_other_certificates(tmp_path: Path) -> None:
    async with openssl_server(Certificates(tmp_path).rsa) as endpoint:
        asking = prober()
        first = await asking.fetch(endpoint, endpoint)
    gone = await asking.fetch(endpoint, endpoint)
    assert gone.status is Status.REFUSED
    assert await asking.alternatives(endpoint, endpoint, gone) == ()
    left_open = await asking.alternatives(endpoint, endpoint, first)
    assert {(presented.status, presented.certificate) for presented in left_open} == {(Status.REFUSED, None)}
