"""Texts of an SSH server that are not UTF-8: the login works, and what they say is not lost."""

from collections.abc import Callable
from pathlib import Path

import asyncssh
import pytest
from asyncssh.packet import Boolean, String, UInt32

from tests.support.appliance import LISTCERTS, PASSWORD, TABLE, bench
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli, Session
from tofutui.appliance.errors import ApplianceError, LinkLost, LoginRefused, NoPassword

pytestmark = pytest.mark.usefixtures("isolated_home")

Server = asyncssh.SSHServerConnection
ODD = (
    "Gerät für Müller".encode("latin-1"), b"\xfc", b"\xff\xfe\x00", b"ok \xc3",
    "ログイン".encode("shift_jis"), "Вход".encode("koi8-r"), b"\x80\x9f\x85", b"\xed\xb3\xbc",
)  # fmt: skip


def send(kind: int, *parts: bytes) -> Callable[[Server], None]:
    return lambda connection: connection.send_packet(kind, *parts)


@pytest.fixture
def raw_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts given to the server with escaped bytes are sent as those bytes."""
    monkeypatch.setattr(
        "asyncssh.auth.String",
        lambda text: String(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")),
    )


@pytest.mark.parametrize("tag", [b"", b"de", b"\xe4"])
@pytest.mark.parametrize("text", ODD)
async def test_a_banner_and_a_debug_message_in_any_encoding(tmp_path: Path, text: bytes, tag: bytes) -> None:
    def greet(connection: Server) -> None:
        send(53, String(text), String(tag))(connection)
        send(4, Boolean(True), String(text), String(tag))(connection)

    async with bench(tmp_path, Cli(on_auth=greet, commands={LISTCERTS: TABLE})) as b:
        assert (await b.node.listcerts()).text == TABLE


@pytest.mark.parametrize("text", ODD)
async def test_questions_in_any_encoding(tmp_path: Path, text: bytes, raw_texts: None) -> None:
    words = text.decode("utf-8", "surrogateescape")
    rounds = [
        (words, words, [(f"{words} Password: ", False)], [PASSWORD]),
        (words, words, [(words, False)], ["7"]),
    ]
    asker = ScriptedAsker(passwords=[PASSWORD, "7"])
    async with bench(
        tmp_path, Cli(methods=("kbdint",), kbdint=rounds, commands={LISTCERTS: TABLE}), asker
    ) as b:
        assert (await b.node.listcerts()).text == TABLE
        assert b.server.passwords == [PASSWORD, "7"]


async def test_a_question_in_latin_1_is_understood(tmp_path: Path, raw_texts: None) -> None:
    prompt = "Contraseña: ".encode("latin-1").decode("utf-8", "surrogateescape")
    cli = Cli(methods=("kbdint",), kbdint=[("", "", [(prompt, False)], [PASSWORD])])
    async with bench(tmp_path, cli) as b:
        await b.node.connect()
        assert b.asker.password_questions[0].purpose == "password"


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("zu viele für heute".encode("latin-1"), "zu viele für heute"),
        ("zu viele für heute".encode(), "zu viele für heute"),
        (b"closed \x85\xfc", "closed \\x85ü"),
    ],
)
async def test_the_reason_of_a_disconnect_is_not_lost(tmp_path: Path, reason: bytes, shown: str) -> None:
    goodbye = send(1, UInt32(11), String(reason), String(b"\xe4"))
    async with bench(tmp_path, Cli(on_auth=goodbye)) as b:
        with pytest.raises(ApplianceError) as caught:
            await b.node.connect()
        assert shown in str(caught.value)


@pytest.mark.parametrize("text", ODD)
async def test_requests_under_odd_names_do_not_end_the_session(tmp_path: Path, text: bytes) -> None:
    async def request(session: Session) -> None:
        channel = session.channel
        connection = channel.get_connection()
        connection.send_packet(80, String(text), Boolean(False))
        connection.send_packet(98, UInt32(channel._send_chan), String(text), Boolean(False))
        session.put(TABLE)

    async with bench(tmp_path, Cli(commands={LISTCERTS: request})) as b:
        assert (await b.node.listcerts()).text == TABLE
        assert b.node.connected


@pytest.mark.parametrize("text", ODD)
async def test_a_session_that_a_signal_ends_with_odd_words_is_lost_and_no_more(
    tmp_path: Path, text: bytes
) -> None:
    async def die(session: Session) -> None:
        channel = session.channel
        parts = (String(b"TERM"), Boolean(False), String(text), String(text))
        channel.get_connection().send_packet(
            98, UInt32(channel._send_chan), String(b"exit-signal"), Boolean(False), *parts
        )
        raise EOFError

    async with bench(tmp_path, Cli(commands={LISTCERTS: die, "show clock": "now\n"})) as b:
        with pytest.raises(LinkLost, match="was lost while `ncs certvalidation"):
            await b.node.listcerts()
        assert "rotocol" not in b.logged


class Greeting(bytes):
    """A version that the server side of the library sends without looking at its characters."""

    def __radd__(self, other: bytes) -> "Greeting":
        return Greeting(bytes(other) + bytes(self))

    def decode(self, encoding: str = "", errors: str = "") -> str:
        return super().decode("latin-1")


@pytest.mark.parametrize("name", ["Gerät-ü".encode("latin-1"), "サーバ".encode(), b"\xff"])
async def test_a_greeting_in_any_encoding(
    tmp_path: Path, name: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = asyncssh.connection._validate_version
    monkeypatch.setattr(
        asyncssh.connection,
        "_validate_version",
        lambda version: Greeting(name) if version == "odd" else real(version),
    )
    cli = Cli(commands={LISTCERTS: TABLE})
    async with bench(tmp_path, cli, listening={"server_version": "odd"}) as b:
        assert (await b.node.listcerts()).text == TABLE


@pytest.mark.parametrize(
    "prompt", ["パスワード:", "Wachtwoord:", "Пароль: ", "Hasło:", "סיסמה:", "비밀번호:"]
)
async def test_the_password_is_asked_for_in_many_languages(tmp_path: Path, prompt: str) -> None:
    cli = Cli(methods=("kbdint",), kbdint=[("", "", [(prompt, False)], [PASSWORD])])
    async with bench(tmp_path, cli) as b:
        await b.node.connect()
        assert b.asker.password_questions[0].purpose == "password"


@pytest.mark.parametrize(
    ("prompt", "shown"), [("Fjærkode:", "Fjærkode:"), ("\x1b[31mAnswer\u202e:", "\\x1b[31mAnswer\\u202e:")]
)
async def test_a_question_that_nobody_answers_is_quoted(tmp_path: Path, prompt: str, shown: str) -> None:
    cli = Cli(methods=("kbdint",), kbdint=[("", "", [(prompt, False)], ["x"])])
    async with bench(tmp_path, cli, ScriptedAsker()) as b:
        with pytest.raises(NoPassword) as caught:
            await b.node.connect()
        assert f'"{shown}"' in str(caught.value)


@pytest.mark.parametrize(
    ("name", "instructions", "prompt"),
    [
        ("", "Login incorrect", "Password: "), ("Denied", "", "Password:"),
        ("", "Pogrešno!", "PASSWORD: "), ("", "", "Wrong. Password: "),
        ("", "密码错误", "Password: "), ("", "Access denied, try again.", "Your password: "),
    ],
)  # fmt: skip
async def test_a_second_question_after_a_refusal_is_a_refusal(
    tmp_path: Path, name: str, instructions: str, prompt: str
) -> None:
    rounds = [
        ("", "", [("Password: ", False)], ["wrong one"]),
        (name, instructions, [(prompt, False)], [PASSWORD]),
    ]
    asker = ScriptedAsker(passwords=["wrong one", PASSWORD, PASSWORD])
    async with bench(tmp_path, Cli(methods=("kbdint", "password"), kbdint=rounds), asker) as b:
        with pytest.raises(LoginRefused, match="refused the password"):
            await b.node.connect()
        assert b.server.passwords == ["wrong one"]
        assert len(asker.password_questions) == 1
