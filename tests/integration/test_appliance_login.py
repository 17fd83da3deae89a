"""Logging in over real SSH connections: passwords, keys, questions, refusals."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from tests.support.appliance import (
    LISTCERTS,
    PASSWORD,
    QUICK,
    TABLE,
    bench,
    host_key,
    make_node,
    serving,
    trust,
)
from tests.support.askers import ScriptedAsker
from tests.support.cli_server import Cli
from tofutui.appliance.errors import (
    ApplianceError,
    ClosedAtOnce,
    LinkLost,
    LoginRefused,
    NoCommonAlgorithm,
    NoPassword,
    NotSsh,
    PasswordExpired,
    SshConfigError,
    TooManySessions,
    Unreachable,
)
from tofutui.appliance.questions import NoAsker

pytestmark = pytest.mark.usefixtures("isolated_home")


async def until(fact: Callable[[], object], seconds: float = 5) -> None:
    """Wait for a fact."""
    async with asyncio.timeout(seconds):
        while not fact():
            await asyncio.sleep(0.005)


COMMANDS = {LISTCERTS: TABLE}


def printing(text: str) -> str:
    """A command line that prints a text."""
    return f"{sys.executable} -c \"print('{text}')\""


async def test_a_typed_password_is_asked_for_once_with_host_and_user(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.node.connect()
        (question,) = b.asker.password_questions
        assert (question.host, question.username, question.purpose) == ("127.0.0.1", "admin", "password")
        assert b.server.passwords == [PASSWORD]


async def test_the_password_command_gives_the_first_line(tmp_path: Path) -> None:
    async with bench(tmp_path, asker=ScriptedAsker(), password_command=printing(PASSWORD + "\\nmore")) as b:
        await b.node.connect()
        assert b.server.passwords == [PASSWORD]


async def test_the_password_command_gets_no_shell(tmp_path: Path) -> None:
    marker = tmp_path / "made"
    command = f"{printing('x')} ; touch {marker}"
    async with bench(tmp_path, asker=ScriptedAsker(), password_command=command) as b:
        with pytest.raises(LoginRefused):
            await b.node.connect()
    assert not marker.exists()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (f"{sys.executable} -c \"print('top secret'); raise SystemExit(3)\"", "status 3"),
        ("/nowhere/pass show x", "No such file"),
        ("echo 'unfinished", "quotation"),
        (f"{sys.executable} -c pass", "no password"),
        (f'{sys.executable} -c "import time; time.sleep(60)"', "0.5 s"),
        ("''", "nowhere"),
    ],
)
async def test_a_failing_password_command_is_named_and_its_output_is_not_shown(
    tmp_path: Path, command: str, words: str
) -> None:
    timings = replace(QUICK, password_command=0.5)
    async with bench(tmp_path, asker=ScriptedAsker(), password_command=command, timings=timings) as b:
        with pytest.raises(NoPassword) as caught:
            await b.node.connect()
        assert "password_command of primary" in str(caught.value)
        assert words in str(caught.value) or words == "nowhere"
        assert "secret" not in str(caught.value) + b.logged
        assert b.server.passwords == []


async def test_the_environments_password_leaves_the_environment_and_serves_both_nodes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOFUTUI_TEST_PASSWORD", PASSWORD)
    async with serving(Cli(commands=dict(COMMANDS))) as server:
        first = make_node(server, tmp_path, password_env="TOFUTUI_TEST_PASSWORD")
        assert "TOFUTUI_TEST_PASSWORD" not in os.environ
        second = make_node(server, tmp_path, password_env="TOFUTUI_TEST_PASSWORD")
        for made in (first, second):
            await made.node.connect()
            server.cut()
            await until(lambda node=made.node: not node.connected)
            assert (await made.node.listcerts()).text == TABLE
            await made.node.close()
        assert set(server.passwords) == {PASSWORD}


async def test_without_password_and_without_anybody_to_ask_it_says_so(tmp_path: Path) -> None:
    async with serving(Cli()) as server:
        made = make_node(server, tmp_path, password_env="TOFUTUI_TEST_UNSET")
        made.node._asker = NoAsker()
        with pytest.raises(NoPassword, match="TOFUTUI_TEST_UNSET is not set"):
            await made.node.connect()
        await made.node.close()
        assert server.passwords == []


async def test_a_wrong_password_is_sent_once_and_never_again(tmp_path: Path) -> None:
    cli = Cli(methods=("password", "kbdint"), kbdint=[("", "", [("Password: ", False)], [PASSWORD])])
    async with bench(tmp_path, cli, ScriptedAsker(), password_command=printing("wrong")) as b:
        with pytest.raises(LoginRefused, match="refused the password of admin"):
            await b.node.connect()
        assert b.server.passwords == ["wrong"]
        with pytest.raises(LoginRefused, match="not sent again"):
            await b.node.connect()
        assert b.server.passwords == ["wrong"]
        assert "wrong" not in b.logged


async def test_after_a_refusal_the_next_login_asks_anew(tmp_path: Path) -> None:
    async with bench(tmp_path, asker=ScriptedAsker(passwords=["wrong", PASSWORD])) as b:
        with pytest.raises(LoginRefused):
            await b.node.connect()
        await b.node.connect()
        assert b.server.passwords == ["wrong", PASSWORD]


async def test_keyboard_interactive_is_answered_with_the_password_only_where_it_is_asked_for(
    tmp_path: Path,
) -> None:
    cli = Cli(
        methods=("kbdint",),
        kbdint=[
            ("", "Welcome", [], []),
            ("", "", [("Kennwort: ", False)], [PASSWORD]),
            ("RSA", "Second factor", [("Token code: ", False), ("Site: ", True)], ["123456", "hq"]),
        ],
    )
    async with bench(tmp_path, cli, ScriptedAsker(passwords=[PASSWORD, "123456", "hq"])) as b:
        await b.node.connect()
        assert b.server.passwords == [PASSWORD, "123456", "hq"]
        assert [q.purpose for q in b.asker.password_questions] == ["password", "answer", "answer"]
        assert "Second factor" in b.asker.password_questions[1].prompt
        assert "Token code" in b.asker.password_questions[1].prompt


@pytest.mark.parametrize("prompt", ["Enter PIN: ", "Favourite colour? ", "OTP: ", "Old answer: "])
async def test_other_questions_never_get_the_password(tmp_path: Path, prompt: str) -> None:
    cli = Cli(methods=("kbdint",), kbdint=[("", "", [(prompt, False)], ["x"])])
    async with bench(tmp_path, cli, ScriptedAsker(), password_command=printing(PASSWORD)) as b:
        with pytest.raises(NoPassword):
            await b.node.connect()
        assert b.server.passwords == []


async def test_a_second_password_prompt_is_a_persons(tmp_path: Path) -> None:
    cli = Cli(
        methods=("kbdint",),
        kbdint=[
            ("", "", [("Password: ", False)], [PASSWORD]),
            ("", "", [("Password: ", False)], ["second"]),
        ],
    )
    async with bench(tmp_path, cli, ScriptedAsker(), password_command=printing(PASSWORD)) as b:
        with pytest.raises(NoPassword):
            await b.node.connect()
        assert b.server.passwords == [PASSWORD]


@pytest.mark.parametrize(
    "cli",
    [
        Cli(expired=True),
        Cli(
            methods=("kbdint",),
            kbdint=[("", "Your password has expired", [("Current password: ", False)], ["x"])],
        ),
        Cli(
            methods=("kbdint",),
            kbdint=[
                ("", "", [("Password: ", False)], [PASSWORD]),
                ("", "You must change your password now", [("New password: ", False)], ["x"]),
            ],
        ),
    ],
    ids=["change request", "current password", "new password"],
)
async def test_an_expired_password_has_its_own_sentence(tmp_path: Path, cli: Cli) -> None:
    async with bench(tmp_path, cli, ScriptedAsker(), password_command=printing(PASSWORD)) as b:
        with pytest.raises(PasswordExpired, match="has expired"):
            await b.node.connect()
        assert len(b.server.passwords) <= 1


async def test_a_key_file_logs_in_and_no_password_is_asked_for(tmp_path: Path) -> None:
    key = host_key("ssh-ed25519", 7)
    file = tmp_path / "id"
    key.write_private_key(file)
    cli = Cli(methods=("key",), keys=[key.convert_to_public()], commands=dict(COMMANDS))
    async with bench(tmp_path, cli, ScriptedAsker(), key_file=file) as b:
        assert (await b.node.listcerts()).text == TABLE
        assert b.asker.password_questions == []


async def test_an_encrypted_key_asks_for_its_passphrase_and_remembers_it(tmp_path: Path) -> None:
    key = host_key("ssh-ed25519", 7)
    file = tmp_path / "id"
    key.write_private_key(file, passphrase="open")
    cli = Cli(methods=("key",), keys=[key.convert_to_public()], commands=dict(COMMANDS))
    async with bench(tmp_path, cli, ScriptedAsker(passwords=["shut", "open"]), key_file=file) as b:
        with pytest.raises(NoPassword, match="passphrase is wrong"):
            await b.node.connect()
        await b.node.connect()
        b.server.cut()
        await until(lambda: not b.node.connected)
        assert (await b.node.listcerts()).text == TABLE
        assert [q.purpose for q in b.asker.password_questions] == ["passphrase"] * 2
        assert str(file) in b.asker.password_questions[0].prompt


async def test_an_encrypted_key_that_the_agent_holds_needs_no_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "open", "-f", file], check=True)
    public = asyncssh.read_public_key(f"{file}.pub")
    socket = tmp_path / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    try:
        await until(socket.exists)
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        async with asyncssh.connect_agent() as client:
            await client.add_keys([asyncssh.read_private_key(file, "open")])
        cli = Cli(methods=("key",), keys=[public], commands=dict(COMMANDS))
        async with bench(tmp_path, cli, ScriptedAsker(), key_file=file) as b:
            assert (await b.node.listcerts()).text == TABLE
            assert b.asker.password_questions == []
    finally:
        agent.terminate()
        agent.wait()


async def test_a_broken_key_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "id"
    file.write_text("no key\n")
    async with bench(tmp_path, asker=ScriptedAsker(), key_file=file) as b:
        with pytest.raises(ApplianceError, match="key_file"):
            await b.node.connect()


async def test_a_key_that_is_not_accepted_says_so(tmp_path: Path) -> None:
    file = tmp_path / "id"
    host_key("ssh-ed25519", 8).write_private_key(file)
    async with bench(tmp_path, Cli(methods=("key",)), ScriptedAsker(), key_file=file) as b:
        with pytest.raises(LoginRefused, match="accepted no key"):
            await b.node.connect()


async def test_an_agent_that_is_not_there_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "gone"))
    async with bench(tmp_path) as b:
        await b.node.connect()
        assert b.node.connected


async def test_a_slow_person_is_not_timed_out(tmp_path: Path) -> None:
    class Slow(ScriptedAsker):
        async def password(self, question: object, /) -> str | None:
            await asyncio.sleep(1.0)
            return PASSWORD

    async with bench(tmp_path, asker=Slow(), timings=replace(QUICK, login=0.6)) as b:
        await b.node.connect()
        assert b.node.connected


async def test_when_the_server_hangs_up_during_the_question_the_answer_is_used_on_a_new_connection(
    tmp_path: Path,
) -> None:
    async with serving(Cli(commands=dict(COMMANDS))) as server:

        class Slow(ScriptedAsker):
            async def password(self, question: object, /) -> str | None:
                self.password_questions.append(question)  # type: ignore[arg-type]
                server.cut()
                await asyncio.sleep(0.3)
                return PASSWORD

        made = make_node(server, tmp_path, Slow())
        await made.node.connect()
        await made.node.close()
        assert len(made.asker.password_questions) == 1
        assert server.passwords == [PASSWORD]


async def test_cancelling_a_login_closes_its_connection(tmp_path: Path) -> None:
    asked = asyncio.Event()

    class Never(ScriptedAsker):
        async def password(self, question: object, /) -> str | None:
            asked.set()
            await asyncio.Event().wait()
            return None

    async with bench(tmp_path, asker=Never()) as b:
        login = asyncio.create_task(b.node.connect())
        await asked.wait()
        login.cancel()
        with pytest.raises(asyncio.CancelledError):
            await login
        async with asyncio.timeout(5):
            await b.server.connections[0].wait_closed()
        assert not b.node.connected


async def test_close_ends_a_login_that_waits_for_an_answer(tmp_path: Path) -> None:
    asked = asyncio.Event()

    class Never(ScriptedAsker):
        async def password(self, question: object, /) -> str | None:
            asked.set()
            await asyncio.Event().wait()
            return None

    async with bench(tmp_path, asker=Never()) as b:
        login = asyncio.create_task(b.node.connect())
        await asked.wait()
        await b.node.close()
        with pytest.raises(LinkLost, match="closed from here"):
            await login


async def test_nobody_listens(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        port = b.server.port
        await b.server.stop()
        with pytest.raises(Unreachable, match=f"127.0.0.1:{port} refused the connection"):
            await b.node.connect()
        assert "refused the connection" in b.logged


async def test_an_unknown_name(tmp_path: Path) -> None:
    async with bench(tmp_path, host="no-such-host.invalid") as b:
        with pytest.raises(Unreachable, match=r"no-such-host\.invalid"):
            await b.node.connect()


async def answering(data: bytes, *, stay: bool = False) -> tuple[asyncio.Server, int]:
    """A TCP server that says something and hangs up (or stays)."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        if stay:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("data", "stay", "kind", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", False, NotSsh, "HTTP/1.1 400"),
        (b"", False, ClosedAtOnce, "closed the connection at once"),
        (b"Exceeded MaxStartups\r\n", False, TooManySessions, "MaxStartups"),
        (b"SSH-1.5-Old\r\n", False, NotSsh, "version 1"),
        (b"SSH-2.0-Odd\r\n", False, ClosedAtOnce, "dropped the connection before the login"),
        (b"", True, NotSsh, "said nothing"),
    ],
)
async def test_what_is_not_an_ssh_server_is_told_apart(
    tmp_path: Path, data: bytes, stay: bool, kind: type[ApplianceError], words: str
) -> None:
    other, port = await answering(data, stay=stay)
    async with bench(tmp_path, port=port, timings=replace(QUICK, login=0.5)) as b:
        with pytest.raises(kind, match=words) as caught:
            await b.node.connect()
        assert str(port) in str(caught.value)
    other.close()


OLD = {
    "kex_algs": ["diffie-hellman-group1-sha1"],
    "encryption_algs": ["3des-cbc", "aes128-cbc"],
    "mac_algs": ["hmac-md5", "hmac-sha1-96"],
}


async def test_a_server_with_old_algorithms_only_asks_for_legacy_ssh(tmp_path: Path) -> None:
    async with bench(tmp_path, listening=OLD, keys=[host_key("ssh-rsa")]) as b:
        with pytest.raises(NoCommonAlgorithm, match="legacy_ssh = true") as caught:
            await b.node.connect()
        assert "diffie-hellman-group1-sha1" in str(caught.value)


async def test_legacy_ssh_logs_in_there(tmp_path: Path) -> None:
    async with bench(tmp_path, listening=OLD, keys=[host_key("ssh-rsa")], legacy_ssh=True) as b:
        assert (await b.node.listcerts()).text == TABLE


@pytest.mark.parametrize("kex", ["diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha256"])
async def test_group14_and_sha1_host_keys_need_no_legacy_profile(tmp_path: Path, kex: str) -> None:
    listening = {"kex_algs": [kex], "encryption_algs": ["aes128-ctr"], "mac_algs": ["hmac-sha1"]}
    async with bench(tmp_path, listening=listening, keys=[host_key("ssh-rsa")]) as b:
        assert (await b.node.listcerts()).text == TABLE


async def test_group14_is_chosen_before_group_exchange(tmp_path: Path) -> None:
    both = ["diffie-hellman-group-exchange-sha256", "diffie-hellman-group14-sha256"]
    async with bench(tmp_path, listening={"kex_algs": both}) as b:
        await b.node.connect()
        assert b.node._link is not None
        offered = b.node._link.connection._kex_algs
        assert offered.index(b"diffie-hellman-group14-sha256") < offered.index(
            b"diffie-hellman-group-exchange-sha256"
        )


async def test_a_server_that_chokes_on_long_lists_gets_short_ones(tmp_path: Path) -> None:
    hellos: list[int] = []

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forwards to the real server, but hangs up when the client's list of algorithms is long."""
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", port)

        async def down() -> None:
            while data := await up_reader.read(65536):
                writer.write(data)
            writer.close()

        task = asyncio.create_task(down())
        up_writer.write(await reader.readline())
        head = await reader.readexactly(5)
        length = int.from_bytes(head[:4], "big")
        hellos.append(length)
        if length < 700:
            up_writer.write(head)
            while data := await reader.read(65536):
                up_writer.write(data)
        up_writer.close()
        await task
        writer.close()

    async with serving(Cli(commands=dict(COMMANDS))) as server:
        port = server.port
        front = await asyncio.start_server(relay, "127.0.0.1", 0)
        made = make_node(
            server, tmp_path, ScriptedAsker(passwords=[PASSWORD]), port=front.sockets[0].getsockname()[1]
        )
        trust(made.known_hosts, "127.0.0.1", server.host_key)  # type: ignore[arg-type]
        assert (await made.node.listcerts()).text == TABLE
        await made.node.close()
        front.close()
    assert len(hellos) == 2
    assert hellos[0] > 700 > hellos[1]


async def test_a_full_node_is_said_to_be_full(tmp_path: Path) -> None:
    class Full(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return False

        def session_requested(self) -> bool:
            return False

    acceptor = await asyncssh.listen("127.0.0.1", 0, server_factory=Full, server_host_keys=[host_key()])
    async with bench(tmp_path, port=acceptor.get_port(), trusted=False) as b:
        trust(b.known_hosts, f"[127.0.0.1]:{acceptor.get_port()}", host_key())
        with pytest.raises(TooManySessions, match="opens no session"):
            await b.node.connect()
    acceptor.close()
    await acceptor.wait_closed()


async def test_a_broken_ssh_config_names_file_and_line(tmp_path: Path, isolated_home: Path) -> None:
    (isolated_home / ".ssh/config").write_text("Host *\n  Port abc\n")
    async with bench(tmp_path) as b:
        with pytest.raises(SshConfigError, match="line 2") as caught:
            await b.node.connect()
        assert ".ssh/config" in str(caught.value)


@pytest.mark.parametrize("content", [b'Host "x\n', b"\xff\xfe\n", b"Host *\n  Hostname %q\n"])
async def test_any_broken_ssh_config_is_a_sentence(
    tmp_path: Path, isolated_home: Path, content: bytes
) -> None:
    (isolated_home / ".ssh/config").write_bytes(content)
    async with bench(tmp_path) as b:
        with pytest.raises(SshConfigError):
            await b.node.connect()


async def test_the_ssh_config_maps_names_and_chooses_keys(tmp_path: Path, isolated_home: Path) -> None:
    key = host_key("ssh-ed25519", 7)
    key.write_private_key(isolated_home / "id")
    cli = Cli(methods=("key",), keys=[key.convert_to_public()], commands=dict(COMMANDS))
    known = isolated_home / "my_known_hosts"
    (isolated_home / ".ssh/config").write_text(
        f"Host pri\n  HostName 127.0.0.1\n  IdentityFile {isolated_home}/id\n"
        f"  UserKnownHostsFile {known}\n  KexAlgorithms curve25519-sha256\n  ConnectTimeout 1\n"
        "  ForwardAgent yes\n  RemoteCommand reload\n"
    )
    default = isolated_home / ".ssh/known_hosts"
    async with bench(tmp_path, cli, ScriptedAsker(), host="pri", known_hosts=default, trusted=False) as b:
        trust(known, f"[127.0.0.1]:{b.server.port}", host_key())
        assert (await b.node.listcerts()).text == TABLE
        assert b.server.commands == ["terminal length 0", LISTCERTS]


async def test_the_ssh_config_says_port_and_user_where_the_session_does_not(
    tmp_path: Path, isolated_home: Path
) -> None:
    cli = Cli(users={"ops": PASSWORD}, commands=dict(COMMANDS))
    unset = frozenset({"port", "username"})
    async with bench(tmp_path, cli, host="pri", port=22, left_to_ssh=unset) as b:
        (isolated_home / ".ssh/config").write_text(
            f"Host pri\n  HostName 127.0.0.1\n  Port {b.server.port}\n  User ops\n"
        )
        assert (await b.node.listcerts()).text == TABLE
        assert b.asker.password_questions[0].username == "ops"


async def test_without_any_user_it_is_admin_and_what_the_session_says_stands_above_the_ssh_config(
    tmp_path: Path, isolated_home: Path
) -> None:
    async with bench(tmp_path, left_to_ssh=frozenset({"username"})) as b:
        await b.node.connect()
        assert b.asker.password_questions[0].username == "admin"
    (isolated_home / ".ssh/config").write_text("Host *\n  User ops\n  Port 1\n")
    (tmp_path / "known_hosts").unlink()
    async with bench(tmp_path) as b:
        await b.node.connect()
        assert b.asker.password_questions[0].username == "admin"


JUMP_PASSWORD = "jump-password"


async def test_a_jump_host_gets_its_own_password_and_never_the_nodes(tmp_path: Path) -> None:
    jump_cli = Cli(users={"ops": JUMP_PASSWORD}, methods=("kbdint", "password"))
    jump_cli.kbdint = [("", "", [("Password: ", False)], [JUMP_PASSWORD])]
    async with serving(jump_cli, keys=[host_key("ssh-ed25519", 3)]) as jump:
        asker = ScriptedAsker(passwords=[JUMP_PASSWORD])
        setting = f"ops@127.0.0.1:{jump.port}"
        async with bench(tmp_path, None, asker, jump=setting, password_command=printing(PASSWORD)) as b:
            trust(b.known_hosts, f"[127.0.0.1]:{jump.port}", host_key("ssh-ed25519", 3))
            assert (await b.node.listcerts()).text == TABLE
            assert jump.passwords == [JUMP_PASSWORD]
            assert b.server.passwords == [PASSWORD]
            (question,) = b.asker.password_questions
            assert (question.username, question.host) == ("ops", "127.0.0.1")
            b.server.cut()
            await until(lambda: not b.node.connected)
            assert (await b.node.listcerts()).text == TABLE
            assert len(b.asker.password_questions) == 1
            await b.node.close()
        assert jump.ended == []
        await asyncio.gather(*(connection.wait_closed() for connection in jump.connections))


async def test_a_jump_host_that_wants_a_password_nobody_gives(tmp_path: Path) -> None:
    async with serving(Cli(users={"ops": JUMP_PASSWORD})) as jump:
        setting = f"ops@127.0.0.1:{jump.port}"
        async with bench(
            tmp_path, None, ScriptedAsker(), jump=setting, password_command=printing(PASSWORD)
        ) as b:
            trust(b.known_hosts, f"[127.0.0.1]:{jump.port}", host_key())
            with pytest.raises(NoPassword, match="ops@127"):
                await b.node.connect()
            assert jump.passwords == []


async def test_proxyjump_of_the_ssh_config_is_a_jump_host_too(tmp_path: Path, isolated_home: Path) -> None:
    async with serving(Cli(users={"ops": JUMP_PASSWORD})) as jump:
        (isolated_home / ".ssh/config").write_text(
            f"Host gate\n  HostName 127.0.0.1\n  Port {jump.port}\n  User ops\n"
            "Host pri\n  HostName 127.0.0.1\n  ProxyJump gate\n"
        )
        asker = ScriptedAsker(passwords=[JUMP_PASSWORD, PASSWORD])
        async with bench(tmp_path, None, asker, host="pri") as b:
            trust(b.known_hosts, f"[127.0.0.1]:{jump.port}", host_key())
            assert (await b.node.listcerts()).text == TABLE
            assert (jump.passwords, b.server.passwords) == ([JUMP_PASSWORD], [PASSWORD])


async def test_a_node_that_the_jump_host_cannot_reach(tmp_path: Path) -> None:
    async with serving(Cli()) as jump, bench(tmp_path, jump=f"admin@127.0.0.1:{jump.port}") as b:
        trust(b.known_hosts, f"[127.0.0.1]:{jump.port}", host_key())
        await b.server.stop()
        with pytest.raises(Unreachable, match="jump host could not connect to 127"):
            await b.node.connect()


@pytest.mark.parametrize("jump", ["@host", "host:99999", "user@", ""])
async def test_a_jump_that_cannot_be_read(tmp_path: Path, jump: str) -> None:
    async with bench(tmp_path, jump=jump or ",") as b:
        with pytest.raises(ApplianceError, match="jump"):
            await b.node.connect()


async def test_probes_go_through_the_jump_host(tmp_path: Path) -> None:
    from tofutui.tofu.endpoint import Endpoint

    echo, port = await answering(b"hello", stay=True)
    heard: list[bytes] = []

    class Hear(asyncio.Protocol):
        def data_received(self, data: bytes) -> None:
            heard.append(data)

    async with serving(Cli()) as jump:
        asker = ScriptedAsker(passwords=[PASSWORD, PASSWORD])
        async with bench(tmp_path, None, asker, jump=f"admin@127.0.0.1:{jump.port}") as b:
            trust(b.known_hosts, f"[127.0.0.1]:{jump.port}", host_key())
            with pytest.raises(OSError, match="not connected"):
                await b.node.dial(Hear, Endpoint("127.0.0.1", port))
            await b.node.connect()
            transport, _ = await b.node.dial(Hear, Endpoint("127.0.0.1", port))
            async with asyncio.timeout(5):
                while not heard:
                    await asyncio.sleep(0.01)
            assert heard == [b"hello"]
            transport.close()
            echo.close()
            with pytest.raises(ConnectionRefusedError):
                await b.node.dial(Hear, Endpoint("127.0.0.1", port))
