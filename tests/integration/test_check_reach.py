"""`tofutui check` as a program where logging in or asking is hard: IPv6, questions, refusals, old servers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.support.appliance import LISTCERTS, PASSWORD, TABLE, host_key, serving, tcp_server, trust
from tests.support.cli_server import Cli, Session, ask
from tests.support.lab_login import running
from tests.support.live import live
from tests.support.loopback import needs_ipv6
from tests.support.program import Answer, tofutui
from tests.support.sites import write_changed, write_ipv6_site
from tests.support.tls_servers import HandMade, serve
from tests.support.x509_der import certificate, integer
from tofutui.lab.pair import Lab
from tofutui.tofu.deletion.plan import Outcome
from tofutui.tofu.site.session import Role

AGREE = "Acceptable use policy of Example Ltd.\nType I AGREE to go on: "


async def check(lab: Lab, tmp_path: Path, *argv: object) -> Answer:
    options = ("--sessions", lab.sessions_path, "--data", tmp_path / "data")
    return await tofutui("check", lab.scenario.name, *options, *argv, home=tmp_path)


# IPv6


def key(host: str, port: int, *, brackets: bool) -> str:
    return f"[{host}]_{port}" if brackets else f"{host}_{port}"


@needs_ipv6
@pytest.mark.parametrize("brackets", [False, True], ids=["plain", "brackets"])
async def test_a_site_of_ipv6_addresses_only(tmp_path: Path, brackets: bool) -> None:
    ise, primary, secondary = (
        key(host, port, brackets=brackets)
        for host, port in (("2001:db8::20", 443), ("2001:db8::10", 8082), ("2001:db8::11", 8082))
    )
    async with running(str(write_ipv6_site(tmp_path, bracket_keys=brackets)), tmp_path) as lab:
        answer = await check(lab, tmp_path, "--format", "json")
        assert (answer.code, answer.err) == (1, "")
        assert answer.verdicts("primary") == {ise: "mismatch", secondary: "mismatch", primary: "same-name"}
        row = answer.entries("primary")[ise]
        assert (row["host"], row["port"], row["who"], row["name"]) == ("2001:db8::20", 443, "ise", "ise")
        assert row["delete"] == f"ncs certvalidation tofu-certs deletecert host {ise}"
        assert row["presented"]["sni"] is None
        assert row["presented"]["address"] == f"[::1]:{lab.endpoint('[2001:db8::20]:443').port}"
        whose = {name: entry["who"] for name, entry in answer.entries("secondary").items()}
        assert whose == {
            secondary: "self",
            key("::1", 8082, brackets=brackets): "loopback",
            primary: "peer",
        }
        node = answer.json["nodes"]["primary"]
        assert (node["host"], node["shown_address"]) == ("::1", "2001:db8::10")


@needs_ipv6
@pytest.mark.parametrize("said", ["2001:db8::10", "[2001:db8::10]:8082", "[2001:DB8:0::10]"])
async def test_an_ipv6_host_can_be_said_to_be_reissued(tmp_path: Path, said: str) -> None:
    async with running(str(write_ipv6_site(tmp_path)), tmp_path) as lab:
        answer = await check(lab, tmp_path, "--format", "json", "--reissued", said)
        assert answer.err == ""
        assert answer.verdicts("secondary")["2001:db8::10_8082"] == "suspect"


@needs_ipv6
async def test_an_unknown_host_key_at_an_ipv6_address_is_named_with_port(tmp_path: Path) -> None:
    async with running(str(write_ipv6_site(tmp_path)), tmp_path) as lab:
        lab.access.known_hosts.write_text("")
        answer = await check(lab, tmp_path)
        assert answer.code == 3
        assert f"the host key of [::1]:{lab.nodes['primary'].port} is unknown" in answer.err


@needs_ipv6
@pytest.mark.parametrize("brackets", [False, True], ids=["plain", "brackets"])
async def test_an_ipv6_row_is_deleted_by_the_key_as_it_is_printed(tmp_path: Path, brackets: bool) -> None:
    ise = key("2001:db8::20", 443, brackets=brackets)
    async with live(str(write_ipv6_site(tmp_path, bracket_keys=brackets)), tmp_path) as site:
        outcomes, _ = await site.delete(site.entry(Role.PRIMARY, ise))
        assert outcomes == [Outcome.GONE]
        assert site.deletions_sent(Role.PRIMARY) == [f"ncs certvalidation tofu-certs deletecert host {ise}"]
        assert "2001:db8::20_443" not in site.lab.table("primary")


# Questions that nobody foresaw


async def test_an_unknown_question_before_the_prompt_is_quoted(tmp_path: Path) -> None:
    asking = ("rows = [", f"question = {AGREE!r}\nquestion_answer = 'I AGREE'\nrows = [")
    async with running(str(write_changed(tmp_path, "renamed", asking)), tmp_path) as lab:
        answer = await check(lab, tmp_path)
        assert answer.code == 3
        (line,) = answer.err.splitlines()
        assert "primary 192.0.2.10: 127.0.0.1 asks an unknown question before its prompt" in line
        assert "Acceptable use policy of Example Ltd. / Type I AGREE to go on:" in line
        assert "answer it in the app" in line
        assert "MISMATCH" in answer.out.partition("SECONDARY ")[2]
        assert lab.sent["primary"] == []


async def test_an_unknown_question_after_the_listing_command_is_quoted(tmp_path: Path) -> None:
    asking = ("rows = [", "list_question = 'Collect the rows again? [y/n] '\nrows = [")
    async with running(str(write_changed(tmp_path, "renamed", asking)), tmp_path) as lab:
        answer = await check(lab, tmp_path)
        assert answer.code == 3
        (line,) = answer.err.splitlines()
        assert f"asked a question after `{LISTCERTS}`: " in line
        assert "Collect the rows again? [y/n]" in line
        assert "Ctrl-C was sent" in line
        assert lab.sent["primary"][-1] == "exit"


# What goes wrong at a login, each with its own sentence


@dataclass(frozen=True)
class Refusal:
    """A server, and what is said of it."""

    serve: Callable[[], AbstractAsyncContextManager[int]]
    words: str
    settings: str = ""
    ssh_config: str = ""


def cli(made: Cli, **listening: Any) -> Callable[[], AbstractAsyncContextManager[int]]:
    @asynccontextmanager
    async def start() -> AsyncIterator[int]:
        async with serving(made, **listening) as server:
            yield server.port

    return start


def raw(data: bytes, *, reads: bool = False) -> Callable[[], AbstractAsyncContextManager[int]]:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        if reads:
            await reader.readline()

    return lambda: tcp_server(handler)


@asynccontextmanager
async def nobody() -> AsyncIterator[int]:
    async with serving(Cli()) as server:
        port = server.port
    yield port


class _NoSessions(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return False

    def session_requested(self) -> bool:
        return False


@asynccontextmanager
async def full() -> AsyncIterator[int]:
    acceptor = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=_NoSessions, server_host_keys=[host_key()]
    )
    yield acceptor.get_port()
    acceptor.close()
    await acceptor.wait_closed()


def leaving(text: str) -> Callable[[], AbstractAsyncContextManager[int]]:
    async def leave(session: Session) -> None:
        session.put(text)
        raise EOFError

    return cli(Cli(before_prompt=[leave]))


OLD = {"kex_algs": ["diffie-hellman-group1-sha1"], "encryption_algs": ["3des-cbc"], "mac_algs": ["hmac-md5"]}
REFUSALS = {
    "wrong password": Refusal(cli(Cli(users={})), "refused the password of admin"),
    "expired password": Refusal(cli(Cli(expired=True)), "the password of admin@127.0.0.1 has expired"),
    "expired password, asked for at the prompt": Refusal(
        cli(Cli(before_prompt=[ask("Your password has expired.\nEnter new password: ", "x")])),
        "the password of admin on 127.0.0.1 has expired",
    ),
    "no key and no password taken": Refusal(cli(Cli(methods=("key",))), "accepted no key of admin"),
    "asks for more than a password": Refusal(
        cli(Cli(methods=("kbdint",), kbdint=[("", "", [("Token: ", False)], ["1"])])),
        "was asked for something other than a password, and no answer",
    ),
    "no common algorithm": Refusal(
        cli(Cli(), keys=[host_key("ssh-rsa")], **OLD), "set `legacy_ssh = true` for this node"
    ),
    "not SSH": Refusal(
        raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        'is not an SSH server but a web server: it answered "HTTP/1.1',
    ),
    "SSH 1 only": Refusal(raw(b"SSH-1.5-Cisco-1.25\r\n", reads=True), "speaks SSH version 1 only"),
    "closed at once": Refusal(raw(b""), "closed the connection at once"),
    "closed after its hello": Refusal(
        raw(b"SSH-2.0-Cisco\r\n", reads=True), "dropped the connection before the login"
    ),
    "too many connections": Refusal(
        raw(b"Exceeded MaxStartups\r\n"), 'has no free session: "Exceeded MaxStartups"'
    ),
    "no session": Refusal(full, "did not open a session: "),
    "too many sessions, said in the shell": Refusal(
        leaving("Maximum number of concurrent sessions reached.\n"),
        'no free session: "Maximum number of concurrent sessions reached."',
    ),
    "leaves without a prompt": Refusal(leaving("bye\n"), "closed the session before its first prompt"),
    "unknown jump host": Refusal(
        nobody, "jump host: there is no address for nobody.invalid", 'jump = "ops@nobody.invalid"'
    ),
    "refused": Refusal(nobody, "refused the connection"),
    "another prompt": Refusal(
        cli(Cli(prompt="ade # ")), "shows the prompt 'ade #', not one of the admin CLI"
    ),
    "not the admin CLI, or too old": Refusal(cli(Cli()), "older than 3.5"),
    "host key changed": Refusal(
        cli(Cli(), keys=[host_key(number=1)]), "has changed: it is now ssh-ed25519 SHA"
    ),
}


async def said_of(refusal: Refusal, tmp_path: Path) -> Answer:
    async with refusal.serve() as port:
        known = tmp_path / "known_hosts"
        for kind in ("ssh-ed25519", "ssh-rsa"):
            trust(known, f"[127.0.0.1]:{port}", host_key(kind))
        path = tmp_path / "s.toml"
        path.write_text(
            f'[sessions.s.primary]\nhost = "127.0.0.1"\nport = {port}\nknown_hosts = "{known}"\n'
            f'password_env = "P"\n{refusal.settings}\n'
        )
        (tmp_path / ".ssh").mkdir()
        (tmp_path / ".ssh/config").write_text(refusal.ssh_config)
        arguments = ("check", "s", "--sessions", path, "--data", tmp_path / "data")
        return await tofutui(*arguments, home=tmp_path, P=PASSWORD)


@pytest.mark.parametrize("name", REFUSALS)
async def test_each_refusal_has_a_sentence_of_its_own_and_ends_with_3(tmp_path: Path, name: str) -> None:
    refusal = REFUSALS[name]
    answer = await said_of(refusal, tmp_path)
    assert answer.code == 3
    (line,) = answer.err.splitlines()
    assert line.startswith("tofutui: s, primary 127.0.0.1: ")
    others = {other.words for other in REFUSALS.values()} - {refusal.words}
    assert refusal.words in line
    assert not [words for words in others if words in line]
    assert "listing not complete" in answer.out
    assert PASSWORD not in answer.out + answer.err


# Old servers


async def test_old_appliances_are_listed_without_a_warning(tmp_path: Path) -> None:
    async with running("old", tmp_path) as lab:
        answer = await check(lab, tmp_path)
        assert (answer.code, answer.err) == (1, "")
        assert answer.out.count("legacy_ssh") == 2
        lines = (await check(lab, tmp_path, "--format", "lines")).out.splitlines()
        seen_only = [line for line in lines if "certificate seen, handshake not possible" in line]
        assert [line.split()[2] for line in seen_only] == [f"198.51.100.4{n}_443" for n in (1, 2, 3)]
        document = (await check(lab, tmp_path, "--format", "json")).entries("primary")
        shown = {
            name: (row["presented"]["tls"], row["presented"]["handshake"]) for name, row in document.items()
        }
        assert shown["198.51.100.20_443"] == ("TLSv1", True)
        assert shown["198.51.100.41_443"] == ("TLSv1", False)
        assert shown["198.51.100.42_443"] == ("SSLv3", False)
        assert shown["198.51.100.43_443"] == ("TLSv1", False)


async def test_dead_and_odd_endpoints_each_say_why(tmp_path: Path) -> None:
    async with running("broken", tmp_path) as lab:
        answer = await check(lab, tmp_path, "--format", "json")
        assert answer.code == 3
        rows = answer.entries("primary")
        assert {
            name: rows[name]["presented"]["status"] for name in rows if name.startswith("198.51.100.5")
        } == {
            "198.51.100.51_443": "refused",
            "198.51.100.52_443": "timeout",
            "198.51.100.53_443": "reset",
            "198.51.100.54_443": "not-tls",
        }
        assert "220 this is no TLS server" in rows["198.51.100.54_443"]["presented"]["error"]


async def test_a_certificate_that_the_library_warns_of_is_not_noise(tmp_path: Path) -> None:
    der = certificate(serial=integer(-5))
    async with AsyncExitStack() as stack:
        endpoint = await stack.enter_async_context(serve(HandMade([der])))
        listing = TABLE.replace("198.51.100.20_443", f"127.0.0.1_{endpoint.port}")
        listing = listing.replace("192.0.2.10_8082", f"192.0.2.10_{endpoint.port}")
        server = await stack.enter_async_context(serving(Cli(commands={LISTCERTS: listing})))
        path = tmp_path / "s.toml"
        trust(tmp_path / "known_hosts", f"[127.0.0.1]:{server.port}", host_key())
        path.write_text(
            f'[sessions.s.primary]\nhost = "127.0.0.1"\nport = {server.port}\npassword_env = "P"\n'
            f'known_hosts = "{tmp_path / "known_hosts"}"\n'
            f'[sessions.s.probe.map]\n"192.0.2.10:{endpoint.port}" = "{endpoint}"\n'
        )
        arguments = ("check", "s", "--sessions", path, "--data", tmp_path / "data", "--format", "json")
        answer = await tofutui(*arguments, home=tmp_path, P=PASSWORD)
        assert answer.err == ""
        assert answer.entries("primary")[f"192.0.2.10_{endpoint.port}"]["presented"]["serial"] == "-5"
