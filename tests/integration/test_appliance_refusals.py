"""Refused logins: each kind by its own name, with the server's words, and a hint that applies."""

from collections.abc import Callable
from pathlib import Path

import asyncssh
import pytest
from asyncssh.packet import String, UInt32

from tests.support.appliance import LISTCERTS, PASSWORD, TABLE, bench, host_key, serving, trust
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli, say
from tofutui.appliance.errors import (
    ApplianceError,
    LoginRefused,
    NotAnAdminCli,
    PasswordExpired,
    TooManySessions,
    Unreachable,
)

pytestmark = pytest.mark.usefixtures("isolated_home")

Server = asyncssh.SSHServerConnection
ACCOUNT = (
    "Account locked due to 6 failed logins",
    "Your account has expired; please contact your system administrator",
    "User admin is disabled.",
    "System is going down. Unprivileged users are not permitted to log in anymore.",
    "Das Konto ist gesperrt",
    "Access denied: outside of permitted hours",
)


@pytest.mark.parametrize("words", ACCOUNT)
async def test_a_closed_account_is_not_taken_for_a_wrong_password(tmp_path: Path, words: str) -> None:
    rounds = [("", "", [("Password: ", False)], [PASSWORD]), ("", words, [], ["never"])]
    cli = Cli(methods=("kbdint",), kbdint=rounds, commands={LISTCERTS: TABLE})
    async with bench(tmp_path, cli, password_command=f"echo {PASSWORD}") as b:
        with pytest.raises(LoginRefused, match="does not let admin log in") as caught:
            await b.node.connect()
        assert f'"{words}"' in str(caught.value)
        assert "administrator" in caught.value.hint
        cli.kbdint = rounds[:1]  # released
        assert (await b.node.listcerts()).text == TABLE


@pytest.mark.parametrize("words", ACCOUNT[:2])
async def test_a_closed_account_without_a_password(tmp_path: Path, words: str) -> None:
    cli = Cli(methods=("key",), auth_banner=f"Authorised users only\n{words}\n")
    async with bench(tmp_path, cli) as b:
        with pytest.raises(LoginRefused, match="does not let admin log in") as caught:
            await b.node.connect()
        assert f'"{words}"' in str(caught.value)


async def test_any_words_after_a_refused_password_are_quoted(tmp_path: Path) -> None:
    rounds = [("", "", [("Password: ", False)], [PASSWORD]), ("", "2 tries\x1b left", [], ["never"])]
    async with bench(tmp_path, Cli(methods=("kbdint",), kbdint=rounds, auth_banner="Welcome")) as b:
        with pytest.raises(LoginRefused, match=r'refused the password of admin: "2 tries\\x1b left"'):
            await b.node.connect()


async def test_an_expired_password_is_quoted(tmp_path: Path) -> None:
    rounds = [
        ("", "", [("Password: ", False)], [PASSWORD]),
        ("", "Your password has expired.", [], ["never"]),
    ]
    async with bench(tmp_path, Cli(methods=("kbdint",), kbdint=rounds)) as b:
        with pytest.raises(PasswordExpired, match=r'"Your password has expired\."'):
            await b.node.connect()


@pytest.mark.parametrize(
    ("code", "reason", "kind", "words"),
    [
        (2, "Too many authentication failures", LoginRefused, "after too many keys"),
        (11, "", Unreachable, "ended the login without giving a reason"),
        (11, "maintenance until 6", Unreachable, 'ended the login: "maintenance until 6"'),
        (12, "come back later", TooManySessions, "no free session: come back later"),
        (14, "User admin is locked out", LoginRefused, '"User admin is locked out"'),
    ],
)
async def test_a_disconnection_during_the_login(
    tmp_path: Path, code: int, reason: str, kind: type[ApplianceError], words: str
) -> None:
    def goodbye(connection: Server) -> None:
        connection.send_packet(1, UInt32(code), String(reason), String(""))

    async with bench(tmp_path, Cli(on_auth=goodbye)) as b:
        with pytest.raises(kind, match=words):
            await b.node.connect()


def hang_up(connection: Server) -> None:
    connection.abort()


def say_and_hang_up(connection: Server) -> None:
    connection.disconnect(asyncssh.DISC_BY_APPLICATION, "shutting down\x07")


def say_full(connection: Server) -> None:
    connection.disconnect(asyncssh.DISC_BY_APPLICATION, "Too many sessions for admin")


@pytest.mark.parametrize(
    ("end", "kind", "words"),
    [
        (hang_up, Unreachable, "right after the login without giving a reason"),
        (say_and_hang_up, Unreachable, r'right after the login: "shutting down\\x07"'),
        (say_full, TooManySessions, 'no free session: "Too many sessions for admin"'),
    ],
)
async def test_a_hang_up_right_after_the_login(
    tmp_path: Path, end: Callable[[Server], None], kind: type[ApplianceError], words: str
) -> None:
    class Brusque(asyncssh.SSHServer):
        def connection_made(self, conn: Server) -> None:
            self.connection = conn

        def begin_auth(self, username: str) -> bool:
            return False

        def session_requested(self) -> bool:
            end(self.connection)
            return False

    acceptor = await asyncssh.listen("127.0.0.1", 0, server_factory=Brusque, server_host_keys=[host_key()])
    async with bench(tmp_path, port=acceptor.get_port(), trusted=False) as b:
        trust(b.known_hosts, f"[127.0.0.1]:{acceptor.get_port()}", host_key())
        with pytest.raises(kind, match=words):
            await b.node.connect()
    acceptor.close()
    await acceptor.wait_closed()


@pytest.mark.parametrize("prompt", ["$ ", "% ", "# ", "$", "ops@gate:~$ ", "sun1% ", "R1>", "sw(config)#"])
async def test_the_prompt_of_another_command_line_is_known_at_once(tmp_path: Path, prompt: str) -> None:
    async with bench(tmp_path, Cli(prompt=prompt)) as b:
        with pytest.raises(NotAnAdminCli, match="not one of the admin CLI"):
            await b.node.connect()


async def test_a_progress_bar_is_not_taken_for_a_prompt(tmp_path: Path) -> None:
    bars = [say(text) for text in ("Loading 45%", "\r\n#### ", "\r\n====>", "\r\n")]
    async with bench(tmp_path, Cli(before_prompt=bars, commands={LISTCERTS: TABLE})) as b:
        assert (await b.node.listcerts()).text == TABLE


JUMP = {
    "no password": (Cli(methods=("password",)), ScriptedAsker()),
    "no key": (Cli(methods=("key",)), ScriptedAsker()),
    "too many keys": (
        Cli(
            on_auth=lambda c: c.send_packet(
                1, UInt32(2), String("Too many authentication failures"), String("")
            )
        ),
        ScriptedAsker(),
    ),
}


@pytest.mark.parametrize(("cli", "asker"), JUMP.values(), ids=JUMP)
async def test_a_hint_about_a_jump_host_names_what_applies_there(
    tmp_path: Path, cli: Cli, asker: ScriptedAsker
) -> None:
    async with serving(cli) as jump, bench(tmp_path, None, asker, jump=f"ops@127.0.0.1:{jump.port}") as b:
        trust(b.known_hosts, f"[127.0.0.1]:{jump.port}", host_key())
        with pytest.raises(LoginRefused, match="jump host") as caught:
            await b.node.connect()
    hint = caught.value.hint
    assert "IdentityFile" in hint
    assert not any(setting in hint for setting in ("key_file", "password_env", "password_command"))


class Closed(asyncssh.SSHServer):
    """A jump host that forwards nothing."""

    def begin_auth(self, username: str) -> bool:
        return False

    def connection_requested(self, *where: object) -> bool:
        raise asyncssh.ChannelOpenError(asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "open failed")


async def test_a_jump_host_that_forwards_nothing(tmp_path: Path) -> None:
    acceptor = await asyncssh.listen("127.0.0.1", 0, server_factory=Closed, server_host_keys=[host_key()])
    port = acceptor.get_port()
    async with bench(tmp_path, jump=f"ops@127.0.0.1:{port}") as b:
        trust(b.known_hosts, f"[127.0.0.1]:{port}", host_key())
        with pytest.raises(Unreachable, match=r"jump host does not permit.*\(open failed\)") as caught:
            await b.node.connect()
        assert "AllowTcpForwarding" in caught.value.hint
    acceptor.close()
    await acceptor.wait_closed()
